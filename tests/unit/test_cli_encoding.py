from __future__ import annotations

import io
import json
import sys

import pytest

from mcu_toolkit.cli.encoding import accept_any_text
from tests.support.cli import ROOT, start_mcutk

MODEL = ROOT / "models" / "phantom" / "model.tflite"


@pytest.mark.parametrize(
    "env", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_a_terminal_without_utf8_gets_the_nearest_ascii_characters(env: dict[str, str]) -> None:
    process = start_mcutk("inspect", str(MODEL), cwd=ROOT, **env)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "1x96x96x1" in out
    assert out.isascii()


def test_json_on_stdout_is_utf8_whatever_the_terminal(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("modèle")
    (folder / "modèle.tflite").write_bytes(MODEL.read_bytes())
    process = start_mcutk("inspect", "modèle.tflite", "--json", "-", cwd=folder, PYTHONIOENCODING="ascii")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert json.loads(out)["model"] == "modèle.tflite"


def test_unknown_characters_become_question_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii", write_through=True))
    accept_any_text()
    print("3×3 → 5 µs 脑")
    assert raw.getvalue() == b"3x3 -> 5 us ?\n"
