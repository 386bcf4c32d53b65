"""Weights in few bits: what is unpacked is the table that the kernel packed, for every variant and kind of weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mcu_toolkit.compiler.call import ConstArray, Packed, StructValue
from mcu_toolkit.compiler.fewbit import Lanes, encode, takes_few_values
from mcu_toolkit.compiler.kernels import conv_dsp, conv_mve, conv_portable, depthwise_dsp, depthwise_mve, fc_dsp, fc_mve
from mcu_toolkit.compiler.layer import ConvKernel, ConvKind, ConvLayer
from mcu_toolkit.targets.isa import DSP, MVE, PORTABLE
from mcu_toolkit.targets.target import Target
from tests.support.conv_layers import make_layer
from tests.support.fewbit_models import KINDS, weights

MODULES = (conv_portable, conv_dsp, depthwise_dsp, fc_dsp, conv_mve, depthwise_mve, fc_mve)
TARGETS = (Target(PORTABLE, "cortex-m0"), Target(DSP, "cortex-m4"), Target(MVE, "cortex-m55"))


def layers(kind: str) -> list[ConvLayer]:
    """A layer of each operator, of odd sizes, whose weights are of one of `KINDS`."""
    rng = np.random.default_rng(7)
    dense = make_layer(ConvKind.CONV, (1, 1, 70), 29, (1, 1), rounding="relu")
    made = [
        make_layer(ConvKind.CONV, (6, 7, 21), 19, (3, 3), rounding="relu"),
        make_layer(ConvKind.CONV, (6, 7, 40), 32, (1, 1), rounding="relu"),
        make_layer(ConvKind.DEPTHWISE, (6, 7, 64), 64, (3, 3), rounding="relu"),
        make_layer(ConvKind.DEPTHWISE, (6, 7, 64), 64, (5, 5), rounding="relu"),
        replace(dense, kind=ConvKind.FULLY_CONNECTED),
    ]
    axes = [2 if layer.kind is ConvKind.DEPTHWISE else 0 for layer in made]
    return [
        replace(layer, weights=weights(rng, kind, layer.weights.shape, axis))
        for layer, axis in zip(made, axes, strict=True)
    ]


def unpacked(packed: Packed) -> bytes:
    """What the C function writes (``mcutk_unpack.h``, ``mcutk_unpack_strip_dsp.h``)."""
    fields = dict(packed.arguments.fields)
    if packed.function == "mcutk_unpack_strip_dsp":
        return _strip(fields)
    table = fields.pop("table")
    assert isinstance(table, StructValue)
    fields |= dict(table.fields)
    bits, coded, rows = fields["bits"], fields["coded"], fields["rows"]
    codes = _codes(fields["codes"], bits)[: rows * coded].reshape(rows, coded, 4)
    if packed.function == "mcutk_unpack_grid":
        values = codes * fields["step"]
    else:
        lists = np.resize(fields["lists"].values, (coded, 4))
        each = fields["values"].values.reshape(1 if fields["values_step"] == 0 else rows, -1, 1 << bits)
        values = np.stack([each[row % len(each)][lists, codes[row]] for row in range(rows)]).astype(np.int64)
    words = ((values << np.array([0, 8, 16, 24])).sum(axis=2) + fields["add"] & 0xFFFFFFFF) ^ fields["flip"]
    plain = np.zeros((rows, 0), np.int64) if fields["plain"] is None else fields["plain"].values.astype(np.int64)
    head = fields["head"]
    return np.concatenate([plain[:, :head], words, plain[:, head:]], axis=1).astype("<u4").tobytes()


def _codes(array: ConstArray, bits: int) -> np.ndarray:
    """The codes of each coded word: [words, 4]."""
    words = np.stack([array.values >> bits * j for j in range(8 // bits)], axis=1).reshape(-1)
    return np.stack([words >> 8 * k & (1 << bits) - 1 for k in range(4)], axis=1).astype(np.int64)


def _strip(fields: dict) -> bytes:
    channels, bits = fields["channels"], fields["bits"]
    taps = _codes(fields["codes"], bits)[: 2 * channels].reshape(channels, 8)
    last = _codes(fields["last"], bits).reshape(-1)[:channels, None]
    by_tap = np.concatenate([taps, last], axis=1)
    order = [*depthwise_dsp.StripCoding._TAPS, (2, 2)]
    table = by_tap[:, [order.index(tap) for tap in depthwise_dsp._ORDER]].reshape(channels, 3, 4)
    words = ((table * fields["step"] << np.array([0, 8, 16, 24])).sum(axis=2) + fields["add"]) ^ 0x80808080
    return np.concatenate([words, fields["biases"].values.astype(np.int64)[:, None]], axis=1).astype("<u4").tobytes()


def tables(variant: ConvKernel, kind: str) -> list[ConstArray]:
    """The tables of weights of the layers that a variant accepts."""
    targets = [target for target in TARGETS if target.isa is variant.isa]
    accepted = [layer for layer in layers(kind) if any(variant.accepts(layer, target) for target in targets)]
    fields = [value for layer in accepted for _, value in variant.params(layer).fields]
    return [value for value in fields if isinstance(value, ConstArray) and value.coding is not None]


@pytest.mark.parametrize("kind", KINDS)
def test_the_unpacked_table_is_the_packed_one(kind: str) -> None:
    functions = set()
    for variant in (variant for module in MODULES for variant in module.VARIANTS):
        for table in tables(variant, kind):
            packed = encode(table)
            if packed is None:
                continue
            functions.add(packed.function)
            plain = np.ascontiguousarray(table.values).tobytes()
            assert unpacked(packed)[: len(plain)] == plain, (variant.name, packed.function)
            assert packed.bytes <= 0.8 * packed.plain_bytes
    form = "values" if kind.startswith("list") else "grid"
    assert f"mcutk_unpack_{form}" in functions


def test_half_and_a_quarter_of_a_large_table() -> None:
    rng = np.random.default_rng(3)
    for kind, share in (("grid 4", 0.5), ("grid 2", 0.25)):
        packed = encode(ConstArray("weights", "int8_t", weights(rng, kind, (64, 256), 0), coding=Lanes()))
        assert packed is not None and packed.bytes == share * 64 * 256


def test_ordinary_weights_stay_as_they_are() -> None:
    rows = np.random.default_rng(5).integers(-127, 128, (16, 64)).astype(np.int8)
    assert not takes_few_values(rows)
    assert encode(ConstArray("weights", "int8_t", rows, coding=Lanes())) is None


def test_a_table_without_an_order_stays_as_it_is() -> None:
    assert encode(ConstArray("weights", "int8_t", np.zeros((16, 64), np.int8))) is None
