"""Models as graphs and as compiled code, for the use cases that need either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcu_toolkit.boards import Board
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.suggest import did_you_mean
from mcu_toolkit.targets.isa import ISAS
from mcu_toolkit.targets.target import Optimize, Target
from mcu_toolkit.workflow.card import model_card
from mcu_toolkit.workflow.sources import ModelSource

if TYPE_CHECKING:
    from mcu_toolkit.compiler.pipeline import Compiled

#: Prefix of the generated files and symbols where none is given.
NAME = "model"


def goal(text: str) -> Optimize:
    """The optimization goal of this name.

    Raises:
        ConfigError: there is none.
    """
    names = [each.value for each in Optimize]
    if text not in names:
        raise ConfigError(
            f"there is no optimization goal '{text}'",
            expected=", ".join(names),
            received=text,
            hint=did_you_mean(text, names),
        )
    return Optimize(text)


def target_for(board: Board, optimize: Optimize) -> Target:
    """The compiler's target for a board."""
    return Target(ISAS.find(board.core.isa), board.core.cpu, optimize)


def read_graph(source: ModelSource) -> Graph:
    """The model as a graph.

    Raises:
        ModelError: it is not a usable .tflite file.
    """
    from mcu_toolkit.graph.reader import read_model

    return read_model(source.data)


def compile_source(source: ModelSource, target: Target, *, name: str = NAME, with_data: bool = False) -> Compiled:
    """Compile a model; the generated header has the class names and normalization of its training run.

    Args:
        source: the model.
        target: what to compile for.
        name: prefix of the generated files and symbols.
        with_data: also write the .tflite file as a C array.

    Raises:
        ModelError: it is not a usable .tflite file; UnsupportedError names every node that cannot be compiled.
        CompileError: the compiler found one of its own invariants broken.
        WorkspaceError, ConfigError: as `model_card`.
    """
    from mcu_toolkit.compiler.pipeline import compile_model

    data = source.data if with_data else None
    return compile_model(read_graph(source), target, name, model=data, card=model_card(source))
