"""The exception tree."""

from __future__ import annotations

from mcu_toolkit import errors
from mcu_toolkit.errors import McutkError, Unsupported, UnsupportedError


def test_numbers_of_nodes_are_joined_to_ranges() -> None:
    assert errors.number_list("node", [3]) == "node 3"
    assert errors.number_list("node", [0, 2, 3, 4, 9]) == "nodes 0, 2-4, 9"


def test_unsupported_nodes_of_one_kind_are_one_reason() -> None:
    problems = (Unsupported(0, "A", "x"), Unsupported(4, "B", "y"), Unsupported(5, "A", "x"))
    text = str(UnsupportedError(problems))
    assert text.startswith("the model is not supported: 2 reasons\n  A: x (nodes 0, 5)\n  B: y (node 4)\n")


def test_every_error_is_in_the_tree_that_the_docstring_draws() -> None:
    for name in dir(errors):
        kind = getattr(errors, name)
        if isinstance(kind, type) and issubclass(kind, Exception):
            assert issubclass(kind, McutkError)
            assert name in (errors.__doc__ or "")
