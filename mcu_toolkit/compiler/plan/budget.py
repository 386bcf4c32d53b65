"""What `balanced` may spend: flash for weights, and RAM for variants that are fast because they take more of it.

One budget for all kernel variants. First those that every layer needs (`affordable`): the weights of all layers stay
within 1.3 times those of the model. Then variants that spend memory for speed alone (`Kernel.spends`) are bought one
after another (`purchases`), those that save the most cycles per byte of flash first, while the weights stay within 1.1
times those of the model and the arena within 1.08 times what it is without purchases.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush

from mcu_toolkit.compiler.call import Call, Parts
from mcu_toolkit.compiler.plan.problem import MemoryPlan
from mcu_toolkit.compiler.select import Candidate, Option
from mcu_toolkit.graph.ir import Graph

#: A node's choice.
Choice = Candidate | Parts
#: The cycles that a purchase saves are at least this factor.
_SAVING = 1.1
#: Flash for the tables of all layers, as factors on the model's weights: without and with purchases.
_PLAIN_FLASH, _SPENT_FLASH = 1.3, 1.1
#: Cycles that a kernel must save, as a share of the inference, and the factor on the weights of others in its place.
_CODE_WORTH, _MUCH_MORE = 0.004, 1.05
#: Flash that a model may always spend beyond its weights: padding of small layers.
_LEAST_FLASH = 1024
#: Arena with purchases, as a factor on the arena without them.
_SPENT_ARENA = 1.08


def model_weights(graph: Graph) -> int:
    """Bytes of the constants that the nodes read."""
    used = {index for node in graph.nodes for index, tensor in graph.used_inputs(node) if tensor.is_const}
    return sum(graph.tensors[index].bytes for index in used)


def affordable(graph: Graph, options: Sequence[Option]) -> list[Option]:
    """The options without variants that spend memory for speed or exceed the budget of flash.

    Args:
        graph: its weights are the measure.
        options: one per node.
    """
    plain = [_plain(option) for option in options]
    wanted = {node: option[0] for node, option in enumerate(plain) if isinstance(option, tuple)}
    weights = model_weights(graph)
    limit = max(int(weights * _PLAIN_FLASH), weights + _LEAST_FLASH)
    used = sum(map(_flash, wanted.values()))
    exchanges = []
    if used > limit:  # the weights of other variants are packed for it
        exchanges = [each for node, now in wanted.items() for each in _exchange(plain[node], now, node)]
        heapify(exchanges)
    while used > limit and exchanges:
        _, node, place = heappop(exchanges)
        option = plain[node]
        assert isinstance(option, tuple)
        leaner = option[place]
        used += _flash(leaner) - _flash(wanted[node])
        wanted[node] = leaner
        for each in _exchange(plain[node], leaner, node):
            heappush(exchanges, each)
    dropped = _needless(plain, wanted)
    return [
        tuple(c for c in option if _flash(c) <= _flash(wanted[node]) and (node, c.call.name) not in dropped)
        if isinstance(option, tuple)
        else option
        for node, option in enumerate(plain)
    ]


def _needless(options: Sequence[Option], wanted: dict[int, Candidate]) -> set[tuple[int, str]]:
    """Kernels whose code is not worth its flash: others that are used anyway take nearly as few cycles.

    Args:
        options: one per node.
        wanted: the choice of each node, which is updated.

    Returns:
        (node, name of a kernel that the node shall not use).
    """
    limit = _CODE_WORTH * sum(candidate.cycles for candidate in wanted.values())
    scratch = max((candidate.call.scratch_bytes for candidate in wanted.values()), default=0)
    dropped: set[tuple[int, str]] = set()
    for name in sorted({candidate.call.name for candidate in wanted.values()}):
        users = [node for node, candidate in wanted.items() if candidate.call.name == name]
        used = {candidate.call.name for node, candidate in wanted.items() if node not in users}
        others = {
            node: next((c for c in _candidates(options[node]) if _may_replace(c, wanted[node], used, scratch)), None)
            for node in users
        }
        found = {node: other for node, other in others.items() if other is not None}
        if len(found) == len(users) and sum(c.cycles - wanted[node].cycles for node, c in found.items()) <= limit:
            wanted |= found
            dropped |= {(node, name) for node in users}
    return dropped


def _may_replace(candidate: Candidate, now: Candidate, used: set[str], scratch: int) -> bool:
    fits = _flash(candidate) <= _MUCH_MORE * _flash(now) and candidate.call.scratch_bytes <= scratch
    return candidate.call.name in used and fits


def _candidates(option: Option) -> tuple[Candidate, ...]:
    return option if isinstance(option, tuple) else ()


def purchases(
    graph: Graph,
    chosen: Sequence[Choice],
    options: Sequence[Option],
    place: Callable[[Sequence[Call | Parts]], MemoryPlan],
) -> list[Choice]:
    """Exchange choices for variants that spend memory for speed, within the budgets.

    Args:
        graph: its weights are the measure of flash.
        chosen: one per node, none of which spends.
        options: one per node.
        place: quick plan of the calls of all nodes.
    """
    bought = list(chosen)
    flash_limit = max(int(model_weights(graph) * _SPENT_FLASH), sum(map(_flash, bought)))
    offers = {
        (node, candidate)
        for node, option in enumerate(options)
        if isinstance(option, tuple)
        for candidate in option
        if candidate.kernel.spends
    }
    if not offers:
        return bought
    arena_limit = int(place([_call(choice) for choice in bought]).arena_bytes * _SPENT_ARENA)
    while True:
        offers = {(node, candidate) for node, candidate in offers if _saves(candidate, bought[node])}
        if not offers:
            return bought
        node, candidate = max(offers, key=lambda offer: _worth(offer[1], bought[offer[0]], offer[0]))
        offers.discard((node, candidate))
        trial = [*bought[:node], candidate, *bought[node + 1 :]]
        if sum(map(_flash, trial)) > flash_limit:
            continue
        if place([_call(choice) for choice in trial]).arena_bytes <= arena_limit:
            bought = trial


def _exchange(option: Option, now: Choice, node: int) -> list[tuple[float, int, int]]:
    """The cheapest exchange of a node for a variant with less flash: cycles per byte, the node, the variant's place."""
    assert isinstance(option, tuple) and isinstance(now, Candidate)
    leaner = [
        ((other.cycles - now.cycles) / (_flash(now) - _flash(other)), node, place)
        for place, other in enumerate(option)
        if _flash(other) < _flash(now)
    ]
    return [min(leaner)] if leaner else []


def _plain(option: Option) -> Option:
    """The variants that do not spend; all of them where there is no other."""
    if not isinstance(option, tuple):
        return option
    return tuple(candidate for candidate in option if not candidate.kernel.spends) or option


def _flash(choice: Choice) -> int:
    return choice.packed.weights_bytes if isinstance(choice, Candidate) else 0


def _call(choice: Choice) -> Call | Parts:
    return choice.call if isinstance(choice, Candidate) else choice


def _saves(candidate: Candidate, now: Choice) -> bool:
    return isinstance(now, Candidate) and _SAVING * candidate.cycles <= now.cycles


def _worth(candidate: Candidate, now: Choice, node: int) -> tuple[float, int, int]:
    """Cycles saved per byte of flash; of equal ones the most cycles, then the first node."""
    assert isinstance(now, Candidate)
    saved = now.cycles - candidate.cycles
    return saved / max(_flash(candidate) - _flash(now), 1), saved, -node
