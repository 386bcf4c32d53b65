"""Reads all images of a folder (or of the phantom generator) as arrays; decoded images are cached."""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import PIL

from mcu_toolkit.data import phantom
from mcu_toolkit.data.archive import read_archive
from mcu_toolkit.data.decode import SUFFIXES, THUMB, Decoded, decode
from mcu_toolkit.errors import DataError
from mcu_toolkit.progress import Progress, silent
from mcu_toolkit.recipe import Data, Input, Recipe
from mcu_toolkit.workspace import atomic_write, sha256_file

#: Incremented when decoding changes, so that old caches are not used.
_CACHE_VERSION = 1

#: Pattern of the names of files that hold decoded images.
CACHED_IMAGES = "images-*.npz"


@dataclass(frozen=True)
class Skipped:
    """An image left out because it cannot be read."""

    id: str
    reason: str


@dataclass(frozen=True, eq=False)
class Dataset:
    """Decoded images.

    Attributes:
        class_names: in the order of the network's outputs.
        ids: ``<class>/<file>`` of each image, sorted by class, then by name.
        labels: int64 [N].
        images: uint8 [N, H, W, C].
        sha256: of each file (of the pixels for synthetic images).
        content: hash of each image's decoded pixels before resizing.
        thumbs: uint8 [N, 32, 32], grey, for near-duplicates.
        skipped: images left out.
        synthetic: the images were generated.
    """

    class_names: tuple[str, ...]
    ids: tuple[str, ...]
    labels: npt.NDArray[np.int64]
    images: npt.NDArray[np.uint8]
    sha256: tuple[str, ...]
    content: tuple[str, ...]
    thumbs: npt.NDArray[np.uint8]
    skipped: tuple[Skipped, ...] = ()
    synthetic: bool = False

    def __len__(self) -> int:
        """Number of images."""
        return len(self.ids)


def load_dataset(
    recipe: Recipe,
    data_dir: Path | None,
    *,
    skip_bad: bool = False,
    cache_dir: Path | None = None,
    progress: Progress = silent,
) -> Dataset:
    """Every image of the recipe's data.

    Args:
        recipe: its sections [data] and [input] are used.
        data_dir: folder of class folders; None where the recipe generates its images.
        skip_bad: leave out unreadable images (they are listed in `Dataset.skipped`) instead of failing.
        cache_dir: where decoded images are kept; None: not kept.
        progress: called with ("data", done, total).

    Raises:
        DataError: folder missing or without class folders, a class that is missing or has fewer than two images, an
            image that cannot be read (named).
    """
    if recipe.data.source == "phantom":
        if data_dir is not None:
            raise DataError(
                f"recipe '{recipe.name}' makes its images itself; --data {data_dir} would not be read",
                hint="leave --data out, or choose a recipe for folders (--set data.source=folder)",
            )
        return _phantoms(recipe.data, recipe.input, progress)
    if data_dir is None:
        raise DataError(
            f"recipe '{recipe.name}' needs a folder of images",
            expected="--data DIR, with one folder per class in it",
            hint=recipe.data.about or None,
        )
    classes, files = list_images(data_dir, recipe.data.classes)
    ids = [f"{classes[label]}/{path.name}" for label, path in files]
    return load_files(
        classes, ids, [label for label, _ in files], [path for _, path in files], recipe.input,
        skip_bad=skip_bad, cache_dir=cache_dir, progress=progress,
    )  # fmt: skip


def list_images(data_dir: Path, wanted: Sequence[str] = ()) -> tuple[tuple[str, ...], list[tuple[int, Path]]]:
    """Class names and the (label, file) pairs below a folder, sorted; hidden files and other suffixes are ignored.

    Raises:
        DataError: see `load_dataset`.
    """
    if not data_dir.is_dir():
        raise DataError(f"there is no folder {data_dir}", expected="a folder with one folder of images per class")
    try:
        folders = sorted(p.name for p in data_dir.iterdir() if p.is_dir() and not p.name.startswith("."))
        missing = [name for name in wanted if name not in folders]
        if missing:
            raise DataError(
                f"{data_dir} lacks class folders: {', '.join(missing)}",
                expected=", ".join(wanted),
                received=", ".join(folders) or "no folder at all",
                hint="point --data at the folder that holds them, or change data.classes",
            )
        found = {name: _images_in(data_dir / name) for name in (wanted or folders)}
        loose = _images_in(data_dir)
    except OSError as bad:
        raise DataError(f"cannot list {bad.filename or data_dir}: {bad.strerror}") from bad
    classes = tuple(wanted) if wanted else tuple(name for name in folders if found[name])
    _check_classes(data_dir, classes, found, folders, loose)
    return classes, [(label, path) for label, name in enumerate(classes) for path in found[name]]


def _images_in(folder: Path) -> list[Path]:
    return sorted(
        (p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and not p.name.startswith(".") and p.is_file()),
        key=lambda p: p.name,
    )


