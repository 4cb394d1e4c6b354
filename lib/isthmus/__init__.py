"""Isthmus: who works with whom, who builds on whom, and which ties are stronger than size explains."""

__version__ = "0.1.0"
