"""Images: memory map, vector table, sizes, models that do not fit, and the files after a failed build."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from elftools.elf.elffile import ELFFile

from mcu_toolkit.boards import Board, list_boards, load_board
from mcu_toolkit.device import firmware, sketch
from mcu_toolkit.device.toolchain import Toolchain
from mcu_toolkit.errors import FitError, ToolFailedError, ToolMissingError, WorkspaceError
from mcu_toolkit.records.build import BorderTensor, BuildRecord, ModelOrigin
from mcu_toolkit.records.manifest import read_manifest, write_manifest
from mcu_toolkit.targets.target import Optimize
from mcu_toolkit.workspace import read_json
from tests.support.device import WEIGHTS, TinyModel, build_tiny, tiny_model

pytestmark = pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="needs arm-none-eabi-gcc")
BOARDS = list_boards()


class Built(NamedTuple):
    """A board, a build folder and its record."""

    board: Board
    folder: Path
    made: BuildRecord


@pytest.fixture(scope="module", params=BOARDS, ids=lambda b: b.id)
def image(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp(request.param.id) / "build"
    return Built(request.param, folder, build_tiny(request.param, folder))


def symbols(elf: Path) -> dict[str, int]:
    with elf.open("rb") as stream:
        table = ELFFile(stream).get_section_by_name(".symtab")
        return {symbol.name: symbol["st_value"] for symbol in table.iter_symbols()}


def test_vector_table(image: Built) -> None:
    """Top of the stack, reset, faults and the interrupts of the HAL; all handlers are Thumb code in flash."""
    board, folder, _ = image
    memory = board.memory
    raw = (folder / "firmware.bin").read_bytes()
    count = 16 + board.hal.defines["UART_IRQ"] + 1
    vectors = struct.unpack_from(f"<{count}I", raw)
    names = symbols(folder / "firmware.elf")
    assert names["hal_vectors"] == memory.flash_origin
    # VTOR needs the table aligned to its size rounded up to a power of two, and to at least 128 bytes.
    assert memory.flash_origin % max(128, 1 << (4 * count - 1).bit_length()) == 0
    assert vectors[0] == memory.ram_origin + memory.stack_bytes == names["link_stack_top"]
    assert vectors[0] % 8 == 0
    assert vectors[1] == names["hal_reset_handler"] | 1
    for used in (2, 3, 4, 5, 6, 11, 14, 15, count - 1):
        assert vectors[used] & 1
        assert memory.flash_origin < vectors[used] < memory.flash_origin + len(raw)
    assert vectors[15] == names["hal_systick_handler"] | 1
    assert vectors[-1] == names["hal_uart_handler"] | 1


def test_memory_map(image: Built) -> None:
    """Stored sections are in flash, writable sections in RAM, and the sizes add up."""
    board, folder, made = image
    memory = board.memory
    with (folder / "firmware.elf").open("rb") as stream:
        elf = ELFFile(stream)
        assert elf["e_machine"] == "EM_ARM"
        assert elf["e_entry"] == symbols(folder / "firmware.elf")["hal_reset_handler"] | 1
        stored = [s for s in elf.iter_segments("PT_LOAD") if s["p_filesz"]]
        ends = [(s["p_paddr"], s["p_paddr"] + s["p_filesz"]) for s in stored]
        sections = [s for s in elf.iter_sections() if s["sh_flags"] & 2 and s["sh_size"]]
        for section in sections:
            start, end = section["sh_addr"], section["sh_addr"] + section["sh_size"]
            in_flash = memory.flash_origin <= start and end <= memory.flash_origin + memory.flash_bytes
            in_ram = memory.ram_origin <= start and end <= memory.ram_origin + memory.ram_bytes
            assert in_flash or in_ram, section.name
            assert in_ram or not section["sh_flags"] & 1, f"{section.name} is writable and in flash"
    flash, ram = made.memory.flash, made.memory.ram
    assert min(start for start, _ in ends) == memory.flash_origin
    assert flash.total == max(end for _, end in ends) - memory.flash_origin
    assert flash.total == (folder / "firmware.bin").stat().st_size
    assert flash.total == flash.engine + flash.weights + flash.other
    assert ram.total == ram.arena + ram.static + ram.stack
    assert (flash.weights, flash.tables) == (len(WEIGHTS), 0)
    assert (ram.arena, ram.stack) == (512, memory.stack_bytes)
    assert flash.total <= flash.limit == memory.flash_bytes


def test_the_application_stays_small(image: Built) -> None:
    """Start-up code, HAL, link and bench application together."""
    assert image.made.memory.flash.other <= 4096


def test_hex_is_the_binary_at_its_address(image: Built) -> None:
    board, folder, _ = image
    content: dict[int, int] = {}
    base = 0
    for line in (folder / "firmware.hex").read_text().splitlines():
        record = bytes.fromhex(line[1:])
        assert sum(record) & 0xFF == 0
        size, offset, kind = record[0], int.from_bytes(record[1:3], "big"), record[3]
        data = record[4 : 4 + size]
        if kind == 0:
            content.update({base + offset + i: byte for i, byte in enumerate(data)})
        elif kind in (2, 4):
            base = int.from_bytes(data, "big") << (4 if kind == 2 else 16)
    raw = (folder / "firmware.bin").read_bytes()
    assert content.items() <= {board.memory.flash_origin + i: byte for i, byte in enumerate(raw)}.items()
    assert min(content) == board.memory.flash_origin and max(content) == board.memory.flash_origin + len(raw) - 1


def test_reading_a_build_back(image: Built) -> None:
    _, folder, made = image
    assert firmware.read_build(folder) == made


def test_start_up_code_with_caches(tmp_path: Path) -> None:
    """No shipped board has caches yet; the code that turns them on compiles and is in the image."""
    board = load_board("qemu-m7")
    build_tiny(replace(board, core=replace(board.core, caches=True)), tmp_path / "on")
    build_tiny(board, tmp_path / "off")
    sizes = [(tmp_path / name / "firmware.bin").stat().st_size for name in ("on", "off")]
    assert sizes[0] > sizes[1] + 40


def test_build_record(tmp_path: Path) -> None:
    folder, origin = tmp_path / "b", ModelOrigin("shipped", "net.tflite", recipe="phantom")
    made = build_tiny(load_board("qemu-m4"), folder, model_bytes=b"TFL3", origin=origin, optimize=Optimize.SPEED)
    assert read_json(folder / "build.json")["schema"] == "mcutk.build/3"
    assert (made.board, made.optimize, made.name, made.model.origin) == ("qemu-m4", "speed", "model", origin)
    assert made.model.inputs == (BorderTensor("in", "int8", (1, 20, 20, 1), 0.5, -3),)
    assert [(layer.index, layer.operator, layer.macs) for layer in made.layers] == [
        (0, "FULLY_CONNECTED", 1600),
        (1, "LOGISTIC", 0),
    ]
    assert (made.macs, made.memory.ram.no_overlap) == (1600, 408)
    assert made.toolchain.startswith("arm-none-eabi-gcc ")
    assert (folder / "model.tflite").read_bytes() == b"TFL3"
    artefacts = read_manifest(folder).artefacts
    assert {"firmware.elf", "firmware.hex", "firmware.bin", "build.json", "src/model.c"} <= set(artefacts)
    assert artefacts["firmware.elf"] == made.firmware_sha256


def test_same_model_gives_the_same_image_in_any_folder(tmp_path: Path) -> None:
    board = load_board("qemu-m4")
    one = build_tiny(board, tmp_path / "a")
    two = build_tiny(board, tmp_path / "somewhere" / "else")
    assert one.firmware_sha256 == two.firmware_sha256
    image = (tmp_path / "a" / "firmware.elf").read_bytes()
    assert str(tmp_path).encode() not in image
    assert b"/firmware/" not in image


@pytest.mark.parametrize("board_id", ["stm32vldiscovery", "nano33"])
def test_a_model_that_does_not_fit_leaves_no_file(tmp_path: Path, board_id: str) -> None:
    board = load_board(board_id)
    fat = tiny_model(arena_bytes=board.memory.ram_bytes)
    with pytest.raises(FitError, match="bytes of RAM where there are") as caught:
        build_tiny(board, tmp_path / "b", fat)
    text = str(caught.value)
    assert f"{board.memory.ram_bytes:,}" in text and "mcutk_arena" in text and "--optimize ram" in text
    heavy = tiny_model(weights=np.ones(board.memory.flash_bytes, np.int8))
    with pytest.raises(FitError, match="bytes of flash where there are") as caught:
        build_tiny(board, tmp_path / "b", heavy)
    assert "model_weights" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_the_last_byte_of_ram_may_be_used(tmp_path: Path) -> None:
    board = load_board("stm32vldiscovery")
    made = build_tiny(board, tmp_path / "b")
    room = (board.memory.ram_bytes - made.memory.ram.total) // 16 * 16
    full = build_tiny(board, tmp_path / "b", tiny_model(512 + room))
    assert full.memory.ram.total <= board.memory.ram_bytes
    with pytest.raises(FitError):
        build_tiny(board, tmp_path / "b", tiny_model(512 + room + 16))


def test_a_model_that_needs_more_stack_than_there_is(tmp_path: Path) -> None:
    good = tiny_model()
    hungry = (
        b"int hungry(int i);\nint hungry(int i) {\n    volatile int room[1000];\n    room[i & 511] = i;\n"
        b"    return room[(i + 1) & 511];\n}\n"
    )
    source = hungry + good.files["model.c"].replace(b"a[0] = 0;", b"a[0] = (int8_t)hungry(index);")
    model = TinyModel(good.graph, {**good.files, "model.c": source}, good.table_symbols)
    with pytest.raises(FitError, match="stack of stm32vldiscovery is too small") as caught:
        build_tiny(load_board("stm32vldiscovery"), tmp_path / "b", model)
    assert "4,0" in str(caught.value) and "memory.stack_bytes = 1,536" in str(caught.value)
    made = build_tiny(load_board("qemu-m4"), tmp_path / "b", model)
    assert made.memory.ram.stack_bound is not None and made.memory.ram.stack_bound > 4000


def test_a_failed_build_keeps_the_previous_one(tmp_path: Path) -> None:
    board, good = load_board("qemu-m4"), tiny_model()
    made = build_tiny(board, tmp_path / "b", good)
    broken = TinyModel(good.graph, {**good.files, "model.c": b"int x = ;\n"}, good.table_symbols)
    with pytest.raises(ToolFailedError, match="exit code 1") as caught:
        build_tiny(board, tmp_path / "b", broken)
    assert "model.c" in str(caught.value)
    assert firmware.read_build(tmp_path / "b") == made
    assert [p.name for p in tmp_path.iterdir()] == ["b"]


def test_code_that_warns_is_refused(tmp_path: Path) -> None:
    good = tiny_model()
    source = good.files["model.c"] + b"int narrow(long long x);\nint narrow(long long x) { return x; }\n"
    with pytest.raises(ToolFailedError, match="conversion"):
        build_tiny(load_board("qemu-m4"), tmp_path / "b", TinyModel(good.graph, {**good.files, "model.c": source}, {}))


def test_a_missing_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ToolMissingError, match="arm-none-eabi-gcc") as caught:
        build_tiny(load_board("qemu-m4"), tmp_path / "b")
    assert "apt-get install gcc-arm-none-eabi" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_model_of_any_prefix(tmp_path: Path) -> None:
    """The application finds the model through mcutk_model.h: another prefix gives an image of the same sizes."""
    good = tiny_model()
    files = {
        file.replace("model", "net"): content.replace(b"model", b"net").replace(b"MODEL", b"NET")
        for file, content in good.files.items()
    }
    other = TinyModel(good.graph, files, {"net_weights": len(WEIGHTS)}, name="net")
    first, second = (build_tiny(load_board("qemu-m4"), tmp_path / m.name, m) for m in (good, other))
    assert first.memory == second.memory
    assert (first.name, second.name) == ("model", "net")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkspaceError, match="cannot write"):
        build_tiny(load_board("qemu-m4"), tmp_path / "file" / "b")


def test_a_missing_build_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="manifest") as caught:
        firmware.read_build(tmp_path)
    assert "mcutk build" in str(caught.value)
    (tmp_path / "build.json").write_text('{"schema": "mcutk.build/99"}')
    write_manifest(tmp_path, "mcutk build")
    with pytest.raises(WorkspaceError, match="another version of mcutk"):
        firmware.read_build(tmp_path)


def test_notes_of_nano33_name_the_images_and_the_wiring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name, *a, **k: None if name == "arduino-cli" else found(name, *a, **k))
    made = build_tiny(load_board("nano33"), tmp_path / "b")
    said = "\n".join(made.notes)
    assert "bare-metal image" in said and "0x00010000" in said
    assert "P1.03" in said and "P1.10" in said
    assert "arduino-cli is not installed" in said
    assert made.sketch == "sketch/mcutk_bench"


def test_nano33_sketch_is_compiled_where_arduino_cli_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "bin" / "arduino-cli"
    fake.parent.mkdir()
    fake.write_text('#!/bin/sh\necho "$@" > "$6/../said"\nmkdir -p "$5"\ntouch "$5/mcutk_bench.ino.bin"\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    made = build_tiny(load_board("nano33"), tmp_path / "b")
    assert "compiled by arduino-cli" in made.notes[-1]
    assert (tmp_path / "b" / "sketch-build" / "mcutk_bench.ino.bin").is_file()
    assert (tmp_path / "b" / "sketch" / "said").read_text().startswith("compile --fqbn arduino:mbed_nano:nano33ble")
    fake.write_text("#!/bin/sh\necho platform not installed >&2\nexit 1\n")
    made = build_tiny(load_board("nano33"), tmp_path / "b")
    assert "arduino-cli core install arduino:mbed_nano" in made.notes[-1]
    assert "platform not installed" in made.notes[-1]


ARDUINO_H = """
#pragma once
#include <stddef.h>
#include <stdint.h>
struct Port {
  void begin(unsigned long) {}
  int read() { return -1; }
  size_t write(uint8_t) { return 1; }
  void flush() {}
};
extern Port Serial;
void yield(void);
unsigned long micros(void);
extern "C" void NVIC_SystemReset(void);
"""


@pytest.mark.skipif(shutil.which("arm-none-eabi-g++") is None, reason="needs arm-none-eabi-g++")
def test_the_sketch_folder_contains_all_included_files(tmp_path: Path) -> None:
    """The files compile one by one, as in the Arduino builder, with a substitute for the core's header."""
    board = load_board("nano33")
    folder = sketch.write_sketch(tiny_model(), board, tmp_path, "b1" * 32)
    assert {p.suffix for p in folder.iterdir()} == {".ino", ".cpp", ".c", ".h"}
    assert not (folder / "main.c").exists()
    (tmp_path / "Arduino.h").write_text(ARDUINO_H)
    cpu = [*Toolchain.of(board.core).core_flags, f"-I{tmp_path}", f"-I{folder}", "-Wall", "-Wextra", "-Werror", "-c"]
    for source in folder.iterdir():
        if source.suffix == ".h":
            continue
        language = ["arm-none-eabi-gcc", "-std=gnu11"] if source.suffix == ".c" else ["arm-none-eabi-g++", "-x", "c++"]
        extra = ["-include", "Arduino.h"] if source.suffix == ".ino" else []
        command = [*language, *cpu, *extra, "-o", str(tmp_path / "x.o"), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
