"""Divisions: stratified, seeded, and no duplicate on both sides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mcu_toolkit.data.dataset import load_dataset
from mcu_toolkit.data.duplicates import find_groups
from mcu_toolkit.data.split import divide, read_split, summary, write_split
from mcu_toolkit.data.testset import open_testset
from mcu_toolkit.errors import DataError
from mcu_toolkit.recipe import Recipe, Split, override, to_toml
from mcu_toolkit.workspace import atomic_write


def make_folder(folder: Path, each: int = 12) -> Path:
    """Two classes of smooth random images; in each, one image is repeated as PNG and as BMP, and one as a JPEG."""
    rng = np.random.default_rng(3)
    for name in ("left", "right"):
        (folder / name).mkdir(parents=True)
        for i in range(each):
            coarse = rng.integers(0, 255, (6, 6)).astype(np.uint8)
            image = Image.fromarray(coarse).resize((48, 48), Image.Resampling.BICUBIC)
            image.save(folder / name / f"{i:02d}.png")
            if i == 0:
                image.save(folder / name / "copy.bmp")
            if i == 1:
                image.save(folder / name / "copy.jpg", quality=92)
    return folder


def recipe(**changes: str) -> Recipe:
    found = Recipe()
    for key, value in {"input.height": "32", "input.width": "32", **changes}.items():
        found = override(found, key, value)
    return found


def test_equal_and_near_images_stay_together(tmp_path: Path) -> None:
    data = load_dataset(recipe(), make_folder(tmp_path / "d"))
    division = divide(data, Split())
    assert division.groups.equal == 2
    assert division.groups.near == 2
    parts = {}
    for group, part in zip(division.groups.group.tolist(), division.part.tolist(), strict=True):
        assert parts.setdefault(group, part) == part
    counts = summary(data, division).counts
    assert all(counts[part][name] > 0 for part in ("train", "validation") for name in ("left", "right"))


def test_near_duplicates_can_be_switched_off(tmp_path: Path) -> None:
    data = load_dataset(recipe(), make_folder(tmp_path / "d"))
    assert divide(data, Split(near_duplicates=False)).groups.near == 0


def test_seed_decides_and_repeats(tmp_path: Path) -> None:
    data = load_dataset(recipe(), make_folder(tmp_path / "d"))
    one, again, other = divide(data, Split(seed=1)), divide(data, Split(seed=1)), divide(data, Split(seed=2))
    assert (one.part == again.part).all()
    assert not (one.part == other.part).all()


def test_groups_are_transitive_and_dense() -> None:
    thumbs = np.zeros((4, 32, 32), np.uint8)
    thumbs[:, :, 16:] = 200
    thumbs[3] = np.arange(32, dtype=np.uint8)[:, None] * 8
    groups = find_groups(["a", "b", "a", "c"], thumbs)
    assert groups.group.tolist() == [0, 0, 0, 1]
    assert (groups.equal, groups.near) == (1, 1)


def test_a_class_too_small_to_divide_is_named(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "d")
    lonely = folder / "lonely"
    lonely.mkdir()
    for name in ("a.png", "b.png"):
        Image.new("L", (32, 32), 90).save(lonely / name)
    with pytest.raises(DataError, match="lonely"):
        divide(load_dataset(recipe(), folder), Split())


def test_testset_is_the_held_out_part_and_notices_changed_images(tmp_path: Path) -> None:
    folder, run = make_folder(tmp_path / "d"), tmp_path / "run"
    own = recipe()
    data = load_dataset(own, folder)
    division = divide(data, own.split)
    atomic_write(run / "recipe.toml", to_toml(own))
    write_split(run / "split.json", data, division, folder)
    testset = open_testset(run)
    assert list(testset.ids) == [data.ids[i] for i in division.indices("validation")]
    assert testset.ids == open_testset(own, folder).ids
    assert read_split(run / "split.json").classes == ("left", "right")
    victim = folder / testset.ids[0]
    Image.new("L", (48, 48), 1).save(victim)
    with pytest.raises(DataError, match="not the one of the training run"):
        open_testset(run)
    victim.unlink()
    with pytest.raises(DataError, match="missing"):
        open_testset(run)


def test_subset_keeps_every_class(tmp_path: Path) -> None:
    testset = open_testset(recipe(), make_folder(tmp_path / "d", each=30))
    small = testset.subset(4)
    assert len(small) == 4
    assert set(small.labels) == {0, 1}
    assert small.ids == testset.subset(4).ids
