"""Conversions and class names of the generated code against NumPy and the preprocessing on the host."""

from __future__ import annotations

import ctypes
import re
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit import process
from mcu_toolkit.compiler.card import ModelCard
from mcu_toolkit.compiler.pipeline import compile_model
from mcu_toolkit.data.preprocess import NORMALIZATIONS, to_input
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.native import STRICT_FLAGS
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.targets.target import Target
from tests.support.golden_models import GOLDEN_MODELS
from tests.support.tflite_writer import SubgraphSpec, write_model

pytestmark = pytest.mark.skipif(process.find_tool("gcc") is None, reason="needs gcc")

TARGET = Target(PORTABLE, "host")
CTYPES = {"int8": ctypes.c_int8, "uint8": ctypes.c_uint8, "int16": ctypes.c_int16}


def library(folder: Path, data: bytes, name: str, card: ModelCard) -> ctypes.CDLL:
    """The generated folder as a shared library."""
    for file, content in compile_model(read_model(data), TARGET, name, card=card).files.items():
        (folder / file).write_bytes(content)
    sources = [str(path) for path in sorted(folder.glob("*.c"))]
    process.run(["gcc", *STRICT_FLAGS, "-O1", "-shared", "-fPIC", "-o", str(folder / "model.so"), *sources])
    return ctypes.CDLL(str(folder / "model.so"))


def relu_model(dtype: str, scale: float, zero_point: int) -> bytes:
    """A model whose input and output have the given quantization."""
    g = SubgraphSpec()
    g.inputs.append(g.tensor((1, 4), dtype, scale=[scale], zero_point=[zero_point], name="in"))
    middle = g.tensor((1, 4), scale=[0.1], zero_point=[3], name="middle")
    g.node("QUANTIZE", g.inputs, [middle])
    out = g.tensor((1, 4), dtype, scale=[scale], zero_point=[zero_point], name="out")
    g.node("QUANTIZE", [middle], [out])
    g.outputs.append(out)
    return write_model(g)


@pytest.mark.parametrize("normalization", list(NORMALIZATIONS))
@pytest.mark.parametrize(
    ("dtype", "scale", "zero_point"),
    [("int8", 1 / 255, -128), ("int8", 0.0137, -7), ("int8", 1.5, 100), ("uint8", 1 / 255, 0), ("uint8", 2**-7, 127),
     ("int16", 2**-15, 0)],
)  # fmt: skip
def test_every_pixel_equals_the_hosts(
    normalization: str, dtype: str, scale: float, zero_point: int, tmp_path: Path
) -> None:
    made = library(tmp_path, relu_model(dtype, scale, zero_point), "net", ModelCard((), normalization))
    made.net_quantize_pixel.restype = CTYPES[dtype]
    made.net_quantize_pixel.argtypes = [ctypes.c_uint8]
    found = [made.net_quantize_pixel(pixel) for pixel in range(256)]
    pixels, how = np.arange(256, dtype=np.uint8), NORMALIZATIONS[normalization]
    assert found == to_input(pixels, np.dtype(dtype), float(np.float32(scale)), zero_point, how).tolist()


def test_a_float_input_has_its_normalization_in_the_header(tmp_path: Path) -> None:
    g = SubgraphSpec()
    g.inputs, g.outputs = [g.tensor((1, 4), "float32", name="in")], [g.tensor((1, 4), scale=[0.1], zero_point=[3])]
    g.node("QUANTIZE", g.inputs, g.outputs)
    files = compile_model(read_model(write_model(g)), TARGET, "net", card=ModelCard((), "signed")).files
    header = files["net.h"].decode()
    assert '"in": float32 [1, 4]; real values' in header and "#define NET_INPUT_TYPE float\n" in header
    assert "NET_INPUT_NORMALIZATION_OFFSET 127.5" in header and "quantize_pixel" not in header
    assert "float *net_input(void *arena);" in header


