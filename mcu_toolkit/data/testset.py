"""The held-out images of a training run or of a recipe; evaluation and bench run on them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.dataset import Dataset, load_dataset, load_files
from mcu_toolkit.data.preprocess import Normalization, normalization, to_input
from mcu_toolkit.data.split import FILE as SPLIT_FILE
from mcu_toolkit.data.split import divide, read_split
from mcu_toolkit.errors import DataError
from mcu_toolkit.recipe import Recipe, load
from mcu_toolkit.records.manifest import checked_artefact
from mcu_toolkit.records.split import SplitImage, SplitRecord
from mcu_toolkit.workspace import sha256_file

RECIPE_FILE = "recipe.toml"


@dataclass(frozen=True, eq=False)
class TestSet:
    """Held-out images, decoded and resized.

    Attributes:
        class_names: in the order of the network's outputs.
        ids: name of each image, ``<class>/<file>``, as in split.json.
        labels: class index of each image; None where unknown.
        images: uint8 [N, H, W, C].
        normalization: of the pixels, as the network was trained.
        synthetic: whether the images were generated; reports must say so beside every figure.
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
        image: npt.NDArray[np.uint8] = self.images[index]
        return image

    def inputs(self, dtype: np.dtype[Any], scale: float, zero_point: int) -> npt.NDArray[Any]:
        """All images as inputs [N, H, W, C] of a network whose input has this type and quantization; see `to_input`."""
        return to_input(self.images, dtype, scale, zero_point, self.normalization)

    def subset(self, limit: int) -> TestSet:
        """At most `limit` images, always the same; every class keeps its share, and at least one image where possible.

        Raises:
            DataError: `limit` is less than one.
        """
        if limit < 1:
            raise DataError("the limit leaves no image", expected="at least 1", received=str(limit))
        if limit >= len(self):
            return self
        keep = _stratified(self.labels, limit)
        return dataclasses.replace(
            self,
            ids=tuple(self.ids[i] for i in keep),
            labels=tuple(self.labels[i] for i in keep),
            images=self.images[keep],
        )


def _stratified(labels: Sequence[int | None], limit: int) -> list[int]:
    """Indices, ascending; each step takes one image of the class that is furthest below its share."""
    queues: dict[int, list[int]] = {}
    for index, label in enumerate(labels):
        queues.setdefault(-1 if label is None else label, []).append(index)
    taken = dict.fromkeys(queues, 0)
    for _ in range(limit):
        open_classes = [c for c in queues if taken[c] < len(queues[c])]
        best = min(open_classes, key=lambda c: (taken[c] > 0, (taken[c] + 0.5) / len(queues[c]), c))
        taken[best] += 1
    chosen = []
    for label, queue in queues.items():
        # Evenly spaced, since neighbours in the order of names are often slices of one patient.
        count = taken[label]
        chosen += [queue[(2 * k + 1) * len(queue) // (2 * count)] for k in range(count)]
    return sorted(chosen)


def open_testset(
    source: Path | Recipe,
    data_dir: Path | None = None,
    *,
    skip_bad: bool = False,
    shape: Sequence[int] | None = None,
) -> TestSet:
    """The held-out images.

    Args:
        source: a run folder of `train` (its recipe.toml and split.json are used; each image must still have the
            SHA-256 recorded there), or a recipe (the split is computed again, which gives the same images).
        data_dir: the folder of class folders; None for a recipe that generates its images (`phantom`), or for the
            folder that the run was trained on.
        skip_bad: leave out unreadable images instead of failing (recipe only).
        shape: (height, width, channels) to resize to instead of the recipe's, for a model of another input size.

    Raises:
        DataError: no such folder, an image missing or changed since training, nothing held out.
        ConfigError, WorkspaceError: recipe or split.json missing or damaged.
    """
    if isinstance(source, Recipe):
        recipe = _reshaped(source, shape)
        data = load_dataset(recipe, data_dir, skip_bad=skip_bad)
        division = divide(data, recipe.split)
        return _take(data, division.indices(division.held_out), recipe)
    recipe = _reshaped(load(checked_artefact(source, RECIPE_FILE, hint="mcutk train")), shape)
    split = read_split(source / SPLIT_FILE)
    wanted = [image for image in split.images if image.part == split.held_out]
    if not wanted:
        raise DataError(f"{source / SPLIT_FILE} holds no held-out images")
    if recipe.data.source == "phantom":
        data = load_dataset(recipe, None)
        return _take(data, _matching(data, wanted), recipe)
    data = _load_held_out(split, wanted, recipe, data_dir)
    return _take(data, np.arange(len(data)), recipe)


def _reshaped(recipe: Recipe, shape: Sequence[int] | None) -> Recipe:
    if shape is None:
        return recipe
    height, width, channels = (int(v) for v in shape)
    if channels not in {1, 3} or height < 1 or width < 1:
        raise DataError(
            "images cannot be made to fit the model", expected="[H, W, 1] or [H, W, 3]", received=str(list(shape))
        )
    return dataclasses.replace(
        recipe, input=dataclasses.replace(recipe.input, height=height, width=width, channels=channels)
    )


def _load_held_out(split: SplitRecord, wanted: Sequence[SplitImage], recipe: Recipe, data_dir: Path | None) -> Dataset:
    root = data_dir or (None if split.data is None else Path(split.data))
    if root is None or not root.is_dir():
        raise DataError(
            f"the images of this run are not at {root}" if root else "this run does not say where its images are",
            hint="pass --data DIR with the folder that the model was trained on",
        )
    files = [root / image.id for image in wanted]
    outside = next((image.id for image in wanted if not _is_below(image.id)), None)
    if outside is not None:
        raise DataError(f"split.json names an image outside its folder: {outside!r:.80}", hint="mcutk train again")
    for image, path in zip(wanted, files, strict=True):
        if not path.is_file():
            raise DataError(f"held-out image {path} is missing", hint="pass --data DIR with the folder trained on")
        actual = sha256_file(path)
        if actual != image.sha256:
            raise DataError(
                f"held-out image {path} is not the one of the training run", expected=image.sha256, received=actual,
                hint="train again, or restore the image",
            )  # fmt: skip
    return load_files(
        split.classes,
        [image.id for image in wanted],
        [split.classes.index(image.class_name) for image in wanted],
        files,
        recipe.input,
    )


def _is_below(image_id: str) -> bool:
    """Whether an id is a path below the folder of the images."""
    path = PurePath(image_id)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def _matching(data: Dataset, wanted: Sequence[SplitImage]) -> npt.NDArray[np.int64]:
    """Indices of the generated images that a split names."""
    position = {name: i for i, name in enumerate(data.ids)}
    missing = next((image.id for image in wanted if image.id not in position), None)
    if missing is not None:
        raise DataError(f"the generator no longer makes held-out image {missing}", hint="train again")
    return np.array([position[image.id] for image in wanted], dtype=np.int64)


def _take(data: Dataset, indices: npt.NDArray[np.int64], recipe: Recipe) -> TestSet:
    return TestSet(
        data.class_names,
        tuple(data.ids[i] for i in indices),
        tuple(int(data.labels[i]) for i in indices),
        data.images[indices],
        normalization(recipe.input.normalization),
        data.synthetic,
    )
