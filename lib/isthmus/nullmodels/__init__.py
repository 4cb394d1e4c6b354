"""Room nullmodels."""
