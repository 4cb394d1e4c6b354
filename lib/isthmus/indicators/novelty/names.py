"""Names that tables, transformations and report of novelty share."""

LAST_AUTHOR, FULL = "last_author", "full"
"""How a work counts for countries: those of its last author, or those of all its authors."""

WORLD = "world"

PAIRS, CONTENT, CONTEXT = "pairs", "content", "context"
"""What novelty is about: pairs of cited sources; concepts; cited sources as a combination."""

MEASURES = (PAIRS, CONTENT, CONTEXT)
