"""Latencies of a run; the same figures wherever a document holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class EstimatedCycles:
    """Cycles estimated from the instructions that an emulated board executed; nothing was measured on silicon.

    Attributes:
        core: the core whose cost table was used.
        median: cycles of the sample with the median latency.
        wait_states: assumed for each line of 16 bytes that is read from flash as data.
        instructions: executed by that sample.
        taken_branches: branches that were taken.
        flash_accesses, flash_lines: accesses to flash as data; changes of the line of 16 bytes that they read.
        classes: class of instructions → executed.
    """

    core: str
    median: int
    wait_states: int
    instructions: int
    taken_branches: int
    flash_accesses: int
    flash_lines: int
    classes: Mapping[str, int]


@dataclass(frozen=True)
class Latency:
    """Latencies of all samples of a run, in whole counts of `unit`; None where the run had no samples.

    Attributes:
        unit: ``instructions`` (executed on an emulator) or ``cycles`` (counted by a chip).
        min: smallest value.
        median: rounded down for an even number of samples.
        p95: smallest measured value that at least 95 % of the samples do not exceed (nearest rank).
        max: largest value.
        estimated_cycles: on an emulated board, where they could be estimated.
        estimate_missing: why they could not; left out where nothing is missing.
    """

    unit: str
    min: int | None
    median: int | None
    p95: int | None
    max: int | None
    estimated_cycles: EstimatedCycles | None = None
    estimate_missing: str | None = field(default=None, metadata={"omit": True})
