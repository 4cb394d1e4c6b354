"""Names that tables, transformations and report of novelty share."""

LAST_AUTHOR, FULL = "last_author", "full"
"""How a work counts for countries: those of its last author, or those of all its authors."""

WORLD = "world"

PAIRS, CONTENT, CONTEXT = "pairs", "content", "context"
"""What novelty is about: pairs of cited sources; concepts; cited sources as a combination."""

MEASURES = (PAIRS, CONTENT, CONTEXT)

LEAST_TOLD_APART = 0.6
"""Chance that a shuffled combination is newer than a real one below which the model is not read; 0.5 is a coin."""