def test_the_header_places_each_tensor_in_its_block() -> None:
    g = SubgraphSpec()
    kinds = (("int8", 3), ("uint8", 5), ("int16", 4))
    g.inputs = [g.tensor((1, width), kind, scale=[0.5], zero_point=[0]) for kind, width in kinds]
    g.outputs = [g.tensor((1, width), scale=[0.25], zero_point=[1]) for _, width in kinds]
    for source, result in zip(g.inputs, g.outputs, strict=True):
        g.node("QUANTIZE", [source], [result])
    header = compile_model(read_model(write_model(g)), TARGET, "net").files["net.h"].decode()
    values = dict(re.findall(r"#define (NET_(?:IN|OUT)PUT\w+) (\S+)", header))
    offsets = [values[f"NET_INPUT{suffix}_OFFSET"] for suffix in ("", "2", "3")]
    assert offsets == ["0", "3", "8"] and values["NET_INPUTS_BYTES"] == "16"
    assert [values[f"NET_INPUT{suffix}_TYPE"] for suffix in ("", "2", "3")] == ["int8_t", "uint8_t", "int16_t"]
    assert (values["NET_OUTPUT3_OFFSET"], values["NET_OUTPUTS_BYTES"]) == ("8", "12")


@pytest.mark.parametrize(
    ("dtype", "scale", "zero_point"),
    [("int8", 1 / 255, -128), ("int8", 0.1, 5), ("int8", 2.0, 127), ("uint8", 1 / 255, 0), ("uint8", 0.05, 255)],
)
def test_reals_are_rounded_and_clamped_as_in_numpy(dtype: str, scale: float, zero_point: int, tmp_path: Path) -> None:
    made = library(tmp_path, relu_model(dtype, scale, zero_point), "net", ModelCard())
    ctype = CTYPES[dtype]
    made.net_quantize_input.restype = ctype
    made.net_quantize_input.argtypes = [ctypes.c_float]
    step = np.float32(scale)
    generator = np.random.default_rng(1)
    halves = (np.arange(-300, 300) + 0.5).astype(np.float32) * step  # ties, or one float step next to a tie
    reals = np.concatenate(
        [
            halves,
            np.nextafter(halves, np.float32(np.inf)),
            np.nextafter(halves, np.float32(-np.inf)),
            generator.normal(0, 100 * scale, 3000).astype(np.float32),
            np.float32([0.0, -0.0, 1e30, -1e30, np.inf, -np.inf, 1e-40]),
        ]
    )
    steps = reals.astype(np.float64) / float(step)
    rounded = np.sign(steps) * np.floor(np.abs(steps) + 0.5) + zero_point
    limits = np.iinfo(dtype)
    expected = np.clip(rounded, limits.min, limits.max).astype(dtype)
    found = [made.net_quantize_input(float(real)) for real in reals]
    np.testing.assert_array_equal(np.array(found, dtype), expected)
    assert made.net_quantize_input(float("nan")) == limits.min


@pytest.mark.parametrize(("dtype", "scale", "zero_point"), [("int8", 1 / 256, -128), ("uint8", 0.1, 7)])
def test_outputs_are_converted_to_reals(dtype: str, scale: float, zero_point: int, tmp_path: Path) -> None:
    made = library(tmp_path, relu_model(dtype, scale, zero_point), "net", ModelCard())
    made.net_dequantize_output.restype = ctypes.c_float
    made.net_dequantize_output.argtypes = [CTYPES[dtype]]
    limits = np.iinfo(dtype)
    values = np.arange(limits.min, limits.max + 1)
    expected = np.float32(scale) * (values - zero_point).astype(np.float32)
    found = [made.net_dequantize_output(int(q)) for q in values]
    np.testing.assert_array_equal(np.float32(found), expected)


def test_class_names_are_utf8(tmp_path: Path) -> None:
    names = ("glioma", "größe?", 'a "b"', "\\n")
    made = library(tmp_path, GOLDEN_MODELS["separable"](), "net", ModelCard(names, "unit"))
    made.net_class_name.restype = ctypes.c_char_p
    assert tuple(made.net_class_name(i).decode() for i in range(4)) == names
    assert made.net_class_name(-1) == made.net_class_name(4) == b""


def test_a_card_that_does_not_fit_is_refused() -> None:
    graph = read_model(GOLDEN_MODELS["separable"]())
    with pytest.raises(ConfigError, match="class names do not fit"):
        compile_model(graph, TARGET, card=ModelCard(("one", "two")))
    with pytest.raises(ConfigError, match="normalization"):
        compile_model(graph, TARGET, card=ModelCard((), "sideways"))
