"""A folder of images with known duplicates, and a recipe for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from mcu_toolkit.recipe import Recipe, override


def folder_with_duplicates(folder: Path, count: int = 12) -> Path:
    """Two classes of smooth random images; in each, one image is repeated as PNG and as BMP, and one as a JPEG."""
    rng = np.random.default_rng(3)
    for name in ("left", "right"):
        (folder / name).mkdir(parents=True)
        for i in range(count):
            coarse = rng.integers(0, 255, (6, 6)).astype(np.uint8)
            image = Image.fromarray(coarse).resize((48, 48), Image.Resampling.BICUBIC)
            image.save(folder / name / f"{i:02d}.png")
            if i == 0:
                image.save(folder / name / "copy.bmp")
            if i == 1:
                image.save(folder / name / "copy.jpg", quality=92)
    return folder


def small_recipe(**changes: str) -> Recipe:
    """A recipe of 32x32 inputs; `changes` by dotted key."""
    found = Recipe()
    for key, value in {"input.height": "32", "input.width": "32", **changes}.items():
        found = override(found, key, value)
    return found
