"""The world: sizes, ties, people, places and works, drawn from one seed."""
