"""Parameter structs of convolution kernels: Python writes the members of the C struct, in their order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from mcu_toolkit.assets import asset_dir
from mcu_toolkit.compiler.call import ConstArray, FieldValue, StructValue
from mcu_toolkit.compiler.kernels import (
    conv_dsp,
    conv_mve,
    conv_portable,
    depthwise_dsp,
    depthwise_mve,
    fc_dsp,
    fc_mve,
    winograd,
    winograd_dsp,
)
from mcu_toolkit.compiler.layer import ConvKernel, ConvKind, ConvLayer
from mcu_toolkit.targets.isa import DSP, MVE, PORTABLE
from mcu_toolkit.targets.target import Optimize, Target
from tests.support.conv_layers import make_layer

KERNELS = asset_dir("firmware") / "kernels"
MODULES = (conv_portable, conv_dsp, depthwise_dsp, fc_dsp, winograd, winograd_dsp, conv_mve, depthwise_mve, fc_mve)
VARIANTS: tuple[ConvKernel, ...] = tuple(variant for module in MODULES for variant in module.VARIANTS)
TARGETS = (
    Target(PORTABLE, "cortex-m0"),
    Target(DSP, "cortex-m4"),
    Target(DSP, "cortex-m4", Optimize.SPEED),
    Target(MVE, "cortex-m55"),
)


@cache
def structs() -> dict[str, list[tuple[str, str]]]:
    """Name of a struct in a kernel header → (type, name) of its members."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in KERNELS.rglob("*.h"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for body, name in re.findall(r"typedef struct \{([^{}]*)\} (\w+);", text):
            assert name not in found, f"two headers define {name}; a model may include both"
            found[name] = [member for line in body.split(";") for member in members(line.strip())]
    return found


def members(declaration: str) -> Iterator[tuple[str, str]]:
    """Members that a declaration such as ``int16_t pad_top, pad_left`` makes; a pointer's type ends in `` *``."""
    match = re.match(r"((?:const )?\w+)\s+(.*)", declaration)
    for name in match[2].split(",") if match else ():
        bare = re.sub(r"\[.*", "", name.strip())
        pointer = bare.startswith("*")
        assert match is not None
        yield (match[1] + " *" if pointer else match[1]), bare.lstrip("*")


def layers() -> Iterator[ConvLayer]:
    """Layers such that every variant accepts at least one."""
    for rounding in ("relu", "linear", "any"):
        for shape, out_c, kernel, stride in (
            ((5, 5, 16), 20, (3, 3), (1, 1)),
            ((5, 5, 16), 7, (1, 1), (1, 1)),
            ((5, 5, 16), 8, (1, 1), (1, 1)),
        ):
            yield make_layer(ConvKind.CONV, shape, out_c, kernel, stride, rounding=rounding)
        for kernel, stride in (
            ((3, 3), (1, 1)),
            ((3, 3), (2, 2)),
            ((5, 5), (1, 1)),
            ((5, 5), (2, 2)),
            ((2, 3), (1, 2)),
        ):
            yield make_layer(ConvKind.DEPTHWISE, (7, 8, 8), 8, kernel, stride, rounding=rounding)
        dense = replace(
            make_layer(ConvKind.CONV, (1, 2, 20), 30, (1, 1), rounding=rounding), kind=ConvKind.FULLY_CONNECTED
        )
        yield dense
        yield replace(dense, multiplier=dense.multiplier * 0 + dense.multiplier[-1], shift=dense.shift * 0 - 9)


def accepted(variant: ConvKernel) -> ConvLayer:
    """A layer that the variant accepts."""
    targets = [target for target in TARGETS if target.isa is variant.isa]
    return next(layer for layer in layers() if any(variant.accepts(layer, target) for target in targets))


def assert_matches(ctype: str, value: StructValue) -> None:
    """Check that fields and struct members have the same names and order, and tables the types of the pointers."""
    declared = structs()[ctype]
    assert [name for name, _ in value.fields] == [name for _, name in declared], ctype
    for (name, field), (member, _) in zip(value.fields, declared, strict=True):
        assert_field(ctype, name, field, member)


def assert_field(ctype: str, name: str, field: FieldValue, member: str) -> None:
    if isinstance(field, StructValue):
        assert_matches(member, field)
    elif isinstance(field, ConstArray):
        assert member == f"const {field.ctype} *", f"{ctype}.{name}"
        if field.values.dtype.names:
            assert list(field.values.dtype.names) == [part for _, part in structs()[field.ctype]]
    else:
        assert not member.endswith("*"), f"{ctype}.{name}"


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_fields_are_the_members_of_the_struct(variant: ConvKernel) -> None:
    made = variant.params(accepted(variant))
    assert_matches(made.ctype, StructValue(made.fields))


def test_declarations_are_parsed_as_c_does() -> None:
    assert list(members("const int8_t *weights")) == [("const int8_t *", "weights")]
    assert list(members("int16_t pad_top, pad_left")) == [("int16_t", "pad_top"), ("int16_t", "pad_left")]
    assert list(members("int32_t bias[4]")) == [("int32_t", "bias")]


def test_incomplete_channel_groups_are_filled_with_zeros() -> None:
    layer = make_layer(ConvKind.CONV, (3, 3, 4), 6, (1, 1), rounding="any")
    groups = conv_mve.channel_groups(layer, any_shift=True).values.tolist()
    bias, left, _, right = (np.array(member).reshape(-1) for member in zip(*groups, strict=True))
    assert bias.tolist() == [*layer.bias.tolist(), 0, 0]
    assert (left + right).tolist() == [*layer.shift.tolist(), 0, 0]
