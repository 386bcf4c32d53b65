"""A tiny hand-made model, the bench application as a host program, and transports with faults."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.assets import asset_dir
from mcu_toolkit.boards import Board, load_board
from mcu_toolkit.device import firmware as device_firmware
from mcu_toolkit.device.identity import build_header
from mcu_toolkit.device.model_header import model_header
from mcu_toolkit.device.sources import config_header
from mcu_toolkit.device.transport import SocketTransport
from mcu_toolkit.device.types import CompiledModel
from mcu_toolkit.graph.ir import DType, Graph, Quant, Tensor
from mcu_toolkit.records.build import BuildRecord, FirmwareId, ModelOrigin
from mcu_toolkit.targets.target import Optimize

INPUT_BYTES = 400
OUTPUT_BYTES = 4
SHA256 = "5a" * 32
#: Identity of the tiny model's application on this machine (`build_host_app`).
IDENTITY = FirmwareId(SHA256, "b1" * 32)
STRICT = ("-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wcast-align", "-Werror")
SANITIZERS = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")
WEIGHTS = np.arange(-8, 8, dtype=np.int8)

_HEADER = f"""#ifndef MODEL_H
#define MODEL_H
#include <stdint.h>
#define MODEL_ARENA_BYTES 512
#define MODEL_ARENA_ALIGN 16
#define MODEL_INPUT_BYTES {INPUT_BYTES}
#define MODEL_OUTPUT_BYTES {OUTPUT_BYTES}
int8_t *model_input(void *arena);
const int8_t *model_output(const void *arena);
void model_reset(void *arena);
void model_invoke(void *arena);
int model_step_count(void);
void model_step(void *arena, int index);
#endif
"""
#: Overwrites its input, as generated models may. Keeps four bytes between calls.
_SOURCE = """#include "model.h"
#include "model_weights.h"
int8_t *model_input(void *arena) { return (int8_t *)arena; }
const int8_t *model_output(const void *arena) { return (const int8_t *)arena + 404; }
void model_reset(void *arena) {
    for (int j = 0; j < 4; j++) {
        ((int8_t *)arena)[408 + j] = 0;
    }
}
void model_invoke(void *arena) {
    for (int i = 0; i < 2; i++) {
        model_step(arena, i);
    }
}
int model_step_count(void) { return 2; }
void model_step(void *arena, int index) {
    int8_t *a = (int8_t *)arena;
    for (int j = 0; j < 4; j++) {
        int32_t sum = 0;
        for (int i = 0; i < 400 && index == 0; i++) {
            sum += a[i] * model_weights[(j * 7 + i) & 15];
        }
        a[(index == 0 ? 400 : 404) + j] = (int8_t)(index == 0 ? sum >> 8 : a[400 + j] ^ 0x55 ^ a[408 + j]);
        a[408 + j] = (int8_t)(index == 0 ? a[408 + j] : a[408 + j] * 3 + a[404 + j]);
    }
    a[0] = 0;
}
"""


@dataclass(frozen=True)
class TinyLayer:
    """One step of the tiny model."""

    index: int
    source: int
    operator: str = "FULLY_CONNECTED"
    kernel: str = "model_step"
    macs: int = 1600
    cost: int = 16000


@dataclass(frozen=True)
class TinyFigures:
    """Figures of the tiny model."""

    macs: int = 1600
    arena_no_overlap: int = 408
    layers: tuple[TinyLayer, ...] = (TinyLayer(0, 0), TinyLayer(1, 1, "LOGISTIC", macs=0))


@dataclass(frozen=True, eq=False)
class TinyModel:
    """The attributes of a compiled model that `firmware.build` reads."""

    graph: Graph
    files: Mapping[str, bytes]
    table_symbols: Mapping[str, int]
    report: TinyFigures = TinyFigures()
    name: str = "model"


def build_tiny(board: Board, folder: Path, model: TinyModel | None = None, **options: object) -> BuildRecord:
    """Build the tiny model or a variation of it; `options` are passed to `firmware.build`."""
    arguments = {"origin": ModelOrigin("file", "tiny.tflite"), "optimize": Optimize.BALANCED, **options}
    return device_firmware.build(model or tiny_model(), board, folder, **arguments)  # type: ignore[arg-type]


def tiny_model(arena_bytes: int = 512, weights: np.ndarray = WEIGHTS, sha256: str = SHA256) -> TinyModel:
    """The model as C: int8 [1, 20, 20, 1] to int8 [1, 4] in two steps."""
    quant = Quant(np.array([0.5], np.float32), np.array([-3], np.int64))
    tensors = (Tensor("in", (1, 20, 20, 1), DType.INT8, quant), Tensor("out", (1, 4), DType.INT8, quant))
    table = ", ".join(str(int(v)) for v in weights)
    declaration = f"const int8_t model_weights[{len(weights)}]"
    files = {
        "model.h": _HEADER.replace("ARENA_BYTES 512", f"ARENA_BYTES {arena_bytes}"),
        "model.c": _SOURCE,
        "model_weights.h": f"#include <stdint.h>\nextern {declaration};\n",
        "model_weights.c": f'#include "model_weights.h"\n{declaration} = {{{table}}};\n',
    }
    graph = Graph("tiny", tensors, (), (0,), (1,), sha256)
    return TinyModel(graph, {k: v.encode() for k, v in files.items()}, {"model_weights": len(weights)})


def tiny_hidden(sample: np.ndarray) -> np.ndarray:
    """int8 [4]: what step 0 writes at offset 400 of the arena."""
    x = sample.view(np.int8).astype(np.int64)
    at = np.arange(INPUT_BYTES)
    sums = [int((x * WEIGHTS[(j * 7 + at) & 15].astype(np.int64)).sum()) >> 8 for j in range(4)]
    return (np.array(sums) & 255).astype(np.uint8).view(np.int8)


def tiny_output(sample: np.ndarray) -> np.ndarray:
    """uint8 [4]: the bytes of the model's output after a reset, at offset 404."""
    return tiny_sequence(sample[np.newaxis])[0]


