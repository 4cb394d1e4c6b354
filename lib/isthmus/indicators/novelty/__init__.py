"""Novelty of papers: unusual pairs of cited sources, and surprise under a model of what is combined."""
