"""Measured figures of the toolkit beside those of its peers: `python -m benchmarks.run` (README.md here)."""
