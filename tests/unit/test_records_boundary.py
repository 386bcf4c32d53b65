"""Only `mcu_toolkit.records` knows the keys of JSON documents: other modules pass and read records.

Each rule walks the syntax tree of a module; the last test checks that each rule finds a violation in an example.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "mcu_toolkit"
#: Functions that return a document as plain values.
SOURCES = {"read_json", "load_json", "dump", "json.load", "json.loads", "asdict"}
#: Functions that read JSON text.
READERS = {"read_json", "json.load", "json.loads"}
#: Modules that read JSON of a private file or of another program; no other module reads those keys.
OWN_JSON = {
    "data/dataset.py": "cache of decoded images",
    "train/checkpoint.py": "state of the training loop inside a checkpoint",
    "train/teacher.py": "cache of teacher outputs",
    "train/convert.py": "metadata.json of Keras",
}
#: Packages whose functions exchange records, never documents as plain values.
TYPED = ("report", "workflow", "cli", "host")
PLAIN = {"dict[str, Any]", "Mapping[str, Any]", "dict[str, object]", "Mapping[str, object]"}

MODULES = {
    str(path.relative_to(PACKAGE)): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if "_assets" not in path.parts and path.relative_to(PACKAGE).parts[0] not in ("records", "workspace.py")
}
BENCHMARKS = {f"benchmarks/{path.name}": path for path in sorted((ROOT / "benchmarks").glob("*.py"))}
#: Modules of the benchmarks that define a record of their own.
BENCHMARK_RECORDS = {
    "benchmarks/results.py",
    "benchmarks/random_graphs.py",
    "benchmarks/table.py",
    "benchmarks/wild.py",
}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in {**MODULES, **BENCHMARKS}.items()}


def violations(rule: Callable[[ast.Module], Iterable[T]], but: Container[str] = ()) -> dict[str, list[T]]:
    """Module → violations that a rule finds in it."""
    found = {name: [*rule(tree)] for name, tree in TREES.items() if name not in but}
    return {name: places for name, places in found.items() if places}


def called(node: ast.expr) -> str:
    """Name of the function that a call calls, without its module unless that is `json`."""
    if not isinstance(node, ast.Call):
        return ""
    name = ast.unparse(node.func)
    return name if name.startswith("json.") else name.rpartition(".")[2]


def json_reads(tree: ast.Module) -> Iterator[int]:
    """Lines that read JSON text."""
    return (node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) in READERS)


def key_reads(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, key) of every constant key that is read from a document, followed through names, loops and sub-objects."""
    for scope in ast.walk(tree):
        if isinstance(scope, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _key_reads_of(scope)


def _key_reads_of(scope: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[int, str]]:
    names: set[str] = set()
    nodes = list(_own_nodes(scope))

    def plain(node: ast.expr | None) -> bool:
        """Whether an expression is a document or a part of a document."""
        if isinstance(node, ast.Name):
            return node.id in names
        if isinstance(node, ast.Call):
            method = node.func.value if isinstance(node.func, ast.Attribute) else None
            return called(node) in SOURCES or plain(method)
        if isinstance(node, (ast.Subscript, ast.Attribute, ast.Await, ast.NamedExpr)):
            return plain(node.value)
        if isinstance(node, ast.BoolOp):
            return any(map(plain, node.values))
        return False

    for _ in range(3):  # names that depend on names bound later
        for targets, value in _bindings(nodes):
            if plain(value):
                names.update(node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name))
    for node in nodes:
        key: ast.expr | None = None
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and plain(node.value):
            key = node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop"):
            key = node.args[0] if node.args and plain(node.func.value) else None
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.lineno, key.value


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """Nodes of a scope in the order of the source, without those of nested functions."""
    for node in ast.iter_child_nodes(scope):
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _own_nodes(node)


def _bindings(nodes: list[ast.AST]) -> Iterator[tuple[list[ast.expr], ast.expr | None]]:
    """(targets, value) of assignments and loops."""
    for node in nodes:
        if isinstance(node, ast.Assign):
            yield node.targets, node.value
        elif isinstance(node, ast.AnnAssign):
            yield [node.target], node.value
        elif isinstance(node, (ast.For, ast.comprehension)):
            yield [node.target], node.iter


def plain_signatures(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, name) of parameters, results and attributes of classes that are documents as plain values."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            found = [(a.arg, a.annotation) for a in arguments] + [(node.name, node.returns)]
        elif isinstance(node, ast.ClassDef):
            found = [(ast.unparse(n.target), n.annotation) for n in node.body if isinstance(n, ast.AnnAssign)]
        else:
            continue
        for name, annotation in found:
            parts = [] if annotation is None else [n for n in ast.walk(annotation) if isinstance(n, ast.Subscript)]
            if any(ast.unparse(part) in PLAIN for part in parts):
                yield node.lineno, name


def schemas(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, text) of the schemas of documents in string constants other than docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("mcutk."):
            yield node.lineno, node.value


def test_json_is_read_in_records() -> None:
    assert violations(json_reads, OWN_JSON) == {}


def test_exceptions_are_still_needed() -> None:
    assert all([*json_reads(TREES[name])] for name in OWN_JSON)


def test_no_key_of_a_document_is_read_outside_records() -> None:
    assert violations(key_reads, {*OWN_JSON, *BENCHMARK_RECORDS}) == {}


def test_documents_are_not_passed_as_plain_values() -> None:
    assert violations(plain_signatures, {name for name in TREES if name.split("/")[0] not in TYPED}) == {}


def test_schemas_are_written_in_records() -> None:
    """The schema of recipes belongs to a TOML file."""
    assert violations(schemas, {"recipe/schema.py", *BENCHMARK_RECORDS}) == {}


PLANTED = """
def report(path, record, ws):
    document = codec.dump(record)
    state = workspace.read_json(path)
    flashed = state.get("flashed", {})
    for row in document["rows"]:
        print(row["layer"], flashed["qemu-m4"])
    table["unrelated"], {"a": 1}["a"], document[0]
    return [one["name"] for one in json.loads(text)["list"]]

def facts_of(built: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
    return {"schema": "mcutk.bench/1"}

class Benched:
    report: Mapping[str, Any]
    html: str
"""


def test_every_rule_finds_its_violation() -> None:
    tree = ast.parse(PLANTED)
    assert sorted(json_reads(tree)) == [4, 9]
    assert sorted(key for _, key in key_reads(tree)) == ["flashed", "layer", "list", "name", "qemu-m4", "rows"]
    assert [name for _, name in plain_signatures(tree)] == ["built", "facts_of", "report"]
    assert [text for _, text in schemas(tree)] == ["mcutk.bench/1"]
