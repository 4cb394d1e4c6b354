"""A study's papers and their places year by year."""
