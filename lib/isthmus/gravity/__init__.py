"""Gravity: what size, distance and borders explain of the flows between cities."""
