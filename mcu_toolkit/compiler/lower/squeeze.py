"""SQUEEZE: the same bytes under another shape."""

from __future__ import annotations

from mcu_toolkit.compiler.lower.reshape import lower

__all__ = ["lower"]
