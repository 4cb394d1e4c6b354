"""Yearly output and citations of countries and blocs, densities of regions, totals."""
