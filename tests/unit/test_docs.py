"""Commands, options, make targets, links and boards that the pages name exist."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import click
import pytest

from mcu_toolkit import toml
from mcu_toolkit.boards import list_boards
from mcu_toolkit.cli.main import COMMANDS, cli
from mcu_toolkit.recipe import describe
from tests.support.cli import ROOT

PAGES = sorted(
    p
    for p in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").rglob("*.md")]
    if p.name != "CHANGELOG.md"
)
CODE = re.compile(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def script(name: str) -> ModuleType:
    """Import a module of scripts/."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def code(page: Path) -> Iterator[str]:
    """Lines of code blocks, and code spans; continued lines are joined."""
    for match in CODE.finditer(page.read_text(encoding="utf-8")):
        yield from (match.group(1) or match.group(2)).replace("\\\n", " ").splitlines()


@lru_cache
def options(name: str) -> frozenset[str]:
    """Every option of a command."""
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    found = {o for p in command.params if isinstance(p, click.Option) for o in (*p.opts, *p.secondary_opts)}
    if isinstance(command, click.Group):
        for sub in command.list_commands(click.Context(command)):
            child = command.get_command(click.Context(command), sub)
            assert child is not None
            found |= {o for p in child.params if isinstance(p, click.Option) for o in p.opts}
    return frozenset(found | {"--help", "-h"})


def commands(line: str) -> Iterator[tuple[str, list[str]]]:
    """(command, options) of each `mcutk …` in a line of shell."""
    for part in re.split(r"&&|\|\||[;|]", re.split(r"\s#", line)[0]):
        words = part.split()
        if words[:1] == ["$"]:
            words = words[1:]
        if words[:1] == ["mcutk"] and len(words) > 1 and re.fullmatch(r"[a-z][a-z-]*", words[1]):
            yield words[1], [w.split("=")[0] for w in words[2:] if re.match(r"--?[a-z]", w)]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_commands_and_options_on_the_pages_exist(page: Path) -> None:
    for line in code(page):
        for name, used in commands(line):
            assert name in COMMANDS, f"{line!r}: no such command"
            for option in used:
                assert option in options(name), f"{line!r}: mcutk {name} has no {option}"


def test_the_check_of_commands_can_fail() -> None:
    line = "mcutk build --board x && mcutk bench --limit=3   # mcutk not this"
    assert [*commands(line)] == [("build", ["--board"]), ("bench", ["--limit"])]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_make_targets_on_the_pages_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for line in code(page):
        for name in re.findall(r"(?:^|&& )make ([a-z-]+)\b", line.strip()):
            assert name in targets, f"{line!r}"


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda p: str(p.relative_to(ROOT)))
def test_links_have_a_target(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), f"{target} of {page.name}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}
            assert anchor in slugs, f"{target} of {page.name}"


def test_the_index_lists_every_page_of_docs() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        if page.name != "index.md":
            assert f"({page.relative_to(ROOT / 'docs')})" in index, f"docs/index.md does not list {page.name}"


def test_the_site_has_every_page_of_docs_and_loads_nothing_from_other_servers() -> None:
    site = toml.read(ROOT / "zensical.toml", "the configuration of the site")["project"]
    pages = re.findall(r"'([\w/-]+\.md)'", repr(site["nav"]))
    assert sorted(pages) == sorted(str(p.relative_to(ROOT / "docs")) for p in (ROOT / "docs").rglob("*.md"))
    assert site["theme"]["font"] is False


def test_the_command_line_page_is_current() -> None:
    written = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert written == script("cli_docs").page(), "run: make docs"


def test_the_page_of_recipes_is_what_the_schema_says() -> None:
    module = script("recipes")
    written = module.PAGE.read_text(encoding="utf-8")
    assert written == module.page(), "run: make docs"
    for info in describe():
        assert f"| `{info.key.rpartition('.')[2]}` |" in written and info.meaning in written, info.key


def test_the_table_of_boards_is_current() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    module = script("readme")
    assert module.between(text, "boards", module.boards()) == text, "run: make docs"
    assert all(f"`{board.id}`" in text for board in list_boards())


def test_every_make_target_has_a_line_of_help() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in phony.split():
        assert re.search(rf"^  make {target}\s+\S", shown, re.MULTILINE), target


@pytest.mark.parametrize("path", [".ci/run", "scripts/setup.sh", "scripts/demo.sh"])
def test_scripts_are_executable_and_parse(path: str) -> None:
    assert (ROOT / path).stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(ROOT / path)], check=True)


def test_nothing_in_the_repository_names_a_machine() -> None:
    """No file contains a path of the machine on which it was written."""
    for page in [*PAGES, ROOT / "CHANGELOG.md", ROOT / "Makefile", *ROOT.glob("scripts/*")]:
        if page.is_file():
            text = page.read_text(encoding="utf-8")
            assert not re.search(r"/home/\w|/root/|/Users/\w", text), page.name
