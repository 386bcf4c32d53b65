"""Names in generated C: which prefixes are accepted, and what becomes of the texts in a model file."""

from __future__ import annotations

import pytest

from mcu_toolkit.compiler.emit import names
from mcu_toolkit.errors import ConfigError


@pytest.mark.parametrize("good", ["model", "kws", "a", "KwsNet2", "brain_mri", "x" * 40])
def test_good_prefixes_stay_as_they_are(good: str) -> None:
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
def test_bad_prefixes_are_refused_with_a_proposal(bad: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason) as caught:
        names.prefix(bad)
    hint = caught.value.hint
    assert hint is not None
    proposed = hint.removeprefix("--name ")
    assert names.prefix(proposed) == proposed
