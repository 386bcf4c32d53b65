"""Quantize a Keras model to int8: calibrated on a folder of images, compared with the float model on others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mcu_toolkit.errors import DataError
from mcu_toolkit.records.state import remember
from mcu_toolkit.records.train import TrainRecord
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.samples import data_folder
from mcu_toolkit.workflow.train import oracle_runner


@dataclass(frozen=True)
class ConvertOptions:
    """Arguments of a conversion.

    Attributes:
        model: a Keras 2 ``.h5`` or ``.keras`` file, or a SavedModel folder.
        data: folder of class folders; by default the project's.
        normalization: preprocessing of pixels that the model was trained with: ``unit``, ``signed`` or ``raw``.
        calibration_images: training images that set the ranges of activations.
        seed: of the division of the images.
        compare: also measure float32, float16, dynamic-range and int16x8 models.
        skip_bad: leave out images that cannot be read.
    """

    model: Path
    data: Path | None = None
    normalization: str = "unit"
    calibration_images: int = 256
    seed: int = 1
    compare: bool = False
    skip_bad: bool = False


def convert(ctx: Context, options: ConvertOptions) -> TrainRecord:
    """Make a run folder from the model, as a training does, and remember it as the model trained last.

    Raises:
        DataError: no images, or another number of classes than the model has; ModelError: the model.
        TrainError: TensorFlow is missing, or an operator does not convert to int8.
    """
    from mcu_toolkit.train import convert as keras
    from mcu_toolkit.train.modes import MODES

    workspace = ctx.workspace
    folder = data_folder(workspace, options.data)
    if folder is None:
        raise DataError(
            "a conversion needs images to calibrate on", expected="--data DIR, with one folder per class in it"
        )
    run_dir = workspace.train_dir(options.model.stem)
    done = keras.convert(
        options.model,
        folder,
        run_dir,
        normalization=options.normalization,
        calibration_images=options.calibration_images,
        seed=options.seed,
        progress=ctx.progress,
        skip_bad=options.skip_bad,
        cache_dir=workspace.cache_dir("train"),
        command=ctx.command,
        int8_runner=oracle_runner,
        compare=tuple(mode for mode in MODES if mode != "int8") if options.compare else (),
    )
    remember(workspace, train=run_dir.name)
    return done.record
