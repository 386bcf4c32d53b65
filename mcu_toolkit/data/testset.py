"""The held-out images of a run or of a recipe, as evaluation and the bench read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.preprocess import Normalization
from mcu_toolkit.recipe import Recipe


@dataclass(frozen=True, eq=False)
class TestSet:
    """Held-out images, decoded and resized.

    Attributes:
        class_names: in the order of the network's outputs.
        ids: a name an image, ``<class>/<file>``; those of split.json.
        labels: class index an image; None where unknown.
        images: uint8 [N, H, W, C].
        normalization: how the network that these belong to was fed.
        synthetic: the images were made, not taken; say so beside every figure.
    """

    __test__ = False  # not a pytest class

    class_names: tuple[str, ...]
    ids: tuple[str, ...]
    labels: tuple[int | None, ...]
    images: npt.NDArray[np.uint8]
    normalization: Normalization
    synthetic: bool = False

    def __len__(self) -> int:
        """Number of images."""
        return len(self.ids)

    def pixels(self, index: int) -> npt.NDArray[np.uint8]:
        """One image: uint8 [H, W, C]."""
        raise NotImplementedError

    def int8(self, scale: float, zero_point: int) -> npt.NDArray[np.int8]:
        """All images as an int8 network with this input quantization is fed them: int8 [N, H, W, C]."""
        raise NotImplementedError

    def subset(self, limit: int) -> TestSet:
        """At most `limit` images, each class keeping its share (one each while there is room), always the same."""
        raise NotImplementedError


def open_testset(
    source: Path | Recipe,
    data_dir: Path | None = None,
    *,
    skip_bad: bool = False,
    cache_dir: Path | None = None,
    shape: Sequence[int] | None = None,
) -> TestSet:
    """The held-out images.

    Args:
        source: a run folder of `train` (its recipe.toml and split.json decide; each image must still have the SHA-256
            recorded there), or a recipe (the split is computed anew, which gives the same images).
        data_dir: the folder of class folders; None for a recipe whose data is made (`phantom`), or to use the folder
            that the run was trained on.
        skip_bad: leave out unreadable images instead of failing (recipe only).
        cache_dir: where decoded images are kept; None: not kept.
        shape: (height, width, channels) to resize to instead of the recipe's, for a model of another input size.

    Raises:
        DataError: no such folder, an image missing or changed since training, nothing held out.
        ConfigError, WorkspaceError: recipe or split.json missing or damaged.
    """
    raise NotImplementedError
