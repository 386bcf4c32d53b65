"""The bench application on every emulated board: outputs, instruction counts, memory figures, faults."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.boards import Board, list_boards, load_board
from mcu_toolkit.device import connect, emulated_port, firmware
from mcu_toolkit.device.compare_layers import compare_layers
from mcu_toolkit.device.link import Patience
from mcu_toolkit.device.program import program
from mcu_toolkit.device.stream import stream
from mcu_toolkit.device.types import LayerTensor
from mcu_toolkit.errors import CrashError, ToolMissingError, WorkspaceError, WrongFirmwareError
from mcu_toolkit.records.build import FirmwareId
from tests.support.device import (
    BadTransport,
    TinyModel,
    build_tiny,
    samples,
    tiny_hidden,
    tiny_model,
    tiny_output,
    tiny_sequence,
)
from tests.support.link import bridge

QEMU = "qemu-system-arm"
EMULATED = [board.id for board in list_boards() if board.is_emulated]

pytestmark = [
    pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="needs arm-none-eabi-gcc"),
    pytest.mark.skipif(shutil.which(QEMU) is None, reason="needs qemu-system-arm"),
]


def make(board: Board, folder: Path, model: TinyModel | None = None) -> Path:
    """Build and flash. Returns the device folder."""
    build_tiny(board, folder / "build", model)
    program(board, folder / "build", folder / "device")
    return folder / "device"


@pytest.fixture(scope="module")
def m4(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The device folder of a programmed qemu-m4."""
    return make(load_board("qemu-m4"), tmp_path_factory.mktemp("m4"))


def identity(device: Path) -> FirmwareId:
    """What the firmware in a device folder sends in its HELLO_REPLY."""
    return firmware.read_build(device).firmware_id


