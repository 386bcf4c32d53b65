"""Every document: written and read back equal; damaged documents are refused with a clear error."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.records.baseline import BaselineRecord
from mcu_toolkit.records.bench import BenchRecord
from mcu_toolkit.records.codec import dump, dumps, load, loads, read
from mcu_toolkit.records.train import TrainRecord
from tests.support.records import example, record_kinds

KINDS = sorted(record_kinds(), key=lambda kind: str(kind.SCHEMA))
MODELS = Path(__file__).resolve().parents[2] / "models"
by_schema = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.SCHEMA)


def required(kind: type[Any]) -> list[str]:
    """Keys that a document must have."""
    return [
        field.metadata.get("key", field.name)
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]


def test_every_document_has_a_schema_of_its_own() -> None:
    schemas = [kind.SCHEMA for kind in KINDS]
    assert len(schemas) == len(set(schemas))
    names = {str(schema).partition("/")[0].removeprefix("mcutk.") for schema in schemas}
    assert names >= {
        "bench", "eval", "verify", "inspect", "operators", "train", "seeds", "baseline", "study", "trial", "split",
        "flash", "boards", "doctor", "build", "manifest", "state",
    }  # fmt: skip


@by_schema
@pytest.mark.parametrize("filled", [True, False])
def test_documents_are_read_back_equal(kind: type[Any], filled: bool) -> None:
    record = example(kind, filled=filled)
    text = dumps(record)
    assert json.loads(text)["schema"] == kind.SCHEMA
    assert loads(kind, text) == record
    assert load(kind, dump(record)) == record


@by_schema
def test_a_missing_key_is_named(kind: type[Any]) -> None:
    for key in required(kind):
        document = dump(example(kind))
        del document[key]
        with pytest.raises(WorkspaceError) as caught:
            load(kind, document, origin="x.json")
        assert f"x.json is damaged: the key '{key}' is missing" in caught.value.message
        assert caught.value.expected


@by_schema
def test_a_value_of_the_wrong_type_is_named_with_what_was_expected_and_received(kind: type[Any]) -> None:
    for field in dataclasses.fields(kind):
        if str(field.type) == "Any":
            continue
        key = field.metadata.get("key", field.name)
        wrong = object.__name__ if str(field.type).startswith(("int", "float", "bool", "tuple", "Mapping")) else 3.5
        with pytest.raises(WorkspaceError) as caught:
            load(kind, {**dump(example(kind)), key: wrong}, origin="x.json")
        assert f"x.json is damaged: '{key}' has the wrong type" in caught.value.message
        assert caught.value.expected and repr(wrong) in str(caught.value.received)


@by_schema
def test_another_version_and_another_document_are_refused(kind: type[Any]) -> None:
    name = kind.SCHEMA.partition("/")[0]
    for schema, said in ((f"{name}/999", "is of another version of mcutk"), ("other/1", f"is not a {name} document")):
        with pytest.raises(WorkspaceError, match=said) as caught:
            load(kind, {**dump(example(kind)), "schema": schema}, origin="x.json")
        assert kind.SCHEMA in str(caught.value.expected)
        assert caught.value.received == schema
        assert caught.value.hint


@by_schema
@pytest.mark.parametrize("document", [None, [], "text", 3])
def test_a_document_must_be_an_object(kind: type[Any], document: object) -> None:
    with pytest.raises(WorkspaceError, match=r"x\.json is damaged") as caught:
        load(kind, document, origin="x.json")
    assert caught.value.expected == "a JSON object"


def test_a_nested_key_is_named_by_its_path() -> None:
    document = dump(example(BenchRecord))
    document["memory"]["ram"]["arena"] = "many"
    with pytest.raises(WorkspaceError, match=r"'memory\.ram\.arena' has the wrong type"):
        load(BenchRecord, document)
    document = dump(example(BenchRecord))
    del document["per_class"][1]["support"]
    with pytest.raises(WorkspaceError, match=r"'per_class\[1\]\.support' is missing"):
        load(BenchRecord, document)


def test_a_bench_has_the_documented_keys() -> None:
    """Keys that docs/reports.md and the Python interface document."""
    bench = example(BenchRecord)
    document = dump(bench)
    assert list(document)[:12] == [
        "schema", "board", "runtime", "model_sha256", "firmware_sha256", "samples", "mismatches", "accuracy",
        "per_class", "latency", "memory", "link",
    ]  # fmt: skip
    assert set(document["accuracy"]) >= {"device", "host_int8", "float", "ci95"}
    assert set(document["per_class"][0]) >= {"name", "support", "sensitivity", "specificity", "precision", "f1"}
    assert set(document["latency"]) >= {"unit", "min", "median", "p95", "max"}
    assert set(document["memory"]["flash"]) >= {"total", "engine", "weights", "other"}
    assert set(document["memory"]["ram"]) >= {"total", "arena", "no_overlap", "static", "stack_peak"}
    assert set(document["link"]) >= {"bytes_sent", "bytes_received", "retries", "seconds"}
    assert bench.memory.ram.arena == document["memory"]["ram"]["arena"]
    assert (bench.mismatches, bench.latency.median, bench.outputs_crc32) == (7, 7, ("text", "text"))


@pytest.mark.parametrize("path", sorted(MODELS.glob("*/*.json")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_documents_of_the_shipped_models_are_read(path: Path) -> None:
    kind: type[Any] = {"baseline.json": BaselineRecord, "metrics.json": TrainRecord}[path.name]
    record = read(kind, path)
    assert record.recipe == path.parent.name
    assert dump(record) == json.loads(path.read_text(encoding="utf-8"))
