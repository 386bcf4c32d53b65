"""Latencies of a run; the same figures wherever a document holds them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Latency:
    """Latencies of all samples of a run, in whole counts of `unit`; None where the run had no samples.

    Attributes:
        unit: ``instructions`` (executed on an emulator) or ``cycles`` (counted by a chip).
        min: smallest value.
        median: rounded down for an even number of samples.
        p95: smallest measured value that at least 95 % of the samples do not exceed (nearest rank).
        max: largest value.
    """

    unit: str
    min: int | None
    median: int | None
    p95: int | None
    max: int | None
