"""The centre of mass of research in cities, year by year (METHODS 4.5); it needs the tables of `cities` alone."""