def emulators_of(pid: int) -> list[int]:
    """Process ids of the running emulators that a process started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):  # not `ps`, which a minimal machine lacks
        try:
            name, rest = stat.read_text().split("(", 1)[1].rsplit(")", 1)
            command = (stat.parent / "cmdline").read_text()
        except (OSError, UnicodeDecodeError):
            continue  # it ended in the meantime
        if int(rest.split()[1]) == pid and (QEMU in command or QEMU.startswith(name)):
            found.append(int(stat.parent.name))
    return found


@pytest.mark.parametrize("board_id", EMULATED)
def test_answers_and_counts(board_id: str, tmp_path: Path) -> None:
    board = load_board(board_id)
    device = make(board, tmp_path)
    images = samples(5)
    first, second = (stream(board, device, None, images, firmware=identity(device), profile=True) for _ in range(2))
    np.testing.assert_array_equal(first.outputs, np.stack([tiny_output(image) for image in images]))
    np.testing.assert_array_equal(first.latencies, second.latencies)
    assert first.unit == "instructions"
    assert 5 * 1_600 < first.latencies.min() <= first.latencies.max() < 20 * 1_600  # for 1,600 MACs of plain C
    assert [layer.index for layer in first.profile] == [0, 1]
    assert first.profile == second.profile
    assert abs(sum(layer.latency for layer in first.profile) - int(first.latencies[0])) < 300
    assert first.device.board == board_id
    assert first.device.arena_bytes == 512
    assert 0 < first.device.stack_peak < first.device.stack_bytes == board.memory.stack_bytes
    bound = firmware.read_build(tmp_path / "build").memory.ram.stack_bound
    assert bound is not None and first.device.stack_peak <= bound <= board.memory.stack_bytes
    assert len(first.latencies) == len(images)  # a slow host repeats frames: nothing is counted twice
    assert emulators_of(os.getpid()) == []


@pytest.mark.parametrize("board_id", EMULATED)
def test_a_tick_is_calibrated(board_id: str, tmp_path: Path) -> None:
    """The calibration loop gives the known rate of the timer: one instruction is one nanosecond of virtual time."""
    board = load_board(board_id)
    info = connect.hello(board, make(board, tmp_path))
    assert info.ticks_hz == pytest.approx(board.timing.clock_hz, rel=1e-4)


def test_another_build_of_the_same_model_is_refused(m4: Path, tmp_path: Path) -> None:
    board = load_board("qemu-m4")
    build_tiny(board, tmp_path / "build", steps=False)
    program(board, tmp_path / "build", tmp_path / "device")
    assert identity(m4).model_sha256 == identity(tmp_path / "device").model_sha256
    with pytest.raises(WrongFirmwareError, match="another build of the model") as caught:
        stream(board, tmp_path / "device", None, samples(1), firmware=identity(m4))
    assert "mcutk flash" in str(caught.value)


def test_memory_figures_of_the_device_agree_with_the_image(m4: Path) -> None:
    made = firmware.read_build(m4.parent / "build").memory
    info = connect.hello(load_board("qemu-m4"), m4)
    assert (info.arena_bytes, info.stack_bytes) == (made.ram.arena, made.ram.stack)
    assert 0 <= made.ram.static - info.static_bytes < 32  # padding between sections


def test_layer_by_layer(m4: Path) -> None:
    board, image = load_board("qemu-m4"), samples(1)[0]
    tensors = [
        LayerTensor(0, "hidden", 400, tiny_hidden(image).tobytes()),
        LayerTensor(1, "out", 404, tiny_output(image).tobytes()),
    ]
    run = compare_layers(board, m4, None, image.tobytes(), tensors, firmware=identity(m4))
    assert (run.compared, run.mismatch) == (2, None)
    wrong = [tensors[0], LayerTensor(1, "out", 404, b"\0\0\0\0")]
    mismatch = compare_layers(board, m4, None, image.tobytes(), wrong, firmware=identity(m4)).mismatch
    assert mismatch is not None and (mismatch.step, mismatch.name) == (1, "out")
    assert mismatch.expected_crc32 == "2144df1c"


def test_firmware_without_steps_is_refused(tmp_path: Path) -> None:
    board = load_board("qemu-m4")
    build_tiny(board, tmp_path / "build", steps=False)
    program(board, tmp_path / "build", tmp_path / "device")
    with pytest.raises(WrongFirmwareError, match="layer by layer"):
        stream(board, tmp_path / "device", None, samples(1), firmware=identity(tmp_path / "device"), profile=True)
    run = stream(board, tmp_path / "device", None, samples(1), firmware=identity(tmp_path / "device"))
    assert run.device.steps == 0


@pytest.mark.parametrize("board_id", EMULATED)
def test_a_crash_ends_the_run_on_every_core(board_id: str, tmp_path: Path) -> None:
    model = tiny_model()
    source = model.files["model.c"].replace(b"a[0] = 0;", b'__asm volatile("udf #0");')
    broken = TinyModel(model.graph, {**model.files, "model.c": source}, model.table_symbols)
    board = load_board(board_id)
    device = make(board, tmp_path, broken)
    with pytest.raises(CrashError, match="crashed"):
        stream(board, device, None, samples(1), firmware=identity(device))


def test_semihosting_calls_crash_and_make_no_file(tmp_path: Path) -> None:
    """Firmware that asks the emulator for a file of the host, as any image in a shared project folder may."""
    target = tmp_path / "made-by-firmware"
    model = tiny_model()
    call = (
        f'static const char name[] = "{target}";'
        "uint32_t block[3] = {(uint32_t)(uintptr_t)name, 4u, sizeof name - 1u};"
        'register uint32_t r0 __asm("r0") = 1u; register uint32_t *r1 __asm("r1") = block;'  # SYS_OPEN, mode "w"
        '__asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory"); a[0] = 0;'
    )
    source = model.files["model.c"].replace(b"a[0] = 0;", call.encode())
    hostile = TinyModel(model.graph, {**model.files, "model.c": source}, model.table_symbols)
    device = make(load_board("qemu-m4"), tmp_path, hostile)
    with pytest.raises(CrashError, match="Fault"):
        stream(load_board("qemu-m4"), device, None, samples(1), firmware=identity(device))
    assert not target.exists()


def test_another_model_is_refused(m4: Path) -> None:
    with pytest.raises(WrongFirmwareError, match="another model") as caught:
        other = replace(identity(m4), model_sha256="77" * 32)
        stream(load_board("qemu-m4"), m4, None, samples(1), firmware=other)
    assert "mcutk flash" in str(caught.value)
    with pytest.raises(WrongFirmwareError, match="another size"):
        stream(load_board("qemu-m4"), m4, None, samples(1).reshape(4, 100), firmware=identity(m4))


def test_a_board_that_was_not_flashed(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="holds no program"):
        connect.hello(load_board("qemu-m4"), tmp_path)


def test_a_damaged_image_is_refused(m4: Path, tmp_path: Path) -> None:
    shutil.copytree(m4, tmp_path / "device")
    with (tmp_path / "device" / "firmware.elf").open("ab") as image:
        image.write(b"x")
    with pytest.raises(WorkspaceError, match="not what its manifest recorded"):
        connect.hello(load_board("qemu-m4"), tmp_path / "device")


def test_a_crash_is_an_error(tmp_path: Path) -> None:
    model = tiny_model()
    source = model.files["model.c"].replace(b"a[0] = 0;", b'__asm volatile("udf #0");')
    broken = TinyModel(model.graph, {**model.files, "model.c": source}, model.table_symbols)
    device = make(load_board("qemu-m4"), tmp_path, broken)
    with pytest.raises(CrashError, match="crashed: HardFault"):
        stream(load_board("qemu-m4"), device, None, samples(1), firmware=identity(device))


def test_a_stack_overflow_faults_instead_of_corrupting(tmp_path: Path) -> None:
    model = tiny_model()
    deep = (
        b"#include <stdint.h>\nint deep(volatile int8_t *from, int depth);\n"
        b"int deep(volatile int8_t *from, int depth) {\n"
        b"    volatile int8_t room[256];\n    room[depth & 255] = from[0];\n"
        b"    return depth > 0 ? deep(room, depth - 1) + room[3] : room[1];\n}\n"
    )
    source = deep + model.files["model.c"].replace(b"a[0] = 0;", b"a[0] = (int8_t)deep(a, 100);")
    device = make(load_board("qemu-m4"), tmp_path, TinyModel(model.graph, {**model.files, "model.c": source}, {}))
    with pytest.raises(CrashError, match="Fault"):
        stream(load_board("qemu-m4"), device, None, samples(1), firmware=identity(device))


def test_a_bad_line_to_an_emulated_board(m4: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = connect.open_port

    def open_bad(board: Board, device_dir: Path, port: str | None) -> BadTransport:
        return BadTransport(opened(board, device_dir, port), seed=11, lose=0.04, damage=0.04, double=0.04)

    monkeypatch.setattr(connect, "open_port", open_bad)
    images = samples(12)
    quick = Patience(answer=0.3, probe=0.3, silence=20.0)
    run = stream(load_board("qemu-m4"), m4, None, images, firmware=identity(m4), patience=quick)
    np.testing.assert_array_equal(run.outputs, np.stack([tiny_output(image) for image in images]))
    assert len(set(run.latencies.tolist())) == 1  # the counts do not depend on the line
    assert run.link.retries > 0


@pytest.mark.parametrize("keep", [False, True], ids=["reset", "sequence"])
def test_a_port_that_drops_is_opened_again_and_nothing_is_counted_twice(
    keep: bool, m4: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sequence begins again with its first sample, since the board has lost the model's variables."""
    opened = connect.open_port
    ports: list[emulated_port.EmulatedPort] = []

    def remember(board: Board, device_dir: Path, port: str | None) -> emulated_port.EmulatedPort:
        made = opened(board, device_dir, port)
        assert isinstance(made, emulated_port.EmulatedPort)
        ports.append(made)
        return made

    seen: list[int] = []

    def end_the_emulator(index: int, _output: object, _latency: int) -> None:
        seen.append(index)
        if index in (2, 5):
            ports[-1]._child.kill()

    monkeypatch.setattr(connect, "open_port", remember)
    images = samples(8)
    options = {"firmware": identity(m4), "on_result": end_the_emulator, "keep_variables": keep}
    run = stream(load_board("qemu-m4"), m4, None, images, **options)
    assert seen == list(range(8))
    assert run.link.reopened == 2 and len(ports) == 3
    alone = np.stack([tiny_output(image) for image in images])
    np.testing.assert_array_equal(run.outputs, tiny_sequence(images) if keep else alone)
    assert (tiny_sequence(images)[1:] != alone[1:]).any()


