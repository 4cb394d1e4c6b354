"""Novelty of a study's works: unusual pairs of cited sources, surprising combinations, by country, bloc and year."""
