"""Pages are self-contained and well-formed."""

from __future__ import annotations

from markupsafe import Markup

from mcu_toolkit.report import html
from tests.support.pages import checked


def test_a_page_is_self_contained_and_escapes_what_it_is_given() -> None:
    sections = [
        html.Section("A & B", html.table(("name", "n"), [("<i>x</i>", 3)])),
        html.Section("Nothing here", Markup("")),
        html.Section("", html.cards([html.Card("<", "1", ">", "bad")])),
    ]
    page = checked(html.page("T <script>", "sub & title", sections, synthetic=True))
    assert "A &amp; B" in page and "&lt;i&gt;x" in page and html.SYNTHETIC in page
    assert "Nothing here" not in page


def test_only_synthetic_images_are_warned_of() -> None:
    assert html.SYNTHETIC not in html.page("t", "s", [])
    assert html.SYNTHETIC not in html.page("t", "s", [], synthetic=None)


def test_the_confusion_table_tints_by_the_share_of_the_row() -> None:
    heat = html.confusion_heat(("a", "b"), ((3, 1), (0, 0)))
    assert "64%" in heat and "21%" in heat  # 85 % of 3/4 and of 1/4
    assert html.confusion_heat(("a", "b"), None) == Markup("")
