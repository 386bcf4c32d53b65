"""Generated headers and linker script: macros, and the notation of their values."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from mcu_toolkit import wire
from mcu_toolkit.boards import Board, list_boards, load_board
from mcu_toolkit.device.model_header import model_header, tensor_info
from mcu_toolkit.device.sources import config_header, linker_script
from mcu_toolkit.graph.ir import DType, Graph, Quant, Tensor
from tests.support.device import TinyModel, tiny_model


def macros(text: bytes) -> dict[str, str]:
    """Name → value of every macro of a header, comments removed."""
    found = re.findall(r"^#define (\w+)(?:\(\w+\))? (.*?)(?: /\*.*)?$", text.decode(), re.MULTILINE)
    return dict(found)


@pytest.mark.parametrize("board", list_boards(), ids=lambda b: b.id)
def test_addresses_are_hexadecimal_and_rates_decimal(board: Board) -> None:
    values = macros(config_header(board))
    for name, value in board.hal.defines.items():
        assert int(values[name].rstrip("u"), 0) == value
        assert values[name].startswith("0x") == (value >= 0x1000 and not name.endswith("_HZ"))
    assert values["MCUTK_BOARD"] == f'"{board.id}"'
    assert values["MCUTK_CLOCK_HZ"] == f"{board.timing.clock_hz}u"


def test_the_configuration_of_a_board_does_not_depend_on_the_model() -> None:
    assert b"MODEL_SHA256" not in config_header(load_board("qemu-m4"))
    assert b"_INPUT_" not in config_header(load_board("qemu-m4"))


def test_caches_come_from_the_descriptor() -> None:
    board = load_board("qemu-m7")
    assert macros(config_header(board))["MCUTK_CACHES"] == "0"
    board = replace(board, core=replace(board.core, caches=True))
    assert macros(config_header(board))["MCUTK_CACHES"] == "1"


def test_a_sketch_has_no_linker_script_that_places_the_arena() -> None:
    board = load_board("nano33")
    assert macros(config_header(board))["MCUTK_ARENA_SECTION"] == "1"
    assert macros(config_header(board, bare_metal=False))["MCUTK_ARENA_SECTION"] == "0"


def test_the_header_of_a_model() -> None:
    values = macros(model_header(tiny_model()))
    assert values["mcutk_model_invoke"] == "model_invoke"
    assert values["MCUTK_INPUT_BYTES"] == "400u"


def test_the_header_describes_the_tensors_as_the_hello_reply_does() -> None:
    quant = Quant(np.array([0.25], np.float32), np.array([7], np.int64))
    tensors = (
        Tensor("a", (1, 3), DType.UINT8, quant),
        Tensor("b", (), DType.FLOAT32),
        Tensor("c", (1, 2), DType.INT16),
    )
    graph = Graph("several", tensors, (), (0, 1), (2,), "00" * 32)
    text = model_header(TinyModel(graph, {}, {}, name="net")).decode()
    table = text[text.index("MCUTK_MODEL_TENSORS") : text.index("/* Inputs: ")]
    infos = [tensor_info(tensor) for tensor in tensors]
    assert infos[0] == wire.TensorInfo("uint8", 3, 0.25, 7, (1, 3))
    expected = bytes([2, 1]) + b"".join(wire.build_tensor(info) for info in infos)
    assert bytes(int(value, 16) for value in re.findall(r"0x[0-9a-f]{2}", table)) == expected
    assert "input 1: uint8 1x3, scale 0.25, zero point 7" in table and "input 2: float32 scalar" in table


def test_several_tensors_are_sent_as_one_block() -> None:
    quant = Quant(np.array([0.25], np.float32), np.array([7], np.int64))
    tensors = tuple(Tensor(name, (1, count), DType.INT8, quant) for name, count in (("a", 3), ("b", 5), ("c", 2)))
    graph = Graph("several", tensors, (), (0, 1), (2,), "00" * 32)
    text = model_header(TinyModel(graph, {}, {}, name="net"))
    assert macros(text)["MCUTK_INPUT_BYTES"] == "8u"
    assert b"{(uint8_t *)net_input(arena), 3u}" in text and b"{(uint8_t *)net_input2(arena), 5u}" in text
    assert b"{(const uint8_t *)net_output(arena), 2u}" in text


def test_the_linker_script_holds_the_memory_map() -> None:
    board = load_board("netduinoplus2")
    text = linker_script(board, board.memory.flash_bytes, board.memory.ram_bytes).decode()
    assert "FLASH (rx)  : ORIGIN = 0x08000000, LENGTH = 0x100000" in text
    assert "RAM   (rwx) : ORIGIN = 0x20000000, LENGTH = 0x20000" in text
