"""Numbers as text."""

from __future__ import annotations

import pytest

from mcu_toolkit.report import format as fmt


@pytest.mark.parametrize(
    "value, text",
    [(None, "–"), (0, "0"), (9_999, "9,999"), (12_345, "12.35 k"), (29_864_119, "29.86 M"), (345e6, "345.0 M"),
     (2e9, "2.00 G")],
)  # fmt: skip
def test_counts_are_short(value: float | None, text: str) -> None:
    assert fmt.count(value) == text


def test_an_unknown_value_is_not_shown_as_zero() -> None:
    assert fmt.percent(None) == fmt.exact(None) == fmt.kib(None) == fmt.interval(None) == fmt.UNKNOWN
    assert fmt.percent(0.0) == "0.00 %"
    assert fmt.interval((0.25, 0.5)) == "25.0 to 50.0 %"
    assert (fmt.points(0.0123), fmt.points(-0.5)) == ("+1.23", "-50.00")
    assert (fmt.auc(None), fmt.auc(0.5)) == (fmt.UNKNOWN, "0.5000")
    assert (fmt.kib(1023), fmt.kib(2048)) == ("1,023 B", "2.0 KiB")
