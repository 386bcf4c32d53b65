"""PADV2: PAD with a value of its own."""

from __future__ import annotations

from mcu_toolkit.compiler.lower.pad import lower

__all__ = ["lower"]
