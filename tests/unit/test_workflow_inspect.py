"""Inspect a model file for a board or without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu_toolkit.errors import ConfigError, ModelError, WorkspaceError
from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.targets.target import Optimize
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.inspect import inspect, require_supported, supported_operators
from tests.support.models import tiny_model
from tests.support.tflite_writer import SubgraphSpec, write_model


@pytest.fixture
def model(project: Path) -> Path:
    """A small model file."""
    path = project / "m.tflite"
    path.write_bytes(tiny_model())
    return path


def test_without_a_board_the_target_has_no_simd(model: Path, ctx: Context) -> None:
    record = inspect(ctx, model, optimize="ram")
    assert (record.model, record.target.isa, record.target.optimize) == ("m.tflite", "portable", "ram")
    assert record.supported and record.modes is None


def test_a_board_decides_kernels_and_costs(model: Path, ctx: Context) -> None:
    record = inspect(ctx, model, board="qemu-m55", modes=True)
    assert (record.target.isa, record.target.core) == ("mve", "cortex-m55")
    assert record.modes is not None and set(record.modes) == {each.value for each in Optimize}


def test_wrong_arguments_are_named(model: Path, ctx: Context) -> None:
    with pytest.raises(ConfigError, match="qemu-m44"):
        inspect(ctx, model, board="qemu-m44")
    with pytest.raises(ConfigError, match="optimization goal"):
        inspect(ctx, model, optimize="small")
    with pytest.raises(WorkspaceError, match=r"missing\.tflite"):
        inspect(ctx, Path("missing.tflite"))


def test_a_float_model_is_described_in_the_record(project: Path, ctx: Context) -> None:
    g = SubgraphSpec()
    g.inputs, g.outputs = [g.tensor((1, 4), "float32")], [g.tensor((1, 4), "float32")]
    g.node("RELU", g.inputs, g.outputs)
    (project / "float.tflite").write_bytes(write_model(g))
    record = inspect(ctx, project / "float.tflite")
    assert not record.supported and record.macs.model is None and record.nodes == ()
    assert [(each.node, each.operator) for each in record.unsupported] == [(0, "MODEL")]
    assert "float32" in record.unsupported[0].reason and len(record.model_sha256) == 64
    with pytest.raises(ModelError, match=r"float\.tflite is not supported"):
        require_supported(record)


def test_a_damaged_file_is_an_error(project: Path, ctx: Context) -> None:
    (project / "bad.tflite").write_bytes(b"\0" * 64)
    with pytest.raises(ModelError, match="not a"):
        inspect(ctx, project / "bad.tflite")


def test_every_operator_is_listed_with_its_forms() -> None:
    rows = supported_operators().operators
    assert [row.operator for row in rows] == sorted(OPERATORS)
    assert all(row.forms for row in rows)
