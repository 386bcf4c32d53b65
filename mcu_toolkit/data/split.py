"""Stratified, seeded, duplicate-aware division of a data set, and its document ``split.json``."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.dataset import Dataset
from mcu_toolkit.data.duplicates import Groups, find_groups
from mcu_toolkit.errors import DataError, WorkspaceError
from mcu_toolkit.recipe import Split
from mcu_toolkit.records.codec import write
from mcu_toolkit.records.manifest import checked_record
from mcu_toolkit.records.split import DuplicateCounts, SkippedImage, SplitImage, SplitRecord, SplitSummary

PARTS = ("train", "validation", "test")
FILE = "split.json"
_HINT = "run mcutk train again"


@dataclass(frozen=True, eq=False)
class Division:
    """A data set divided.

    Attributes:
        part: int64 [N], index into `PARTS` of each image.
        groups: the duplicates, which are kept in one part.
        conflicts: pairs of ids of equal or near-equal images that carry different labels.
        seed: of the division.
    """

    part: npt.NDArray[np.int64]
    groups: Groups
    conflicts: tuple[tuple[str, str], ...]
    seed: int

    def indices(self, name: str) -> npt.NDArray[np.int64]:
        """Indices of the images of ``train``, ``validation`` or ``test``, ascending."""
        return np.flatnonzero(self.part == PARTS.index(name))

    @property
    def held_out(self) -> str:
        """The part that figures are given for: ``test`` where there is one, else ``validation``."""
        return "test" if (self.part == PARTS.index("test")).any() else "validation"


def divide(data: Dataset, config: Split) -> Division:
    """Divide a data set so that all duplicates of an image are in the same part.

    In each class, every group goes to the part that is furthest below its share: larger groups first, groups of equal
    size in the order of a hash of seed and content. The order depends neither on file names nor on the random numbers
    of a library. Most duplicates therefore go to the training part, and held-out images are distinct.

    Raises:
        DataError: a class has too few distinct images to be in every part.
    """
    groups = find_groups(
        data.content,
        data.thumbs,
        near_duplicates=config.near_duplicates,
        hash_distance=config.hash_distance,
        pixel_distance=config.pixel_distance,
    )
    members: dict[int, list[int]] = {}
    for index, group in enumerate(groups.group.tolist()):
        members.setdefault(group, []).append(index)
    shares = (config.train, config.validation, config.test)
    part = np.zeros(len(data), dtype=np.int64)
    for label, name in enumerate(data.class_names):
        owned = [m for m in members.values() if _stratum(data, m) == label]
        _check_enough(name, owned, shares)
        for group_members, where in _deal(data, owned, shares, config.seed):
            part[group_members] = where
    return Division(part, groups, _conflicts(data, members), config.seed)


def _stratum(data: Dataset, members: Sequence[int]) -> int:
    """The class of a group: its most common label, the lowest among equals."""
    counts = np.bincount(data.labels[list(members)], minlength=len(data.class_names))
    return int(counts.argmax())


def _check_enough(name: str, owned: Sequence[Sequence[int]], shares: Sequence[float]) -> None:
    needed = sum(share > 0.0 for share in shares)
    if len(owned) < needed:
        raise DataError(
            f"class '{name}' has too few distinct images to divide",
            expected=f"at least {needed} images that are not duplicates of one another",
            received=f"{len(owned)} distinct among {sum(len(m) for m in owned)}",
        )


def _deal(
    data: Dataset, owned: Sequence[Sequence[int]], shares: Sequence[float], seed: int
) -> list[tuple[list[int], int]]:
    def order(members: Sequence[int]) -> tuple[int, str]:
        content = min(data.content[i] for i in members)
        return -len(members), hashlib.sha256(f"{seed}:{content}".encode()).hexdigest()

    queue = sorted(owned, key=order)
    total = sum(len(m) for m in queue)
    lacking = [share * total for share in shares]
    count = [0] * len(shares)
    dealt: list[tuple[list[int], int]] = []
    for position, members in enumerate(queue):
        empty = [i for i, share in enumerate(shares) if share > 0.0 and count[i] == 0]
        # The last groups go to empty parts, so that every part has images of every class.
        candidates = empty if len(queue) - position <= len(empty) else [i for i, s in enumerate(shares) if s > 0.0]
        where = max(candidates, key=lambda i: (lacking[i], -i))
        lacking[where] -= len(members)
        count[where] += 1
        dealt.append((list(members), where))
    return dealt


def _conflicts(data: Dataset, members: Mapping[int, Sequence[int]]) -> tuple[tuple[str, str], ...]:
    found = []
    for group in members.values():
        other = next((i for i in group if data.labels[i] != data.labels[group[0]]), None)
        if other is not None:
            found.append((data.ids[group[0]], data.ids[other]))
    return tuple(found)


def summary(data: Dataset, division: Division) -> SplitSummary:
    """Counts for reports: images per part and class, duplicates, conflicts, images left out."""
    counts = {
        part: {
            name: int(((division.part == i) & (data.labels == label)).sum())
            for label, name in enumerate(data.class_names)
        }
        for i, part in enumerate(PARTS)
    }
    sizes = Counter(division.groups.group.tolist())
    duplicates = DuplicateCounts(
        equal=division.groups.equal,
        near=division.groups.near,
        groups=sum(size > 1 for size in sizes.values()),
        conflicting_labels=len(division.conflicts),
    )
    totals = {part: sum(per_class.values()) for part, per_class in counts.items()}
    return SplitSummary(counts, totals, duplicates, len(data.skipped))


def write_split(path: Path, data: Dataset, division: Division, data_dir: Path | None) -> None:
    """Write ``split.json``: every image with class, part, group and SHA-256, and the counts.

    Raises:
        WorkspaceError: the disk refuses.
    """
    counts = summary(data, division)
    record = SplitRecord(
        data=None if data_dir is None else str(data_dir.resolve()),
        synthetic=data.synthetic,
        seed=division.seed,
        classes=data.class_names,
        held_out=division.held_out,
        counts=counts.counts,
        totals=counts.totals,
        duplicates=counts.duplicates,
        skipped=counts.skipped,
        conflicts=division.conflicts,
        skipped_images=tuple(SkippedImage(image.id, image.reason) for image in data.skipped),
        images=tuple(
            SplitImage(
                id=data.ids[i],
                class_name=data.class_names[int(data.labels[i])],
                part=PARTS[int(division.part[i])],
                group=int(division.groups.group[i]),
                sha256=data.sha256[i],
            )
            for i in range(len(data))
        ),
    )
    write(path, record, private=True)  # it holds the names of the images


def read_split(path: Path) -> SplitRecord:
    """Read and check ``split.json`` of a run folder, whose manifest has its hash.

    Raises:
        WorkspaceError: missing, damaged or changed since the run, or it names a part or class that does not exist.
    """
    record = checked_record(SplitRecord, path.parent, path.name, hint=_HINT)
    for what, value, known in (
        ("held_out", record.held_out, PARTS),
        *(("images.part", image.part, PARTS) for image in record.images),
        *(("images.class", image.class_name, record.classes) for image in record.images),
    ):
        if value not in known:
            raise WorkspaceError(
                f"{path} is damaged: '{what}' has an unknown value",
                expected=", ".join(known),
                received=value,
                hint=_HINT,
            )
    return record
