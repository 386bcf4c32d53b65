"""SUM: MEAN without the division."""

from __future__ import annotations

from mcu_toolkit.compiler.lower.mean import lower

__all__ = ["lower"]
