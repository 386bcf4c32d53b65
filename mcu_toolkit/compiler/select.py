"""Candidates of a node: the kernel variants that can compute it, the preferred one first.

One rule for all operators. The variants of the target's instruction set, and of those that it also runs, which accept
the node are sorted by estimated cycles: the kernel's instructions times the cycles per instruction that were measured
for it on the core (`compiler.rates`). The goals differ in what they pay for flash:

- `speed` and `ram`: nothing;
- `balanced`: 10 % more cycles than the fastest variant, where that saves a fifth of its constants or more;
- `flash`: 12 cycles per byte.

Without pressure on RAM the first is taken; `compiler.plan.assign` may exchange it for a later one that needs less
scratch or permits more overlap. A variant that is better in nothing than another one is dropped: it could never be
chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from mcu_toolkit.compiler.call import Call, Parts
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.rates import rates_of
from mcu_toolkit.compiler.views import find_views
from mcu_toolkit.errors import CompileError
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.targets.target import Optimize, Target


@dataclass(frozen=True, eq=False)
class Candidate:
    """A variant that can compute a node, and the call that it would give; weights may not be packed yet."""

    kernel: Kernel
    request: Request
    call: Call

    @cached_property
    def cycles(self) -> int:
        """Estimated cycles on the target's core for one inference; instructions on a core without rates."""
        rate = rates_of(self.request.target.core).of(self.call.name, self.kernel.isa)
        return round(self.call.cost * rate)

    @cached_property
    def packed(self) -> Call:
        """The call with its weights packed."""
        return self.kernel.pack(self.request, self.call)

    @cached_property
    def flash_bytes(self) -> int:
        """Bytes of its constants; those that are the same for all variants may be missing."""
        return self.packed.constant_bytes


#: `balanced`: most cycles of a variant that is preferred to the fastest, and most bytes of its constants, as shares.
_BALANCED_CYCLES, _BALANCED_BYTES = 1.1, 0.8
#: `flash`: cycles of one inference that a byte of flash is worth. Unpacking weights costs 3 to 10 cycles per byte that
#: it saves, a generic kernel in place of a blocked one thousands.
_CYCLES_PER_BYTE = 12


#: `balanced`: a variant that is slower by less than this factor is kept: it may save the code of another kernel.
_SHARED_CODE = 1.5


#: What a node may become: no code, or one of some kernel variants, cheapest first.
Option = Parts | tuple[Candidate, ...]


class Selector:
    """Finds the options of the nodes of graphs that share most of their nodes, and remembers those of each node.

    The graphs come from one another: a tensor index means the same tensor in all of them.

    Args:
        target: instruction set, core and optimization goal.
        choose: gives the candidates of a node; by default `candidates`.
    """

    def __init__(self, target: Target, choose: Callable[[Request], tuple[Candidate, ...]] | None = None) -> None:
        self.target = target
        self.choose = choose or candidates
        self._known: dict[int, tuple[Node, tuple[Candidate, ...]]] = {}

    def options(self, graph: Graph) -> list[Option]:
        """The options of each node.

        Raises:
            CompileError: no kernel variant accepts a node.
        """
        views = find_views(graph, self.target.isa.tensor_align)
        return [views.get(number) or self._candidates(graph, node) for number, node in enumerate(graph.nodes)]

    def _candidates(self, graph: Graph, node: Node) -> tuple[Candidate, ...]:
        known = self._known.get(id(node))
        if known is not None:
            return known[1]
        found = self.choose(Request(graph, node, self.target))
        self._known[id(node)] = (node, found)  # the node is kept, so that its id stays its own
        return found


def candidates(request: Request) -> tuple[Candidate, ...]:
    """The variants that are worth considering for a node, the preferred one first.

    Raises:
        CompileError: no variant accepts the node.
    """
    found = accepting(request)
    kept = (c for rank, c in enumerate(found) if not any(_as_good(other, c) for other in found[:rank]))
    fastest = next((c for c in found if not c.kernel.spends), found[0])
    return tuple(sorted(kept, key=_rank(fastest, request.target.optimize)))  # stable: equal ones stay sorted by cycles


def accepting(request: Request) -> tuple[Candidate, ...]:
    """All variants that compute a node, fewest cycles first.

    Raises:
        CompileError: no variant accepts the node.
    """
    node, target = request.node, request.target
    spending = target.optimize in (Optimize.SPEED, Optimize.BALANCED)
    variants = [
        kernel
        for kernel in KERNELS.variants(node.op, target.isa)
        if (spending or not kernel.spends) and kernel.takes(request)
    ]
    if not variants:
        raise CompileError(f"node {node.source}: no kernel accepts this {node.op} on {target.core} ({target.isa.name})")
    found = [Candidate(kernel, request, kernel.call(request)) for kernel in variants]
    return tuple(sorted(found, key=lambda c: (c.cycles, c.call.scratch_bytes, c.call.name)))


def _rank(fastest: Candidate, goal: Optimize) -> Callable[[Candidate], int]:
    """The order of the candidates of a node for a goal: least first."""
    if goal is Optimize.FLASH:
        return lambda c: c.cycles + _CYCLES_PER_BYTE * c.flash_bytes
    if goal is not Optimize.BALANCED:
        return lambda c: 0

    def rank(candidate: Candidate) -> int:
        near = candidate.cycles <= _BALANCED_CYCLES * fastest.cycles
        small = near and candidate.flash_bytes <= _BALANCED_BYTES * fastest.flash_bytes
        return candidate.flash_bytes - fastest.flash_bytes if small else 0

    return rank


def _as_good(one: Candidate, other: Candidate) -> bool:
    """Whether `one` needs no more cycles or scratch than `other`, permits every overlap of it, and is no larger."""
    slacks = {(overlap.input, overlap.output): overlap.slack for overlap in one.call.overlaps}
    balanced = one.request.target.optimize is Optimize.BALANCED
    return (
        one.cycles * (_SHARED_CODE if balanced and one.call.name != other.call.name else 1) <= other.cycles
        and one.call.scratch_bytes <= other.call.scratch_bytes
        and one.kernel.spends <= other.kernel.spends
        and all(slacks.get((o.input, o.output), o.slack + 1) <= o.slack for o in other.call.overlaps)
        and (not one.request.target.optimize.saves_flash or one.flash_bytes <= other.flash_bytes)
    )
