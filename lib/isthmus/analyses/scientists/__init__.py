"""Papers, scientists and citations of countries by year."""
