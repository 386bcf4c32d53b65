"""Steps as C text: typed pointers into the arena, parameter structs, comments."""

from __future__ import annotations

import re

import pytest

from mcu_toolkit.compiler.pipeline import Compiled, compile_model
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.targets.isa import ISAS, PORTABLE
from mcu_toolkit.targets.target import Target
from tests.support.golden_models import GOLDEN_MODELS
from tests.support.randmodels import MAKERS, random_graph_model, register_all
from tests.support.tflite_writer import SubgraphSpec, write_model

register_all()


def compiled(data: bytes, isa: str = PORTABLE.id) -> Compiled:
    return compile_model(read_model(data), Target(ISAS[isa], "cortex-m4"), "net")


@pytest.mark.parametrize("isa", list(ISAS))
@pytest.mark.parametrize("op", sorted(MAKERS))
def test_no_untyped_pointer_and_no_decimal_word_of_weights(op: str, isa: str) -> None:
    """Every operator and instruction set: no cast to void *, tables in hexadecimal, lines of at most 120 characters."""
    files = compiled(random_graph_model(1, ops=(op,), nodes=2), isa).files
    code, weights = files["net.c"].decode(), files["net_weights.c"].decode()
    assert not re.search(r"\((const )?void \*\)[\w(&]", code)
    tables = re.sub(r"/\*.*?\*/", "", weights, flags=re.DOTALL).split(" = {")[1:]
    for table in tables:
        words = re.findall(r"(?<![\w.])-?\d[\w.]*", table.split("};")[0])
        assert [word for word in words if not re.match(r"-?(0x[0-9a-f]+u?$|\d{1,2}$|.*f$)", word)] == []
    assert max(len(line) for line in (code + weights).splitlines()) <= 120


def test_a_step_shows_shapes_addresses_macs_kernel_and_full_name() -> None:
    code = compiled(GOLDEN_MODELS["residual"]()).files["net.c"].decode()
    comment = code[code.index("/* CONV_2D: t3") : code.index("static void op01_conv_2d")]
    assert "t3 1x6x6x4 @" in comment and "-> t6 1x6x6x4 @" in comment and "5184 MACs" in comment
    assert "mcutk_conv_" in comment
    assert r'"gr\u00f6\u00dfe\u005cn#include"' in comment


def test_long_names_of_all_outputs_are_not_cut() -> None:
    names = ["x" * 200, "/".join("block" for _ in range(60))]
    g = SubgraphSpec()
    g.inputs.append(g.tensor((1, 4, 4, 2), scale=[0.1], name="in"))
    axis = g.const([3], "int32", name="axis")
    parts = [g.tensor((1, 4, 4, 1), scale=[0.1], name=name) for name in names]
    g.node("SPLIT", [axis, *g.inputs], parts, (0, "i32", 2))
    g.outputs += parts
    code = compiled(write_model(g)).files["net.c"].decode()
    joined = re.sub(r"\n \* +", "", code)
    assert all(f'"{name}"' in joined for name in names)


def test_numbers_that_belong_together_share_a_line() -> None:
    code = compiled(GOLDEN_MODELS["residual"]()).files["net.c"].decode()
    assert re.search(r"^ +\.in_h = 6, \.in_w = 6, \.in_c = 4,$", code, re.MULTILINE)
    assert re.search(r"^ +\.out_zero_point = -128,$", code, re.MULTILINE)
    assert re.search(r"^ +\.a_multiplier = 0x[0-9a-f]{8}, \.a_shift = -?\d+,$", code, re.MULTILINE)
