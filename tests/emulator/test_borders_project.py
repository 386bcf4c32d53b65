"""Models with inputs and outputs of every type, and with variables, through every command on an emulated board."""

from __future__ import annotations

import shutil
import zlib
from pathlib import Path

import numpy as np
import pytest

import mcu_toolkit as mcutk
from mcu_toolkit.device.inputs import random_inputs
from mcu_toolkit.errors import ConfigError, ToolMissingError
from mcu_toolkit.graph.block import join
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.tflm import TflmRuntime
from tests.support.models import write_images
from tests.support.tflite_writer import SubgraphSpec, write_model

pytestmark = pytest.mark.skipif(
    shutil.which("qemu-system-arm") is None or shutil.which("arm-none-eabi-gcc") is None,
    reason="needs qemu-system-arm and arm-none-eabi-gcc",
)


def every_border() -> bytes:
    """float32, uint8 and int16 in; float32 scores, uint8, int16 and an int32 index out."""
    g = SubgraphSpec()
    quant = {"scale": [0.05], "zero_point": [3]}
    real = g.tensor((1, 48), "float32")
    image, pixels = g.tensor((1, 4, 4, 3), "float32"), g.tensor((1, 4, 4, 3), **quant)
    g.node("RESHAPE", [real], [image])
    g.node("QUANTIZE", [image], [pixels])
    weights = np.random.default_rng(5).integers(-127, 128, (5, 48)).astype(np.int8)
    logits = g.tensor((1, 5), scale=[0.1], zero_point=[-4])
    g.node("FULLY_CONNECTED", [pixels, g.const(weights, "int8", scale=[0.004])], [logits])
    bytes_in = g.tensor((1, 5), "uint8", scale=[0.1], zero_point=[128])
    wide_in = g.tensor((1, 5), "int16", scale=[2**-9], zero_point=[0])
    sums = [logits]
    for source in (bytes_in, wide_in):
        narrow, total = g.tensor((1, 5), **quant), g.tensor((1, 5), scale=[0.15], zero_point=[1])
        g.node("QUANTIZE", [source], [narrow])
        g.node("ADD", [sums[-1], narrow], [total], (0, "i8", 0))
        sums.append(total)
    scores, chances = g.tensor((1, 5), "float32"), g.tensor((1, 5), "float32")
    g.node("DEQUANTIZE", [sums[-1]], [scores])
    g.node("SOFTMAX", [scores], [chances], (0, "f32", 1.0))
    bytes_out = g.tensor((1, 5), "uint8", scale=[0.1], zero_point=[90])
    wide_out = g.tensor((1, 5), "int16", scale=[2**-7], zero_point=[0])
    g.node("QUANTIZE", [sums[1]], [bytes_out])
    g.node("QUANTIZE", [sums[1]], [wide_out])
    best = g.tensor((1,), "int32")
    g.node("ARG_MAX", [sums[-1], g.const(np.int32([1]), "int32")], [best], (0, "i8", 2))
    g.inputs, g.outputs = [real, bytes_in, wide_in], [chances, bytes_out, wide_out, best]
    return write_model(g)


def counter() -> bytes:
    """A variable to which each call adds the input."""
    g = SubgraphSpec()
    quant = {"scale": [0.1], "zero_point": [0]}
    data, handle = g.tensor((1, 6), **quant), g.tensor((1,), "resource")
    held, total, kept = (g.tensor((1, 6), **quant) for _ in range(3))
    g.node("VAR_HANDLE", [], [handle], (0, "text", ""), (1, "text", "state"))
    g.node("READ_VARIABLE", [handle], [held])
    g.node("ADD", [data, held], [total], (0, "i8", 0))
    g.node("RESHAPE", [total], [kept])
    g.node("ASSIGN_VARIABLE", [handle, total], [])
    g.inputs, g.outputs = [data], [kept]
    return write_model(g)


def checksums(data: bytes, count: int, seed: int, *, keep: bool) -> tuple[str, ...]:
    """CRC-32 of all outputs of TensorFlow Lite Micro's interpreter for random inputs."""
    try:
        runtime = TflmRuntime(data)
    except ToolMissingError as missing:
        pytest.skip(missing.message)
    outputs = join(runtime.run_all(random_inputs(read_model(data), count, seed), keep_state=keep))
    return tuple(f"{zlib.crc32(row.tobytes()):08x}" for row in outputs)


