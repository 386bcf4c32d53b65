"""Generated models on an emulated Cortex-M, many in one image, without the rest of the firmware."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mcu_toolkit.compiler.emit import literals
from mcu_toolkit.compiler.pipeline import Compiled, compile_model
from mcu_toolkit.graph.ir import Array
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.oracle import Oracle
from mcu_toolkit.targets.target import Optimize, Target
from tests.support.arm_rig import RIG, Machine, run_image
from tests.support.compare import random_inputs


def wrong_samples(
    models: Mapping[str, bytes], machine: Machine, seed: int, folder: Path, *, optimize: Optimize | None = None
) -> dict[str, int]:
    """Run models on an emulated core and compare each output with the oracle's.

    Args:
        models: name, an identifier → .tflite file.
        machine: the emulated machine.
        seed: of the inputs; also selects the optimization goal of each model.
        folder: empty, for sources and objects.
        optimize: one goal for all models; None for the choice by seed.

    Returns:
        Name → number of wrong samples, of the models that have any.
    """
    modes = tuple(Optimize)
    compiled = []
    for number, (name, data) in enumerate(models.items()):
        graph = read_model(data)
        mode = optimize or modes[(seed + number) % len(modes)]
        each = compile_model(graph, Target(machine.isa, machine.core, mode), name)
        inputs = random_inputs(graph, 3, seed)
        keep = any(tensor.variable for tensor in graph.tensors)
        write_unit(folder, each, inputs, Oracle(graph).run_all(inputs, keep_state=keep), keep)
        compiled.append(each)
    lines = _run(compiled, machine, folder)
    assert len(lines) == len(compiled), lines[-3:]
    return {each.name: int(line) for each, line in zip(compiled, lines, strict=True) if line != "0"}


def write_unit(folder: Path, compiled: Compiled, inputs: Sequence[Array], outputs: Sequence[Array], keep: bool) -> None:
    """One translation unit per model: its code, its samples, and the CRC of each sample's outputs."""
    name, upper = compiled.name, compiled.name.upper()
    for file, content in compiled.files.items():
        (folder / file).write_bytes(content)
    count = len(inputs[0])
    packed = [np.ascontiguousarray(array).reshape(count, -1).view(np.uint8) for array in inputs]
    expected = [
        zlib.crc32(b"".join(np.ascontiguousarray(array[sample]).tobytes() for array in outputs))
        for sample in range(count)
    ]
    lines = [
        f'#include "{name}.c"',
        f'#include "{name}_weights.c"',
        "#include <string.h>",
        '#include "models.h"',
        '#include "crc.h"',
    ]
    for number, array in enumerate(packed):
        rows = "\n".join(literals.rows(array.reshape(-1), "uint8_t"))
        lines.append(f"static const uint8_t input_{number}[] = {{\n{rows}\n}};")
    lines.append(f"static const uint32_t expected[] = {{{', '.join(f'{value}u' for value in expected)}}};")
    lines.append(f"rig_model {name}_check;\nint32_t {name}_check(unsigned char *arena) {{\n    int32_t wrong = 0;")
    lines.append(f"    for (int32_t i = 0; i < {count}; i++) {{")
    guard = "if (i == 0) " if keep else ""
    lines.append(f"        {guard}memset(arena, 0xA5, {upper}_ARENA_BYTES);\n        {guard}{name}_reset(arena);")
    for number, array in enumerate(packed):
        suffix = "" if number == 0 else str(number + 1)
        size = array.shape[1]
        lines.append(f"        memcpy({name}_input{suffix}(arena), input_{number} + i * {size}, {size});")
    lines.append(f"        {name}_invoke(arena);\n        uint32_t crc = 0xFFFFFFFFu;")
    for number in range(len(outputs)):
        suffix = "" if number == 0 else str(number + 1)
        lines.append(f"        crc = crc32_more(crc, {name}_output{suffix}(arena), {upper}_OUTPUT{suffix}_BYTES);")
    lines.append("        wrong += ~crc != expected[i];\n    }\n    return wrong;\n}\n")
    (folder / f"{name}_check.c").write_text("\n".join(lines))


CRC = """#include <stddef.h>
#include <stdint.h>
static uint32_t crc32_more(uint32_t crc, const void *data, size_t count) {
    const uint8_t *bytes = data;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
        }
    }
    return crc;
}
"""


def _run(compiled: Sequence[Compiled], machine: Machine, folder: Path) -> list[str]:
    (folder / "crc.h").write_text(CRC)
    names = [each.name for each in compiled]
    table = ['#include "models.h"', *(f"rig_model {name}_check;" for name in names)]
    table += [f"rig_model *const rig_models[] = {{{', '.join(f'{name}_check' for name in names)}}};"]
    table += [f"const int32_t rig_model_count = {len(names)};", ""]
    (folder / "table.c").write_text("\n".join(table))
    kernels = {f for each in compiled for f in each.files if f.startswith("mcutk_") and f.endswith((".c", ".S"))}
    sources = [*sorted(kernels), *(f"{name}_check.c" for name in names), "table.c", str(RIG / "models.c")]
    arena = max(each.plan.arena_bytes for each in compiled)
    flags = ["-std=gnu11", "-O2", "-fno-move-loop-stores", "-I.", f"-DRIG_ARENA_BYTES={arena}"]
    return run_image(folder, machine, sources, flags)
