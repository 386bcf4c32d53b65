"""SUB: ADD with a sign."""

from __future__ import annotations

from mcu_toolkit.compiler.lower.add import lower

__all__ = ["lower"]
