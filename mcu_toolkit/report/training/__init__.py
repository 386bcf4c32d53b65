"""Training report, shown on the terminal and as an HTML page."""
