"""Countries and blocs side by side: output, citations, partners, organisations and active researchers (METHODS 5)."""
