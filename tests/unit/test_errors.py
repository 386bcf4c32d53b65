"""The exception tree."""

from __future__ import annotations

from mcu_toolkit import errors
from mcu_toolkit.errors import McutkError


def test_every_error_is_in_the_tree_that_the_docstring_draws() -> None:
    for name in dir(errors):
        kind = getattr(errors, name)
        if isinstance(kind, type) and issubclass(kind, Exception):
            assert issubclass(kind, McutkError)
            assert name in (errors.__doc__ or "")
