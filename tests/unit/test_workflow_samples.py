"""Inputs of a model: test images, a folder of images, or random bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.errors import ConfigError, DataError
from mcu_toolkit.workflow import samples
from mcu_toolkit.workflow.compiled import read_graph
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.samples import SampleChoice
from mcu_toolkit.workflow.sources import ModelSource
from tests.support.mlperf import reference_input
from tests.support.models import tiny_model, write_images
from tests.support.tflite_writer import SubgraphSpec, write_model


def source(path: Path | None = None, **shape: int) -> ModelSource:
    """A small model file that the user passes."""
    return ModelSource("file", path or Path("tiny.tflite"), tiny_model(**shape))


def test_random_inputs_come_from_the_public_generator(ctx: Context) -> None:
    model = source()
    found = samples.open_samples(ctx, model, read_graph(model), SampleChoice(random=2, seed=5))
    assert found.inputs[0].shape == (2, 8, 8, 1)
    np.testing.assert_array_equal(found.inputs[0][1].reshape(-1), reference_input(6, 64))
    assert found.block.shape == (2, 64)
    assert (found.ids, found.random_seed, found.truth) == (("seed 5", "seed 6"), 5, None)


def test_a_model_file_without_images_gets_random_inputs_and_a_note(ctx: Context, notes: list[str]) -> None:
    model = source()
    found = samples.open_samples(ctx, model, read_graph(model), SampleChoice())
    assert found.random_seed == 1 and len(found.ids) == samples.DEFAULT_RANDOM
    assert "--data DIR" in "\n".join(notes)


def test_images_of_the_project_are_used_for_a_model_file(ctx: Context) -> None:
    write_images(ctx.workspace.root / "images")
    (ctx.workspace.root / "mcutk.toml").write_text('data = "images"\n', encoding="utf-8")
    model = source()
    found = samples.open_samples(ctx, model, read_graph(model), SampleChoice())
    assert found.truth is not None and found.truth.class_names == ("a", "b", "c")
    assert found.inputs[0].shape == (12, 8, 8, 1)


def test_pixels_are_quantized_as_the_input_of_the_model(ctx: Context) -> None:
    folder = write_images(ctx.workspace.root / "images", side=8)
    model = source()
    found = samples.open_samples(ctx, model, read_graph(model), SampleChoice(data=folder))
    assert found.images is not None
    assert (found.inputs[0].astype(int) == found.images.astype(int) - 128).all()


def test_a_different_number_of_classes_is_refused(ctx: Context) -> None:
    folder = write_images(ctx.workspace.root / "images", classes=("a", "b"))
    model = source()
    with pytest.raises(DataError, match="2 classes, the model has 3 outputs"):
        samples.open_samples(ctx, model, read_graph(model), SampleChoice(data=folder))


def test_an_unreadable_image_is_named_and_skipped_only_when_asked(ctx: Context, notes: list[str]) -> None:
    folder = write_images(ctx.workspace.root / "images")
    (folder / "b" / "1.png").write_bytes(b"not an image")
    model = source()
    graph = read_graph(model)
    with pytest.raises(DataError, match=r"1\.png"):
        samples.open_samples(ctx, model, graph, SampleChoice(data=folder))
    found = samples.open_samples(ctx, model, graph, SampleChoice(data=folder, skip_bad=True))
    assert len(found.ids) == 11
    assert "1.png" in "\n".join(notes)


def border_model(dtype: str) -> bytes:
    """A model whose input is of another type than int8."""
    g = SubgraphSpec()
    quant = {} if dtype == "float32" else {"scale": [0.1], "zero_point": [0]}
    image, output = g.tensor((1, 4), dtype, **quant), g.tensor((1, 4), scale=[0.1], zero_point=[0])
    g.node("QUANTIZE", [image], [output])
    g.inputs, g.outputs = [image], [output]
    return write_model(g)


@pytest.mark.parametrize(
    ("dtype", "scale", "zero_point"), [("uint8", 1 / 255, 0), ("uint8", 1 / 127.5, 127), ("int16", 1 / 255, 0)]
)
def test_pixels_are_quantized_to_the_type_of_the_input(ctx: Context, dtype: str, scale: float, zero_point: int) -> None:
    folder = write_images(ctx.workspace.root / "images", side=8)
    model = ModelSource("file", Path("m.tflite"), image_model(dtype, scale, zero_point))
    found = samples.open_samples(ctx, model, read_graph(model), SampleChoice(data=folder))
    assert found.images is not None and found.inputs[0].dtype == dtype
    assert (found.inputs[0] == found.images).all()  # uint8: as they are, whatever the quantization


def test_pixels_are_normalized_for_a_float_input(ctx: Context) -> None:
    folder = write_images(ctx.workspace.root / "images", side=8)
    model = ModelSource("file", Path("m.tflite"), image_model("float32", 1 / 255, -128))
    found = samples.open_samples(ctx, model, read_graph(model), SampleChoice(data=folder))
    assert found.images is not None
    np.testing.assert_array_equal(found.inputs[0], (found.images / 255).astype(np.float32))


def image_model(dtype: str, scale: float, zero_point: int) -> bytes:
    """A classifier of 8x8 grey images into three classes, with a QUANTIZE from another type."""
    g = SubgraphSpec()
    quant = {} if dtype == "float32" else {"scale": [scale], "zero_point": [zero_point]}
    image, pixels = g.tensor((1, 8, 8, 1), dtype, **quant), g.tensor((1, 8, 8, 1), scale=[1 / 255], zero_point=[-128])
    g.node("QUANTIZE", [image], [pixels])
    scores = g.tensor((1, 3), scale=[0.5], zero_point=[0])
    g.node("FULLY_CONNECTED", [pixels, g.const(np.ones((3, 64), np.int8), "int8", scale=[0.1])], [scores])
    g.inputs, g.outputs = [image], [scores]
    return write_model(g)


def test_images_for_a_model_without_an_image_input_are_refused(ctx: Context) -> None:
    folder = write_images(ctx.workspace.root / "images")
    model = ModelSource("file", Path("m.tflite"), border_model("int8"))
    with pytest.raises(DataError, match="takes no images") as caught:
        samples.open_samples(ctx, model, read_graph(model), SampleChoice(data=folder))
    assert "--random" in str(caught.value)


@pytest.mark.parametrize("other", [{"data": Path("images")}, {"limit": 3}])
def test_random_inputs_cannot_be_combined_with_images(other: dict[str, Path | int]) -> None:
    with pytest.raises(ConfigError, match="--random cannot be combined with --data or --limit"):
        SampleChoice(random=2, **other)  # type: ignore[arg-type]
