"""Measures the toolkit and prints the figures beside those of its peers; see benchmarks/README.md."""