@pytest.mark.parametrize("board", ["qemu-m4", "qemu-m55"])
def test_every_command_serves_every_type(board: str, project: Path) -> None:
    (project / "m.tflite").write_bytes(every_border())
    made = mcutk.Project(project)
    record = made.inspect("m.tflite")
    assert record.supported
    assert [border.dtype for border in record.inputs] == ["float32", "uint8", "int16"]
    assert [border.dtype for border in record.outputs] == ["float32", "uint8", "int16", "int32"]
    made.build(board, model="m.tflite")
    made.flash()
    bench = made.bench(random=4, seed=9)
    assert bench.mismatches == 0 and bench.stream is None
    assert made.verify(random_seed=2).mismatch is None
    assert set(made.evaluate("m.tflite", random=3).mismatches.values()) == {0}
    assert bench.outputs_crc32 == checksums(every_border(), 4, 9, keep=False)


def test_a_sequence_keeps_the_variables(project: Path) -> None:
    (project / "m.tflite").write_bytes(counter())
    made = mcutk.Project(project)
    made.build("qemu-m4", model="m.tflite")
    made.flash()
    alone, sequence = made.bench(random=5), made.bench(random=5, stream=True)
    assert alone.mismatches == sequence.mismatches == 0
    assert alone.outputs_crc32 is not None and sequence.outputs_crc32 is not None
    assert alone.outputs_crc32[0] == sequence.outputs_crc32[0]
    assert all(a != b for a, b in zip(alone.outputs_crc32[1:], sequence.outputs_crc32[1:], strict=True))
    assert sequence.outputs_crc32 == checksums(counter(), 5, 1, keep=True)
    assert sequence.stream is not None and sequence.stream.tflm_mismatches == 0


def test_a_model_without_variables_is_no_sequence(project: Path) -> None:
    (project / "m.tflite").write_bytes(every_border())
    made = mcutk.Project(project)
    made.build("qemu-m4", model="m.tflite")
    made.flash()
    with pytest.raises(ConfigError, match="this model has none"):
        made.bench(random=2, stream=True)


@pytest.mark.parametrize(("dtype", "output"), [("float32", "float32"), ("uint8", "int16"), ("uint8", "int32")])
def test_images_are_classified_whatever_the_types(dtype: str, output: str, project: Path) -> None:
    g = SubgraphSpec()
    quant = {} if dtype == "float32" else {"scale": [1 / 255], "zero_point": [0]}
    image, pixels = g.tensor((1, 8, 8, 1), dtype, **quant), g.tensor((1, 8, 8, 1), scale=[1 / 255], zero_point=[-128])
    g.node("QUANTIZE", [image], [pixels])
    weights = np.random.default_rng(2).integers(-127, 128, (3, 64)).astype(np.int8)
    logits = g.tensor((1, 3), scale=[0.05], zero_point=[0])
    g.node("FULLY_CONNECTED", [pixels, g.const(weights, "int8", scale=[0.003])], [logits])
    if output == "int32":
        out = g.tensor((1,), "int32")
        g.node("ARG_MAX", [logits, g.const(np.int32([1]), "int32")], [out], (0, "i8", 2))
    else:
        out = g.tensor((1, 3), output, **({} if output == "float32" else {"scale": [2**-8], "zero_point": [0]}))
        g.node("DEQUANTIZE" if output == "float32" else "QUANTIZE", [logits], [out])
    g.inputs, g.outputs = [image], [out]
    (project / "m.tflite").write_bytes(write_model(g))
    folder = write_images(project / "images", side=8)
    made = mcutk.Project(project)
    made.build("qemu-m4", model="m.tflite")
    made.flash()
    bench, evaluation = made.bench(data=folder), made.evaluate("m.tflite", data=folder)
    assert bench.mismatches == 0 and set(evaluation.mismatches.values()) == {0}
    assert bench.accuracy.labelled == 12
    assert bench.accuracy.device == bench.accuracy.host_int8 == evaluation.accuracy.int8
