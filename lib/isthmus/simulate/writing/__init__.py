"""The snapshot: layouts, files, releases, truth tables."""
