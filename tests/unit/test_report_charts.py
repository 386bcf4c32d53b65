"""Charts: bars, stacked parts, histograms and lines as SVG."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
from markupsafe import Markup

from mcu_toolkit.report import charts


def svg(markup: Markup) -> ElementTree.Element:
    """A chart as XML."""
    return ElementTree.fromstring(str(markup))


def test_bars_have_a_whisker_where_there_is_an_interval() -> None:
    drawn = svg(charts.bars([charts.Bar("a", 0.5, "50 %", (0.4, 0.6)), charts.Bar("b", None, "–")], "t", top=1.0))
    assert len(drawn.findall("path")) == 1
    (rect,) = drawn.findall("rect")
    room = charts.WIDTH - 150 - 120
    assert float(rect.get("width") or 0) == pytest.approx(room / 2, abs=0.01)


def test_stacked_parts_share_the_width_by_size() -> None:
    drawn = svg(charts.stacked({"weights": 300, "engine": 100}, 800, "flash"))
    widths = [float(r.get("width") or 0) for r in drawn.findall("rect") if r.get("height") == "26"]
    assert widths == pytest.approx([charts.WIDTH, charts.WIDTH * 300 / 800, charts.WIDTH * 100 / 800], abs=0.01)
    assert "50.0 %" in "".join(drawn.itertext())


def test_stacked_parts_far_below_the_limit_fill_the_width_with_a_note() -> None:
    drawn = svg(charts.stacked({"arena": 1000}, 1 << 22, "RAM"))
    widths = [float(r.get("width") or 0) for r in drawn.findall("rect") if r.get("height") == "26"]
    assert widths[1] == charts.WIDTH
    assert "0.0 %" in "".join(drawn.itertext())


@pytest.mark.parametrize("values", [[5], [5, 5, 5], list(range(1000)), [0, 10**12]])
def test_a_histogram_counts_every_value(values: list[int]) -> None:
    drawn = svg(charts.histogram(np.array(values, dtype=np.int64), "cycles", "latency"))
    counts = [int((t.text or "").split(" ")[0]) for r in drawn.findall("rect") for t in r.findall("title")]
    assert sum(counts) == len(values)


def test_an_empty_histogram_is_empty_text() -> None:
    assert not charts.histogram(np.array([], dtype=np.int64), "cycles", "latency")


def test_lines_stay_inside_the_chart_and_skip_unknown_points() -> None:
    series = [charts.Series("s", [(0, 0.0), (1, None), (2, 1.0)]), charts.Series("flat", [(0, 0.5)])]
    drawn = svg(charts.lines(series, "t", "x", "y", (0.0, 1.0)))
    for line in drawn.findall("polyline"):
        for point in (line.get("points") or "").split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= charts.WIDTH and 0 <= y <= 230
    assert len((drawn.findall("polyline")[0].get("points") or "").split()) == 2
    assert not charts.lines([charts.Series("none", [(0, None)])], "t", "x", "y")
