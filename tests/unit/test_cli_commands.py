"""Commands that need no other programs: reports, messages and files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mcu_toolkit.workflow.settings import load_settings
from mcu_toolkit.workspace import Workspace
from tests.support.cli import Mcutk
from tests.support.models import tiny_model, write_images
from tests.support.tflite_writer import SubgraphSpec, write_model


def test_init_makes_a_project_that_loads_and_does_not_overwrite_one(mcutk: Mcutk, project: Path) -> None:
    assert mcutk("init", "brain", "--recipe", "phantom").ok
    assert load_settings(Workspace(project / "brain")).board == "qemu-m4"
    again = mcutk("init", "brain", "--recipe", "phantom")
    assert again.code == 1 and "--force" in again.err
    assert mcutk("init", "brain", "--recipe", "phantom", "--force").ok


def test_inspect_reports_a_model_with_the_documented_keys(mcutk: Mcutk, project: Path) -> None:
    (project / "m.tflite").write_bytes(tiny_model())
    report = mcutk.json("inspect", "m.tflite")
    assert report["schema"] == "mcutk.inspect/1"
    assert report["macs"] == {"model": 192, "after_passes": 192}
    assert report["ram"]["arena"] <= report["ram"]["no_overlap"] + 64
    assert report["unsupported"] == []
    assert [node["operator"] for node in report["nodes"]] == ["RESHAPE", "FULLY_CONNECTED", "SOFTMAX"]
    assert "FULLY_CONNECTED" in mcutk("inspect", "m.tflite", "--modes", "--board", "qemu-m55").out


def test_inspect_of_an_unsupported_model_names_the_operator_and_fails(mcutk: Mcutk, project: Path) -> None:
    g = SubgraphSpec()
    a, b = (g.tensor((1, 4), scale=[0.1], zero_point=[0]) for _ in range(2))
    g.node("FLOOR", [a], [b])
    g.inputs, g.outputs = [a], [b]
    (project / "floor.tflite").write_bytes(write_model(g))
    outcome = mcutk("inspect", "floor.tflite", "--json", "floor.json")
    assert outcome.code == 1 and outcome.err.startswith("error: floor.tflite is not supported")
    report = json.loads((project / "floor.json").read_text(encoding="utf-8"))
    assert report["supported"] is False
    assert [(p["node"], p["operator"]) for p in report["unsupported"]] == [(0, "FLOOR")]
    assert report["ram"]["arena"] is None
    outcome = mcutk("build", "--board", "qemu-m4", "--model", "floor.tflite")
    assert outcome.code == 1 and "  FLOOR: " in outcome.err and "(node 0)" in outcome.err
    assert not (project / "mcutk-out").exists()


def test_inspect_without_a_model_lists_the_operators(mcutk: Mcutk) -> None:
    rows = mcutk.json("inspect")["operators"]
    assert {"CONV_2D", "DEPTHWISE_CONV_2D", "SOFTMAX"} <= {row["operator"] for row in rows}
    assert all(row["forms"] for row in rows)


def test_doctor_says_what_is_missing_and_how_to_install_it(
    mcutk: Mcutk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    outcome = mcutk("doctor")
    assert outcome.code == 1
    assert "qemu-system-arm" in outcome.err and "apt-get install" in outcome.err


def test_eval_of_a_model_file_compares_the_references(mcutk: Mcutk, project: Path) -> None:
    (project / "m.tflite").write_bytes(tiny_model())
    report = mcutk.json("eval", "--model", "m.tflite", "--data", write_images(project / "images"), "--threshold-sweep")
    assert set(report["references"]) | set(report["absent"]) == {"oracle", "tflm", "c"}
    assert not any(report["mismatches"].values())
    assert report["accuracy"]["int8"] is not None
    assert len(report["threshold_sweep"]) == 3


def test_eval_of_an_external_folder_needs_the_same_classes(mcutk: Mcutk, project: Path) -> None:
    outcome = mcutk("eval", "--external", write_images(project / "images"))
    assert outcome.code == 1
    assert "lacks class folders" in outcome.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_the_command(shell: str, mcutk: Mcutk) -> None:
    outcome = mcutk("completion", shell)
    assert outcome.ok
    assert "_MCUTK_COMPLETE" in outcome.out
