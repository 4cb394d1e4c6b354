"""Which cities bridge the two sides of the world, and which have influence (METHODS 4.3, 4.4)."""
