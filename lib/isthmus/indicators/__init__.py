"""Output and citations of the compared countries and blocs, densities of regional clusters, totals of a study."""
