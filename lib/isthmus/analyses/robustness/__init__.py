"""How far the findings depend on chance and on choices."""
