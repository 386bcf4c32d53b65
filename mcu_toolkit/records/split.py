"""``split.json``: the division of a data set into training, validation and test images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class DuplicateCounts:
    """Duplicates that were kept in the same part.

    Attributes:
        equal: images that are equal to an earlier one.
        near: images that are nearly equal to an earlier one.
        groups: groups of more than one image.
        conflicting_labels: groups whose images carry different labels.
    """

    equal: int
    near: int
    groups: int
    conflicting_labels: int


@dataclass(frozen=True)
class SplitSummary:
    """Counts of a division.

    Attributes:
        counts: part → class → images.
        totals: part → images.
        duplicates: see `DuplicateCounts`.
        skipped: images that could not be read and were left out.
    """

    counts: Mapping[str, Mapping[str, int]]
    totals: Mapping[str, int]
    duplicates: DuplicateCounts
    skipped: int


@dataclass(frozen=True)
class SkippedImage:
    """An image that was left out, and the reason."""

    id: str
    reason: str


@dataclass(frozen=True)
class SplitImage:
    """One image of a division.

    Attributes:
        id: ``<class>/<file>``.
        class_name: of its label.
        part: ``train``, ``validation`` or ``test``.
        group: number of its group of duplicates.
        sha256: of the file, 64 hex digits.
    """

    id: str
    class_name: str = field(metadata={"key": "class"})
    part: str
    group: int
    sha256: str


@dataclass(frozen=True)
class SplitRecord:
    """A division.

    Attributes:
        data: absolute path of the folder of images; None where the images are generated.
        synthetic: whether the images are generated.
        seed: of the division.
        classes: names in the order of the network's outputs.
        held_out: the part that figures are given for.
        counts, totals, duplicates, skipped: see `SplitSummary`.
        conflicts: pairs of ids of duplicates with different labels.
        skipped_images: images that could not be read.
        images: all images that were divided.
    """

    SCHEMA: ClassVar[str] = "mcutk.split/1"

    data: str | None
    synthetic: bool
    seed: int
    classes: tuple[str, ...]
    held_out: str
    counts: Mapping[str, Mapping[str, int]]
    totals: Mapping[str, int]
    duplicates: DuplicateCounts
    skipped: int
    conflicts: tuple[tuple[str, str], ...]
    skipped_images: tuple[SkippedImage, ...]
    images: tuple[SplitImage, ...]
