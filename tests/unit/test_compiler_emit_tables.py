"""Constant tables: equal tables are printed once; sizes, and how many bytes are weights."""

from __future__ import annotations

import numpy as np
import pytest

from mcu_toolkit.compiler.call import ConstArray
from mcu_toolkit.compiler.emit.tables import Tables
from mcu_toolkit.errors import CompileError


def test_equal_tables_are_printed_once_and_names_are_unique() -> None:
    tables = Tables("net")
    values = np.arange(6, dtype=np.int8).reshape(2, 3)
    first = tables.add(ConstArray("weights", "int8_t", values, layout="a row per output channel"), "op00", "step 0")
    assert tables.add(ConstArray("weights", "int8_t", values.copy()), "op01", "step 1") is first
    other = tables.add(ConstArray("weights", "int8_t", values + 1), "op00", "step 0")
    flat = tables.add(ConstArray("weights", "int8_t", values.reshape(-1)), "op02", "step 2")
    assert [table.symbol for table in tables.all] == ["net_op00_weights", "net_op00_weights_2", "net_op02_weights"]
    assert tables.all == (first, other, flat)
    assert first.comment == ("step 0; a row per output channel",)
    assert (first.count, first.bytes, first.weights_bytes, first.known_size) == (6, 6, 6, True)


def test_of_a_channel_table_only_the_biases_are_weights() -> None:
    tables = Tables("net")
    channels = tables.add(ConstArray("channels", "mcutk_channel", np.ones((5, 3), np.int32)), "op00", "step 0")
    assert (channels.count, channels.bytes, channels.weights_bytes, channels.known_size) == (5, 60, 20, False)
    groups = np.zeros(2, [("bias", np.int32, (4,)), ("multiplier", np.int32, (4,)), ("shift", np.int32, (4,))])
    table = tables.add(ConstArray("channels", "mcutk_mve_channels", groups), "op00", "step 0")
    assert (table.bytes, table.weights_bytes) == (96, 32)
    lookup = ConstArray("table", "uint8_t", np.zeros(256, np.uint8), is_weights=False)
    assert tables.add(lookup, "op01", "step 1").weights_bytes == 0


def test_structs_with_members_of_several_types() -> None:
    values = np.zeros(3, np.dtype([("right_shifts", np.uint32), ("multipliers", np.int32, 4)]))
    table = Tables("net").add(ConstArray("scales", "mcutk_scales", values, is_weights=False), "op00", "step 0")
    assert (table.count, table.bytes) == (3, 60)


def test_empty_tables_are_refused() -> None:
    with pytest.raises(CompileError, match="'weights' is empty"):
        Tables("net").add(ConstArray("weights", "int8_t", np.zeros((0, 3), np.int8)), "op00", "step 0")
