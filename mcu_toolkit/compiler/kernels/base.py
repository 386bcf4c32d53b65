"""Kernel variants: what one is, what it is given, and the registry of all of them.

A variant is a C function (or a few) that computes some operators on cores with one instruction set. `KERNELS` holds the
variants; those of the toolkit are registered by the modules of this package, which are found by looking. A plug-in or
a test adds its own with ``KERNELS.add(name, Kernel(...))``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.layer import ConvLayer, conv_layer
from mcu_toolkit.graph.ir import Array, DType, Graph, Node, Tensor
from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.graph.ops.base import Operator, Places
from mcu_toolkit.registry import Registry, modules_of
from mcu_toolkit.targets.isa import PORTABLE, Costs, Isa
from mcu_toolkit.targets.target import Target


@dataclass(frozen=True, eq=False)
class Request:
    """One node of a graph that needs a kernel, and the target that it is compiled for.

    Attributes:
        graph: the graph.
        node: the node; `Operator.check` has accepted it.
        target: instruction set, core and optimization goal.
    """

    graph: Graph
    node: Node
    target: Target

    @property
    def input(self) -> int:
        """Tensor index of the first input."""
        return self.node.inputs[0]

    @property
    def output(self) -> int:
        """Tensor index of the first output."""
        return self.node.outputs[0]

    @property
    def data(self) -> Tensor:
        """The first input."""
        return self.graph.tensors[self.input]

    @property
    def result(self) -> Tensor:
        """The first output."""
        return self.graph.tensors[self.output]

    @property
    def operator(self) -> Operator:
        """The node's operator."""
        return OPERATORS[self.node.op]

    @property
    def costs(self) -> Costs:
        """Instructions of shared work on the target."""
        return self.target.isa.costs

    @cached_property
    def table(self) -> Array | None:
        """`Operator.table`: the result of each input value, where the node maps each byte to a byte."""
        return self.operator.table(self.graph, self.node)

    @cached_property
    def places(self) -> Places:
        """`Operator.places`; only for a node that only moves elements."""
        found = self.operator.places(self.graph, self.node)
        assert found is not None
        return found

    @cached_property
    def layer(self) -> ConvLayer:
        """Description of the layer; only for a node of `CONV_OPERATORS`."""
        return conv_layer(self.graph, self.node)


def _always(request: Request) -> bool:
    return True


def _as_it_is(request: Request, call: Call) -> Call:
    return call


@dataclass(frozen=True)
class Kernel:
    """One kernel variant.

    Attributes:
        serves: names of its operators, or a predicate on an operator's traits.
        call: makes the call for a node that it accepts: functions, arguments, sources, scratch, overlaps, cost.
        isa: id of the instruction set that it is written for.
        accepts: whether to offer it for a node of its operators; it must compute that node bit-exactly.
        types: element types of the node's first output for which to offer it; empty for any.
        pack: completes the call once it is chosen. Variants that pack weights do it here, because most calls are only
            compared.
        spends: whether it takes more scratch or flash than other variants for speed alone. `speed` takes it where it is
            the fastest, `balanced` within budgets (`compiler.plan.budget`), `ram` never.
    """

    serves: Sequence[str] | Callable[[Operator], bool]
    call: Callable[[Request], Call]
    isa: str = PORTABLE.id
    accepts: Callable[[Request], bool] = _always
    pack: Callable[[Request, Call], Call] = _as_it_is
    types: Sequence[DType] = (DType.INT8,)
    spends: bool = False

    def takes(self, request: Request) -> bool:
        """Whether to offer it for a node of its operators."""
        return (not self.types or request.result.dtype in self.types) and self.accepts(request)

    def serves_operator(self, operator: Operator) -> bool:
        """Whether `operator` is one of its operators."""
        return self.serves(operator) if callable(self.serves) else operator.name in self.serves


class KernelRegistry(Registry[Kernel]):
    """All kernel variants by name."""

    def __init__(self, kind: str, *, builtin: Sequence[str] = ()) -> None:
        super().__init__(kind, builtin=builtin)
        self._serving: dict[str, list[Kernel]] = {}

    def add(self, name: str, item: Kernel) -> Kernel:
        """See `Registry.add`."""
        self._serving.clear()
        return super().add(name, item)

    @contextmanager
    def added(self, name: str, item: Kernel) -> Iterator[Kernel]:
        """See `Registry.added`."""
        try:
            with super().added(name, item):
                yield item
        finally:
            self._serving.clear()

    def variants(self, operator: str, isa: Isa) -> tuple[Kernel, ...]:
        """The variants for an operator on a core with `isa`: its own first, then those of `Isa.also_runs` in order.

        Args:
            operator: name of the operator, for example ``CONV_2D``.
            isa: best instruction set of the core.
        """
        self._load()
        if operator not in self._serving:
            self._serving[operator] = [k for k in self.values() if k.serves_operator(OPERATORS[operator])]
        return tuple(kernel for each in isa.runs for kernel in self._serving[operator] if kernel.isa == each)


#: Name of the variant → variant; the name is that of its C function or says what it does.
KERNELS = KernelRegistry("kernel", builtin=modules_of("mcu_toolkit.compiler.kernels", [str(Path(__file__).parent)]))
