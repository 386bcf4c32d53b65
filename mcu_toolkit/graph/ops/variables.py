"""READ_VARIABLE and ASSIGN_VARIABLE: state that a model keeps between calls. The first input is the variable itself."""

from __future__ import annotations

from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, Operator, Shape, count_reason, has_absent, present
from mcu_toolkit.graph.ops.moves import MOVABLE_NAMES, move_reason
from mcu_toolkit.graph.ops.registry import OPERATORS


class ReadVariable(Operator):
    """READ_VARIABLE."""

    name = "READ_VARIABLE"
    note = "VAR_HANDLE and CALL_ONCE are resolved when the model is read; a reset restores what CALL_ONCE assigns."
    forms = f"{MOVABLE_NAMES}"

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (1,)) or has_absent(node)
        if reason:
            return reason
        variable = graph.tensors[node.inputs[0]]
        return _variable_reason(graph, node) or move_reason(variable, graph.tensors[node.outputs[0]])

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (graph.tensors[node.inputs[0]].shape,)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        return [present(inputs[0])]


class AssignVariable(Operator):
    """ASSIGN_VARIABLE: no output; the variable takes the second input's value."""

    name = "ASSIGN_VARIABLE"
    forms = f"{MOVABLE_NAMES}"

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (2,), outputs=0) or has_absent(node) or _variable_reason(graph, node)
        if reason:
            return reason
        variable, value = (graph.tensors[i] for i in node.inputs)
        if variable.shape != value.shape:
            return f"a value of shape {list(value.shape)} for a variable of {list(variable.shape)}"
        return move_reason(variable, value)

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return ()

    def state_inputs(self, node: Node) -> tuple[int, ...]:
        return (0,)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        return [present(inputs[1])]


def _variable_reason(graph: Graph, node: Node) -> str | None:
    return None if graph.tensors[node.inputs[0]].variable else "its first input is no variable"


OPERATORS.add(ReadVariable.name, ReadVariable())
OPERATORS.add(AssignVariable.name, AssignVariable())
