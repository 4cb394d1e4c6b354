"""Cities: who leads in impact, output and scientists, and who builds on, moves to and writes with whom (METHODS 4)."""
