"""The layer under questions about places and people; other analyses read its tables."""
