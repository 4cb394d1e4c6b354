"""Words of the comparison of papers with and without a partner."""

#: What a comparison is for.
POLES, PLACEBO, OTHER = "poles", "placebo", "other partner"
#: Outcomes: citations within two years, from whom; the percentile of the year; whether in a venue.
C2 = "c2"
AUDIENCES = ("c2_home", "c2_partner", "c2_elsewhere")
NOT_SELF, PERCENTILE, VENUE = "c2_not_self", "c2_percentile", "in_venue"
NOVELTY, DISRUPTION = "novelty_percentile", "disruption_percentile"
OUTCOMES = (C2, *AUDIENCES, NOT_SELF, PERCENTILE, VENUE, NOVELTY, DISRUPTION)
#: Outcomes that are counts of citations, for which a factor has a meaning.
COUNTS = (C2, *AUDIENCES, NOT_SELF)
#: How pooled years are matched: the paper does not say. The first is the default.
EXACT_ALL, EXACT_TEAMS = "each year, all papers", "each year, two authors or more"
BIN_ALL, BIN_TEAMS = "years together, all papers", "years together, two authors or more"
READINGS = (EXACT_ALL, EXACT_TEAMS, BIN_ALL, BIN_TEAMS)
