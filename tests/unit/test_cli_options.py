"""Options that several commands share."""

from __future__ import annotations

from typing import Any

import click
import pytest

from mcu_toolkit.cli.main import COMMANDS, cli
from mcu_toolkit.cli.set_option import set_option
from mcu_toolkit.errors import ConfigError


def parsed(option: Any, *arguments: str) -> dict[str, Any]:
    """Values that a command with one option receives."""
    found: dict[str, Any] = {}

    @click.command()
    @option
    def command(**values: Any) -> None:
        found.update(values)

    command.main(list(arguments), standalone_mode=False)
    return found


def test_overrides_are_keys_and_values() -> None:
    given = parsed(set_option, "--set", "student.width = 0.5", "--set", "name=a=b")
    assert given == {"overrides": {"student.width": "0.5", "name": "a=b"}}
    assert parsed(set_option) == {"overrides": {}}


def test_an_override_without_a_value_is_refused() -> None:
    with pytest.raises(ConfigError, match="--set student has no value"):
        parsed(set_option, "--set", "student")


def test_the_shell_completes_board_ids() -> None:
    context = click.Context(click.Command("build"))
    (option,) = (
        p
        for p in cli.get_command(context, "build").params
        if p.name == "board"  # type: ignore[union-attr]
    )
    names = [item.value for item in option.shell_complete(context, "qemu-m5")]
    assert names == ["qemu-m55"]


@pytest.mark.parametrize(
    "option", ["--board", "--data", "--json", "--model", "--optimize", "--port", "--seed", "--set"]
)
def test_an_option_has_one_name_and_short_form_in_all_commands(option: str) -> None:
    forms = set()
    for name in set(COMMANDS) - {"init", "convert"}:  # --board of init and --seed of convert have other meanings
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        forms |= {(tuple(p.opts), p.name, p.metavar) for p in command.params if option in p.opts}
    assert len(forms) == 1
