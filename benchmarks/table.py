"""Figures beside those of the peers, as text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import Row
from mcu_toolkit.boards import load_board

PEERS_PATH = Path(__file__).parent / "peers.json"
_RIVAL = "tflm-cmsis-nn"


def load_peers() -> dict[str, Any]:
    """peers.json."""
    document: dict[str, Any] = json.loads(PEERS_PATH.read_text(encoding="utf-8"))
    return document


def architecture(model: str) -> str:
    """Name under which the peers list a model."""
    return model.removesuffix("-random")


def rival_instructions(row: Row, peers: dict[str, Any]) -> int | None:
    """Instructions of TensorFlow Lite Micro with CMSIS-NN for the same architecture on the same core."""
    core = load_board(row.board).core.cpu
    figure = peers["peers"][_RIVAL]["instructions"].get(core, {}).get(architecture(row.model))
    return None if figure is None else int(figure)


def render(rows: Sequence[Row]) -> str:
    """A table: a line a case, ratios to TensorFlow Lite Micro with CMSIS-NN (above 1: smaller or faster than it)."""
    peers = load_peers()
    rival = peers["peers"][_RIVAL]
    header = ("model", "board", "mode", "instructions", "per MAC", "peer", "ratio", "RAM arena", "ratio",
              "flash w/o weights", "ratio", "engine", "image", "stack", "exact")  # fmt: skip
    lines = [header]
    for row in sorted(rows, key=lambda r: (r.model.endswith("-random"), r.model, r.board, r.mode)):
        name = architecture(row.model)
        other = rival_instructions(row, peers)
        rest = row.flash - row.weights
        lines.append(
            (
                row.model,
                row.board,
                row.mode,
                f"{row.instructions:,}",
                f"{row.instructions / peers['macs'][name]:.2f}",
                f"{other:,}" if other else "-",
                _ratio(other, row.instructions),
                f"{row.arena:,}",
                _ratio(rival["arena_bytes"][name], row.arena),
                f"{rest:,}",
                _ratio(rival["rest_bytes"][name], rest),
                f"{row.engine:,}",
                f"{row.flash:,}",
                f"{row.stack:,}",
                "no" if row.mismatches else "yes",
            )
        )
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    text = [
        "  ".join(_pad(cell, width, i) for i, (cell, width) in enumerate(zip(line, widths, strict=True)))
        for line in lines
    ]
    notes = (
        "instructions of one inference, exact; per MAC of the architecture's nominal MACs.",
        f"peer: {rival['name']}; ratio = peer / mcutk. Flash of the peer was measured on the Cortex-M4.",
        "-random: the same architecture with random weights, compared with the peer's figure for the trained model.",
    )
    return "\n".join([*(line.rstrip() for line in text), "", *notes])


def _ratio(peer: int | None, own: int) -> str:
    return f"{peer / own:.2f}" if peer and own else "-"


def _pad(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column < 3 else cell.rjust(width)
