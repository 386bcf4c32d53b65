"""Images of any mode and format, and images that cannot be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mcu_toolkit.data.dataset import load_dataset
from mcu_toolkit.data.decode import decode
from mcu_toolkit.data.preprocess import NORMALIZATIONS, to_float, to_int8
from mcu_toolkit.errors import DataError
from mcu_toolkit.recipe import Recipe, override

SMALL = override(override(Recipe(), "input.height", "16"), "input.width", "16")


def folder_of(root: Path, count: int = 4) -> Path:
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        (root / name).mkdir(parents=True)
        for i in range(count):
            Image.fromarray(rng.integers(0, 255, (20, 24), dtype=np.uint8)).save(root / name / f"{i}.png")
    return root


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F"])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_mode_decodes(tmp_path: Path, mode: str, channels: int) -> None:
    path = tmp_path / ("image.tif" if mode in ("CMYK", "F", "I;16") else "image.png")
    base = Image.linear_gradient("L")
    if mode == "I;16":
        Image.fromarray(np.asarray(base).astype(np.uint16) * 257).save(path)
    else:
        base.convert(mode).save(path)
    found = decode(path, 16, 12, channels)
    assert found.pixels.shape == (16, 12, channels)
    assert found.pixels[0].mean() < 60 or mode in ("1", "CMYK")


def test_equal_pictures_in_two_formats_have_equal_content(tmp_path: Path) -> None:
    image = Image.linear_gradient("L")
    image.save(tmp_path / "a.png")
    image.save(tmp_path / "a.bmp")
    a, b = decode(tmp_path / "a.png", 8, 8, 1), decode(tmp_path / "a.bmp", 8, 8, 1)
    assert a.content == b.content
    assert a.sha256 != b.sha256


@pytest.mark.parametrize("damage", ["truncated", "empty", "text"])
def test_bad_image_is_named_or_skipped_and_counted(tmp_path: Path, damage: str) -> None:
    folder = folder_of(tmp_path / "d")
    bad = folder / "a" / "1.png"
    content = {"truncated": bad.read_bytes()[:-40], "empty": b"", "text": b"not an image"}[damage]
    bad.write_bytes(content)
    with pytest.raises(DataError, match=r"1\.png"):
        load_dataset(SMALL, folder)
    data = load_dataset(SMALL, folder, skip_bad=True)
    assert [s.id for s in data.skipped] == ["a/1.png"]
    assert len(data) == 7


def test_class_folder_with_one_image_is_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "d")
    (folder / "lonely").mkdir()
    Image.new("L", (8, 8)).save(folder / "lonely" / "x.png")
    with pytest.raises(DataError, match=r"lonely \(1\)"):
        load_dataset(SMALL, folder)


def test_cached_images_are_equal_and_changes_are_noticed(tmp_path: Path) -> None:
    folder, cache = folder_of(tmp_path / "d"), tmp_path / "cache"
    first = load_dataset(SMALL, folder, cache_dir=cache)
    again = load_dataset(SMALL, folder, cache_dir=cache)
    assert (first.images == again.images).all()
    assert first.ids == again.ids
    assert len(list(cache.iterdir())) == 1
    Image.new("L", (20, 24), 200).save(folder / "a" / "0.png")
    assert not (load_dataset(SMALL, folder, cache_dir=cache).images == first.images).all()
    next(cache.iterdir()).write_bytes(b"damaged")
    load_dataset(SMALL, folder, cache_dir=cache)


@pytest.mark.parametrize("name", sorted(NORMALIZATIONS))
def test_int8_inputs_are_the_quantized_float_inputs(name: str) -> None:
    how = NORMALIZATIONS[name]
    pixels = np.arange(256, dtype=np.uint8)
    real = to_float(pixels, how)
    scale, zero = (float(real.max() - real.min()) / 255, -128 - round(float(real.min()) * 255 / float(np.ptp(real))))
    fed = to_int8(pixels, scale, zero, how)
    assert np.abs((fed.astype(np.float64) - zero) * scale - real).max() <= scale * 0.51


def test_unit_pixels_become_int8_by_subtraction() -> None:
    pixels = np.arange(256, dtype=np.uint8)
    assert (to_int8(pixels, 1 / 255, -128) == (pixels.astype(np.int16) - 128)).all()
