"""Papers of one place with another: which they are, who cites them, and how they differ from the others."""
