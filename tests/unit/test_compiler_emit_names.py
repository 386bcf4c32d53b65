"""Names in generated C: accepted prefixes, and comments and strings from the texts in a model file."""

from __future__ import annotations

import pytest

from mcu_toolkit.compiler.emit import names
from mcu_toolkit.errors import ConfigError


@pytest.mark.parametrize("good", ["model", "kws", "a", "KwsNet2", "brain_mri", "x" * 40])
def test_valid_prefixes_are_kept(good: str) -> None:
    assert names.prefix(good) == good


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("", "not a C identifier"),
        ("2nd", "not a C identifier"),
        ("_x", "not a C identifier"),
        ("a-b", "not a C identifier"),
        ("größe", "not a C identifier"),
        ("a\n", "not a C identifier"),
        ("x" * 41, "has 41 characters"),
        ("while", "keyword"),
        ("Class", "keyword"),
        ("string", r"hide the header <string\.h>"),
        ("Arduino", r"hide the header <Arduino\.h>"),
        ("mcutk_net", "starts with mcutk"),
    ],
)
def test_invalid_prefixes_are_refused_with_a_suggestion(bad: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason) as caught:
        names.prefix(bad)
    hint = caught.value.hint
    assert hint is not None
    proposed = hint.removeprefix("--name ")
    assert names.prefix(proposed) == proposed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("model/conv2d/Relu;bias", "model/conv2d/Relu;bias"),
        ("x" * 300, "x" * 300),
        ("*/ int main() {", r"\u002a/ int main() {"),
        ("??/", r"\u003f\u003f/"),
        ("a\nb\t\x00", r"a\u000ab\u0009\u0000"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("größe", r"gr\u00f6\u00dfe"),
        ("\U0001f600", r"\U0001f600"),
        ('"\\', r"\u0022\u005c"),
    ],
)
def test_comments_keep_the_text_and_cannot_end_early(text: str, shown: str) -> None:
    assert names.comment(text) == shown


def test_long_names_are_wrapped_not_cut() -> None:
    name = "/".join(f"block_{i}" for i in range(100))
    lines = names.wrapped(name, indent="    ")
    assert max(map(len, lines)) <= 110
    assert "".join(line.strip() for line in lines) == name


def test_strings_are_utf8_with_octal_escapes() -> None:
    assert names.string('größe? "a"\n') == r'"gr\303\266\303\237e\077 \042a\042\012"'


@pytest.mark.parametrize(("text", "made"), [("CONV_2D", "conv_2d"), ("while", "m_while"), ("", "m"), ("9x", "m_9x")])
def test_identifiers(text: str, made: str) -> None:
    assert names.identifier(text) == made
