"""Flash and RAM of an image, in bytes; the same figures in build.json and bench.json."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class FlashMemory:
    """Flash in bytes. total = engine + weights + other.

    Attributes:
        total: the whole image.
        engine: code and constants of inference other than weights and biases, with the library functions they call.
        tables: the constant tables in `engine`: multipliers and shifts of the channels, look-up tables.
        weights: weights and biases.
        other: start-up code, HAL, bench application, initial values of variables.
        limit: what the board has.
    """

    total: int
    engine: int
    tables: int
    weights: int
    other: int
    limit: int


@dataclass(frozen=True)
class RamMemory:
    """RAM in bytes. total = arena + static + stack.

    Attributes:
        total: what the image reserves.
        arena: activations and scratch.
        no_overlap: live-tensor bound: the least arena of a plan in which no two live tensors share a byte.
        static: all other variables of the image.
        stack: reserved for the stack.
        stack_bound: bytes of stack that one inference and the application can need at most; None without a bound.
        limit: what the board has.
        stack_peak: high-water mark that the device reported; None before a bench.
    """

    total: int
    arena: int
    no_overlap: int
    static: int
    stack: int
    stack_bound: int | None
    limit: int
    stack_peak: int | None = field(default=None, metadata={"omit": True})


@dataclass(frozen=True)
class Memory:
    """Memory of an image."""

    flash: FlashMemory
    ram: RamMemory
