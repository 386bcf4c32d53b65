"""The C codec and the Python codec agree, and the code compiles without warnings under the strict flags."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from mcu_toolkit import wire
from mcu_toolkit.assets import asset_dir
from mcu_toolkit.wire import Frame
from tests.support.device import SANITIZERS, STRICT, build_host_app

ECHO = r"""
#include <stdio.h>
#include "frame.h"
static void put(void *context, uint8_t byte) { (void)putc(byte, (FILE *)context); }
int main(void) {
    static uint8_t buffer[4096 + FRAME_OVERHEAD];
    static frame_writer writer;
    frame_reader reader;
    frame got;
    frame_reader_init(&reader, buffer, sizeof buffer);
    frame_writer_init(&writer, (frame_sink){.put = put, .context = stdout});
    for (int byte = getchar(); byte != EOF; byte = getchar()) {
        if (frame_reader_feed(&reader, (uint8_t)byte, &got) == FRAME_READY) {
            frame_begin(&writer, got.type, got.sequence);
            frame_bytes(&writer, got.payload, got.length);
            frame_end(&writer);
        }
    }
    return 0;
}
"""


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that reads frames and writes them back."""
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc")
    folder = tmp_path_factory.mktemp("echo")
    (folder / "echo.c").write_text(ECHO)
    app = asset_dir("firmware") / "app"
    command = ["gcc", *STRICT, *SANITIZERS, f"-I{app}", "-o", folder / "echo", folder / "echo.c", app / "frame.c"]
    subprocess.run([str(part) for part in command], check=True, timeout=60)
    return folder / "echo"


def test_codecs_agree_byte_for_byte(echo: Path) -> None:
    lengths = [*range(12), *range(238, 262), 500, 507, 508, 509, 1023, 4096]
    fillers = (b"\0", b"\x01", b"\xff", bytes(range(256)), bytes(range(1, 256)))
    frames = [
        Frame(n % 256, (n * 7919) % 65536, (filler * (length // len(filler) + 1))[:length])
        for n, (length, filler) in enumerate((a, b) for a in lengths for b in fillers)
    ]
    stream = b"".join(wire.encode_frame(frame) for frame in frames)
    done = subprocess.run([str(echo)], input=stream, capture_output=True, timeout=60, check=True)
    assert done.stdout == b"".join(wire.encode_frame(frame) + b"\0" for frame in frames)  # C closes with two zeros


def test_application_is_clean_for_the_host(tmp_path: Path) -> None:
    assert build_host_app(tmp_path).is_file()
