"""``seeds.json``: the same recipe trained from several seeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class SeedAccuracy:
    """Held-out accuracy of one stage over seeds.

    Attributes:
        mean: arithmetic mean.
        sd: sample standard deviation (n - 1); None for one seed.
        each: in the order of the seeds.
    """

    mean: float
    sd: float | None
    each: tuple[float, ...]


@dataclass(frozen=True)
class SeedsRecord:
    """Runs of one recipe.

    Attributes:
        recipe: id of the recipe.
        seeds: in the order of training.
        accuracy: stage → `SeedAccuracy`.
        bytes: of each .tflite file.
    """

    SCHEMA: ClassVar[str] = "mcutk.seeds/1"

    recipe: str
    seeds: tuple[int, ...]
    accuracy: Mapping[str, SeedAccuracy]
    bytes: tuple[int, ...]
