"""Resolves resource variables: VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE and CALL_ONCE.

In the file a variable is a name; tensors hold handles to it, and a second subgraph that CALL_ONCE runs may
set its first contents. In the IR it is one tensor with `variable` set and `initial` contents, which
READ_VARIABLE and ASSIGN_VARIABLE name directly; VAR_HANDLE and CALL_ONCE are removed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from mcu_toolkit.errors import ModelError, Unsupported, UnsupportedError
from mcu_toolkit.graph.attrs import Variable
from mcu_toolkit.graph.ir import Array, DType, Node, Tensor
from mcu_toolkit.graph.options import Options, OptionsFormat


@dataclass(frozen=True)
class Subgraph:
    """One subgraph of the file, before variables are resolved."""

    name: str
    tensors: tuple[Tensor, ...]
    nodes: tuple[Node, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def _read_var_handle(options: Options) -> Variable:
    return Variable(name=options.text(1, 256))


def _read_call_once(options: Options) -> Variable:
    return Variable(subgraph=options.i32(0))


#: Options of the operators that only exist in the file.
HANDLE_OPTIONS: Mapping[str, OptionsFormat] = {
    "CALL_ONCE": OptionsFormat(103, _read_call_once),
    "VAR_HANDLE": OptionsFormat(111, _read_var_handle),
}

_RESOLVED = frozenset({"VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "CALL_ONCE"})


def resolve_variables(main: Subgraph, load: Callable[[int], Subgraph], count: int) -> Subgraph:
    """Replace variable handles by variable tensors.

    Args:
        main: the subgraph to resolve.
        load: reads another subgraph by its index.
        count: number of subgraphs.

    Raises:
        ModelError: a handle is used before it is made, or values of one variable differ in shape or type.
        UnsupportedError: CALL_ONCE does more than assign constants.
    """
    if not any(node.op in _RESOLVED for node in main.nodes):
        return main
    resolver = _Resolver(main)
    for index, node in enumerate(main.nodes):
        resolver.step(node, index, load, count)
    return replace(main, tensors=resolver.finished_tensors(), nodes=tuple(resolver.nodes))


class _Resolver:
    def __init__(self, main: Subgraph) -> None:
        self.tensors = list(main.tensors)
        self.nodes: list[Node] = []
        self._handles: dict[int, str] = {}
        self._states: dict[str, int] = {}
        self._initial: dict[str, tuple[int, Array]] = {}
        self._once_done: set[int] = set()

    def step(self, node: Node, index: int, load: Callable[[int], Subgraph], count: int) -> None:
        """Translate one node of the main subgraph."""
        if node.op == "CALL_ONCE":
            self._call_once(node, index, load, count)
        elif node.op == "VAR_HANDLE":
            self._handles.update(_handle(node, index))
        elif node.op == "READ_VARIABLE":
            _expect(node, index, inputs=1, outputs=1)
            state = self._state(self._name(node, index), node.outputs[0], index)
            self.nodes.append(replace(node, inputs=(state,)))
        elif node.op == "ASSIGN_VARIABLE":
            _expect(node, index, inputs=2, outputs=0)
            state = self._state(self._name(node, index), node.inputs[1], index)
            self.nodes.append(replace(node, inputs=(state, node.inputs[1])))
        else:
            self.nodes.append(node)

    def _name(self, node: Node, index: int) -> str:
        name = self._handles.get(node.inputs[0])
        if name is None:
            raise ModelError(f"node {index} ({node.op}) uses a variable that no VAR_HANDLE made", node=index)
        return name

    def _state(self, name: str, value: int, index: int) -> int:
        """Index of the variable's tensor, which is made with the shape and type of the first value."""
        like = self.tensors[value]
        if like.dtype in (DType.OPAQUE, DType.RESOURCE):
            reason = f"a variable of type {like.type_name or like.dtype.value}"
            raise UnsupportedError((Unsupported(index, "READ_VARIABLE", reason),))
        state = self._states.get(name)
        if state is None:
            self._states[name] = state = len(self.tensors)
            self.tensors.append(Tensor(name=name, shape=like.shape, dtype=like.dtype, quant=like.quant, variable=True))
        known = self.tensors[state]
        if (known.shape, known.dtype) != (like.shape, like.dtype):
            raise ModelError(
                f"node {index} uses the variable '{name[:60]}' with another shape or type",
                node=index,
                expected=f"{known.dtype.value} {list(known.shape)}",
                received=f"{like.dtype.value} {list(like.shape)}",
            )
        return state

    def _call_once(self, node: Node, index: int, load: Callable[[int], Subgraph], count: int) -> None:
        target = node.attrs.subgraph if isinstance(node.attrs, Variable) else -1
        if not 0 < target < count:
            raise ModelError(f"node {index} (CALL_ONCE) names subgraph {target} of {count}", node=index)
        if target in self._once_done:
            return
        self._once_done.add(target)
        body = load(target)
        handles: dict[int, str] = {}
        for inner in body.nodes:
            if inner.op == "VAR_HANDLE":
                handles.update(_handle(inner, index))
                continue
            assigns = inner.op == "ASSIGN_VARIABLE" and len(inner.inputs) == 2
            value = body.tensors[inner.inputs[1]] if assigns else None
            if value is None or value.data is None or inner.inputs[0] not in handles:
                reason = f"its subgraph does more than assign constants to variables ({inner.op})"
                raise UnsupportedError((Unsupported(index, "CALL_ONCE", reason),))
            name = handles[inner.inputs[0]]
            if name in self._states:
                reason = "it sets a variable that was already used"
                raise UnsupportedError((Unsupported(index, "CALL_ONCE", reason),))
            self._initial[name] = (index, value.data)

    def finished_tensors(self) -> tuple[Tensor, ...]:
        """All tensors, the variables with their first contents."""
        for name, (index, data) in self._initial.items():
            state = self._states.get(name)
            if state is None:
                continue
            tensor = self.tensors[state]
            if data.shape != tensor.shape or data.dtype != tensor.dtype.numpy:
                raise ModelError(
                    f"CALL_ONCE gives the variable '{name[:60]}' another shape or type",
                    node=index,
                    expected=f"{tensor.dtype.value} {list(tensor.shape)}",
                    received=f"{data.dtype} {list(data.shape)}",
                )
            self.tensors[state] = replace(tensor, initial=data)
        return tuple(self.tensors)


def _handle(node: Node, index: int) -> dict[int, str]:
    _expect(node, index, inputs=0, outputs=1)
    return {node.outputs[0]: node.attrs.name if isinstance(node.attrs, Variable) else ""}


def _expect(node: Node, index: int, *, inputs: int, outputs: int) -> None:
    if len(node.inputs) != inputs or len(node.outputs) != outputs or -1 in node.inputs:
        raise ModelError(
            f"node {index} ({node.op}) has the wrong number of tensors",
            node=index,
            expected=f"{inputs} inputs and {outputs} outputs",
            received=f"{len(node.inputs)} inputs and {len(node.outputs)} outputs",
        )
