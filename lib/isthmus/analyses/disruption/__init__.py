"""Disruption of works: who builds on a work alone, who on its references (METHODS 4.1)."""
