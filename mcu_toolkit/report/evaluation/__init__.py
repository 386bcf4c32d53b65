"""Evaluation report: assembled from the outputs of the references, shown on the terminal and as an HTML page."""
