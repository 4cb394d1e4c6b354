"""How ties move over the years, which move alike, and who comes closer to which pole."""
