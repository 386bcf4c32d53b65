"""Inputs of a model: test images, a folder of images, or random bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.errors import ConfigError, DataError, ModelError
from mcu_toolkit.graph.reader import read_model
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
    assert found.inputs.shape == (2, 8, 8, 1)
    np.testing.assert_array_equal(found.inputs[1].reshape(-1), reference_input(6, 64))
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
    assert found.inputs.shape == (12, 8, 8, 1)


def test_pixels_are_quantized_as_the_input_of_the_model(ctx: Context) -> None:
    folder = write_images(ctx.workspace.root / "images", side=8)
    model = source()
    found = samples.open_samples(ctx, model, read_graph(model), SampleChoice(data=folder))
    assert found.images is not None
    assert (found.inputs.astype(int) == found.images.astype(int) - 128).all()


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


def test_a_float_input_is_refused() -> None:
    with pytest.raises(ModelError, match="float32") as caught:
        samples.input_tensor(read_model(border_model("float32")))
    assert "mcutk convert" in str(caught.value)


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
