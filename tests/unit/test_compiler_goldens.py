"""The generated C of three small models, byte for byte: a refactoring must not change it.

After an intended change: ``MCUTK_UPDATE_GOLDENS=1 python -m pytest tests/unit/test_compiler_goldens.py``, then read the
difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mcu_toolkit.compiler.card import NO_CARD, ModelCard
from mcu_toolkit.compiler.pipeline import Compiled, compile_model
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.targets.target import Target
from tests.support.golden_models import GOLDEN_MODELS

#: Class names with characters that must be escaped in C strings.
CARD = ModelCard(("glioma", "größe?", 'a "b"', "\\n"), "unit")
_GOLDENS = Path(__file__).resolve().parents[1] / "goldens"


def generate(name: str) -> Compiled:
    card = CARD if name == "separable" else NO_CARD
    return compile_model(read_model(GOLDEN_MODELS[name]()), Target(PORTABLE, "cortex-m3"), name, card=card)


def own_files(compiled: Compiled) -> dict[str, bytes]:
    """Files that are written for the model; kernels, which are copied, are left out."""
    return {f: c for f, c in compiled.files.items() if f.startswith(compiled.name) or f in ("Makefile", "src.ino")}


@pytest.mark.parametrize("name", sorted(GOLDEN_MODELS))
def test_generated_c_is_the_golden(name: str) -> None:
    files = own_files(generate(name))
    folder = _GOLDENS / name
    if os.environ.get("MCUTK_UPDATE_GOLDENS"):
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            (folder / file).write_bytes(content)
    assert sorted(p.name for p in folder.iterdir()) == sorted(files)
    for file, content in files.items():
        assert content.decode() == (folder / file).read_text(), f"{name}/{file} differs from its golden"


@pytest.mark.parametrize("name", sorted(GOLDEN_MODELS))
def test_same_model_gives_same_bytes(name: str) -> None:
    assert generate(name).files == generate(name).files


@pytest.mark.parametrize("name", sorted(GOLDEN_MODELS))
def test_generated_lines_are_short_and_ascii(name: str) -> None:
    for file, content in own_files(generate(name)).items():
        assert content.isascii(), file
        assert max(len(line) for line in content.decode().splitlines()) <= 120, file


def test_everything_foldable_is_folded() -> None:
    """PAD, RELU, RESHAPE and two constant channels are gone; a third is not the zero point, and the reader pads."""
    compiled = generate("dead")
    assert [layer.operator for layer in compiled.report.layers] == [
        "CONV_2D",
        "CONV_2D",
        "MEAN",
        "FULLY_CONNECTED",
        "SOFTMAX",
    ]
    assert compiled.report.layers[0].shape == (1, 5, 5, 4)
