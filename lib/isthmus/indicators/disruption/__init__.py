"""Disruption of papers from a list of citations: counts, indices, expectations under a null model."""
