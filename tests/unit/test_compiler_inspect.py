"""The report of `mcutk inspect`: every node, unsupported models, modes."""

from __future__ import annotations

from mcu_toolkit.compiler.inspect import inspect_report
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.records.codec import dump, load
from mcu_toolkit.records.inspect import InspectRecord
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.targets.target import Optimize, Target
from tests.support.golden_models import GOLDEN_MODELS
from tests.support.tflite_writer import SubgraphSpec, write_model


def test_report_has_the_keys_of_the_schema() -> None:
    graph = read_model(GOLDEN_MODELS["dead"]())
    report = inspect_report(graph, Target(PORTABLE, "cortex-m3"), modes=True)
    assert report.supported
    assert report.macs.after_passes < report.macs.model
    assert report.ram.arena is not None and report.ram.arena > 0
    assert report.weights_bytes.after_passes < report.weights_bytes.model
    assert report.unsupported == ()
    assert [node.index for node in report.nodes] == list(range(len(graph.nodes)))
    assert report.modes is not None
    assert set(report.modes) == {mode.value for mode in Optimize}
    assert report.modes["ram"].arena <= report.modes["balanced"].arena <= report.modes["speed"].arena
    assert load(InspectRecord, dump(report)) == report


def test_folded_nodes_have_no_kernel() -> None:
    graph = read_model(GOLDEN_MODELS["dead"]())
    nodes = inspect_report(graph).nodes
    folded = {node.operator for node in nodes if node.kernel is None}
    assert folded == {"PAD", "RESHAPE", "RELU"}


def test_macs_of_nodes_add_up() -> None:
    report = inspect_report(read_model(GOLDEN_MODELS["residual"]()))
    assert sum(node.macs for node in report.nodes) == report.macs.model
    assert sum(node.macs_after_passes for node in report.nodes) == report.macs.after_passes


def test_unsupported_model_is_described_and_not_compiled() -> None:
    g = SubgraphSpec()
    g.inputs.append(g.tensor((1, 4), scale=[0.1], name="x"))
    g.outputs.append(g.tensor((1, 4), scale=[0.1], name="y"))
    g.node("FLOOR", [0], [1])
    report = inspect_report(read_model(write_model(g)))
    assert [(entry.node, entry.operator) for entry in report.unsupported] == [(0, "FLOOR")]
    assert report.macs.after_passes is None
    assert report.ram.arena is None
    assert report.nodes[0].kernel is None
