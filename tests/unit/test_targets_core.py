"""Cost tables: classes and registers of instructions, and the cycles of sequences whose timing is published."""

from __future__ import annotations

import re

import pytest

from mcu_toolkit.targets.core import CORES, Instruction
from mcu_toolkit.targets.core.base import Kind, Op
from mcu_toolkit.targets.core.thumb import decode


def op(text: str, size: int = 4) -> Op:
    """An instruction of two parts, as the disassembler writes them."""
    mnemonic, _, operands = text.partition(" ")
    return decode(Instruction(0, 2 if mnemonic.endswith(".n") else size, mnemonic, operands))


def cycles(core: str, text: str) -> float:
    """Cycles of instructions separated by semicolons, with no branch taken."""
    return CORES[core].straight([op(part.strip()) for part in re.split(r";", text)])


@pytest.mark.parametrize(
    ("text", "kind", "writes", "reads"),
    [
        ("movs.n r0, #1", Kind.ALU, "r0 flags", ""),
        ("addeq r1, r2", Kind.ALU, "r1", "r1 r2"),
        ("cmp r1, r2", Kind.ALU, "flags", "r1 r2"),
        ("bics r1, r2, r3", Kind.ALU, "r1 flags", "r2 r3"),
        ("movt r1, #5", Kind.ALU, "r1", "r1"),
        ("sxtb16 r1, r2, ror #8", Kind.EXTRACT, "r1", "r2"),
        ("bfi r1, r2, #0, #8", Kind.EXTRACT, "r1", "r1 r2"),
        ("uqadd8 r1, r2, r3", Kind.EXTRACT, "r1", "r2 r3"),
        ("mla r0, r1, r2, r3", Kind.MULTIPLY, "r0", "r1 r2 r3"),
        ("smlad r0, r1, r2, r0", Kind.MULTIPLY, "r0", "r0 r1 r2"),
        ("smmulr ip, r1, r2", Kind.MULTIPLY, "r12", "r1 r2"),
        ("smull r0, r1, r2, r3", Kind.LONG_MULTIPLY, "r0 r1", "r2 r3"),
        ("smlald r0, r1, r2, r3", Kind.LONG_MULTIPLY, "r0 r1", "r0 r1 r2 r3"),
        ("ldrsb.w r1, [r2, r3]", Kind.LOAD, "r1", "r2 r3"),
        ("ldr.w r1, [r2], #4", Kind.LOAD, "r1 r2", "r2"),
        ("strne r1, [r2, #4]", Kind.STORE, "", "r1 r2"),
        ("ldrd r0, r1, [r2, #8]", Kind.LOAD_MANY, "r0 r1", "r2"),
        ("ldmia.w r2!, {r4, r5, sl}", Kind.LOAD_MANY, "r4 r5 r10 r2", "r2"),
        ("push {r4, lr}", Kind.STORE_MANY, "sp", "sp r4 lr"),
        ("pop {r4, pc}", Kind.RETURN, "", "sp"),
        ("bx lr", Kind.RETURN, "", "lr"),
        ("bne.n 10", Kind.BRANCH, "", "flags"),
        ("bls.n 10", Kind.BRANCH, "", "flags"),
        ("bl 100", Kind.CALL, "", ""),
        ("ittt ne", Kind.IF_THEN, "", ""),
        ("le lr, 100", Kind.LOOP, "", "lr"),
        ("vldrb.u8 q0, [r1], #16", Kind.VECTOR_LOAD, "q0 r1", "r1"),
        ("vmladava.s8 r0, q0, q1", Kind.VECTOR_MULTIPLY, "r0", "q0 q1 r0"),
        ("vmladav.s8 r0, q0, q1", Kind.VECTOR_MULTIPLY, "r0", "q0 q1"),
        ("vadd.i32 q0, q1, r2", Kind.VECTOR, "q0", "q1 r2"),
        ("vadd.f32 s0, s1, s2", Kind.FLOAT, "s0", "s1 s2"),
        ("vldr s0, [r1]", Kind.LOAD, "s0", "r1"),
    ],
)
def test_class_and_registers(text: str, kind: Kind, writes: str, reads: str) -> None:
    made = op(text)
    assert (made.kind, made.writes, made.reads) == (kind, frozenset(writes.split()), frozenset(reads.split()))


def test_what_moves_words_says_how_many() -> None:
    assert [op(text).words for text in ("ldrd r0, r1, [r2]", "push {r4, r5, lr}", "pop {r4, pc}", "bx lr")] == [
        2,
        3,
        2,
        0,
    ]
    assert op("vldrw.u32 q0, [r1, q2]").words == 4
    assert op("vldrb.u8 q0, [r1, q2]").words == 16


# DDI 0439D, 3.3.3: "LDR R0,[R1]; LDR R1,[R2]: normally three cycles total", and the examples after it.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ldr r0, [r1]; ldr r1, [r2]", 3),
        ("ldr r0, [r1, r2]; str r0, [r3, #20]", 3),
        ("ldr r0, [r1, r2]; str r1, [r3, r2]", 3),
        ("ldr r0, [r1, r5]; ldr r1, [r2]; ldr r2, [r3, #4]", 4),
        ("ldr r0, [r1]; ldr r2, [r0]", 4),
        ("add r1, r2, r3; ldr r0, [r1]", 4),
        ("str r0, [r1, #4]", 1),
        ("str r0, [r1, r2]", 2),
        ("ldrd r0, r1, [r2]", 3),
        ("ldmia r2, {r3, r4, r5}", 4),
        ("smlad r0, r1, r2, r0; smull r3, r4, r5, r6", 2),
        ("cmp.n r0, r1; it eq; moveq r0, r1", 2),
        ("sdiv r0, r1, r2", 7),
    ],
)
def test_cortex_m4_takes_the_cycles_of_its_manual(text: str, expected: int) -> None:
    assert cycles("cortex-m4", text) == expected


