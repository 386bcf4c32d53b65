"""The table of figures beside those of the peers, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from benchmarks.measure import Row
from mcu_toolkit.boards import load_board
from mcu_toolkit.records.codec import read

PEERS_PATH = Path(__file__).parent / "peers.json"
_RIVAL = "tflm-cmsis-nn"


@dataclass(frozen=True)
class Peer:
    """Figures of another runtime or compiler.

    Attributes:
        name: with its settings.
        instructions: core → architecture → instructions of one inference.
        arena_bytes: architecture → tensor arena.
        rest_bytes: architecture → image without the model.
    """

    name: str
    instructions: Mapping[str, Mapping[str, int]]
    arena_bytes: Mapping[str, int] = field(default_factory=dict)
    rest_bytes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Silicon:
    """Cycles that somebody published for a chip.

    Attributes:
        core: as in the cost tables.
        chip: with its clock.
        wait_states: of its flash at that clock; 0 behind a data cache.
        who: the submitter.
        cycles: architecture → cycles of one inference.
    """

    core: str
    chip: str
    wait_states: int
    who: str
    cycles: Mapping[str, int]


@dataclass(frozen=True)
class PeersRecord:
    """``peers.json``.

    Attributes:
        source: how the figures were measured.
        macs: architecture → nominal multiply-accumulates.
        peers: id → figures.
        output_crc32_seed_1: architecture → CRC-32 of the output for the input of seed 1.
        silicon_source: where the figures of chips come from.
        silicon: figures of chips.
    """

    SCHEMA: ClassVar[str] = "mcutk.peers/1"

    source: str
    macs: Mapping[str, int]
    peers: Mapping[str, Peer]
    output_crc32_seed_1: Mapping[str, str]
    silicon_source: str
    silicon: tuple[Silicon, ...]


def load_peers() -> PeersRecord:
    """The figures of the peers.

    Raises:
        WorkspaceError: the file is damaged or of another version.
    """
    return read(PeersRecord, PEERS_PATH, hint="restore the committed file")


def architecture(model: str) -> str:
    """Name of a model in peers.json."""
    return model.removesuffix("-random")


def rival(peers: PeersRecord) -> Peer:
    """TensorFlow Lite Micro with CMSIS-NN."""
    return peers.peers[_RIVAL]


def rival_instructions(row: Row, peers: PeersRecord) -> int | None:
    """Instructions of TensorFlow Lite Micro with CMSIS-NN for the same architecture on the same core."""
    core = load_board(row.board).core.cpu
    return rival(peers).instructions.get(core, {}).get(architecture(row.model))


def render(rows: Sequence[Row]) -> str:
    """A table with one line per case, and ratios to TensorFlow Lite Micro with CMSIS-NN (above 1 is better than it)."""
    peers = load_peers()
    other_runtime = rival(peers)
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
                f"{row.instructions / peers.macs[name]:.2f}",
                f"{other:,}" if other else "-",
                _ratio(other, row.instructions),
                f"{row.arena:,}",
                _ratio(other_runtime.arena_bytes[name], row.arena),
                f"{rest:,}",
                _ratio(other_runtime.rest_bytes[name], rest),
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
        f"peer: {other_runtime.name}; ratio = peer / mcutk. Flash of the peer was measured on the Cortex-M4.",
        "-random: the same architecture with random weights, compared with the peer's figure for the trained model.",
    )
    return "\n".join([*(line.rstrip() for line in text), "", *notes])


def _ratio(peer: int | None, own: int) -> str:
    return f"{peer / own:.2f}" if peer and own else "-"


def _pad(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column < 3 else cell.rjust(width)
