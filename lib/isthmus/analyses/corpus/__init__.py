"""The study's works: which they are, where they come from, how much of them is known."""
