"""Tables of the DSP kernel variants (firmware/kernels/dsp/mcutk_scales_dsp.h)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mcu_toolkit.compiler.kernels.conv_dsp import pack_gemm, pack_wide
from mcu_toolkit.compiler.kernels.fc_dsp import GROUP as FC_GROUP
from mcu_toolkit.compiler.kernels.fc_dsp import pack_scales
from mcu_toolkit.compiler.kernels.packing_dsp import Channels, Rounding, channel_scales, channels, group_scales
from mcu_toolkit.compiler.layer import ConvKind, ConvLayer
from tests.support.conv_layers import make_layer


def made(out_c: int, rounding: str = "linear") -> tuple[ConvLayer, Channels]:
    """A 1x1 convolution with 6 input channels, and its output channels."""
    layer = make_layer(ConvKind.CONV, (2, 2, 6), out_c, (1, 1), rounding=rounding, seed=out_c)
    found = channels(layer)
    assert found is not None and found.rounding.value == rounding
    return layer, found


def test_groups_of_scales_are_filled_with_zeros() -> None:
    _, found = made(5)
    table = group_scales(found)
    assert (table.ctype, len(table.values), table.is_weights) == ("mcutk_scales_dsp", 2, False)
    first, last = table.values
    assert first["multipliers"].tolist() == found.multiplier[:4].tolist()
    assert [first["right_shifts"] >> 8 * i & 0xFF for i in range(4)] == (-found.shift[:4] - 1).tolist()
    assert last["multipliers"].tolist() == [found.multiplier[4], 0, 0, 0]
    assert last["right_shifts"] == -found.shift[4] - 1


def test_scales_follow_the_order_of_channels() -> None:
    _, found = made(6)
    order = np.array([0, 1, 2, 3, 2, 3, 4, 5])  # the last group is the last four channels
    assert group_scales(found, order).values["multipliers"].reshape(-1).tolist() == found.multiplier[order].tolist()


def test_any_rounding_has_one_scale_per_channel() -> None:
    _, found = made(5, "any")
    table = channel_scales(found)
    assert (table.ctype, table.values["shift"].tolist()) == ("mcutk_scale_dsp", found.shift.tolist())


@pytest.mark.parametrize("out_c", [3, 8, 9])
def test_fully_connected_scales_are_shared_where_all_are_equal(out_c: int) -> None:
    layer, found = made(out_c)
    table = pack_scales(found)
    assert len(table.values) == -(-out_c // FC_GROUP) * FC_GROUP
    assert not table.values["multiplier"][out_c:].any()
    one = np.ones(out_c, np.int32)
    same = channels(replace(layer, multiplier=one * (3 << 29), shift=one * -9))
    assert same is not None and same.rounding is Rounding.LINEAR
    shared = pack_scales(same)
    assert shared.values.tolist() == [(3 << 29, 8)]


def test_weights_have_one_row_per_group() -> None:
    layer, found = made(5)
    narrow, wide = pack_gemm(layer, found), pack_wide(layer, found)
    assert narrow.values.shape == (2, 4 + 8) and wide.values.shape == (2, 4 + 16)  # 6 inputs are padded to 8
    bias = found.bias
    assert narrow.values[0, :2].astype(np.int32).tolist() == [256 * bias[0] + bias[1], bias[1]]
    assert wide.values[1, :4].astype(np.int32).tolist() == [bias[4], 0, 0, 0]
