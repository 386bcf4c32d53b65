"""The instructions of an image by address, from the toolchain's disassembler."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from mcu_toolkit import process
from mcu_toolkit.targets.arch import Arch
from mcu_toolkit.targets.core import Instruction

#: "    1ab0:  b570       push  {r4, r5, r6, lr}"; an instruction that the disassembler does not know has no mnemonic.
_LINE = re.compile(r"^ *([0-9a-f]+):\t([0-9a-f ]+?) *\t(\S*)(?:\t(.*))?$", re.MULTILINE)
_COMMENT = re.compile(r"\s*[;@<].*$")


def disassemble(elf: Path, arch: Arch) -> Mapping[int, Instruction]:
    """Address → instruction.

    Raises:
        ToolMissingError: the disassembler is not installed.
        ToolFailedError: it fails.
    """
    text = process.run([arch.objdump, "-d", str(elf)]).stdout
    found = {}
    for address, code, mnemonic, operands in _LINE.findall(text):
        at = int(address, 16)
        size = len(code.replace(" ", "")) // 2
        found[at] = Instruction(at, size, mnemonic, _COMMENT.sub("", operands))
    return found
