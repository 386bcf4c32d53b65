"""Control and bidirectional characters in names are escapes on terminals, in pages and in C."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mcu_toolkit.compiler.pipeline import compile_model
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.printable import printable
from mcu_toolkit.report import html
from mcu_toolkit.targets.target import PLAIN
from tests.support.cli import Mcutk
from tests.support.tflite_writer import SubgraphSpec, write_model

NAME = "\x1b[2Jinput\u202egpj.\u2066\r\n*/ \x00\x9b31m"
UNSAFE = [c for c in NAME if ord(c) < 32 or ord(c) >= 127]


def _model() -> bytes:
    graph = SubgraphSpec(name=NAME)
    graph.tensor((1, 4), scale=[0.5], zero_point=[3], name=NAME)
    graph.tensor((1, 4), scale=[1 / 256], zero_point=[-128], name=NAME + "2")
    graph.node("LOGISTIC", [0], [1])
    graph.inputs, graph.outputs = [0], [1]
    return write_model(graph)


def test_every_unsafe_character_is_an_escape() -> None:
    text = printable(NAME)
    assert text.isascii() and text.isprintable() and "\\u202e" in text and "\\x1b" in text
    assert printable("Größe µm 脳 — \u00a0x") == "Größe µm 脳 — \u00a0x"
    assert printable("a\nb\tc", keep="\n") == "a\nb\\tc"


def test_names_of_a_model_are_escaped_in_c() -> None:
    graph = read_model(_model())
    files = compile_model(graph, PLAIN).files
    for name, content in files.items():
        text = content.decode("utf-8")
        assert not any(c in text for c in UNSAFE if c != "\n"), name


def test_names_of_a_model_are_escaped_on_the_terminal(mcutk: Mcutk, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(_model())
    result = mcutk("inspect", str(path))
    assert result.code == 0
    assert not any(c in result.out + result.err for c in UNSAFE if c != "\n")


def test_names_in_errors_are_escaped(mcutk: Mcutk, tmp_path: Path) -> None:
    result = mcutk("inspect", str(tmp_path / "net\u202e\x1b[2J.tflite"))
    assert result.code == 1
    assert not any(c in result.err for c in UNSAFE if c != "\n") and "\\u202e" in result.err


@pytest.mark.parametrize("where", ["title", "section"])
def test_names_are_escaped_in_pages(where: str) -> None:
    section = html.Section(NAME if where == "section" else "Latency", html.soft("text"))
    page = html.page(NAME if where == "title" else "Page", "", [replace(section)])
    assert not any(c in page for c in UNSAFE if c != "\n") and "\\u202e" in page