def tiny_sequence(samples: np.ndarray) -> np.ndarray:
    """uint8 [N, 4]: the bytes of the model's outputs for a sequence of samples, without a reset between them."""
    state, outputs = np.zeros(4, np.uint8), []
    for sample in samples:
        outputs.append(tiny_hidden(sample).view(np.uint8) ^ np.uint8(0x55) ^ state)
        state = state * np.uint8(3) + outputs[-1]
    return np.stack(outputs)


def samples(count: int, seed: int = 1) -> np.ndarray:
    """uint8 [count, 400]: the bytes of the model's input."""
    return np.random.default_rng(seed).integers(0, 256, (count, INPUT_BYTES), dtype=np.uint8)


def build_host_app(
    folder: Path,
    flags: Sequence[str] = (),
    model: CompiledModel | None = None,
    driver: Path | None = None,
    **link: object,
) -> Path:
    """Build the bench application for this machine.

    Args:
        folder: receives the sources and the program.
        flags: more flags of the compiler.
        model: a model compiled to portable C; by default the tiny one.
        driver: a program that calls the application, with a HAL of its own; by default its main() on standard input
            and output.
        link: changes of the board's link settings.
    """
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc")
    board = load_board("qemu-m4")
    board = replace(board, id="host", link=replace(board.link, **link))
    model = model or tiny_model()
    for name, content in model.files.items():
        (folder / name).write_bytes(content)
    (folder / "mcutk_config.h").write_bytes(config_header(board))
    (folder / "mcutk_model.h").write_bytes(model_header(model))
    (folder / "mcutk_build.h").write_bytes(build_header(IDENTITY.build_sha256))
    firmware = asset_dir("firmware")
    app = [path for path in (firmware / "app").glob("*.c") if driver is None or path.name != "main.c"]
    sources = [*app, driver or firmware / "hal" / "host" / "hal_host.c", *folder.glob("*.c")]
    program = folder / "bench_app"
    includes = [f"-I{p}" for p in (folder, firmware / "app", firmware / "hal")]
    steps = f"-D{model.name.upper()}_STEPS=1"
    command = ["gcc", *STRICT, "-O2", *flags, steps, *includes, "-o", program, *sources]
    subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, timeout=120)
    return program


@contextmanager
def app_transport(program: Path) -> Iterator[SocketTransport]:
    """A transport to a running host application."""
    import socket

    here, there = socket.socketpair()
    with subprocess.Popen([str(program)], stdin=there, stdout=there) as child:
        there.close()
        transport = SocketTransport(here, "host application")
        try:
            yield transport
        finally:
            transport.close()
            child.kill()


class BadTransport:
    """Forwards bytes, with random faults in whole frames (bytes up to a zero) in both directions.

    Args:
        inner: a transport without faults.
        seed: of the faults.
        lose, damage, double, delay: probability of each for a frame.
    """

    def __init__(
        self,
        inner: SocketTransport,
        seed: int,
        *,
        lose: float = 0.0,
        damage: float = 0.0,
        double: float = 0.0,
        delay: float = 0.0,
    ) -> None:
        self.inner = inner
        self.name = "bad line"
        self.faults = 0
        self._random = random.Random(seed)
        self._chances = (lose, damage, double, delay)
        self._incoming = b""
        self._late = {"read": b"", "write": b""}

    def _spoil(self, data: bytes, way: str) -> bytes:
        lose, damage, double, delay = self._chances
        frames = data.split(b"\0")
        out, late = b"", b""
        for number, frame in enumerate(frames):
            text = frame + (b"\0" if number < len(frames) - 1 else b"")
            roll = self._random.random()
            if not frame or roll >= lose + damage + double + delay:
                out += text
                continue
            self.faults += 1
            if roll < lose:
                continue
            if roll < lose + damage:
                at = self._random.randrange(len(frame))
                out += text[:at] + bytes([text[at] ^ (1 << self._random.randrange(8))]) + text[at + 1 :]
            elif roll < lose + damage + double:
                out += text + text
            else:
                late += text
        out, self._late[way] = out + self._late[way], late
        return out

    def read(self, timeout: float) -> bytes:
        data = self._incoming + self.inner.read(timeout)
        end = data.rfind(b"\0") + 1
        self._incoming = data[end:]
        return self._spoil(data[:end], "read") if end else b""

    def write(self, data: bytes) -> None:
        self.inner.write(self._spoil(data, "write"))

    def close(self) -> None:
        self.inner.close()


def paced(board: Board) -> Board:
    """The board with overlap ``pause``: the host waits for the acknowledgement of every part."""
    return replace(board, link=replace(board.link, overlap="pause", ring=256, payload=192))
