"""Inputs of `bench`, `evaluate` and `verify`: test images, a folder of images, or random bytes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data import predictions
from mcu_toolkit.data.testset import TestSet, open_testset
from mcu_toolkit.errors import ConfigError, DataError, ModelError
from mcu_toolkit.graph.ir import DType, Graph, Tensor
from mcu_toolkit.recipe import load, shipped
from mcu_toolkit.records.manifest import checked_artefact
from mcu_toolkit.report.classification import Truth
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.settings import load_settings
from mcu_toolkit.workflow.sources import SHIPPED_RECIPE, ModelSource
from mcu_toolkit.workspace import Workspace

#: Random inputs that a model without test images is benched on.
DEFAULT_RANDOM = 20
PREDICTIONS = "predictions.npz"


@dataclass(frozen=True, eq=False)
class Samples:
    """Inputs of a model.

    Attributes:
        ids: one name per sample.
        inputs: int8 [N, *input shape without the batch].
        truth: labels and class names; None for random inputs.
        images: uint8 [N, H, W, C] for the report; None for random inputs.
        float_logits: float32 [N, classes] of the float network; None where they are not known.
        output_scale, output_zero_point: quantization of the model's output.
        random_seed: seed of the first random input.
        recipe: id of the recipe of the images; None where there is none.
        synthetic: whether the images were generated; None for random inputs.
    """

    ids: tuple[str, ...]
    inputs: npt.NDArray[np.int8]
    truth: Truth | None = None
    images: npt.NDArray[np.uint8] | None = None
    float_logits: npt.NDArray[np.float32] | None = None
    output_scale: float = 1.0
    output_zero_point: int = 0
    random_seed: int | None = None
    recipe: str | None = None
    synthetic: bool | None = None


@dataclass(frozen=True)
class SampleChoice:
    """Arguments that choose the inputs of a model.

    Attributes:
        data: the folder that the model was trained on, where it has moved; or images for a model file.
        limit: only so many images, in the same proportions of the classes.
        random: number of random inputs to use instead of images.
        seed: seed of the first random input.
        skip_bad: leave out images that cannot be read.
    """

    data: Path | None = None
    limit: int | None = None
    random: int | None = None
    seed: int = 1
    skip_bad: bool = False

    def __post_init__(self) -> None:
        if self.random is not None and (self.data is not None or self.limit is not None):
            raise ConfigError("--random cannot be combined with --data or --limit")


def input_tensor(graph: Graph) -> Tensor:
    """The int8 input of a model to which samples are streamed.

    Raises:
        ModelError: it has several inputs, or takes another type.
    """
    if len(graph.inputs) != 1:
        raise ModelError(
            f"the model has {len(graph.inputs)} inputs", expected="one: samples are streamed to a single input"
        )
    tensor = graph.tensors[graph.inputs[0]]
    if tensor.dtype is not DType.INT8:
        raise ModelError(
            f"the model's input '{tensor.name}' is {tensor.dtype.value}",
            expected="int8 in and out",
            hint="convert it with full integer quantization: mcutk convert MODEL --data DIR",
        )
    return tensor


def random_samples(graph: Graph, count: int, seed: int) -> Samples:
    """Random inputs of the public generator, from the seeds `seed`, `seed` + 1, …"""
    from mcu_toolkit.device.inputs import random_input

    tensor = input_tensor(graph)
    rows = [random_input(seed + i, tensor.elements) for i in range(count)]
    inputs = np.stack(rows).reshape(count, *tensor.shape[1:])
    scale, zero_point = graph.tensors[graph.outputs[0]].border_quant
    ids = tuple(f"seed {seed + i}" for i in range(count))
    return Samples(ids, inputs, output_scale=scale, output_zero_point=zero_point, random_seed=seed)


def open_samples(ctx: Context, source: ModelSource, graph: Graph, choice: SampleChoice) -> Samples:
    """The inputs for a model: random ones if `choice` says so, else its test images.

    For a model file without images (no `--data`, no `data` in mcutk.toml) random inputs are used: outputs are
    compared byte for byte, but there is no accuracy.

    Raises:
        DataError: no images, or they do not fit the model.
        ModelError: the model's input is not one int8 tensor.
    """
    if choice.random is not None:
        return random_samples(graph, choice.random, choice.seed)
    input_tensor(graph)  # refuses a model to which samples cannot be streamed
    if source.kind == "file" and data_folder(ctx.workspace, choice.data) is None:
        ctx.note(
            f"no test images belong to {source.path.name}: streaming {DEFAULT_RANDOM} random inputs "
            "(--random N; --data DIR for images of your own)"
        )
        return random_samples(graph, choice.limit or DEFAULT_RANDOM, choice.seed)
    testset = _testset(ctx, source, graph, choice)
    if choice.limit is not None:
        testset = testset.subset(choice.limit)
    return samples_from(testset, source, graph)


def data_folder(workspace: Workspace, given: Path | None) -> Path | None:
    """The image folder given, else the project's."""
    if given is not None:
        return given
    listed = load_settings(workspace).data
    return Path(listed) if listed is not None else None


