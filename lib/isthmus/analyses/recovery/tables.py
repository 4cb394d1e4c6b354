"""The table of recovery: the ties planted in a simulated world, as its answer key holds them."""

from isthmus.tablespec import TableSpec, column

TRUTH_TIES = TableSpec(
    name="truth_ties",
    fields=(
        column("src", "string", "country", False),
        column("dst", "string", "country, after src in the alphabet", False),
        column(
            "kind", "string", "what was planted: stronger, weaker, or a change such as scientific_convergence", False
        ),
        column("strength", "string", "strong, or weaker", False),
        column("size_window", "double", "papers per year that size explains, mean of the significance years", False),
        column("expected_window", "double", "papers per year that were planted, mean of the significance years", False),
    ),
    key=("src", "dst"),
    comment="The planted ties of a simulated world; further columns hold the propensities of its years.",
)
