"""What size, scientists, distance and borders explain of who builds on whom between all cities (METHODS 4.6)."""
