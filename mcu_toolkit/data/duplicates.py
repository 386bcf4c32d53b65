"""Equal images and near-duplicates, grouped so that a split can keep each group whole.

Two images are equal when their decoded content has the same hash. They are near-duplicates when their difference
hashes (256 bits: is a cell of a 16 x 17 grid brighter than its left neighbour, with a dead zone against compression
noise) differ in few bits *and* their 32 x 32 thumbnails differ little in the mean. The first test is cheap and finds
candidates; the second separates distinct slices of one head.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BITS = 256
_DEAD_ZONE = 2.0
_BLOCK = 1024


@dataclass(frozen=True, eq=False)
class Groups:
    """Duplicates found.

    Attributes:
        group: int64 [N]: images with the same number belong together; numbers are dense, in order of first appearance.
        equal: images whose decoded content was seen before in the list.
        near: further images that belong to a group as near-duplicates only.
    """

    group: npt.NDArray[np.int64]
    equal: int
    near: int


def fingerprints(thumbs: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Difference hashes of thumbnails: uint8 [N, 32, 32] → bool [N, 256]."""
    grid = thumbs.astype(np.float32)
    rows = grid.reshape(len(grid), 16, 2, 32).mean(axis=2)
    # 17 columns from 32: bilinear at evenly spaced centres.
    at = np.linspace(0.0, 31.0, 17)
    left = np.minimum(at.astype(np.int64), 30)
    share = (at - left).astype(np.float32)
    columns = rows[:, :, left] * (1.0 - share) + rows[:, :, left + 1] * share
    return np.asarray((np.diff(columns, axis=2) > _DEAD_ZONE).reshape(len(grid), BITS), dtype=np.bool_)


def find_groups(
    content: Sequence[str],
    thumbs: npt.NDArray[np.uint8],
    *,
    near_duplicates: bool = True,
    hash_distance: int = 4,
    pixel_distance: float = 4.0,
) -> Groups:
    """Group equal images and, unless switched off, near-duplicates (transitively).

    Args:
        content: hash of the decoded pixels of each image.
        thumbs: uint8 [N, 32, 32].
        near_duplicates: whether near-duplicates are grouped as well as equal images.
        hash_distance: largest number of differing bits of the difference hash.
        pixel_distance: largest mean absolute difference of the thumbnails, grey levels.
    """
    parent = np.arange(len(content))
    first: dict[str, int] = {}
    for index, digest in enumerate(content):
        parent[index] = first.setdefault(digest, index)
    distinct = len(first)
    if near_duplicates:
        leaders = np.array(sorted(first.values()), dtype=np.int64)
        for a, b in _near_pairs(thumbs[leaders], hash_distance, pixel_distance):
            _join(parent, int(leaders[a]), int(leaders[b]))
    roots = [_root(parent, index) for index in range(len(content))]
    numbers: dict[int, int] = {}
    group = np.array([numbers.setdefault(root, len(numbers)) for root in roots], dtype=np.int64)
    return Groups(group, equal=len(content) - distinct, near=distinct - len(numbers))


def _near_pairs(thumbs: npt.NDArray[np.uint8], bits: int, pixels: float) -> list[tuple[int, int]]:
    """Pairs (a < b) of near-duplicates, found in blocks: the distance of ±1 vectors is (256 - dot) / 2."""
    signs = np.where(fingerprints(thumbs), np.float32(1.0), np.float32(-1.0))
    found: list[tuple[int, int]] = []
    for start in range(0, len(signs), _BLOCK):
        block = signs[start : start + _BLOCK] @ signs[start:].T
        rows, columns = np.nonzero(block >= BITS - 2 * bits)
        rows, columns = rows + start, columns + start
        keep = rows < columns
        for a, b in zip(rows[keep].tolist(), columns[keep].tolist(), strict=True):
            difference = np.abs(thumbs[a].astype(np.int16) - thumbs[b].astype(np.int16)).mean()
            if difference <= pixels:
                found.append((a, b))
    return found


def _root(parent: npt.NDArray[np.int64], index: int) -> int:
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = int(parent[index])
    return index


def _join(parent: npt.NDArray[np.int64], a: int, b: int) -> None:
    a, b = _root(parent, a), _root(parent, b)
    parent[max(a, b)] = min(a, b)
