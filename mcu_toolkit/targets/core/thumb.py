"""Decodes the GNU disassembly of Thumb-2, DSP and Helium instructions into what the cost tables need."""

from __future__ import annotations

import re

from mcu_toolkit.targets.core.base import Instruction, Kind, Op

_CONDITIONS = ("eq", "ne", "cs", "hs", "cc", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al")
_ALIASES = {"sb": "r9", "sl": "r10", "fp": "r11", "ip": "r12"}
_REGISTER = re.compile(r"\b(?:r\d{1,2}|s[bl]|fp|ip|sp|lr|pc|[qsd]\d{1,2})\b")
_RANGE = re.compile(r"\b([rsd])(\d+)-[rsd](\d+)\b")
_SHIFT_RIGHT = re.compile(r"\b(?:lsr|asr|ror|rrx)\b")
_SHIFT = re.compile(r"\b(?:lsl|lsr|asr|ror|rrx)\b")

_NAMES: dict[str, Kind] = {}
for _kind, _text in {
    Kind.ALU: (
        "mov movw movt mvn add addw sub subw rsb adc sbc and orr eor bic orn neg cmp cmn tst teq adr lsl lsr asr ror "
        "rrx lsll lsrl asrl csel csinc csinv csneg cset csetm cinc cinv cneg nop"
    ),
    Kind.EXTRACT: (
        "bfi bfc sbfx ubfx sxtb sxth uxtb uxth sxtb16 uxtb16 sxtab sxtah uxtab uxtah sxtab16 uxtab16 rev rev16 revsh "
        "rbit clz pkhbt pkhtb ssat usat ssat16 usat16 sel qadd qsub qdadd qdsub usad8 usada8"
    ),
    Kind.DIVIDE: "sdiv udiv",
    Kind.LOAD: "ldr ldrb ldrh ldrsb ldrsh ldrex ldrt ldrbt ldrht",
    Kind.STORE: "str strb strh strex strt strbt strht",
    Kind.LOAD_MANY: "ldrd ldm ldmia ldmdb ldmfd pop vpop vldm vldmia vldmdb",
    Kind.STORE_MANY: "strd stm stmia stmdb push vpush vstm vstmia vstmdb",
    Kind.BRANCH: "b cbz cbnz bf",
    Kind.CALL: "bl blx",
    Kind.RETURN: "bx bxns tbb tbh",
    Kind.IF_THEN: "it itt ite ittt itte itet itee itttt ittte ittet ittee itett itete iteet iteee",
    Kind.LOOP: "dls dlstp wls wlstp le letp lctp",
    Kind.SYSTEM: "msr mrs dmb dsb isb svc cpsid cpsie wfi wfe bkpt udf",
}.items():
    _NAMES |= dict.fromkeys(_text.split(), _kind)
_PATTERNS = (
    (re.compile(r"(s|u|q|sh|uh|uq)(add|sub)(8|16)|(s|u|q|sh|uh|uq)(asx|sax)"), Kind.EXTRACT),
    (re.compile(r"[su]mull|[su]mlal|smlal([bt]{2}|dx?)|smlsldx?|umaal"), Kind.LONG_MULTIPLY),
    (re.compile(r"mul|mla|mls|sm(ul|la)[btw][btw]?|sm(uad|usd|lad|lsd)x?|smm(ul|la|ls)r?"), Kind.MULTIPLY),
)
#: Multiplications of which the last operand is only added to.
_ACCUMULATING = re.compile(r"mla|mls|smla.*|smlsd.*|smmla.*|smmls.*")
_COMPARING = ("cmp", "cmn", "tst", "teq")
#: Of these the first operand is also read.
_UPDATING = ("movt", "bfi", "bfc")
_VECTOR_MULTIPLY = re.compile(r"v(q?r?d?mul|mla|mls|q?r?dml|rml|q?dmla|fma|fms|mlad|cmul|cmla|qrdmla|rmulh|mulh)")
#: Stands for the condition flags among the registers.
FLAGS = "flags"


def decode(instruction: Instruction) -> Op:
    """An instruction as the cost tables see it. An unknown one counts as arithmetic."""
    base = instruction.mnemonic.split(".")[0]
    operands = instruction.operands
    narrow = instruction.size == 2
    if base.startswith("v") and base not in _NAMES:
        return _vector(base, instruction.mnemonic, operands)
    name, kind = _named(base)
    registers = _registers(operands)
    if kind in (Kind.LOAD, Kind.STORE):
        return _transfer(kind, name, operands, narrow)
    if kind in (Kind.LOAD_MANY, Kind.STORE_MANY):
        return _many(kind, name, operands, narrow)
    if kind in (Kind.BRANCH, Kind.CALL, Kind.RETURN, Kind.IF_THEN, Kind.LOOP, Kind.SYSTEM):
        conditional = kind is Kind.BRANCH and name == "b" and base != "b"
        reads = frozenset(registers) | ({FLAGS} if conditional else set())
        return Op(kind, name, narrow, reads=reads, words=0)
    if "pc" in registers[:1] and name not in _COMPARING:
        return Op(Kind.RETURN, name, narrow, reads=frozenset(registers), words=0)
    return _arithmetic(kind, name, base, operands, registers, narrow)


def _named(base: str) -> tuple[str, Kind]:
    """The name without suffixes, and its class."""
    if base[1:] in _CONDITIONS and base[0] == "b":  # bls is no bl that sets flags
        return "b", Kind.BRANCH
    stripped = [base, base[:-1]] if base.endswith("s") else [base]
    for condition in _CONDITIONS:
        if base.endswith(condition) and len(base) > len(condition):
            rest = base[: -len(condition)]
            stripped += [rest, rest[:-1]] if rest.endswith("s") else [rest]
    for name in stripped:
        if name in _NAMES:
            return name, _NAMES[name]
        for pattern, kind in _PATTERNS:
            if pattern.fullmatch(name):
                return name, kind
    return base, Kind.ALU


def _registers(text: str) -> list[str]:
    """Registers in their order, ranges written out, aliases resolved."""
    spread = _RANGE.sub(lambda m: ", ".join(f"{m[1]}{n}" for n in range(int(m[2]), int(m[3]) + 1)), text)
    return [_ALIASES.get(found, found) for found in _REGISTER.findall(spread)]


def _arithmetic(kind: Kind, name: str, base: str, operands: str, registers: list[str], narrow: bool) -> Op:
    long = kind is Kind.LONG_MULTIPLY
    results = 0 if name in _COMPARING else 2 if long or name in ("lsll", "lsrl", "asrl") else 1
    writes = set(registers[:results])
    two_operands = (
        len(_parts(operands)) == 2 and name not in ("mov", "mvn", "neg", "movw", "adr") and kind is not Kind.EXTRACT
    )
    reads = set(registers[results:])
    if two_operands or name in _UPDATING or (long and "al" in name) or name == "umaal":
        reads |= set(registers[:results])
    if results == 0:
        reads = set(registers)
    accumulates: set[str] = set()
    if long and "al" in name:
        accumulates = set(registers[:2]) - set(registers[2:])
    elif kind is Kind.MULTIPLY and len(registers) == 4 and _ACCUMULATING.fullmatch(name):
        accumulates = {registers[3]} - set(registers[1:3])
    if name in _COMPARING or base.removeprefix(name).startswith("s"):
        writes.add(FLAGS)
    shift = _SHIFT.search(operands)
    early = set(registers[-1:]) if shift and registers else set()
    if kind is Kind.EXTRACT and registers:
        early = {registers[-1]}
    return Op(
        kind,
        name,
        narrow,
        writes=frozenset(writes),
        reads=frozenset(reads),
        early=frozenset(early),
        accumulates=frozenset(accumulates),
        shifted=bool(_SHIFT_RIGHT.search(operands)),
    )


def _parts(operands: str) -> list[str]:
    return [part for part in operands.split(",") if part.strip()]


def _element(name: str) -> int:
    return 1 if name.rstrip("t").endswith("b") else 2 if name.rstrip("t").endswith("h") else 4


def _transfer(kind: Kind, name: str, operands: str, narrow: bool) -> Op:
    data, _, rest = operands.partition("[")
    address = _registers(rest.split("]")[0])
    moved = _registers(data)
    updates = "!" in rest or bool(_parts(rest.partition("]")[2].strip("!")))
    if kind is Kind.LOAD and "pc" in moved:
        return Op(Kind.RETURN, name, narrow, reads=frozenset(address), address=frozenset(address))
    writes = set(moved if kind is Kind.LOAD else ()) | set(address[:1] if updates else ())
    return Op(
        kind,
        name,
        narrow,
        writes=frozenset(writes),
        reads=frozenset(address) | frozenset(moved if kind is Kind.STORE else ()),
        address=frozenset(address),
        indexed=len(address) > 1,
        updates=updates,
        bytes=_element(name),
    )


def _many(kind: Kind, name: str, operands: str, narrow: bool) -> Op:
    if name in ("ldrd", "strd"):
        data, _, rest = operands.partition("[")
        address, listed = _registers(rest.split("]")[0]), _registers(data)
        updates = "!" in rest or bool(_parts(rest.partition("]")[2].strip("!")))
    else:
        before, _, rest = operands.partition("{")
        listed = _registers(rest)
        address = _registers(before) or ["sp"]
        updates = "!" in before or not before
    loads = kind is Kind.LOAD_MANY
    if loads and "pc" in listed:
        return Op(Kind.RETURN, name, narrow, reads=frozenset(address), address=frozenset(address), words=len(listed))
    writes = set(listed if loads else ()) | set(address[:1] if updates else ())
    words = sum(2 if register.startswith("d") else 1 for register in listed)
    return Op(
        kind,
        name,
        narrow,
        writes=frozenset(writes),
        reads=frozenset(address) | frozenset(() if loads else listed),
        address=frozenset(address),
        words=words,
        updates=updates,
    )


def _vector(base: str, mnemonic: str, operands: str) -> Op:
    registers = _registers(operands)
    in_vectors = any(register.startswith("q") for register in registers)
    if base.startswith(("vldr", "vld", "vstr", "vst")):
        loads = base.startswith("vld")
        data, _, rest = operands.partition("[")
        address, moved = _registers(rest.split("]")[0]), _registers(data)
        updates = "!" in rest or bool(_parts(rest.partition("]")[2].strip("!")))
        if not in_vectors:
            kind, words = (Kind.LOAD if loads else Kind.STORE), 1
        else:
            kind, words = (Kind.VECTOR_LOAD if loads else Kind.VECTOR_STORE), _elements(mnemonic, address)
        return Op(
            kind,
            base,
            writes=frozenset(set(moved if loads else ()) | set(address[:1] if updates else ())),
            reads=frozenset(address) | frozenset(() if loads else moved),
            address=frozenset(address),
            words=words,
            updates=updates,
        )
    if base.startswith(("vpt", "vps")):
        return Op(Kind.IF_THEN, base, reads=frozenset(registers))
    if not in_vectors and not base.startswith(("vctp", "vmrs", "vmsr")):
        return Op(Kind.FLOAT, base, writes=frozenset(registers[:1]), reads=frozenset(registers[1:]))
    kind = Kind.VECTOR_MULTIPLY if _VECTOR_MULTIPLY.match(base) else Kind.VECTOR
    results = 2 if "lv" in base or "ldav" in base or "lav" in base else 1
    across = "av" in base or "addv" in base or "addlv" in base  # to general registers
    adds = ("ava" in base or "va" in base[-3:]) if across else base.startswith(("vmla", "vmls", "vfma", "vfms"))
    accumulated = registers[:results] if adds else []
    return Op(
        kind,
        base,
        writes=frozenset(registers[:results]),
        reads=frozenset(registers[results:]) | frozenset(accumulated),
        accumulates=frozenset(accumulated),
    )


def _elements(mnemonic: str, address: list[str]) -> int:
    """Elements whose addresses a vector transfer computes one by one; 1 where they are adjacent."""
    if not any(register.startswith("q") for register in address):
        return 1
    width = re.search(r"\.\w?(\d+)$", mnemonic)
    return 128 // int(width[1]) if width else 4
