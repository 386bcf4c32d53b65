"""Write docs/cli.md from the help of the commands, so that the page and the program agree.

python scripts/cli_docs.py           writes the page
python scripts/cli_docs.py --check   exit code 1 if the page is not up to date
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import click

from mcu_toolkit.cli.main import COMMANDS, cli

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cli.md"

HEAD = """# Command line

<!-- Written by scripts/cli_docs.py (make docs) from the help of the commands. Do not edit. -->

`mcutk COMMAND --help` prints the same on the terminal. All commands have in common:

- `--json FILE` on every command that reports something; `-` is stdout, and tables then go to stderr.
- An error says what was expected, what was received and what to try, on stderr; `-v` adds the traceback.
- Exit codes: 0 the job is done; 1 it is not; 2 the command line is wrong; 70 a defect of mcutk; 130 Ctrl-C.
- An option that is left out is what was done last (`flash` programs what was built last, `bench` measures the board
  that was flashed last), else the value in `mcutk.toml` in this folder or above it.
- All files are written below `mcutk-out/` beside `mcutk.toml` (or in the current folder), each whole or not at all.
  Each folder has a `manifest.json` with the SHA-256 of its files and of everything that they were made from.
- [python.md](python.md) has the same from Python.

```toml
# mcutk.toml: every key is optional, an unknown key is refused
recipe = "recipe.toml"        # a file beside this one, or the id of a shipped recipe
board = "qemu-m4"             # a board, or a descriptor beside this file
data = "images"               # DIR/<class>/*.png
port = "/dev/ttyACM0"         # not needed by emulated boards
```

| command | what it does |
| --- | --- |
"""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<")


def _section(name: str) -> str:
    context = click.Context(cli, info_name="mcutk")
    command = cli.get_command(context, name)
    assert command is not None
    own = click.Context(command, info_name=name, parent=context)
    text = inspect.cleandoc(command.help or "")
    paragraphs = []
    for paragraph in text.split("\n\n"):
        if paragraph.startswith("\b"):
            paragraphs.append("```\n" + paragraph.lstrip("\b\n") + "\n```")
        else:
            paragraphs.append(paragraph.replace("<", "\\<"))
    usage = " ".join(["mcutk", name, *command.collect_usage_pieces(own)])
    rows = []
    for parameter in command.get_params(own):
        record = parameter.get_help_record(own)
        if record is not None and record[1] and not {"--help", "--verbose"} & set(parameter.opts):
            rows.append(f"| `{record[0]}` | {_cell(record[1])} |")
    table = "\n| option | |\n| --- | --- |\n" + "\n".join(rows) + "\n" if rows else ""
    return f"\n## mcutk {name}\n\n`{usage}`\n\n" + "\n\n".join(paragraphs) + "\n" + table


def page() -> str:
    """The whole page."""
    listing = "".join(f"| [{name}](#mcutk-{name}) | {_cell(text)} |\n" for name, (_, text) in COMMANDS.items())
    return HEAD + listing + "".join(_section(name) for name in COMMANDS)


def main() -> int:
    """Write or check."""
    text = page()
    if "--check" in sys.argv[1:]:
        if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text:
            print("docs/cli.md is not up to date; run: make docs", file=sys.stderr)
            return 1
        return 0
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
