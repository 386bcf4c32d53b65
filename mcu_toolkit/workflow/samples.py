"""Inputs of `bench`, `evaluate` and `verify`: test images, a folder of images, or random bytes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data import predictions
from mcu_toolkit.data.preprocess import UNIT, Normalization
from mcu_toolkit.data.testset import TestSet, open_testset
from mcu_toolkit.errors import ConfigError, DataError
from mcu_toolkit.graph.block import Block, join
from mcu_toolkit.graph.ir import Array, DType, Graph, Tensor
from mcu_toolkit.recipe import load, shipped
from mcu_toolkit.records.manifest import checked_artefact
from mcu_toolkit.report.classification import Truth
from mcu_toolkit.report.outputs import fits_classes
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
        ids: one name per sample: a file of the data, where there is one.
        aliases: one name per sample that says nothing about a patient: its number among the held-out images, which
            ``mcutk verify --sample`` takes too. Reports use these unless names are asked for.
        inputs: one array [N, *shape without the batch] per input of the model, of its type.
        truth: labels and class names; None for random inputs.
        images: uint8 [N, H, W, C] for the report; None for random inputs.
        float_logits: float32 [N, classes] of the float network; None where they are not known.
        random_seed: seed of the first random input.
        recipe: id of the recipe of the images; None where there is none.
        synthetic: whether the images were generated; None for random inputs.
    """

    ids: tuple[str, ...]
    aliases: tuple[str, ...]
    inputs: tuple[Array, ...]
    truth: Truth | None = None
    images: npt.NDArray[np.uint8] | None = None
    float_logits: npt.NDArray[np.float32] | None = None
    random_seed: int | None = None
    recipe: str | None = None
    synthetic: bool | None = None

    def names(self, *, real: bool) -> tuple[str, ...]:
        """One name per sample for reports; `real`: the file names."""
        return self.ids if real else self.aliases

    @property
    def block(self) -> Block:
        """uint8 [N, bytes]: the bytes of all inputs of each sample."""
        return join(self.inputs)


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


def random_samples(graph: Graph, count: int, seed: int) -> Samples:
    """Random inputs of the public generator, from the seeds `seed`, `seed` + 1, …"""
    from mcu_toolkit.device.inputs import random_inputs

    ids = tuple(f"seed {seed + i}" for i in range(count))
    return Samples(ids, ids, random_inputs(graph, count, seed), random_seed=seed)


def open_samples(ctx: Context, source: ModelSource, graph: Graph, choice: SampleChoice) -> Samples:
    """The inputs for a model: random ones if `choice` says so, else its test images.

    For a model file without images (no `--data`, no `data` in mcutk.toml) random inputs are used: outputs are
    compared byte for byte, but there is no accuracy.

    Raises:
        DataError: no images, or they do not fit the model.
    """
    if choice.random is not None:
        return random_samples(graph, choice.random, choice.seed)
    if source.kind == "file" and data_folder(ctx.workspace, choice.data) is None:
        ctx.note(
            f"no test images belong to {source.path.name}: streaming {DEFAULT_RANDOM} random inputs "
            "(--random N; --data DIR for images of your own)"
        )
        return random_samples(graph, choice.limit or DEFAULT_RANDOM, choice.seed)
    return samples_from(_testset(ctx, source, graph, choice), source, graph, limit=choice.limit)


def data_folder(workspace: Workspace, given: Path | None) -> Path | None:
    """The image folder given, else the project's."""
    if given is not None:
        return given
    listed = load_settings(workspace).data
    return Path(listed) if listed is not None else None


def _testset(ctx: Context, source: ModelSource, graph: Graph, choice: SampleChoice) -> TestSet:
    """The test images. They are decoded anew each time: a cache of them would be images that nobody asked to keep."""
    if source.run_dir is not None:
        return open_testset(source.run_dir, choice.data)
    if source.kind == "shipped" and choice.data is None:
        return open_testset(load(shipped()[SHIPPED_RECIPE]), None)
    folder = data_folder(ctx.workspace, choice.data)
    assert folder is not None  # open_samples streams random inputs otherwise
    return folder_testset(ctx, folder, graph, skip_bad=choice.skip_bad)


