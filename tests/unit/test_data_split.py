"""Splits of a data set: stratified, seeded, and no duplicate in two parts."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from mcu_toolkit.data.dataset import load_dataset
from mcu_toolkit.data.split import divide, summary
from mcu_toolkit.errors import DataError
from mcu_toolkit.recipe import Split
from tests.support.datasets import folder_with_duplicates, small_recipe


def test_equal_and_near_images_stay_together(tmp_path: Path) -> None:
    data = load_dataset(small_recipe(), folder_with_duplicates(tmp_path / "d"))
    division = divide(data, Split())
    assert division.groups.equal == 2
    assert division.groups.near == 2
    parts = {}
    for group, part in zip(division.groups.group.tolist(), division.part.tolist(), strict=True):
        assert parts.setdefault(group, part) == part
    counts = summary(data, division).counts
    assert all(counts[part][name] > 0 for part in ("train", "validation") for name in ("left", "right"))


def test_near_duplicates_can_be_switched_off(tmp_path: Path) -> None:
    data = load_dataset(small_recipe(), folder_with_duplicates(tmp_path / "d"))
    assert divide(data, Split(near_duplicates=False)).groups.near == 0


def test_seed_decides_and_repeats(tmp_path: Path) -> None:
    data = load_dataset(small_recipe(), folder_with_duplicates(tmp_path / "d"))
    one, again, other = divide(data, Split(seed=1)), divide(data, Split(seed=1)), divide(data, Split(seed=2))
    assert (one.part == again.part).all()
    assert not (one.part == other.part).all()


def test_a_class_too_small_to_divide_is_named(tmp_path: Path) -> None:
    folder = folder_with_duplicates(tmp_path / "d")
    lonely = folder / "lonely"
    lonely.mkdir()
    for name in ("a.png", "b.png"):
        Image.new("L", (32, 32), 90).save(lonely / name)
    with pytest.raises(DataError, match="lonely"):
        divide(load_dataset(small_recipe(), folder), Split())
