"""Yearly networks of countries: collaboration, citation, knowledge exchange."""
