"""What a cost table is: from disassembled instructions to estimated cycles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from mcu_toolkit.registry import Registry, modules_of


@dataclass(frozen=True)
class Instruction:
    """One line of a disassembly.

    Attributes:
        address: of its first byte.
        size: bytes.
        mnemonic, operands: as the disassembler writes them, without comments.
    """

    address: int
    size: int
    mnemonic: str
    operands: str


class Kind(str, Enum):
    """Class of an instruction; the values name the columns of reports."""

    ALU = "alu"
    EXTRACT = "extract"  # bit fields, extension, saturation, packing, parallel addition
    MULTIPLY = "multiply"  # 32-bit results, multiply-accumulate and dual multiply included
    LONG_MULTIPLY = "long multiply"  # 64-bit results
    DIVIDE = "divide"
    LOAD = "load"
    STORE = "store"
    LOAD_MANY = "multi-word load"
    STORE_MANY = "multi-word store"
    BRANCH = "branch"
    CALL = "call"
    RETURN = "return"  # any other write of the program counter
    IF_THEN = "if-then"
    LOOP = "loop"  # hardware loops
    VECTOR_LOAD = "vector load"
    VECTOR_STORE = "vector store"
    VECTOR_MULTIPLY = "vector multiply"
    VECTOR = "vector"
    FLOAT = "float"
    SYSTEM = "system"


@dataclass(frozen=True)
class Op:
    """What a cost table has to know of an instruction.

    Attributes:
        kind: its class.
        name: mnemonic without condition, width and type.
        narrow: whether it has 16 bits.
        writes: registers that it writes, address registers that it updates included.
        reads: registers that it reads, those below included.
        address: registers from which it computes an address.
        early: operands that it needs before the others: those that go through the shifter or are extracted.
        accumulates: registers to which it only adds a product.
        words: words that a multi-word transfer moves; of a vector transfer that computes each address, the elements; of
            a return, the words that it loads.
        indexed: whether the address is a sum of two registers.
        updates: whether it writes the address register.
        bytes: of the element that a load or store moves.
        shifted: whether an operand is shifted right or rotated.
    """

    kind: Kind
    name: str
    narrow: bool = False
    writes: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    address: frozenset[str] = frozenset()
    early: frozenset[str] = frozenset()
    accumulates: frozenset[str] = frozenset()
    words: int = 1
    indexed: bool = False
    updates: bool = False
    bytes: int = 4
    shifted: bool = False


@dataclass(frozen=True)
class Core:
    """The cost table of a core. It holds for memory without wait states.

    Attributes:
        id: name of the core (``core.cpu`` of a board).
        name: name in reports.
        source: manuals and measurements that the figures come from.
        decode: an instruction of the disassembly → `Op`.
        straight: cycles of a block of instructions that run one after the other, if a branch at its end is not taken.
        branches: cycles added for the last instruction of a block, which went elsewhere `taken` times and on to the
            next instruction `passed` times.
    """

    id: str
    name: str
    source: str
    decode: Callable[[Instruction], Op]
    straight: Callable[[Sequence[Op]], float]
    branches: Callable[[Op, int, int], float]


CORES: Registry[Core] = Registry("core", builtin=modules_of("mcu_toolkit.targets.core", [str(Path(__file__).parent)]))
