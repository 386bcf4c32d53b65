"""Intervals and tests against closed forms, SciPy and brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from mcu_toolkit.report import statistics


def paired(both: int, first: int, second: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    """Two correctness vectors with these counts of agreement and disagreement."""
    a = [True] * both + [True] * first + [False] * second + [False] * neither
    b = [True] * both + [False] * first + [True] * second + [False] * neither
    return np.array(a), np.array(b)


@pytest.mark.parametrize("successes, count", [(0, 10), (10, 10), (3, 10), (474, 575)])
def test_wilson_equals_scipy(successes: int, count: int) -> None:
    want = stats.binomtest(successes, count).proportion_ci(0.95, method="wilson")
    got = statistics.wilson(successes, count)
    assert got is not None
    assert (got.low, got.high) == pytest.approx((want.low, want.high), abs=1e-12)


def test_without_images_there_is_no_interval() -> None:
    empty = np.array([], dtype=bool)
    assert statistics.wilson(0, 0) is None
    assert statistics.bootstrap_accuracy(empty) is None
    assert statistics.equivalence(empty, empty) is None


def test_bootstrap_is_seeded_and_covers_the_estimate() -> None:
    correct = np.arange(575) < 480
    first = statistics.bootstrap_accuracy(correct)
    assert first == statistics.bootstrap_accuracy(correct)
    assert first != statistics.bootstrap_accuracy(correct, seed=1)
    assert first is not None and first.low < 480 / 575 < first.high
    # sd of the mean is about 0.0155: the interval is near ±1.96 sd
    assert first.high - first.low == pytest.approx(2 * 1.96 * math.sqrt(0.835 * 0.165 / 575), rel=0.1)


def test_closed_form_bootstrap_agrees_with_resampling() -> None:
    correct = np.arange(200) < 150
    fast = statistics.bootstrap_accuracy(correct, resamples=20_000)
    slow = statistics.bootstrap(lambda c: float(c.mean()), correct, resamples=4000)
    assert fast is not None and slow is not None
    assert (fast.low, fast.high) == pytest.approx((slow.low, slow.high), abs=0.011)


def test_bootstrap_leaves_out_undefined_resamples() -> None:
    values = np.array([1.0, 2.0])
    got = statistics.bootstrap(lambda v: float(v.mean()) if v.mean() > 1 else None, values)
    assert got is not None and got.low >= 1.5
    assert statistics.bootstrap(lambda _: None, values) is None


@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_is_the_exact_binomial_test(first: int, second: int) -> None:
    got = statistics.mcnemar(*paired(30, first, second, 5))
    assert (got.only_first, got.only_second) == (first, second)
    want = stats.binomtest(first, first + second).pvalue if first + second else 1.0
    assert got.p_value == pytest.approx(want)


def test_mcnemar_of_many_images_does_not_overflow() -> None:
    assert statistics.mcnemar(*paired(0, 3000, 2000, 0)).p_value < 1e-40


@settings(max_examples=40)
@given(st.integers(1, 40), st.integers(1, 20), st.integers(1, 20), st.floats(-0.3, 0.3))
def test_score_uses_the_constrained_likelihood(both: int, b: int, c: int, delta: float) -> None:
    """The closed form of the restricted estimate against a numerical maximum of the likelihood."""
    count = both + b + c

    def loss(q: float) -> float:
        p, rest = q + delta, 1 - 2 * q - delta
        if min(p, q, rest) <= 0:
            return math.inf
        return -(b * math.log(p) + c * math.log(q) + both * math.log(rest))

    low, high = max(0.0, -delta) + 1e-12, (1 - delta) / 2 - 1e-12
    q = optimize.minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-10}).x
    want = (b - c - count * delta) / math.sqrt(count * (2 * q + delta * (1 - delta)))
    assert statistics._score(b, c, count, delta) == pytest.approx(want, abs=2e-3)


def test_paired_interval_inverts_the_score_test() -> None:
    for b, c in [(0, 0), (0, 1), (9, 5), (1, 20)]:
        first, second = paired(43, b, c, 3)
        got = statistics.paired_difference_interval(first, second)
        assert got is not None
        assert statistics._score(b, c, first.size, got.low) == pytest.approx(1.96, abs=1e-3)
        assert statistics._score(b, c, first.size, got.high) == pytest.approx(-1.96, abs=1e-3)
        assert got.low <= (b - c) / first.size <= got.high


def test_equivalence_test_keeps_its_level() -> None:
    """Two classifiers that differ by exactly the margin are called equivalent in about 5 % of experiments, not more."""
    rng = np.random.default_rng(7)
    count, margin, rounds = 400, 0.05, 600
    draws = rng.choice(
        3, p=[0.83, 0.11, 0.06], size=(rounds, count)
    )  # the same answer, only first right, only second right
    shown = sum(
        statistics.equivalence(*paired(*(int(np.sum(row == k)) for k in range(3)), 0), margin=margin).equivalent
        for row in draws
    )
    assert stats.binomtest(shown, rounds, 0.05).pvalue > 0.01


def test_equivalence_and_its_interval_agree() -> None:
    for b, c in [(0, 0), (3, 5), (12, 2), (30, 30)]:
        first, second = paired(500, b, c, 75)
        got = statistics.equivalence(first, second, margin=0.02)
        assert got is not None
        inside = got.interval90.low > -0.02 and got.interval90.high < 0.02
        assert got.equivalent == inside
        assert got.difference == pytest.approx((b - c) / first.size)


def test_identical_answers_are_equivalent_but_few_images_are_not_enough() -> None:
    many = statistics.equivalence(*paired(500, 0, 0, 75))
    few = statistics.equivalence(*paired(9, 0, 0, 1))
    assert many is not None and many.equivalent
    assert few is not None and not few.equivalent


def test_bad_arguments_are_refused() -> None:
    yes = np.array([True])
    with pytest.raises(ValueError):
        statistics.equivalence(yes, yes, margin=0)
    with pytest.raises(ValueError):
        statistics.mcnemar(yes, np.array([True, False]))
