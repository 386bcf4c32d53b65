"""``convert``: a Keras model of the user's own → int8 .tflite, calibrated on a folder of images and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcu_toolkit.progress import Progress, silent


@dataclass(frozen=True)
class ConvertResult:
    """What a conversion gave: the model and metrics.json (schema ``mcutk.train/1``, stages float and int8)."""

    run_dir: Path
    model: Path
    metrics: Mapping[str, Any]
    class_names: tuple[str, ...]


def convert(
    model_path: Path,
    data_dir: Path,
    run_dir: Path,
    *,
    normalization: str = "unit",
    calibration_images: int = 256,
    seed: int = 1,
    progress: Progress = silent,
    skip_bad: bool = False,
    cache_dir: Path | None = None,
    command: str = "mcutk convert",
) -> ConvertResult:
    """Quantize a trained classifier and say what that cost.

    The input size and channels are those of the model. The images are divided as a recipe would (duplicate-aware,
    stratified, from `seed`): the training part calibrates, the held-out part is compared. `run_dir` becomes a run
    folder as `train` makes it, so that ``build``, ``eval`` and ``bench`` work on it.

    Args:
        model_path: a Keras 2 ``.h5`` or ``.keras`` file or a SavedModel folder; batch of images in, class scores out.
        data_dir: folder of class folders, as many as the model has outputs.
        run_dir: folder to fill.
        normalization: how the model was fed: a key of `data.preprocess.NORMALIZATIONS`.
        calibration_images: how many images set the ranges.
        seed: of the division.
        progress: as `train`.
        skip_bad: as `train`.
        cache_dir: as `train`.
        command: recorded in the manifest.

    Raises:
        ModelError: unreadable; a Keras 3 model (with what to do); not one image in and one vector of scores out.
        DataError: images, or a class count that is not the model's.
        TrainError: TensorFlow missing; operators that do not convert to int8.
    """
    raise NotImplementedError
