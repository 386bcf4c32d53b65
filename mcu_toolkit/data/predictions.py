"""``predictions.npz`` of a training run: what each stage's network said about each held-out image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Predictions:
    """Outputs on the held-out images.

    Attributes:
        class_names: in the order of the outputs.
        ids: image names, as in split.json.
        labels: int64 [N].
        logits: stage → float32 [N, classes]: ``float`` (the distilled student), ``fakequant`` (with simulated
            quantization), ``int8`` (the .tflite: log of its dequantized softmax, by TensorFlow's interpreter, for
            information), ``teacher`` where there was one.
    """

    class_names: tuple[str, ...]
    ids: tuple[str, ...]
    labels: npt.NDArray[np.int64]
    logits: Mapping[str, npt.NDArray[np.float32]]

    def accuracy(self, stage: str) -> float:
        """Share of held-out images that a stage classifies rightly."""
        return float((self.logits[stage].argmax(axis=1) == self.labels).mean())


def save(path: Path, predictions: Predictions) -> None:
    """Write atomically.

    Raises:
        WorkspaceError: the disk refuses.
    """
    raise NotImplementedError


def load(path: Path) -> Predictions:
    """Read and check shapes.

    Raises:
        WorkspaceError: missing or damaged.
    """
    raise NotImplementedError