def test_pyserial_reaches_an_emulated_board_by_a_url(m4: Path) -> None:
    """As with hardware: the board is in another place, and --port names it."""
    board = load_board("qemu-m4")
    with contextlib.closing(emulated_port.EmulatedPort(board, m4 / "firmware.elf")) as port, bridge(port) as url:
        run = stream(board, m4, url, samples(2), firmware=identity(m4))
    np.testing.assert_array_equal(run.outputs, np.stack([tiny_output(image) for image in samples(2)]))


STREAM_FOREVER = """
import sys
from pathlib import Path
import numpy as np
from mcu_toolkit.boards import load_board
from mcu_toolkit.device.firmware import read_build
from mcu_toolkit.device.stream import stream
images = np.zeros((100000, 400), np.uint8)
report = lambda index, output, latency: print(index, flush=True)
device = Path(sys.argv[1])
stream(load_board("qemu-m4"), device, None, images, firmware=read_build(device).firmware_id, on_result=report)
"""


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_remains(m4: Path, sign: signal.Signals) -> None:
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", STREAM_FOREVER, str(m4)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "0"
        (pid,) = emulators_of(child.pid)
        child.send_signal(sign)
        assert child.wait(10) != 0
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()


def test_an_emulator_that_is_not_installed(m4: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ToolMissingError, match="qemu-system-arm") as caught:
        connect.hello(load_board("qemu-m4"), m4)
    assert "apt-get install qemu-system-arm" in str(caught.value)
