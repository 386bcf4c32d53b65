"""The terminal: context, tables, notes, and the files of `--json`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from rich.markup import escape

from mcu_toolkit.cli import console
from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.records.boards import BoardsRecord
from mcu_toolkit.report.tables import grid

RECORD = BoardsRecord(())


def test_the_context_has_the_project_folder_above_and_the_command_as_typed(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "mcutk.toml").write_text("", encoding="utf-8")
    (project / "below").mkdir()
    monkeypatch.chdir(project / "below")
    monkeypatch.setattr("sys.argv", ["/usr/bin/mcutk", "bench", "--data", "my images"])
    with console.context() as ctx:
        ctx.note("a remark")
        ctx.progress("stage", 1, 2)
    assert ctx.workspace.root == project
    assert ctx.command == "mcutk bench --data 'my images'"
    assert capsys.readouterr() == ("", "a remark\n")
    with console.context(project / "other") as ctx:
        assert ctx.workspace.root == project / "other"


def test_json_on_stdout_moves_the_tables_to_stderr(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    console.show("-", RECORD, "a line")
    out, err = capsys.readouterr()
    assert json.loads(out) == {"schema": "mcutk.boards/1", "boards": []}
    assert err == "a line\n"
    console.show(None, RECORD, "a line")
    assert capsys.readouterr() == ("a line\n", "")


def test_text_is_printed_without_markup(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """File names may contain text that rich would interpret as markup."""
    console.show(None, RECORD, "report  /tmp/[bold]/report.html")
    assert capsys.readouterr().out == "report  /tmp/[bold]/report.html\n"


def test_cells_of_tables_have_markup_and_keep_names_unchanged(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = grid()
    table.add_row("mismatches", "[green]0[/green]", escape("of [bold] images"))
    console.show(None, RECORD, table)
    assert capsys.readouterr().out.split() == ["mismatches", "0", "of", "[bold]", "images"]


def test_json_is_written_into_a_pipe_without_replacing_it(project: Path) -> None:
    path = project / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    console.write_json(str(path), RECORD)
    assert json.loads(os.read(reader, 1000))["schema"] == "mcutk.boards/1"
    os.close(reader)
    assert path.is_fifo()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_device_is_an_mcutk_error(project: Path) -> None:
    with pytest.raises(WorkspaceError, match="cannot write /dev/full"):
        console.write_json("/dev/full", RECORD)


def test_a_report_file_that_cannot_be_written_is_refused_before_the_command_runs(project: Path) -> None:
    file = project / "file"
    file.write_text("", encoding="utf-8")
    console.check_writable(project / "report.json")
    with pytest.raises(WorkspaceError, match="there is no folder") as refused:
        console.check_writable(project / "a b" / "report.json")
    assert f"mkdir -p '{project / 'a b'}'" in str(refused.value)
    assert not (project / "a b").exists()
    with pytest.raises(WorkspaceError, match="is a folder"):
        console.check_writable(project)
    with pytest.raises(WorkspaceError, match="there is no folder"):
        console.check_writable(file / "report.json")
