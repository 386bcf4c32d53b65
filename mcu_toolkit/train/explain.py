"""Saliency results of a training run: maps of some held-out images, their stability under quantization, curves."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.preprocess import Normalization, to_float
from mcu_toolkit.records.train import MapStability, Saliency, SaliencyCurve
from mcu_toolkit.train import maps
from mcu_toolkit.workspace import atomic_write

SALIENCY_FILE = "saliency.npz"
#: Number of images that the means are taken over, and number of images whose maps are stored for the report.
_IMAGES, _SHOWN = 64, 8


def explain(
    float_model: Any,
    int8_model: Any,
    pixels: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.int64],
    how: Normalization,
    path: Path,
) -> Saliency:
    """Compare the saliency maps of the float student and of the one with simulated quantization.

    Args:
        float_model, int8_model: logits out.
        pixels: held-out images, uint8 [N, H, W, C]; an evenly spaced subset is used.
        labels: [N].
        how: normalization.
        path: file for the maps of some images (.npz: ``pixels``, ``labels``, and two arrays per method).

    Returns:
        The figures for metrics.json.
    """
    chosen = np.unique(np.linspace(0, len(pixels) - 1, min(_IMAGES, len(pixels))).astype(np.int64))
    shown = np.unique(np.linspace(0, len(chosen) - 1, min(_SHOWN, len(chosen))).astype(np.int64))
    images, truth = to_float(pixels[chosen], how), labels[chosen]
    arrays: dict[str, npt.NDArray[Any]] = {"pixels": pixels[chosen][shown], "labels": truth[shown]}
    stability: dict[str, MapStability] = {}
    curves: dict[str, SaliencyCurve] = {}
    float_probe, int8_probe = maps.Probe(float_model), maps.Probe(int8_model)
    for method in maps.METHODS:
        pair = maps.stability(float_probe, int8_probe, images, truth, method)
        stability[method] = pair.summary()
        arrays[f"float_{method}"], arrays[f"int8_{method}"] = pair.first[shown], pair.second[shown]
        if method == "gradient":
            for name, probe, own in (("float", float_probe, pair.first), ("int8", int8_probe, pair.second)):
                curves[name] = maps.curves(probe, images, truth, own)
    stream = BytesIO()
    np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    atomic_write(path, stream.getvalue(), private=True)
    return Saliency(len(chosen), stability, curves)
