"""Null models and the rules of which z count, in words."""

MODEL_NAMES = {
    "ecm": "Enhanced Configuration Model",
    "ecm-variance-corrected": "variance-corrected Enhanced Configuration Model",
    "rewiring": "strength-preserving rewiring",
    "papers": "null model of papers",
    "bicm": "Bipartite Configuration Model of papers and countries",
}
MODEL_TEXTS = {
    "ecm": "The Enhanced Configuration Model (Mastrandrea et al. 2014): the most random networks in which each country "
    "has, on average, the number of partners and the total weight that it really has. What it expects of a pair "
    "follows from the sizes of the two countries and nothing else.",
    "ecm-variance-corrected": "The Enhanced Configuration Model (Mastrandrea et al. 2014), with the part of "
    "each pair's variance removed that comes from the fluctuation of the countries' own sizes.",
    "papers": "The null model of papers: every paper keeps its number of countries, and each country has, on average, "
    "the number of papers that it really has; which countries meet on a paper is left to chance and size.",
    "bicm": "The Bipartite Configuration Model (Saracco et al. 2015, 2017): papers and countries are linked at random, "
    "so that each country has its number of papers and each paper its number of countries, both on average.",
    "rewiring": "Random rewiring of the observed network that keeps each country's total weight.",
}
#: How the null models of papers are to be read, whether they are the study's own or stand beside it.
PAPER_MODEL_TEXTS = {
    "papers": "In the null model of papers a paper of many countries is one event, not as many as it has pairs. A "
    "standard deviation is about the square root of the expected number of papers, so a large pair that works together "
    "less than its size explains can fall far below −1. Papers are taken as independent: a consortium that signs many "
    "papers with one list of countries comes out stronger than it is. It holds for collaboration only.",
    "bicm": "The Bipartite Configuration Model makes every large tie look weak: the number of countries of a paper is "
    "kept on average only, so that a paper of two countries, one pair, expects about two. In a world without any "
    "preference large ties lie far below z = −2 under it. Read it beside work that uses it, not as a finding. It holds "
    "for collaboration only.",
}
FINITE_NAMES = {
    "expected_in_500_samples": "linked often enough in the model",
    "present": "both countries present",
    "linked": "linked in some year",
    "sampled": "linked in some sample",
}
FINITE_RULES = {
    "expected_in_500_samples": "if both countries are present and the model links them often enough that 500 sampled "
    "networks would "
    "more likely than not show the link",
    "present": "if both countries are present",
    "linked": "if the two were linked in at least one year in both networks",
    "sampled": "if any of the sampled networks links the two",
}
