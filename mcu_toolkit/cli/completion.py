"""`mcutk completion SHELL`."""

from __future__ import annotations

import click

from mcu_toolkit.cli.main import cli

_INSTALL = {
    "bash": '# add to ~/.bashrc:  eval "$(mcutk completion bash)"',
    "zsh": '# add to ~/.zshrc:  eval "$(mcutk completion zsh)"',
    "fish": "# run once:  mcutk completion fish > ~/.config/fish/completions/mcutk.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(list(_INSTALL)))
def command(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    bash:  eval "$(mcutk completion bash)"     in ~/.bashrc
    zsh:   eval "$(mcutk completion zsh)"      in ~/.zshrc
    fish:  mcutk completion fish > ~/.config/fish/completions/mcutk.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None  # click knows the three shells of the choice
    click.echo(_INSTALL[shell])
    # source() alone would start bash to ask for its version; subprocesses start in mcu_toolkit.process only
    completion = kind(cli, {}, "mcutk", "_MCUTK_COMPLETE")
    click.echo(completion.source_template % completion.source_vars())
