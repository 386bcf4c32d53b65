"""Kernel cases on the host under AddressSanitizer and UndefinedBehaviorSanitizer (rig/kernels_host.c)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from mcu_toolkit import process
from tests.support.arm_rig import INCLUDES, KERNELS, RIG
from tests.support.kernel_cases import CaseTable

SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
#: Flags of kernels.
STRICT = (
    "-std=c11", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wcast-align", "-Werror",
    *SANITIZE,
)  # fmt: skip

needs_gcc = pytest.mark.skipif(process.find_tool("gcc") is None, reason="needs gcc")


def wrong_bytes(folder: Path, cases: CaseTable, flags: Sequence[str] = (), extra: Sequence[Path] = ()) -> list[int]:
    """Compile and run the cases.

    Args:
        folder: receives sources and objects.
        cases: what to run.
        flags: additional flags for the kernels.
        extra: additional C sources, for example in place of assembly, which is left out.

    Returns:
        How many output bytes of each case differ from the expected ones.
    """
    (folder / "cases.c").write_text(cases.text)
    sources = [*(KERNELS / name for name in cases.sources if name.endswith(".c")), *extra]
    objects = [folder / f"{source.stem}.o" for source in sources]
    for source, made in zip(sources, objects, strict=True):
        process.run(["gcc", *STRICT, *flags, *INCLUDES, "-c", str(source), "-o", str(made)])
    program = folder / "cases"
    process.run(
        ["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", *SANITIZE, *INCLUDES, str(RIG / "kernels_host.c"),
         str(folder / "cases.c"), *map(str, objects), "-o", str(program)]
    )  # fmt: skip
    done = process.run([str(program)], check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    wrong = [int(line) for line in done.stdout.split()]
    assert len(wrong) == cases.count
    return wrong
