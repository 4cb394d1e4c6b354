"""Who moves where, tested against what sizes explain, and what becomes of those who moved."""
