"""``models/<id>/baseline.json``: the figures that a recipe is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from mcu_toolkit.records.seeds import SeedAccuracy


@dataclass(frozen=True)
class BaselineSplit:
    """Images of the division: training, held out (validation and test), and duplicates, equal or near."""

    train: int
    validation: int
    duplicates: int


@dataclass(frozen=True)
class BaselineModel:
    """The int8 model with the best held-out accuracy.

    Attributes:
        bytes: of the .tflite file.
        macs: multiply-accumulates of one inference.
        arena: bytes on the board qemu-m4.
        instructions_qemu_m4: of one inference.
        mismatches_qemu_m4: outputs that differ from the oracle's.
    """

    bytes: int
    macs: int
    arena: int
    instructions_qemu_m4: int
    mismatches_qemu_m4: int


@dataclass(frozen=True)
class BaselineRecord:
    """Figures of a recipe.

    Attributes:
        recipe: id of the recipe.
        synthetic: whether the images are generated.
        split: see `BaselineSplit`.
        seeds: number of runs.
        accuracy: ``teacher``, ``float`` and ``int8`` → `SeedAccuracy`; no ``teacher`` for a recipe without one.
        int8: see `BaselineModel`.
    """

    SCHEMA: ClassVar[str] = "mcutk.baseline/1"

    recipe: str
    synthetic: bool
    split: BaselineSplit
    seeds: int
    accuracy: Mapping[str, SeedAccuracy]
    int8: BaselineModel