def _check_classes(
    data_dir: Path, classes: Sequence[str], found: dict[str, list[Path]], folders: Sequence[str], loose: Sequence[Path]
) -> None:
    if not classes:
        nested = next((f for f in folders if any(_images_in(p) for p in (data_dir / f).iterdir() if p.is_dir())), None)
        raise DataError(
            f"{data_dir} has no class folders with images",
            expected="DIR/<class>/*.{jpg,jpeg,png,bmp,tif,tiff}",
            received=f"{len(loose)} images directly in the folder"
            if loose
            else f"{len(folders)} folders without images",
            hint=f"--data {data_dir / nested}" if nested else "put the images of each class in a folder of its own",
        )
    if len(classes) == 1:
        raise DataError(
            f"{data_dir} has only one class folder with images",
            expected="at least two classes",
            received=classes[0],
            hint="check that --data is the folder above the classes",
        )  # fmt: skip
    poor = [f"{name} ({len(found[name])})" for name in classes if len(found[name]) < 2]
    if poor:
        raise DataError(
            f"too few images in class folders of {data_dir}: {', '.join(poor)}",
            expected="at least two images per class: one to train on, one held out",
        )


def load_files(
    classes: Sequence[str],
    ids: Sequence[str],
    labels: Sequence[int],
    files: Sequence[Path],
    shape: Input,
    *,
    skip_bad: bool = False,
    cache_dir: Path | None = None,
    progress: Progress = silent,
) -> Dataset:
    """Decode a list of files, with a cache keyed by the hash of every file and of the input settings.

    Raises:
        DataError: an image cannot be read (named) and `skip_bad` is not set, or a class has nothing left.
    """
    hashes = [sha256_file(path) for path in files]
    settings = [_CACHE_VERSION, PIL.__version__, shape.height, shape.width, shape.channels]
    listing = [*zip(ids, hashes, labels, strict=True)]
    key = hashlib.sha256(json.dumps([settings, list(classes), listing, skip_bad]).encode()).hexdigest()
    cache = None if cache_dir is None else cache_dir / f"images-{key[:32]}.npz"
    if cache is not None:
        known = _read_cache(cache, tuple(classes))
        if known is not None:
            return known
    results = _decode_all(ids, files, shape, skip_bad, progress)
    good = [i for i, result in enumerate(results) if isinstance(result, Decoded)]
    decoded = [result for result in results if isinstance(result, Decoded)]
    dataset = Dataset(
        tuple(classes),
        tuple(ids[i] for i in good),
        np.array([labels[i] for i in good], dtype=np.int64),
        np.stack([d.pixels for d in decoded]) if decoded else np.zeros((0, shape.height, shape.width, 1), np.uint8),
        tuple(d.sha256 for d in decoded),
        tuple(d.content for d in decoded),
        np.stack([d.thumb for d in decoded]) if decoded else np.zeros((0, THUMB, THUMB), np.uint8),
        tuple(result for result in results if isinstance(result, Skipped)),
    )
    if cache is not None:
        _write_cache(cache, dataset)
    return dataset


def _decode_all(
    ids: Sequence[str], files: Sequence[Path], shape: Input, skip_bad: bool, progress: Progress
) -> list[Decoded | Skipped]:
    def one(index: int) -> Decoded | Skipped:
        try:
            return decode(files[index], shape.height, shape.width, shape.channels, name=str(files[index]))
        except DataError as bad:
            if skip_bad:
                return Skipped(ids[index], bad.message)
            raise

    results: list[Decoded | Skipped] = []
    progress("data", 0, len(files))
    # Pillow warns about damaged metadata; damaged pixels raise an error when they are read.
    with warnings.catch_warnings(), ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        warnings.simplefilter("ignore")
        try:
            for done, result in enumerate(pool.map(one, range(len(files))), start=1):
                results.append(result)
                if done % 32 == 0 or done == len(files):
                    progress("data", done, len(files))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return results


def _phantoms(data: Data, shape: Input, progress: Progress) -> Dataset:
    made = phantom.generate(
        data.images, shape.height, shape.width, seed=data.generator_seed, difficulty=data.difficulty, progress=progress
    )
    images = np.repeat(made.images[..., None], shape.channels, axis=3)
    hashes = tuple(hashlib.sha256(image.tobytes()).hexdigest() for image in made.images)
    names = phantom.CLASSES
    ids = tuple(f"{names[label]}/phantom-{i:05d}" for i, label in enumerate(made.labels.tolist()))
    thumbs = phantom.thumbnails(made.images, THUMB)
    return Dataset(names, ids, made.labels, images, hashes, hashes, thumbs, synthetic=True)


def _write_cache(path: Path, data: Dataset) -> None:
    stream = BytesIO()
    skipped = [[s.id, s.reason] for s in data.skipped]
    text = json.dumps({"ids": data.ids, "sha256": data.sha256, "content": data.content, "skipped": skipped})
    np.savez(stream, images=data.images, labels=data.labels, thumbs=data.thumbs, text=np.array(text))
    atomic_write(path, stream.getvalue(), private=True)


def _read_cache(path: Path, classes: tuple[str, ...]) -> Dataset | None:
    """A cached data set; None if there is none or it is damaged (it is then decoded again)."""
    try:
        archive = read_archive(path)
        images, labels, thumbs = archive["images"], archive["labels"], archive["thumbs"]
        text = json.loads(str(archive["text"]))
        ids, sha256, content = (tuple(text[name]) for name in ("ids", "sha256", "content"))
        skipped = tuple(Skipped(*pair) for pair in text["skipped"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if not len(images) == len(labels) == len(thumbs) == len(ids) == len(sha256) == len(content):
        return None
    return Dataset(classes, ids, labels, images, sha256, content, thumbs, skipped)
