"""``convert``: a Keras model of the user's own → int8 .tflite, calibrated on a folder of images and compared."""

from __future__ import annotations

import dataclasses
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.dataset import load_dataset
from mcu_toolkit.data.predictions import Predictions
from mcu_toolkit.data.predictions import save as save_predictions
from mcu_toolkit.data.preprocess import normalization as find_normalization
from mcu_toolkit.data.preprocess import to_int8 as to_int8_pixels
from mcu_toolkit.data.split import FILE as SPLIT_FILE
from mcu_toolkit.data.split import divide, write_split
from mcu_toolkit.errors import DataError, ModelError
from mcu_toolkit.progress import Progress, silent
from mcu_toolkit.recipe import Recipe, to_toml
from mcu_toolkit.records.codec import write
from mcu_toolkit.records.manifest import write_manifest
from mcu_toolkit.records.train import ParameterCounts, QuantizationMode, TrainRecord
from mcu_toolkit.train import modes, predict
from mcu_toolkit.train.augment import plain_batches
from mcu_toolkit.train.backend import backend, quiet
from mcu_toolkit.train.export import Int8Runner, border, log_probabilities, run_int8, to_int8, with_softmax
from mcu_toolkit.train.record import train_record
from mcu_toolkit.train.run import METRICS_FILE, MODEL_FILE, PREDICTIONS_FILE, RECIPE_FILE, gather
from mcu_toolkit.train.teacher import Material
from mcu_toolkit.workspace import atomic_dir, atomic_write, sha256_file

Float = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ConvertResult:
    """Result of a conversion: the run folder, the int8 model in it, and its metrics.json (stages float and int8)."""

    run_dir: Path
    model: Path
    record: TrainRecord


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
    int8_runner: Int8Runner | None = None,
    compare: tuple[str, ...] = (),
) -> ConvertResult:
    """Quantize a trained classifier and measure the loss of accuracy.

    The input size and channels are those of the model. The images are divided as a recipe would (duplicate-aware,
    stratified, from `seed`): the training part calibrates, the held-out part is compared. `run_dir` becomes a run
    folder as `train` makes it, so that ``build``, ``eval`` and ``bench`` work on it.

    Args:
        model_path: a Keras 2 ``.h5`` or ``.keras`` file or a SavedModel folder; batch of images in, class scores out.
        data_dir: folder of class folders, as many as the model has outputs.
        run_dir: folder to fill.
        normalization: how the model was fed: a key of `data.preprocess.NORMALIZATIONS`.
        calibration_images: how many images set the ranges.
        seed: of the division; the seed of the record.
        progress: as `train`.
        skip_bad: as `train`.
        cache_dir: as `train`.
        command: recorded in the manifest.
        int8_runner: as `train`.
        compare: further quantization modes to put beside (`modes.MODES`); their figures are in `modes` of the record.

    Raises:
        ModelError: unreadable; a Keras 3 model (with what to do); not one image in and one vector of scores out.
        DataError: images, or a class count that is not the model's.
        TrainError: TensorFlow missing; operators that do not convert to int8.
    """
    model = load_keras(model_path)
    height, width, channels = _image_shape(model, model_path)
    recipe = _recipe(model_path, (height, width, channels), normalization, calibration_images, seed)
    data = load_dataset(recipe, data_dir, skip_bad=skip_bad, cache_dir=cache_dir, progress=progress)
    outputs = int(model.output_shape[-1])
    if len(data.class_names) != outputs:
        raise DataError(
            f"{data_dir} has {len(data.class_names)} classes, the model has {outputs} outputs",
            expected=f"{outputs} class folders, in the order of the outputs when sorted by name",
            received=", ".join(data.class_names),
        )
    division = divide(data, recipe.split)
    material = gather(data, division)
    how = find_normalization(normalization)
    progress("export", 0, 1)
    scores = predict.logits(model, material.held_out, how, 32)
    probable = bool((scores >= 0).all() and np.abs(scores.sum(axis=1) - 1).max() < 1e-3)
    whole = model if probable else with_softmax(model)
    chosen = material.train[
        np.linspace(0, len(material.train) - 1, min(calibration_images, len(material.train))).astype(int)
    ]
    calibration = list(plain_batches(chosen, how, 32))
    content = to_int8(whole, calibration)
    where = border(content)
    fed = to_int8_pixels(material.held_out, where.input_scale, where.input_zero_point, how)
    stages = {
        "float": np.log(np.maximum(scores, 1e-12)).astype(np.float32) if probable else scores,
        "int8": log_probabilities((int8_runner or run_int8)(content, fed), where),
    }
    found = Predictions(data.class_names, material.held_out_ids, material.held_out_labels, stages)
    record = train_record(
        recipe,
        data,
        division,
        found,
        content,
        oracle=int8_runner is not None,
        parameters=ParameterCounts(int(model.count_params())),
        macs=predict.macs(model),
        float_bytes=model_path.stat().st_size if model_path.is_file() else None,
        modes=_compare(whole, compare, calibration, material, how),
    )
    progress("export", 1, 1)
    with atomic_dir(run_dir) as folder:
        atomic_write(folder / RECIPE_FILE, to_toml(recipe))
        write_split(folder / SPLIT_FILE, data, division, data_dir)
        save_predictions(folder / PREDICTIONS_FILE, found)
        write(folder / METRICS_FILE, record)
        atomic_write(folder / MODEL_FILE, content)
        inputs = {"model": sha256_file(model_path)} if model_path.is_file() else {}
        write_manifest(folder, command, inputs=inputs, versions=backend().versions)
    return ConvertResult(run_dir, run_dir / MODEL_FILE, record)


