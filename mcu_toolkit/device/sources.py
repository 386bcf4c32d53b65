"""Files of a build folder: generated model, configuration header and linker script."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from mcu_toolkit.boards import Board
from mcu_toolkit.device.model_header import FILE as MODEL_HEADER
from mcu_toolkit.device.model_header import border_functions, model_header
from mcu_toolkit.device.types import CompiledModel
from mcu_toolkit.graph.ir import Tensor
from mcu_toolkit.records.build import BorderTensor
from mcu_toolkit.targets.arch import ARCHS
from mcu_toolkit.templates import render_firmware


def write_sources(compiled: CompiledModel, board: Board, staging: Path, model_bytes: bytes | None) -> None:
    """Write everything that a build compiles and that does not ship with the toolkit.

    Args:
        compiled: the generated model; its files go to ``src/``.
        board: its configuration and linker script go to ``board/``.
        staging: the build folder.
        model_bytes: the flatbuffer, kept as ``model.tflite``.
    """
    files = {f"src/{name}": content for name, content in compiled.files.items()}
    files["board/mcutk_config.h"] = config_header(compiled, board)
    files[f"board/{MODEL_HEADER}"] = model_header(compiled)
    files["board/memory.ld"] = linker_script(board, board.memory.flash_bytes, board.memory.ram_bytes)
    if model_bytes is not None:
        files["model.tflite"] = model_bytes
    for name, content in files.items():
        path = staging / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def linker_script(board: Board, flash_bytes: int, ram_bytes: int) -> bytes:
    """Linker script of a board with the given sizes of flash and RAM in bytes."""
    return render_firmware(
        ARCHS.find(board.core.arch).linker_template,
        board=board.id,
        flash_origin=f"0x{board.memory.flash_origin:08x}",
        flash_bytes=f"0x{flash_bytes:x}",
        ram_origin=f"0x{board.memory.ram_origin:08x}",
        ram_bytes=f"0x{ram_bytes:x}",
        stack_bytes=board.memory.stack_bytes,
    )


def config_header(compiled: CompiledModel, board: Board, *, bare_metal: bool = True) -> bytes:
    """``mcutk_config.h``: board and model as macros for the bench application and the HAL.

    Args:
        bare_metal: whether the arena gets a section of its own, which the linker script places.
    """
    graph = compiled.graph
    return render_firmware(
        "mcutk_config.h.j2",
        board=board.id,
        emulated=int(board.is_emulated),
        has_cache=int(board.core.caches),
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


def border(tensor: Tensor) -> BorderTensor:
    """An input or output of a model for a record; scale 1 and zero point 0 without quantization."""
    scale, zero_point = tensor.border_quant
    return BorderTensor(tensor.name, tensor.dtype.value, tuple(tensor.shape), scale, zero_point)


def _side(name: str, tensors: list[Tensor]) -> dict[str, Any]:
    """Inputs or outputs for the template: several are one block of bytes with the quantization of the first."""
    first = border(tensors[0])
    (bits,) = struct.unpack("<I", struct.pack("<f", first.scale))
    total = sum(tensor.bytes for tensor in tensors)
    shape = (tensors[0].shape or (1,)) if len(tensors) == 1 else (total,)
    functions = [f"mcutk_model_{function}" for function in border_functions(name.lower(), len(tensors))]
    return {
        "name": name,
        "pointer": "uint8_t *" if name == "INPUT" else "const uint8_t *",
        "parts": [{"function": f, "bytes": t.bytes} for f, t in zip(functions, tensors, strict=True)],
        "bytes": total,
        "scale_bits": f"0x{bits:08x}",
        "scale": repr(first.scale),
        "zero_point": first.zero_point,
        "rank": len(shape),
        "shape": "{" + ", ".join(f"{dim}u" for dim in shape) + "}",
    }
