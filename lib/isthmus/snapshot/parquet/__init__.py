"""Reading parts of Parquet: what is needed of their columns, whatever the vintage, and how it becomes parsed works."""
