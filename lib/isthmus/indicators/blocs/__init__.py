"""Countries and blocs side by side: DataFrames in and out; what is resampled is arrays."""
