"""Bench report: assembled from the arrays of a run, shown on the terminal and as an HTML page."""
