"""Indicators of scientists who move: flows, those who move beside those who stay, joint work with the origin."""
