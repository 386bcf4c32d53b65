"""Kernel cases as C: cases.c of the rigs in tests/support/rig, for the host and for emulated cores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mcu_toolkit.compiler.call import ConstArray, FieldValue, ParamsArg, StructValue
from mcu_toolkit.compiler.layer import ConvKernel, ConvLayer
from mcu_toolkit.targets.target import Target
from tests.support.conv_layers import reference


@dataclass
class CaseTable:
    """The cases of one image.

    Attributes:
        headers: headers of the kernels.
        sources: their C and assembly files, relative to firmware/kernels.
        declarations: C text before the table.
        rows: initialisers of ``rig_case``.
    """

    headers: set[str] = field(default_factory=set)
    sources: list[str] = field(default_factory=list)
    declarations: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)

    def add(
        self,
        call: str,
        inputs: np.ndarray,
        expected: np.ndarray,
        scratch_bytes: int = 0,
        slack: int | None = None,
    ) -> None:
        """A case.

        Args:
            call: C statements that run the kernel from ``in`` to ``out``, with ``scratch``.
            inputs: int8.
            expected: int8, what ``out`` must hold.
            scratch_bytes: bytes of ``scratch``.
            slack: the output lies over the input, this many bytes before it; None: apart.
        """
        n = len(self.rows)
        self.declarations += [c_array(f"x{n}", "int8_t", inputs), c_array(f"e{n}", "int8_t", expected)]
        self.declarations.append(
            f"static void run{n}(const int8_t *in, int8_t *out, void *scratch) {{\n    (void)scratch;\n    {call}\n}}\n"
        )
        overlap = f"{int(slack is not None)}, {slack or 0}"
        self.rows.append(f"{{run{n}, x{n}, e{n}, {inputs.size}, {expected.size}, {scratch_bytes}, {overlap}}},\n")

    @property
    def count(self) -> int:
        """Number of cases."""
        return len(self.rows)

    @property
    def text(self) -> str:
        """cases.c."""
        headers = [f'#include "{name}"\n' for name in ("cases.h", "mcutk_types.h", *sorted(self.headers))]
        table = ["const rig_case rig_cases[] = {\n", *self.rows, "};\n"]
        return "".join([*headers, *self.declarations, *table, f"const int32_t rig_case_count = {self.count};\n"])


def conv_cases(jobs: Sequence[tuple[ConvKernel, ConvLayer]], overlap: bool, target: Target) -> CaseTable:
    """One case per job on random inputs; with `overlap`, where its kernel permits it, a second one with the output
    over the input."""
    table = CaseTable(sources=sorted({source for kernel, _ in jobs for source in kernel.sources}))
    table.headers = {kernel.header for kernel, _ in jobs}
    for n, (kernel, layer) in enumerate(jobs):
        rng = np.random.default_rng(1000 + n)
        x = rng.integers(-128, 128, (layer.in_h, layer.in_w, layer.in_c)).astype(np.int8)
        x.reshape(-1)[rng.random(x.size) < 0.1] = -128
        table.declarations.append(c_params(f"p{n}", kernel.params(layer)))
        slack = kernel.overlap_slack(layer)
        call = f"{kernel.name}(in, out, scratch, &p{n});"
        for over in (False, True) if overlap and slack is not None else (False,):
            scratch = kernel.scratch_bytes(layer, target)
            table.add(call, x, reference(layer, x), scratch, slack if over else None)
    return table


def c_params(name: str, params: ParamsArg) -> str:
    """A parameter struct and the tables that it points to, as C."""
    tables: list[str] = []

    def text(value: FieldValue) -> str:
        if value is None:
            return "0"
        if isinstance(value, ConstArray):
            table = f"{name}_{len(tables)}"
            tables.append(c_array(table, value.ctype, value.values, value.align))
            return table
        if isinstance(value, StructValue):
            return "{" + ", ".join(f".{key} = {text(item)}" for key, item in value.fields) + "}"
        if isinstance(value, tuple):
            return "{" + ", ".join(map(text, value)) + "}"
        return str(value)

    body = ", ".join(f".{key} = {text(value)}" for key, value in params.fields)
    return "".join(tables) + f"static const {params.ctype} {name} = {{{body}}};\n"


def c_array(name: str, ctype: str, values: np.ndarray, align: int = 4) -> str:
    """A constant table as C; an array of structs is [n, fields] or has a structured dtype."""
    if values.dtype.names or (values.ndim == 2 and ctype.startswith("mcutk_")):
        body = ",".join(_braced(row) for row in (values if values.dtype.names else values.tolist()))
    else:
        body = ",".join(map(str, values.reshape(-1).tolist()))
    return f"static const {ctype} {name}[] __attribute__((aligned({align}))) = {{{body}}};\n"


def _braced(value: object) -> str:
    """A number, or nested braces of numbers."""
    parts = getattr(value, "tolist", lambda: value)()
    return "{" + ",".join(map(_braced, parts)) + "}" if isinstance(parts, (list, tuple)) else str(parts)
