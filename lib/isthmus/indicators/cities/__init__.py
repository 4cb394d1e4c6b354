"""Cities: which there are and how they are called, what they cite, where scientists move, who writes with whom."""
