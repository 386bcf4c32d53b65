"""Training state on disk: one .npz file per stage, replaced atomically after every epoch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.archive import read_archive
from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.workspace import atomic_write

Arrays = list[npt.NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Saved:
    """Contents of a checkpoint.

    Attributes:
        weights, optimizer, average: arrays in the order of the model's and optimizer's variables; `average` is empty
            where no moving average is kept.
        facts: epochs done, whether the stage is finished, history, and whatever the loop needs to go on.
    """

    weights: Arrays
    optimizer: Arrays
    average: Arrays
    facts: dict[str, Any]


@dataclass(frozen=True)
class Checkpoint:
    """The checkpoint file of one stage."""

    path: Path

    def save(self, saved: Saved) -> None:
        """Replace the file.

        Raises:
            WorkspaceError: the disk refuses; the old state stays.
        """
        stream = BytesIO()
        arrays = {
            f"{kind}_{i:04d}": np.asarray(value)
            for kind, values in (("w", saved.weights), ("o", saved.optimizer), ("a", saved.average))
            for i, value in enumerate(values)
        }
        np.savez(stream, facts=np.array(json.dumps(saved.facts)), **arrays)  # type: ignore[arg-type]
        atomic_write(self.path, stream.getvalue())

    def load(self) -> Saved | None:
        """The state; None where there is none.

        Raises:
            WorkspaceError: the file is damaged.
        """
        if not self.path.is_file():
            return None
        try:
            archive = read_archive(self.path)
            names = sorted(archive)
            kinds = {kind: [archive[n] for n in names if n.startswith(kind)] for kind in ("w_", "o_", "a_")}
            facts = json.loads(str(archive["facts"]))
        except (OSError, ValueError, KeyError) as bad:
            raise WorkspaceError(
                f"checkpoint {self.path} is damaged: {bad}",
                hint="delete it and run with --resume: its stage starts again",
            ) from bad
        return Saved(kinds["w_"], kinds["o_"], kinds["a_"], facts)


def assign(variables: Sequence[Any], values: Sequence[npt.NDArray[Any]], path: Path) -> None:
    """Assign saved values to variables.

    Raises:
        WorkspaceError: number or shapes of the variables differ: the checkpoint belongs to another network.
    """
    if [tuple(v.shape) for v in variables] != [value.shape for value in values]:
        raise WorkspaceError(f"checkpoint {path} is of another network", hint="train without --resume")
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
