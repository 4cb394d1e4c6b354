"""The words by which tables and pages of migration tell scientists, groups and measures apart."""

#: Whose moves: all authors, the scientists of the study's field, or those of whom the study is about who have an ORCID.
EVERYONE, FIELD, WITH_ORCID = "everyone", "field", "with_orcid"
#: A return counts within so many years, so that early and late movers are compared alike.
RETURN_YEARS = 5
#: Scientists at a destination.
MOVED, ELSEWHERE, NEVER = "moved from there", "moved elsewhere", "never moved"
GROUPS = (MOVED, ELSEWHERE, NEVER)
ALL_OTHERS = "all others"
MEASURES = ("career_age", "works", "citations")
