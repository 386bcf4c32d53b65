"""The held-out images of a run, and subsets of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from mcu_toolkit.data.dataset import load_dataset
from mcu_toolkit.data.split import divide, read_split, write_split
from mcu_toolkit.data.testset import open_testset
from mcu_toolkit.errors import DataError
from mcu_toolkit.recipe import to_toml
from mcu_toolkit.records.manifest import write_manifest
from mcu_toolkit.workspace import atomic_write
from tests.support.datasets import folder_with_duplicates, small_recipe


def test_testset_is_the_held_out_part_and_notices_changed_images(tmp_path: Path) -> None:
    folder, run = folder_with_duplicates(tmp_path / "d"), tmp_path / "run"
    own = small_recipe()
    data = load_dataset(own, folder)
    division = divide(data, own.split)
    atomic_write(run / "recipe.toml", to_toml(own))
    write_split(run / "split.json", data, division, folder)
    write_manifest(run, "mcutk train")
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
    testset = open_testset(small_recipe(), folder_with_duplicates(tmp_path / "d", count=30))
    small = testset.subset(4)
    assert len(small) == 4
    assert set(small.labels) == {0, 1}
    assert small.ids == testset.subset(4).ids
