"""Stack frames that assembly states (firmware/kernels/mcutk_assembly.h), compared with its instructions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from mcu_toolkit import process
from tests.support.arm_rig import INCLUDES, KERNELS, MACHINES, needs_arm

pytestmark = needs_arm

_FILES = sorted(path.relative_to(KERNELS).as_posix() for path in KERNELS.rglob("*.S"))
_PUSH = re.compile(r"\t(v?)(?:push|stmdb\tsp!,)\s*\{([^}]*)\}")
_SUBTRACT = re.compile(r"\tsub(?:\.w|w)?\tsp, (?:sp, )?#(\d+)")


def registers(text: str) -> int:
    """Number of registers in a list such as ``r4, r5, r6, lr`` or ``d8-d13``."""
    count = 0
    for part in text.replace(" ", "").split(","):
        first, _, last = part.partition("-")
        count += int(last[1:]) - int(first[1:]) + 1 if last else 1
    return count


def used(disassembly: str) -> dict[str, int]:
    """Function → bytes of stack of its pushes and subtractions from sp."""
    found: dict[str, int] = {}
    for block in re.split(r"\n(?=[0-9a-f]{8} <)", disassembly):
        if header := re.match(r"[0-9a-f]{8} <(\w+)>:", block):
            pushed = sum((8 if match[1] else 4) * registers(match[2]) for match in _PUSH.finditer(block))
            found[header[1]] = pushed + sum(int(match[1]) for match in _SUBTRACT.finditer(block))
    return found


def stated(elf: Path) -> tuple[set[str], dict[str, int]]:
    """Functions of an object, and the frames that it states."""
    with elf.open("rb") as stream:
        table = ELFFile(stream).get_section_by_name(".symtab")
        assert isinstance(table, SymbolTableSection)
        symbols = list(table.iter_symbols())
    functions = {s.name for s in symbols if s["st_info"]["type"] == "STT_FUNC"}
    frames = {s.name: s["st_value"] for s in symbols if s["st_shndx"] == "SHN_ABS" and s.name.endswith("_frame")}
    return functions, frames


@pytest.mark.parametrize("file", _FILES)
def test_assembly_states_the_frame_that_it_uses(file: str, tmp_path: Path) -> None:
    made = tmp_path / "made.o"
    functions: set[str] = set()
    for core in ("m0", "m3", "m4", "m55"):  # files for other cores are empty
        process.run(["arm-none-eabi-gcc", *MACHINES[core].flags, *INCLUDES, "-c", str(KERNELS / file), "-o", str(made)])
        here, frames = stated(made)
        listing = process.run(["arm-none-eabi-objdump", "-d", "--no-show-raw-insn", str(made)]).stdout
        assert frames == {f"{name}_frame": size for name, size in used(listing).items()}
        assert set(used(listing)) == here
        functions |= here
    assert functions, f"{file} defines no function on any core"
