"""What a study asks: one folder for each analysis, with its tables, stages, section of the report and scores."""
