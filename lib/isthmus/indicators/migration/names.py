"""The words by which tables and pages of migration tell scientists, groups and measures apart."""

#: Whose moves: all authors, or the scientists of the study's field.
EVERYONE, FIELD = "everyone", "field"
SCIENTISTS = (EVERYONE, FIELD)
#: A return counts within so many years, so that early and late movers are compared alike.
RETURN_YEARS = 5
#: Scientists at a destination.
MOVED, ELSEWHERE, NEVER = "moved from there", "moved elsewhere", "never moved"
GROUPS = (MOVED, ELSEWHERE, NEVER)
ALL_OTHERS = "all others"
MEASURES = ("career_age", "works", "citations")
