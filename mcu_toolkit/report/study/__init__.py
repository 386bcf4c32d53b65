"""Study table: assembled from the trials, shown on the terminal, as CSV and as an HTML page."""
