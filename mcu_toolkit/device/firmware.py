"""Builds the firmware of a compiled model for a board, and records what was made in ``build.json``."""

from __future__ import annotations

from pathlib import Path

from mcu_toolkit import __version__
from mcu_toolkit.boards import Board
from mcu_toolkit.device.elf import ELF, Linked, make_elf
from mcu_toolkit.device.fit import stack_need
from mcu_toolkit.device.flashers import flashers_of
from mcu_toolkit.device.identity import FILE as BUILD_HEADER
from mcu_toolkit.device.identity import build_header, build_sha256
from mcu_toolkit.device.sketch import make_sketch
from mcu_toolkit.device.sources import generated_files, write_files
from mcu_toolkit.device.toolchain import Toolchain
from mcu_toolkit.device.types import CompiledModel
from mcu_toolkit.graph.ir import Tensor
from mcu_toolkit.records import codec
from mcu_toolkit.records.build import BorderTensor, BuildRecord, BuiltLayer, BuiltModel, ModelOrigin
from mcu_toolkit.records.manifest import checked_artefact, checked_record, write_manifest
from mcu_toolkit.records.memory import FlashMemory, Memory, RamMemory
from mcu_toolkit.targets.target import Optimize
from mcu_toolkit.workspace import atomic_dir, sha256_file

RECORD = "build.json"
MODEL_COPY = "model.tflite"


def build(
    compiled: CompiledModel,
    board: Board,
    out_dir: Path,
    *,
    origin: ModelOrigin,
    optimize: Optimize,
    model_bytes: bytes | None = None,
    steps: bool = True,
    command: str = "mcutk build",
) -> BuildRecord:
    """Make the build folder of a board: it is replaced as a whole, or left as it was.

    The folder holds ``firmware.elf``, ``.hex`` and ``.bin``, the generated ``src/``, ``build.json`` and
    ``manifest.json``.

    Args:
        compiled: the generated model, of any prefix.
        board: the board to build for.
        out_dir: the build folder.
        origin: where the model comes from, for the record.
        optimize: the goal that the model was compiled for, for the record.
        model_bytes: the flatbuffer, kept as ``model.tflite``.
        steps: whether the image can run layer by layer (profile, verify).
        command: recorded as the origin of the folder.

    Raises:
        ConfigError: the board names a flasher that does not exist.
        FitError: flash, RAM or stack are too small; the message names need, limit and the largest symbols.
        ToolMissingError: the compiler is not installed.
        ToolFailedError: the compiler fails.
        WorkspaceError: the disk refuses.
    """
    flashers_of(board)  # a wrong name is reported before the work
    with atomic_dir(out_dir) as staging:
        files = generated_files(compiled, board)
        identity = build_sha256(files, board, steps=steps)
        files[f"board/{BUILD_HEADER}"] = build_header(identity)
        if model_bytes is not None:
            files[MODEL_COPY] = model_bytes
        write_files(files, staging)
        linked = make_elf(compiled, board, staging, steps=steps)
        elf = staging / ELF
        tools = Toolchain.of(board.core)
        tools.convert(elf, staging / "firmware.hex", "ihex")
        tools.convert(elf, staging / "firmware.bin", "binary")
        sketch = make_sketch(compiled, board, staging, identity)
        record = BuildRecord(
            board=board.id,
            board_name=board.name,
            runtime="aot",
            name=compiled.name,
            optimize=optimize.value,
            model=_model(compiled, origin),
            firmware_sha256=sha256_file(elf),
            build_sha256=identity,
            memory=_memory(compiled, board, linked),
            macs=compiled.report.macs,
            layers=_layers(compiled),
            contributors=linked.footprint.contributors,
            steps=steps,
            sketch=sketch.folder if sketch is not None else None,
            notes=_notes(board) + ((sketch.note,) if sketch is not None else ()),
            toolchain=tools.version(),
            mcutk=__version__,
            command=command,
        )
        codec.write(staging / RECORD, record)
        write_manifest(
            staging, command, inputs={"model": record.model.sha256, "build": identity}, versions={"mcutk": __version__}
        )
    return record


def read_build(build_dir: Path) -> BuildRecord:
    """The record of a build folder, after it and the image were checked against the hashes in the manifest.

    Raises:
        WorkspaceError: nothing was built there, by another version of the toolkit, or a file was changed since.
    """
    record = checked_record(BuildRecord, build_dir, RECORD, hint="mcutk build")
    checked_artefact(build_dir, ELF, hint="mcutk build")
    return record


def _model(compiled: CompiledModel, origin: ModelOrigin) -> BuiltModel:
    graph = compiled.graph
    return BuiltModel(
        sha256=graph.sha256,
        origin=origin,
        inputs=tuple(_border(graph.tensors[index]) for index in graph.inputs),
        outputs=tuple(_border(graph.tensors[index]) for index in graph.outputs),
    )


def _border(tensor: Tensor) -> BorderTensor:
    scale, zero_point = tensor.border_quant
    return BorderTensor(tensor.name, tensor.dtype.value, tuple(tensor.shape), scale, zero_point)


def _memory(compiled: CompiledModel, board: Board, linked: Linked) -> Memory:
    size, stack = linked.footprint, board.memory.stack_bytes
    return Memory(
        FlashMemory(
            total=size.flash,
            engine=size.engine,
            tables=size.tables,
            weights=size.weights,
            other=size.flash - size.engine - size.weights,
            limit=board.memory.flash_bytes,
        ),
        RamMemory(
            total=size.ram,
            arena=size.arena,
            no_overlap=compiled.report.arena_no_overlap,
            static=size.ram - size.arena - stack,
            stack=stack,
            stack_bound=stack_need(linked.model_stack),
            limit=board.memory.ram_bytes,
        ),
    )


def _layers(compiled: CompiledModel) -> tuple[BuiltLayer, ...]:
    return tuple(
        BuiltLayer(layer.index, layer.source, layer.operator, layer.kernel, layer.macs, layer.cost)
        for layer in compiled.report.layers
    )


def _notes(board: Board) -> tuple[str, ...]:
    """Remarks for the user of a board on the context: where the image goes, how to wire it."""
    if board.is_emulated:
        return ()
    made = f"made: bare-metal image firmware.elf/.hex/.bin at 0x{board.memory.flash_origin:08x}"
    return (made, board.notes) if board.notes else (made,)
