"""What joint papers of two places have that their other papers have not: size, institutions, citations."""
