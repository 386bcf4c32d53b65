"""``predictions.npz`` of a training run: the outputs of every stage on the held-out images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.archive import read_archive
from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.workspace import atomic_write


@dataclass(frozen=True, eq=False)
class Predictions:
    """Outputs on the held-out images.

    Attributes:
        class_names: in the order of the outputs.
        ids: image names, as in split.json.
        labels: int64 [N].
        logits: stage → float32 [N, classes]: ``float`` (the distilled student), ``fakequant`` (with simulated
            quantization), ``int8`` (the .tflite file: log of its dequantized softmax), ``teacher`` where there is one.
    """

    class_names: tuple[str, ...]
    ids: tuple[str, ...]
    labels: npt.NDArray[np.int64]
    logits: Mapping[str, npt.NDArray[np.float32]]

    def accuracy(self, stage: str) -> float:
        """Share of held-out images that a stage classifies correctly."""
        return float((self.logits[stage].argmax(axis=1) == self.labels).mean())


def save(path: Path, predictions: Predictions) -> None:
    """Write atomically.

    Raises:
        WorkspaceError: the disk refuses.
    """
    arrays = {f"logits_{stage}": values.astype(np.float32) for stage, values in predictions.logits.items()}
    stream = BytesIO()
    np.savez(
        stream,
        class_names=np.array(predictions.class_names),
        ids=np.array(predictions.ids),
        labels=predictions.labels.astype(np.int64),
        **arrays,  # type: ignore[arg-type]
    )
    atomic_write(path, stream.getvalue(), private=True)


def load(path: Path) -> Predictions:
    """Read and check shapes.

    Raises:
        WorkspaceError: missing or damaged.
    """
    try:
        archive = read_archive(path)
        found = Predictions(
            tuple(str(name) for name in archive["class_names"]),
            tuple(str(name) for name in archive["ids"]),
            archive["labels"].astype(np.int64),
            {name[7:]: archive[name].astype(np.float32) for name in archive if name.startswith("logits_")},
        )
    except OSError as bad:
        raise WorkspaceError(f"cannot read {path}: {bad.strerror or bad}", hint="run mcutk train again") from bad
    except (ValueError, KeyError, TypeError) as bad:
        raise WorkspaceError(f"{path} is damaged: {bad}", hint="run mcutk train again") from bad
    shape = (len(found.ids), len(found.class_names))
    if found.labels.shape != shape[:1] or any(v.shape != shape for v in found.logits.values()):
        raise WorkspaceError(f"{path} is damaged", expected=f"outputs of shape {shape}", hint="run mcutk train again")
    return found
