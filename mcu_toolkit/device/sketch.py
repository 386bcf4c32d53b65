"""The bench application as an Arduino sketch: one flat folder, compiled by arduino-cli where it is installed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mcu_toolkit import process
from mcu_toolkit.assets import asset_dir
from mcu_toolkit.boards import Board
from mcu_toolkit.device.identity import FILE as BUILD_HEADER
from mcu_toolkit.device.identity import build_header
from mcu_toolkit.device.model_header import FILE as MODEL_HEADER
from mcu_toolkit.device.model_header import model_header
from mcu_toolkit.device.sources import CONFIG_HEADER, config_header
from mcu_toolkit.device.types import CompiledModel
from mcu_toolkit.errors import ToolError

NAME = "mcutk_bench"
_CODE = (".c", ".h", ".cpp", ".ino", ".S")


@dataclass(frozen=True)
class Sketch:
    """The sketch of a build: its folder relative to the build folder, and a remark for the user."""

    folder: str
    note: str


def make_sketch(compiled: CompiledModel, board: Board, staging: Path, build_sha256: str) -> Sketch | None:
    """Write and, where arduino-cli is installed, compile the sketch of a board; None where the board has none.

    Args:
        compiled: the generated model.
        board: has a sketch where its descriptor states ``flash.fqbn``.
        staging: the build folder; the sketch goes to ``sketch/``, its binaries to ``sketch-build/``.
        build_sha256: identity of the build.
    """
    if not board.flash.fqbn:
        return None
    folder = write_sketch(compiled, board, staging / "sketch", build_sha256)
    problem = compile_sketch(folder, board, staging / "sketch-build")
    relative = folder.relative_to(staging).as_posix()
    return Sketch(relative, f"sketch: {relative}, {problem or 'compiled by arduino-cli'}")


def write_sketch(compiled: CompiledModel, board: Board, folder: Path, build_sha256: str) -> Path:
    """Write the sketch folder, which the Arduino IDE opens too; it holds every file that it includes.

    Args:
        compiled: the generated model.
        board: the board, for ``mcutk_config.h``.
        folder: parent of the sketch.
        build_sha256: identity of the build, which the sketch sends too.
    """
    sketch = folder / NAME
    sketch.mkdir(parents=True)
    files = {name: content for name, content in compiled.files.items() if name.endswith((".c", ".h", ".S"))}
    files[CONFIG_HEADER] = config_header(board, bare_metal=False)
    files[MODEL_HEADER] = model_header(compiled)
    files[BUILD_HEADER] = build_header(build_sha256)
    firmware = asset_dir("firmware")
    sources = [firmware / "hal" / "hal.h", *(firmware / "hal" / "arduino").iterdir(), *(firmware / "app").iterdir()]
    files |= {path.name: path.read_bytes() for path in sources if path.suffix in _CODE and path.name != "main.c"}
    for name, content in files.items():
        (sketch / name).write_bytes(content)
    return sketch


def compile_sketch(sketch: Path, board: Board, target: Path) -> str | None:
    """Compile a sketch with arduino-cli. Returns None, or the reason why it was not compiled.

    It does not raise, so that a sketch that does not compile costs no bare-metal image; the caller reports the text.
    """
    if process.find_tool("arduino-cli") is None:
        return "arduino-cli is not installed, so the sketch was not compiled"
    try:
        process.run(
            ["arduino-cli", "compile", "--fqbn", board.flash.fqbn, "--output-dir", str(target), str(sketch)],
            timeout=600,
        )
    except ToolError as bad:
        core = ":".join(board.flash.fqbn.split(":")[:2])
        return f"arduino-cli could not compile the sketch (arduino-cli core install {core}): {bad.received}"
    return None