def test_cortex_m3_pays_for_products() -> None:
    assert cycles("cortex-m3", "mul r0, r1, r2") == 1
    assert cycles("cortex-m3", "mla r0, r1, r2, r3") == 2
    assert cycles("cortex-m3", "smull r0, r1, r2, r3") == 4
    assert cycles("cortex-m3", "smlal r0, r1, r2, r3") == 5


# DDI 0432C, table 3-1, and DDI 0484C, table 3-1.
@pytest.mark.parametrize(
    ("text", "taken", "m0", "m0plus"),
    [
        ("adds.n r0, #1", 0, 1, 1),
        ("ldr.n r0, [r1]", 0, 2, 2),
        ("str.n r0, [r1]", 0, 2, 2),
        ("muls.n r0, r1, r0", 0, 1, 1),
        ("push.n {r4, r5, lr}", 0, 4, 4),
        ("bne.n 10", 0, 1, 1),
        ("bne.n 10", 1, 3, 2),
        ("bl 10", 1, 4, 3),
        ("bx.n lr", 1, 3, 2),
        ("pop.n {r4, r5, pc}", 1, 7, 6),
    ],
)
def test_cortex_m0_takes_the_cycles_of_its_manual(text: str, taken: int, m0: int, m0plus: int) -> None:
    for name, expected in (("cortex-m0", m0), ("cortex-m0plus", m0plus)):
        core = CORES[name]
        assert core.straight([op(text)]) + core.branches(op(text), taken, 1 - taken) == expected


def test_the_small_multiplier_takes_32_cycles() -> None:
    assert cycles("cortex-m0.small-multiply", "muls.n r0, r1, r0") == 32


# github.com/jnk0le/random, "pipeline cycle test", cortex_m33.md.
def test_cortex_m33_waits_for_loads_and_products() -> None:
    assert cycles("cortex-m33", "ldr r0, [r1]; add r2, r0, r3") == 3
    assert cycles("cortex-m33", "ldr r0, [r1]; ldr r4, [r5]; add r2, r0, r3") == 3
    assert cycles("cortex-m33", "ldr r0, [r1]; str r0, [r2]") == 2
    assert cycles("cortex-m33", "mla r0, r1, r2, r3; mla r0, r4, r5, r0") == 2
    assert cycles("cortex-m33", "mul r0, r1, r2; add r3, r0, r4") == 3
    assert cycles("cortex-m33", "ldmia r2, {r3, r4, r5}; add r6, r7, r8") == 4


def test_cortex_m33_takes_three_cycles_for_a_counted_loop() -> None:
    core, loop = CORES["cortex-m33"], [op("subs.n r7, #1"), op("bne.n 10")]
    assert core.straight(loop) + core.branches(loop[-1], 1, 0) == 3


# quinapalus.com/cm7cycles.html; github.com/jnk0le/random, cortex_m7.md.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("add r0, r1, r2; add r3, r4, r5", 1),
        ("ldr r0, [r1]; smlad r2, r3, r4, r2", 1),
        ("ldr r0, [r1]; ldr r2, [r3]", 1),
        ("str r0, [r1]; str r2, [r3]", 2),
        ("mul r0, r1, r2; mul r3, r4, r5", 2),
        ("mul r0, r1, r2; str r3, [r4]", 2),
        ("sxtb16 r0, r1; sxtb16 r2, r3", 2),
        ("add r0, r1, r2; and r3, r0, r4", 1),
        ("mul r0, r1, r2; add r3, r0, r4", 3),
        ("smlad r0, r1, r2, r0; smlad r0, r3, r4, r0", 2),
        ("ldrd r0, r1, [r2]; add r3, r4, r5", 2),
    ],
)
def test_cortex_m7_pairs_what_uses_different_units(text: str, expected: int) -> None:
    assert cycles("cortex-m7", text) == expected


def test_cortex_m7_pays_for_wrong_predictions_only() -> None:
    core, branch = CORES["cortex-m7"], op("bne.n 10")
    assert core.branches(branch, 100, 0) < core.branches(branch, 99, 1) < core.branches(branch, 50, 50)


def test_cortex_m55_overlaps_vector_instructions_of_different_units() -> None:
    alternating = "vldrb.u8 q0, [r0], #16; vmladava.s8 r2, q0, q1; vldrb.u8 q2, [r0], #16; vmladava.s8 r4, q2, q1"
    assert cycles("cortex-m55", alternating) == 4
    assert cycles("cortex-m55", "vadd.i32 q0, q1, q2; vadd.i32 q3, q4, q5") == 3
    assert cycles("cortex-m55", "vldrb.u8 q0, [r1, q2]; vldrb.u8 q3, [r1, q4]") == 9


def test_the_end_of_a_hardware_loop_takes_no_time() -> None:
    core, end = CORES["cortex-m55"], op("le lr, 100")
    assert core.straight([op("add r0, r1, r2"), end]) == 1
    assert core.branches(end, 10, 1) == 0


def test_every_core_says_where_its_figures_come_from() -> None:
    assert all(core.source and core.id == name for name, core in CORES.items())
