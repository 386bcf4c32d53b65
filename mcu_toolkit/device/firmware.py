"""Firmware of a compiled model for a board: compile, link, check that it fits, record what was made."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mcu_toolkit import __version__
from mcu_toolkit.assets import asset_dir
from mcu_toolkit.boards import Board, Memory
from mcu_toolkit.device import stack, toolchain
from mcu_toolkit.device.image import Image, Piece, Share, measure
from mcu_toolkit.device.model_header import FILE as MODEL_HEADER
from mcu_toolkit.device.model_header import border_functions, model_header
from mcu_toolkit.device.sketch import compile_sketch, write_sketch
from mcu_toolkit.device.types import CompiledModel, Contributor, Firmware, FlashUse, RamUse
from mcu_toolkit.errors import FitError, ToolFailedError, WorkspaceError
from mcu_toolkit.graph.ir import Tensor
from mcu_toolkit.records.manifest import checked_artefact, write_manifest
from mcu_toolkit.templates import render_firmware
from mcu_toolkit.workspace import atomic_dir, disk_error, read_json, sha256_file, to_json

SCHEMA = "mcutk.build/1"
ELF = "firmware.elf"
_SOURCES = (".c", ".S")
_KERNEL_FLAGS = ("-O2",)
_OTHER_FLAGS = ("-Os", toolchain.VOLATILE_SAFE)
#: Stack that everything but the model needs: the application's frames, an interrupt on top of them, registers included.
STACK_BESIDE_MODEL = 384
#: Memory of the link that only measures an image that does not fit.
_MEASURING = 1 << 26


def build(
    compiled: CompiledModel,
    board: Board,
    out_dir: Path,
    *,
    model_bytes: bytes | None = None,
    facts: Mapping[str, Any] | None = None,
    steps: bool = True,
    command: str = "mcutk build",
) -> Firmware:
    """Make the build folder of a board; it appears whole or not at all.

    Args:
        compiled: the generated model.
        board: where it is to run.
        out_dir: the build folder, replaced.
        model_bytes: the flatbuffer, kept as ``model.tflite``.
        facts: plain values that go to ``build.json`` as they are, under ``facts``.
        steps: whether the image can run layer by layer (profile, verify).
        command: what the manifest says made it.

    Raises:
        FitError: flash or RAM are too small; the message names need, limit and the largest contributors.
        ToolMissingError: the compiler is not installed.
        ToolFailedError: it fails.
        WorkspaceError: the disk refuses.
    """
    with atomic_dir(out_dir) as staging:
        _write_sources(compiled, board, staging, model_bytes)
        image, stack_bound = _compile_and_link(compiled, board, staging, steps)
        elf = staging / ELF
        toolchain.convert(elf, staging / "firmware.hex", "ihex")
        toolchain.convert(elf, staging / "firmware.bin", "binary")
        sketch, notes = _sketch(compiled, board, staging)
        made = Firmware(
            folder=out_dir,
            board=board.id,
            model_sha256=compiled.graph.sha256,
            firmware_sha256=sha256_file(elf),
            flash=image.flash,
            ram=image.ram,
            flash_limit=board.memory.flash_bytes,
            ram_limit=board.memory.ram_bytes,
            contributors=image.contributors,
            sketch=out_dir / sketch if sketch else None,
            steps=steps,
            notes=notes,
            stack_bound=None if stack_bound is None else stack_bound + STACK_BESIDE_MODEL,
        )
        (staging / "build.json").write_text(to_json(_document(made, compiled, facts or {})), encoding="utf-8")
        write_manifest(staging, command, inputs={"model": compiled.graph.sha256}, versions={"mcutk": __version__})
    return made


def read_build(build_dir: Path) -> Firmware:
    """What `build` made, the image checked against its recorded hash.

    Raises:
        WorkspaceError: nothing was built there, or it was changed since.
    """
    document = read_json(build_dir / "build.json")
    if document.get("schema") != SCHEMA:
        raise WorkspaceError(
            f"{build_dir} holds no build of this version",
            expected=SCHEMA,
            received=str(document.get("schema")),
            hint="mcutk build",
        )
    checked_artefact(build_dir, ELF)
    memory = document["memory"]
    flash, ram = dict(memory["flash"]), dict(memory["ram"])
    flash_limit, ram_limit = flash.pop("limit"), ram.pop("limit")
    return Firmware(
        folder=build_dir,
        board=document["board"],
        model_sha256=document["model"]["sha256"],
        firmware_sha256=document["firmware_sha256"],
        flash=FlashUse(**flash),
        ram=RamUse(**ram),
        flash_limit=flash_limit,
        ram_limit=ram_limit,
        contributors=tuple(Contributor(**item) for item in document["contributors"]),
        sketch=build_dir / document["sketch"] if document["sketch"] else None,
        steps=document["steps"],
        notes=tuple(document["notes"]),
        stack_bound=document["stack"]["bound"],
    )


def _document(made: Firmware, compiled: CompiledModel, facts: Mapping[str, Any]) -> dict[str, Any]:
    graph = compiled.graph
    return {
        "schema": SCHEMA,
        "board": made.board,
        "runtime": "aot",
        "model": {
            "sha256": made.model_sha256,
            "input": _border(graph.tensors[graph.inputs[0]]),
            "output": _border(graph.tensors[graph.outputs[0]]),
        },
        "firmware_sha256": made.firmware_sha256,
        "memory": {
            "flash": {**asdict(made.flash), "limit": made.flash_limit},
            "ram": {**asdict(made.ram), "limit": made.ram_limit},
        },
        "stack": {
            "reserved": made.ram.stack,
            "bound": made.stack_bound,
            "model_bound": None if made.stack_bound is None else made.stack_bound - STACK_BESIDE_MODEL,
        },
        "contributors": [asdict(item) for item in made.contributors],
        "steps": made.steps,
        "sketch": str(made.sketch.relative_to(made.folder)) if made.sketch else None,
        "notes": list(made.notes),
        "compiler": f"{toolchain.CC} {toolchain.version()}",
        "facts": dict(facts),
    }


def _border(tensor: Tensor) -> dict[str, Any]:
    scale, zero_point = tensor.border_quant
    return {"shape": list(tensor.shape), "dtype": tensor.dtype.value, "scale": scale, "zero_point": zero_point}


def _sketch(compiled: CompiledModel, board: Board, staging: Path) -> tuple[Path | None, tuple[str, ...]]:
    """The sketch of a board that the Arduino core knows, and what the user is to be told of both images."""
    made = f"bare-metal image firmware.elf/.hex/.bin at 0x{board.memory.flash_origin:08x}"
    notes: tuple[str, ...] = (f"made: {made}",) if not board.is_emulated else ()
    if board.notes and not board.is_emulated:
        notes += (board.notes,)
    if not board.flash.fqbn:
        return None, notes
    folder = write_sketch(compiled, config_header(compiled, board, bare_metal=False), staging / "sketch")
    lacking = compile_sketch(folder, board, staging / "sketch-build")
    sketch = folder.relative_to(staging)
    return sketch, (*notes, f"sketch: {sketch}, {lacking or 'compiled by arduino-cli'}")


# Sources -------------------------------------------------------------------------------------------------------------


def _write_sources(compiled: CompiledModel, board: Board, staging: Path, model_bytes: bytes | None) -> None:
    files = {f"src/{name}": content for name, content in compiled.files.items()}
    files["board/mcutk_config.h"] = config_header(compiled, board)
    files[f"board/{MODEL_HEADER}"] = model_header(compiled)
    files["board/memory.ld"] = _linker_script(board, board.memory.flash_bytes, board.memory.ram_bytes)
    if model_bytes is not None:
        files["model.tflite"] = model_bytes
    for name, content in files.items():
        path = staging / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _linker_script(board: Board, flash_bytes: int, ram_bytes: int) -> bytes:
    return render_firmware(
        "cortexm.ld.j2",
        board=board.id,
        flash_origin=f"0x{board.memory.flash_origin:08x}",
        flash_bytes=f"0x{flash_bytes:x}",
        ram_origin=f"0x{board.memory.ram_origin:08x}",
        ram_bytes=f"0x{ram_bytes:x}",
        stack_bytes=board.memory.stack_bytes,
    )


def config_header(compiled: CompiledModel, board: Board, *, bare_metal: bool = True) -> bytes:
    """``mcutk_config.h``: board and model as the bench application and the HAL see them."""
    graph = compiled.graph
    return render_firmware(
        "mcutk_config.h.j2",
        board=board.id,
        emulated=int(board.is_emulated),
        has_cache=int(board.core.cpu == "cortex-m7" and not board.is_emulated),
        arena_section=int(bare_metal),
        runtime=0,
        unit=("instructions", "cycles").index(board.timing.unit),
        overlap=("pause", "hold").index(board.link.overlap),
        clock_hz=board.timing.clock_hz,
        baud=board.link.baud,
        ring=board.link.ring,
        payload=board.link.payload,
        defines=tuple(board.hal.defines.items()),
        tensors=(
            _side("INPUT", [graph.tensors[i] for i in graph.inputs]),
            _side("OUTPUT", [graph.tensors[i] for i in graph.outputs]),
        ),
        sha256="{" + ", ".join(f"0x{byte:02x}" for byte in bytes.fromhex(graph.sha256)) + "}",
    )


def _side(name: str, tensors: list[Tensor]) -> dict[str, Any]:
    """Inputs or outputs for the template: several are one block of bytes with the quantization of the first."""
    scale, zero_point = tensors[0].border_quant
    (bits,) = struct.unpack("<I", struct.pack("<f", scale))
    total = sum(tensor.bytes for tensor in tensors)
    shape = (tensors[0].shape or (1,)) if len(tensors) == 1 else (total,)
    functions = [f"mcutk_model_{function}" for function in border_functions(name.lower(), len(tensors))]
    return {
        "name": name,
        "pointer": "uint8_t *" if name == "INPUT" else "const uint8_t *",
        "parts": [{"function": f, "bytes": t.bytes} for f, t in zip(functions, tensors, strict=True)],
        "bytes": total,
        "scale_bits": f"0x{bits:08x}",
        "scale": repr(scale),
        "zero_point": zero_point,
        "rank": len(shape),
        "shape": "{" + ", ".join(f"{dim}u" for dim in shape) + "}",
    }


# Compile and link ----------------------------------------------------------------------------------------------------


def _hal_folders(board: Board) -> tuple[Path, ...]:
    hal = asset_dir("firmware") / "hal"
    family = hal / board.hal.family
    if not family.is_dir():
        raise WorkspaceError(f"there is no HAL '{board.hal.family}' for the board '{board.id}'", hint="docs/porting.md")
    return (hal / "cortexm", family)


def _units(compiled: CompiledModel, board: Board, staging: Path, objects: Path) -> list[toolchain.Unit]:
    """Every file of the image; the prefix of the object says which part it belongs to."""
    units = []
    for name in sorted(compiled.files):
        if name.endswith(_SOURCES):
            # Generated files are lists of calls and tables: only their size matters. Kernels are the rest.
            flags = _OTHER_FLAGS if name.startswith((f"{compiled.name}.", f"{compiled.name}_")) else _KERNEL_FLAGS
            flags = (*flags, stack.FLAG)
            units.append(toolchain.Unit(staging / "src" / name, objects / f"model-{name}.o", flags))
    for folder in (asset_dir("firmware") / "app", *_hal_folders(board)):
        for source in sorted(folder.iterdir()):
            if source.suffix in _SOURCES:
                target = objects / f"base-{folder.name}-{source.name}.o"
                units.append(toolchain.Unit(source, target, _OTHER_FLAGS))
    return units


def _compile_and_link(compiled: CompiledModel, board: Board, staging: Path, steps: bool) -> tuple[Image, int | None]:
    """The image, and a bound on the stack of one inference where there is one."""
    try:
        with tempfile.TemporaryDirectory(prefix="mcutk-build-") as scratch:
            objects = Path(scratch)
            units = _units(compiled, board, staging, objects)
            firmware = asset_dir("firmware")
            includes = (staging / "src", staging / "board", firmware / "app", firmware / "hal", *_hal_folders(board))
            toolchain.compile_units(units, board.core, includes, [f"{compiled.name.upper()}_STEPS={int(steps)}"])
            objects_of_model = (unit.object for unit in units if unit.object.name.startswith("model-"))
            bound = stack.deepest(stack.read_graph(objects_of_model), f"{compiled.name}_invoke")
            _check_stack(board, bound)
            return _link(compiled, board, staging, [unit.object for unit in units]), bound
    except OSError as bad:
        raise disk_error(staging, bad) from bad


def _check_stack(board: Board, bound: int | None) -> None:
    need = (bound or 0) + STACK_BESIDE_MODEL
    if need > board.memory.stack_bytes:
        raise FitError(
            f"the stack of {board.id} is too small for the model",
            expected=f"at least {need:,} bytes: {bound:,} for the model, {STACK_BESIDE_MODEL} for the application",
            received=f"memory.stack_bytes = {board.memory.stack_bytes:,}",
            hint="raise it in the board's descriptor",
        )


def _link(compiled: CompiledModel, board: Board, staging: Path, objects: list[Path]) -> Image:
    map_file = objects[0].parent / "firmware.map"
    share_of = _shares(compiled)
    try:
        toolchain.link(objects, board.core, staging / "board" / "memory.ld", staging / ELF, map_file)
    except ToolFailedError as bad:
        if "overflowed by" not in (bad.received or "") and "will not fit in region" not in (bad.received or ""):
            raise
        script, elf = map_file.with_name("measuring.ld"), map_file.with_name("measuring.elf")
        script.write_bytes(_linker_script(board, _MEASURING, _MEASURING))
        toolchain.link(objects, board.core, script, elf, map_file)
        raise _unfit(board, measure(elf, map_file, board.memory, share_of)) from None
    return measure(staging / ELF, map_file, board.memory, share_of)


def _shares(compiled: CompiledModel) -> Callable[[Piece], Share]:
    """Weights are what the compiler says of its tables; code of the model and library functions are engine."""
    weights = compiled.weight_symbols

    def share(piece: Piece) -> Share:
        if Path(piece.origin).name.startswith("base-"):
            return Share(0, 0)
        heavy = min(weights.get(piece.symbol, 0), piece.size)
        return Share(piece.size - heavy, heavy)

    return share


def _unfit(board: Board, image: Image) -> FitError:
    memory: Memory = board.memory
    problems, regions = [], set()
    for what, need, limit in (
        ("flash", image.flash.total, memory.flash_bytes),
        ("RAM", image.ram.total, memory.ram_bytes),
    ):
        if need > limit:
            problems.append(f"{need:,} bytes of {what} where there are {limit:,}")
            regions |= {what.lower(), "both"}
    largest = [item for item in image.contributors if item.region in regions][:8]
    rows = "\n".join(f"    {item.bytes:>10,}  {item.region:<5}  {item.part:<7}  {item.name}" for item in largest)
    return FitError(
        f"the model does not fit on {board.id}: it needs {' and '.join(problems)}; the largest parts are\n{rows}",
        expected=f"at most {memory.flash_bytes:,} bytes of flash and {memory.ram_bytes:,} of RAM",
        received=f"{image.flash.total:,} bytes of flash and {image.ram.total:,} of RAM",
        hint=("mcutk build --optimize ram, " if "ram" in regions else "")
        + "a smaller student, or a larger board (mcutk boards)",
    )