def _compare(
    model: Any, wanted: tuple[str, ...], calibration: list[Float], material: Material, how: Any
) -> list[QuantizationMode]:
    rows = []
    for mode in wanted:
        content = modes.export(model, mode, calibration)
        outputs = modes.run(content, np.concatenate(list(plain_batches(material.held_out, how))))
        rows.append(QuantizationMode(mode, len(content), predict.accuracy(outputs, material.held_out_labels)))
    return rows


def load_keras(path: Path) -> Any:
    """A Keras 2 model from a file or folder.

    Raises:
        ModelError: missing, unreadable, or saved by Keras 3.
    """
    if not path.exists():
        raise ModelError(f"cannot read the model {path}: there is no such file", hint="check the path")
    version = saved_version(path)
    if version is not None and version.startswith("3"):
        raise ModelError(
            f"{path} was saved by Keras 3, which TensorFlow's quantization tools cannot read",
            expected="a model saved by Keras 2 (package tf-keras)",
            received=f"Keras {version}",
            hint="build the same network in tf_keras (TF_USE_LEGACY_KERAS=1), load the weights, and save it with "
            "model.save('model.h5')",
        )
    modules = backend()
    try:
        with quiet():
            model = modules.keras.models.load_model(path, compile=False)
    except Exception as bad:  # a damaged file can raise any error of h5py, zipfile, protobuf or Keras
        raise ModelError(
            f"{path} cannot be read as a Keras model: {str(bad).splitlines()[0] if str(bad) else type(bad).__name__}",
            expected="a Keras 2 .h5 or .keras file, or a SavedModel folder that Keras wrote",
            hint="custom layers and functions are not supported; save the model with model.save('model.h5')",
        ) from bad
    if not hasattr(model, "layers"):
        raise ModelError(
            f"{path} is a SavedModel that Keras did not write", expected="a Keras 2 model", hint="save it as .h5"
        )
    return model


def saved_version(path: Path) -> str | None:
    """Version of Keras that wrote a file; None where it is not recorded."""
    try:
        if path.is_file() and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return str(json.loads(archive.read("metadata.json"))["keras_version"])
        if path.is_file() and path.read_bytes()[:4] == b"\x89HDF":
            import h5py

            with h5py.File(path, "r") as file:
                found = file.attrs.get("keras_version")
                return found.decode() if isinstance(found, bytes) else found
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None
    return None


def _image_shape(model: Any, path: Path) -> tuple[int, int, int]:
    shape, output = model.input_shape, model.output_shape
    fits = isinstance(shape, tuple) and len(shape) == 4 and None not in shape[1:] and shape[3] in (1, 3)
    if not fits or not isinstance(output, tuple) or len(output) != 2 or output[1] is None or output[1] < 2:
        raise ModelError(
            f"{path} is not an image classifier that can be converted",
            expected="one input [batch, height, width, 1 or 3] and one output [batch, classes]",
            received=f"input {shape}, output {output}",
        )
    return int(shape[1]), int(shape[2]), int(shape[3])


def _recipe(path: Path, shape: tuple[int, int, int], how: str, calibration_images: int, seed: int) -> Recipe:
    """The recipe of a conversion: preprocessing and division of the images."""
    base = Recipe()
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", path.stem).strip("-") or "model"
    find_normalization(how)
    height, width, channels = shape
    return dataclasses.replace(
        base,
        name=name,
        seed=seed,
        title=f"converted from {path.name}",
        input=dataclasses.replace(base.input, height=height, width=width, channels=channels, normalization=how),
        split=dataclasses.replace(base.split, seed=seed),
        distill=dataclasses.replace(base.distill, enabled=False),
        quant=dataclasses.replace(base.quant, scheme="ptq", calibration_images=calibration_images),
    )
