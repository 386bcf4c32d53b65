"""Saliency maps, and their stability under quantization.

An int8 network has no gradient; its maps are those of the network with simulated quantization, whose rounding uses the
straight-through estimator. Maps are compared by Spearman's rank correlation over the pixels, and by the overlap of the
10 % most salient pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.records.train import MapStability, SaliencyCurve
from mcu_toolkit.train.backend import backend

Float = npt.NDArray[np.float32]
METHODS = ("gradient", "smoothgrad", "integrated")
#: Share of the pixels that count as the most salient.
TOP = 0.1
#: Noise of SmoothGrad as a share of the image's range, and samples of both averaging methods.
_NOISE = 0.1
_SAMPLES = 16


@dataclass(frozen=True, eq=False)
class Stability:
    """Comparison of the maps of two networks on the same images.

    Attributes:
        method: of `METHODS`.
        rank_correlation, top_overlap: [N], one value per image.
        first, second: float32 [N, H, W], the maps.
    """

    method: str
    rank_correlation: Float
    top_overlap: Float
    first: Float
    second: Float

    def summary(self) -> MapStability:
        """Means over the images."""
        return MapStability(float(self.rank_correlation.mean()), float(self.top_overlap.mean()))


class Probe:
    """A network with compiled functions for its gradient and output, shared by all methods."""

    def __init__(self, model: Any) -> None:
        tf = backend().tf
        self.classes = int(model.output_shape[-1])

        @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
        def gradient(x: Any, wanted: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(x)
                score = tf.reduce_sum(wanted * model(x, training=False))
            return tape.gradient(score, x)

        self.gradient = gradient
        self.probabilities = tf.function(lambda x: tf.nn.softmax(model(x, training=False)), reduce_retracing=True)


def saliency_maps(probe: Probe, images: Float, labels: npt.NDArray[np.int64], method: str, seed: int = 0) -> Float:
    """Magnitude of the gradient of the label's score by the pixels, summed over channels: float32 [N, H, W].

    Args:
        probe: of the network.
        images: normalized images [N, H, W, C].
        labels: [N].
        method: ``gradient``; ``smoothgrad`` (Smilkov et al., 2017), the mean over noisy copies; ``integrated``
            (Sundararajan et al., 2017), gradients along the line from black, times the image.
        seed: of SmoothGrad's noise.
    """
    tf = backend().tf
    target, gradient = tf.one_hot(labels, probe.classes), probe.gradient
    x = tf.constant(images)
    if method == "gradient":
        found = gradient(x, target).numpy()
    elif method == "smoothgrad":
        rng = np.random.default_rng(seed)
        spread = _NOISE * float(images.max() - images.min())
        noisy = (images + rng.normal(0.0, spread, images.shape).astype(np.float32) for _ in range(_SAMPLES))
        found = np.mean([np.abs(gradient(tf.constant(n), target).numpy()) for n in noisy], axis=0)
    else:
        black = np.full_like(images, images.min())
        steps = [(k + 0.5) / _SAMPLES for k in range(_SAMPLES)]
        path = (black + s * (images - black) for s in steps)
        found = (images - black) * np.mean([gradient(tf.constant(p), target).numpy() for p in path], axis=0)
    return np.asarray(np.abs(found).sum(axis=-1), dtype=np.float32)


def stability(
    first: Probe, second: Probe, images: Float, labels: npt.NDArray[np.int64], method: str = "gradient"
) -> Stability:
    """Compare the maps of two networks on the same images."""
    a = saliency_maps(first, images, labels, method)
    b = saliency_maps(second, images, labels, method)
    pairs = list(zip(a.reshape(len(a), -1), b.reshape(len(b), -1), strict=True))
    return Stability(
        method,
        np.array([rank_correlation(p, q) for p, q in pairs], dtype=np.float32),
        np.array([top_overlap(p, q) for p, q in pairs], dtype=np.float32),
        a,
        b,
    )


def rank_correlation(a: Float, b: Float) -> float:
    """Spearman's coefficient of two maps [P]; 0 where one of them is flat."""
    ranks = []
    for values in (a, b):
        _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
        ends = np.cumsum(counts)
        ranks.append((ends - (counts - 1) / 2)[inverse.reshape(-1)])
    x, y = ranks[0] - ranks[0].mean(), ranks[1] - ranks[1].mean()
    size = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return float((x * y).sum() / size) if size > 0 else 0.0


def top_overlap(a: Float, b: Float, share: float = TOP) -> float:
    """Share of the most salient pixels of one map [P] that are among those of the other."""
    count = max(1, int(share * a.size))
    first = set(np.argsort(-a, kind="stable")[:count].tolist())
    return len(first & set(np.argsort(-b, kind="stable")[:count].tolist())) / count


def curves(probe: Probe, images: Float, labels: npt.NDArray[np.int64], maps: Float, steps: int = 20) -> SaliencyCurve:
    """Deletion and insertion (Petsiuk et al., 2018): mean probability of the label as pixels go, or come, by saliency.

    Args:
        probe: of the network.
        images: normalized images [N, H, W, C].
        labels: [N].
        maps: [N, H, W].
        steps: points of the curves besides the first.

    Returns:
        Deletion turns pixels black; insertion begins with a black image.
    """
    tf = backend().tf
    count, height, width, _ = images.shape
    order = np.argsort(-maps.reshape(count, -1), axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(height * width)[None, :].repeat(count, 0), axis=1)
    rank = rank.reshape(count, height, width, 1)
    black = np.full_like(images, images.min())
    shares: list[float] = []
    found: dict[str, list[float]] = {"deletion": [], "insertion": []}
    rows = np.arange(count)
    for step in range(steps + 1):
        share = step / steps
        changed = rank < share * height * width
        shares.append(share)
        for name, mixed in (
            ("deletion", np.where(changed, black, images)),
            ("insertion", np.where(changed, images, black)),
        ):
            answer = probe.probabilities(tf.constant(mixed.astype(np.float32))).numpy()
            found[name].append(float(answer[rows, labels].mean()))
    return SaliencyCurve(
        share=tuple(shares),
        deletion=tuple(found["deletion"]),
        insertion=tuple(found["insertion"]),
        deletion_area=area(found["deletion"]),
        insertion_area=area(found["insertion"]),
    )


def area(values: list[float]) -> float:
    """Area under an evenly spaced curve over 0…1, by trapezoids."""
    return float((sum(values) - 0.5 * (values[0] + values[-1])) / (len(values) - 1))
