"""docs/operators.md matches the registry of operators."""

from __future__ import annotations

import runpy
from pathlib import Path

from mcu_toolkit.graph.ops import OPERATORS

ROOT = Path(__file__).resolve().parents[2]


def test_operator_page_is_current() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "operators.py"))
    text = script["PAGE"].read_text()
    assert text == script["page"](), "run python scripts/operators.py"
    assert all(f"| {name} |" in text for name in OPERATORS)
