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
    "rewiring": "Random rewiring of the observed network that keeps each country's total weight.",
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