def _testset(ctx: Context, source: ModelSource, graph: Graph, choice: SampleChoice) -> TestSet:
    cache = ctx.workspace.cache_dir("images")
    if source.run_dir is not None:
        return open_testset(source.run_dir, choice.data, cache_dir=cache)
    if source.kind == "shipped" and choice.data is None:
        return open_testset(load(shipped()[SHIPPED_RECIPE]), None, cache_dir=cache)
    folder = data_folder(ctx.workspace, choice.data)
    assert folder is not None  # open_samples streams random inputs otherwise
    return folder_testset(ctx, folder, graph, skip_bad=choice.skip_bad)


def folder_testset(
    ctx: Context,
    folder: Path,
    graph: Graph,
    *,
    class_names: tuple[str, ...] = (),
    normalization: str = "unit",
    skip_bad: bool = False,
) -> TestSet:
    """Every image of a folder of class folders, for a model that was not trained on them.

    Args:
        class_names: in the order of the outputs; by default the folders in the order of their names.
        normalization: preprocessing of pixels in training.

    Raises:
        DataError: no such folder, images that cannot be read, or more or fewer classes than outputs.
    """
    from dataclasses import replace

    from mcu_toolkit.data.dataset import load_dataset
    from mcu_toolkit.data.preprocess import normalization as find_normalization
    from mcu_toolkit.recipe import Recipe

    tensor = input_tensor(graph)
    if len(tensor.shape) != 4 or tensor.shape[3] not in {1, 3}:
        raise DataError(
            f"the model takes no images: its input is {list(tensor.shape)}",
            expected="[1, H, W, 1] or [1, H, W, 3]",
            hint="--random 20 streams random inputs",
        )
    _, height, width, channels = tensor.shape
    base = Recipe(name="folder")
    recipe = replace(
        base,
        data=replace(base.data, source="folder", classes=class_names),
        input=replace(base.input, height=height, width=width, channels=channels, normalization=normalization),
    )
    found = load_dataset(
        recipe, folder, skip_bad=skip_bad, cache_dir=ctx.workspace.cache_dir("images"), progress=ctx.progress
    )
    for left_out in found.skipped:
        ctx.note(f"skipped {left_out.id}: {left_out.reason}")
    outputs = graph.tensors[graph.outputs[0]].elements
    if len(found.class_names) != outputs:
        raise DataError(
            f"{folder} has {len(found.class_names)} classes, the model has {outputs} outputs",
            expected=f"{outputs} class folders, in the order of the outputs when sorted by name",
            received=", ".join(found.class_names),
        )
    labels = tuple(int(label) for label in found.labels)
    return TestSet(found.class_names, found.ids, labels, found.images, find_normalization(normalization))


def samples_from(
    testset: TestSet, source: ModelSource, graph: Graph, *, float_logits: npt.NDArray[np.float32] | None = None
) -> Samples:
    """A test set, preprocessed and quantized for the model.

    Args:
        float_logits: of the float network; by default those that the training run recorded.

    Raises:
        DataError: size or classes are not the model's.
    """
    tensor, output = input_tensor(graph), graph.tensors[graph.outputs[0]]
    shape = testset.images.shape[1:]
    if tuple(shape) != tuple(tensor.shape[1:]):
        raise DataError(
            "the test images do not fit the model", expected=str(list(tensor.shape[1:])), received=str(list(shape))
        )
    if len(testset.class_names) != output.elements:
        raise DataError(
            "the classes of the test images do not fit the model",
            expected=f"{output.elements} outputs",
            received=", ".join(testset.class_names),
        )
    logits = float_logits if float_logits is not None else _float_logits(source, testset.ids)
    floats = logits.argmax(axis=1).astype(np.int64) if logits is not None else None
    scale, zero_point = output.border_quant
    return Samples(
        ids=testset.ids,
        inputs=testset.int8(*tensor.border_quant),
        truth=Truth(testset.class_names, testset.labels, floats),
        images=testset.images,
        float_logits=logits,
        output_scale=scale,
        output_zero_point=zero_point,
        recipe=source.recipe or None,
        synthetic=testset.synthetic,
    )


def _float_logits(source: ModelSource, ids: tuple[str, ...]) -> npt.NDArray[np.float32] | None:
    """Outputs of the float network for these images, recorded by the training run; None where they are not."""
    path = (source.run_dir or source.path.parent) / PREDICTIONS
    if source.kind == "file" or not path.is_file():
        return None
    if source.run_dir is not None:
        checked_artefact(source.run_dir, PREDICTIONS, hint="mcutk train")
    found = predictions.load(path)
    rows = {name: i for i, name in enumerate(found.ids)}
    if "float" not in found.logits or any(name not in rows for name in ids):
        return None
    return found.logits["float"][[rows[name] for name in ids]]
