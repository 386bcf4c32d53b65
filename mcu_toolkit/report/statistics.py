"""Confidence intervals and hypothesis tests for accuracies. NumPy only."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]
Array = npt.NDArray[np.generic]

RESAMPLES = 2000


class Interval(NamedTuple):
    """A confidence interval."""

    low: float
    high: float


@dataclass(frozen=True)
class McNemar:
    """Outcome of McNemar's exact test.

    Attributes:
        only_first: images that only the first classifier got right.
        only_second: images that only the second got right.
        p_value: two-sided.
    """

    only_first: int
    only_second: int
    p_value: float


@dataclass(frozen=True)
class Equivalence:
    """Outcome of an equivalence test.

    Attributes:
        difference: accuracy of the first less accuracy of the second.
        margin: differences within ±margin count as equivalent.
        p_value: the larger of the two one-sided p-values; equivalence is shown at level alpha when it is below alpha.
        interval90: the 90 % interval of the difference; within ±margin exactly when p_value < 0.05.
    """

    difference: float
    margin: float
    p_value: float
    interval90: Interval

    @property
    def equivalent(self) -> bool:
        """Whether equivalence is shown at the 5 % level."""
        return self.p_value < 0.05


def bootstrap(
    statistic: Callable[..., float | None],
    *arrays: Array,
    resamples: int = RESAMPLES,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval | None:
    """Percentile bootstrap interval of a statistic of images.

    Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13. Images are drawn with replacement;
    all arrays use the same indices, so that paired data stay paired. The same seed gives the same interval.

    Args:
        statistic: called with the resampled arrays; None where it is undefined on a resample, which is then left out.
        arrays: each [N, ...].
        resamples: number of resamples.
        confidence: coverage.
        seed: of the generator.

    Returns:
        None without images, or where the statistic was never defined.
    """
    count = len(arrays[0])
    if count == 0:
        return None
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(resamples):
        chosen = rng.integers(0, count, count)
        value = statistic(*(a[chosen] for a in arrays))
        if value is not None:
            values.append(value)
    if not values:
        return None
    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(low), float(high))


def bootstrap_accuracy(
    correct: BoolArray, resamples: int = RESAMPLES, confidence: float = 0.95, seed: int = 0
) -> Interval | None:
    """Percentile bootstrap interval of an accuracy.

    The number of correct images among N drawn with replacement is Binomial(N, accuracy), so that one binomial draw
    replaces N draws of images; the distribution is exactly that of `bootstrap` with the mean.

    Args:
        correct: [N], whether each image was classified correctly.
    """
    count = int(correct.size)
    if count == 0:
        return None
    draws = np.random.default_rng(seed).binomial(count, float(correct.mean()), resamples) / count
    low, high = np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(low), float(high))


def wilson(successes: int, count: int, confidence: float = 0.95) -> Interval | None:
    """Wilson's score interval of a proportion; valid at 0 and 1 and for small classes, where a bootstrap interval
    has width 0.

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    """
    if count == 0:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / count
    centre = share + z * z / (2 * count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    # Exactly 0 or 1 there: the formula may round to a value outside.
    low = 0.0 if successes == 0 else (centre - half) / scale
    high = 1.0 if successes == count else (centre + half) / scale
    return Interval(low, high)


def _discordant(first: BoolArray, second: BoolArray) -> tuple[int, int]:
    if first.shape != second.shape:
        raise ValueError("both classifiers must have run on the same images")
    return int(np.sum(first & ~second)), int(np.sum(~first & second))


def mcnemar(first: BoolArray, second: BoolArray) -> McNemar:
    """McNemar's exact test: do two classifiers differ in accuracy on the same images?

    Under the null hypothesis each image on which only one of them is right belongs to either with probability 1/2, so
    that the smaller count is Binomial(b + c, 1/2). McNemar, "Note on the sampling error of the difference between
    correlated proportions or percentages", Psychometrika 12 (1947); the exact form is Liddell's (1976).

    Args:
        first: [N], whether the first classifier was right on each image.
        second: [N], the same for the second.

    Raises:
        ValueError: the lengths differ.
    """
    b, c = _discordant(first, second)
    total = b + c
    # Integers: exact for any count.
    tail = sum(math.comb(total, k) for k in range(min(b, c) + 1))
    p_value = min(1.0, 2 * tail / 2**total) if total else 1.0
    return McNemar(b, c, p_value)


def _score(b: int, c: int, count: int, delta: float) -> float:
    """Tango's score statistic for the hypothesis that the difference of paired proportions is `delta`.

    Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample design",
    Statistics in Medicine 17 (1998), equations (8) and (13): q is the estimate of P(only second right) that has the
    greatest likelihood under the hypothesis.
    """
    two_n = 2 * count
    linear = -b - c + (two_n - b + c) * delta
    constant = -c * delta * (1 - delta)
    q = (math.sqrt(max(linear * linear - 4 * two_n * constant, 0.0)) - linear) / (2 * two_n)
    variance = count * (2 * q + delta * (1 - delta))
    numerator = b - c - count * delta
    if variance <= 0:
        return 0.0 if numerator == 0 else math.copysign(math.inf, numerator)
    return numerator / math.sqrt(variance)


def _score_limit(b: int, c: int, count: int, target: float) -> float:
    """The difference at which the score statistic equals `target`; the statistic falls as the difference grows."""
    low, high = -1.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _score(b, c, count, middle) > target:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def paired_difference_interval(first: BoolArray, second: BoolArray, confidence: float = 0.95) -> Interval | None:
    """Tango's score interval of accuracy(first) - accuracy(second) on the same images; None without images."""
    count = int(first.size)
    b, c = _discordant(first, second)
    if count == 0:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    return Interval(_score_limit(b, c, count, z), _score_limit(b, c, count, -z))


def equivalence(first: BoolArray, second: BoolArray, margin: float = 0.02) -> Equivalence | None:
    """Two one-sided tests that two classifiers' accuracies on the same images differ by less than `margin`.

    Schuirmann, "A comparison of the two one-sided tests procedure and the power approach", J. Pharmacokinetics and
    Biopharmaceutics 15 (1987), with Tango's score statistic (see `_score`) for paired proportions.

    Args:
        first: [N], whether the first classifier was right on each image.
        second: [N], the same for the second.
        margin: greatest difference without practical meaning, as a share (0.02 is two points).

    Raises:
        ValueError: the lengths differ, or the margin is not between 0 and 1.
    """
    if not 0 < margin < 1:
        raise ValueError(f"margin must be between 0 and 1, not {margin}")
    count = int(first.size)
    b, c = _discordant(first, second)
    if count == 0:
        return None
    normal = NormalDist()
    p_low = 1 - normal.cdf(_score(b, c, count, -margin))  # null: difference <= -margin
    p_high = normal.cdf(_score(b, c, count, margin))  # null: difference >= +margin
    interval = paired_difference_interval(first, second, 0.90)
    assert interval is not None
    return Equivalence((b - c) / count, margin, max(p_low, p_high), interval)
