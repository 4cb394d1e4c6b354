"""Which ties are stronger or weaker than size explains."""
