"""Counts what executes on an emulated board, and estimates its cycles (docs/cycles.md)."""
