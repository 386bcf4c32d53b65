"""The direction of imports in ARCHITECTURE.md, checked on the syntax trees of the package."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "mcu_toolkit"

#: Layers from the top; a module may import its own group's package and groups of lower layers.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli",),
    ("workflow",),
    ("train", "compiler", "host", "device", "report"),
    ("data", "recipe", "boards", "records", "workspace", "wire", "graph", "targets"),
    ("templates", "assets", "toml", "registry", "suggest", "process", "progress", "exchange", "signing", "printable"),
    ("errors", "guardian"),
)
#: Groups that may use other groups of the same layer. Stages have no entry.
WITHIN = {
    ("data", "records"),
    ("data", "recipe"),
    ("data", "workspace"),
    ("recipe", "workspace"),
    ("records", "workspace"),
    ("boards", "targets"),
    ("graph", "workspace"),
    ("templates", "assets"),
    ("registry", "suggest"),
    ("toml", "suggest"),
}
HEAVY = {"tensorflow", "tf_keras", "tensorflow_model_optimization", "keras"}


def modules() -> dict[str, Path]:
    """Dotted name → file of every module of the package."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if "_assets" in path.parts:
            continue
        parts = ["mcu_toolkit", *path.relative_to(PACKAGE).with_suffix("").parts]
        if parts[-1] == "__init__":
            parts.pop()
        found[".".join(parts)] = path
    return found


MODULES = modules()


def group(module: str) -> str | None:
    """The group of a module: the first part below the package; None for the package itself."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else None


def is_type_checking(node: ast.stmt) -> bool:
    """`if TYPE_CHECKING:`; such imports do not happen at run time."""
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def statements(body: list[ast.stmt], inside: bool = False) -> Iterator[tuple[ast.stmt, bool]]:
    """(import statement, whether it is inside a function) of a module."""
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node, inside
        elif not is_type_checking(node):
            deeper = inside or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            for name in ("body", "orelse", "finalbody"):
                yield from statements(getattr(node, name, None) or [], deeper)
            for part in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
                yield from statements(part.body, deeper)


def imports(module: str, tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """(imported name, whether inside a function) of a module; names inside the package are resolved to modules."""
    for node, inside in statements(tree.body):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, inside
            continue
        assert node.level == 0, f"{module}: relative import"
        for alias in node.names:
            full = f"{node.module}.{alias.name}"
            yield (full if full in MODULES else str(node.module)), inside


EDGES = {name: list(imports(name, ast.parse(path.read_text(encoding="utf-8")))) for name, path in MODULES.items()}


def layer(name: str) -> int:
    """Index of a group's layer."""
    return next(i for i, names in enumerate(LAYERS) if name in names)


def test_every_group_has_a_layer() -> None:
    known = {name for names in LAYERS for name in names}
    assert {group(m) for m in MODULES} - {None} <= known


@pytest.mark.parametrize("module", [m for m in MODULES if group(m) is not None])
def test_imports_point_down(module: str) -> None:
    here = group(module)
    assert here is not None
    for target, _ in EDGES[module]:
        there = group(target) if target.startswith("mcu_toolkit") else None
        if there is None or there == here:
            continue
        down = layer(there) > layer(here)
        assert down or (here, there) in WITHIN, f"{module} imports {target}: upward or sideways"


def test_stages_do_not_import_each_other() -> None:
    stages = set(LAYERS[3])
    crossing = {
        (module, target)
        for module, edges in EDGES.items()
        for target, _ in edges
        if target.startswith("mcu_toolkit.") and group(module) in stages and group(target) in stages
        if group(module) != group(target) and (group(module), group(target)) not in WITHIN
    }
    assert not crossing


def test_no_import_cycle() -> None:
    """Imports outside functions form a directed acyclic graph."""
    graph = {m: {t for t, inside in edges if t in MODULES and not inside and t != m} for m, edges in EDGES.items()}
    done: set[str] = set()
    path: list[str] = []

    def visit(module: str) -> None:
        if module in done:
            return
        assert module not in path, "cycle: " + " -> ".join([*path[path.index(module) :], module])
        path.append(module)
        for target in sorted(graph[module]):
            visit(target)
        path.pop()
        done.add(module)

    for module in sorted(graph):
        visit(module)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_tensorflow_is_imported_in_train_only_and_inside_functions(module: str) -> None:
    for target, inside in EDGES[module]:
        if target.split(".")[0] in HEAVY:
            assert group(module) == "train", f"{module} imports {target}"
            assert inside, f"{module} imports {target} at import time"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_subprocesses_are_started_in_one_place(module: str) -> None:
    if module in ("mcu_toolkit.process", "mcu_toolkit.guardian"):  # the guardian cleans up after the former
        return
    imported = {target.split(".")[0] for target, _ in EDGES[module]}
    assert not imported & {"subprocess", "pty"}, f"{module} starts processes itself"


def test_imports_of_every_form_are_found() -> None:
    tree = ast.parse(
        "import a.b\n"
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import unseen\n"
        "try:\n    import c\nexcept ImportError:\n    import d\n"
        "def f():\n    with x:\n        import e\n"
        "class K:\n    def g(self):\n        from mcu_toolkit import errors\n"
    )
    assert list(imports("m", tree)) == [
        ("a.b", False),
        ("typing", False),
        ("c", False),
        ("d", False),
        ("e", True),
        ("mcu_toolkit.errors", True),
    ]