def folder_testset(
    ctx: Context,
    folder: Path,
    graph: Graph,
    *,
    class_names: tuple[str, ...] = (),
    normalization: str = "",
    skip_bad: bool = False,
) -> TestSet:
    """Every image of a folder of class folders, for a model that was not trained on them.

    Args:
        class_names: in the order of the outputs; by default the folders in the order of their names.
        normalization: preprocessing of pixels in training; where it is not known, a uint8 input takes the pixels
            as they are, and other inputs take 0…1.

    Raises:
        DataError: no such folder, images that cannot be read, or more or fewer classes than outputs.
    """
    from dataclasses import replace

    from mcu_toolkit.data.dataset import load_dataset
    from mcu_toolkit.data.preprocess import normalization as find_normalization
    from mcu_toolkit.recipe import Recipe

    tensor = image_input(graph)
    _, height, width, channels = tensor.shape
    base = Recipe(name="folder")
    recipe = replace(
        base,
        data=replace(base.data, source="folder", classes=class_names),
        input=replace(base.input, height=height, width=width, channels=channels),
    )
    found = load_dataset(recipe, folder, skip_bad=skip_bad, progress=ctx.progress)
    for left_out in found.skipped:
        ctx.note(f"skipped {left_out.id}: {left_out.reason}")
    output = graph.tensors[graph.outputs[0]]
    if not fits_classes(output, len(found.class_names)):
        raise DataError(
            f"{folder} has {len(found.class_names)} classes, the model has {output.elements} outputs",
            expected=f"{output.elements} class folders, in the order of the outputs when sorted by name",
            received=", ".join(found.class_names),
        )
    labels = tuple(int(label) for label in found.labels)
    how = find_normalization(normalization) if normalization else _assumed(tensor)
    return TestSet(found.class_names, found.ids, labels, found.images, how)


def image_input(graph: Graph) -> Tensor:
    """The input of a model that takes images.

    Raises:
        DataError: the model takes something else.
    """
    tensors = [graph.tensors[index] for index in graph.inputs]
    first = tensors[0]
    if len(tensors) > 1 or len(first.shape) != 4 or first.shape[0] != 1 or first.shape[3] not in {1, 3}:
        raise DataError(
            "the model takes no images: " + ", ".join(f"an input of {list(tensor.shape)}" for tensor in tensors),
            expected="one input [1, H, W, 1] or [1, H, W, 3]",
            hint="--random 20 streams random inputs",
        )
    return first


def _assumed(tensor: Tensor) -> Normalization:
    """Normalization of the pixels for a model that does not come from a training run."""
    if tensor.dtype is not DType.UINT8:
        return UNIT
    scale, zero_point = tensor.border_quant
    return Normalization(zero_point, 1 / scale)  # the pixels themselves, whatever the quantization


def samples_from(
    testset: TestSet,
    source: ModelSource,
    graph: Graph,
    *,
    limit: int | None = None,
    float_logits: npt.NDArray[np.float32] | None = None,
) -> Samples:
    """A test set, preprocessed and quantized for the model.

    Args:
        limit: only so many images, in the same proportions of the classes.
        float_logits: of the float network; by default those that the training run recorded.

    Raises:
        DataError: size or classes are not the model's.
    """
    number = {name: position for position, name in enumerate(testset.ids)}
    if limit is not None:
        testset = testset.subset(limit)
    tensor, output = image_input(graph), graph.tensors[graph.outputs[0]]
    shape = testset.images.shape[1:]
    if tuple(shape) != tuple(tensor.shape[1:]):
        raise DataError(
            "the test images do not fit the model", expected=str(list(tensor.shape[1:])), received=str(list(shape))
        )
    if not fits_classes(output, len(testset.class_names)):
        raise DataError(
            "the classes of the test images do not fit the model",
            expected=f"{output.elements} outputs",
            received=", ".join(testset.class_names),
        )
    logits = float_logits if float_logits is not None else _float_logits(source, testset.ids)
    floats = logits.argmax(axis=1).astype(np.int64) if logits is not None else None
    return Samples(
        ids=testset.ids,
        aliases=tuple(f"image {number[name]}" for name in testset.ids),
        inputs=(testset.inputs(tensor.dtype.numpy, *tensor.border_quant),),
        truth=Truth(testset.class_names, testset.labels, floats),
        images=testset.images,
        float_logits=logits,
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
