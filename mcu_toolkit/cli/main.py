"""Entry point of the command line: a group that imports a command's module only when the command is used.

Nothing heavy is imported here, so that `mcutk --help` is quick and only `train`, `convert`, `study` and `eval` import
TensorFlow.
"""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Sequence
from types import FrameType

import click

from mcu_toolkit import __version__
from mcu_toolkit.cli.encoding import accept_any_text
from mcu_toolkit.cli.failures import ReaderGone, exit_code
from mcu_toolkit.cli.flags import Flags
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.suggest import nearest

#: command → (module below mcu_toolkit.cli, its line in `mcutk --help`), in the order of use.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("init", "Start a project folder with an mcutk.toml and a recipe."),
    "train": ("train", "Train a distilled int8 student from a recipe."),
    "convert": ("convert", "Quantize a Keras model of your own to int8 .tflite."),
    "build": ("build", "Build firmware for a board."),
    "flash": ("flash", "Program a board with what was built last."),
    "bench": ("bench", "Stream test images to the board; measure accuracy and latency."),
    "run": ("run", "Train, build, flash and bench in a row."),
    "eval": ("eval", "Accuracy of float, int8 and generated C on this machine, with statistics."),
    "verify": ("verify", "Compare every layer on the device with the host's reference."),
    "inspect": ("inspect", "Operators, MACs, memory plan; what is unsupported and why."),
    "study": ("study", "Tables over quantization, distillation or saliency."),
    "keygen": ("keygen", "Make a pair of keys for attest and check."),
    "attest": ("attest", "Sign a statement about the last bench: model, firmware, report, data split."),
    "check": ("check", "Check a signed statement, its files, and the firmware of a board."),
    "clean": ("clean", "Remove the cache, or every file that holds images of the data."),
    "boards": ("boards", "List the supported boards."),
    "doctor": ("doctor", "Say what this machine lacks and the command that installs it."),
    "completion": ("completion", "Print the completion script of a shell."),
    "help": ("help", "Show the help of a command, or of a topic: exit-codes."),
}


class LazyGroup(click.Group):
    """A group whose commands are in modules of their own, imported on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"mcu_toolkit.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except click.UsageError as wrong:
            if wrong.ctx is None and ctx.invoked_subcommand in COMMANDS:  # so that the message names the command's help
                wrong.ctx = click.Context(cli, info_name=f"mcutk {ctx.invoked_subcommand}")
            raise
        except BrokenPipeError as gone:
            raise ReaderGone from gone

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name the nearest one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            close = nearest(args[0], COMMANDS)
            raise ConfigError(
                f"there is no command '{args[0]}'",
                expected="one of " + ", ".join(COMMANDS),
                hint=f"mcutk {close[0]}" if close else "mcutk --help",
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-v", "--verbose", is_flag=True, help="Show tracebacks of errors.")
@click.version_option(__version__, prog_name="mcutk")
@click.pass_obj
def cli(flags: Flags, verbose: bool) -> None:
    """From a folder of images to a measured microcontroller.

    \b
    Without hardware, start with:
      mcutk run --board qemu-m4
    """
    flags.verbose |= verbose


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the command line without the program's name; `sys.argv` by default.

    Returns:
        The exit code; see `failures.exit_code`.
    """
    flags = Flags()
    return exit_code(
        lambda: cli.main(args=arguments, prog_name="mcutk", standalone_mode=False, obj=flags), lambda: flags.verbose
    )


def _terminated(number: int, _frame: FrameType | None) -> None:
    """Unwind on a request to end, so that no half-written file and no process stays."""
    raise SystemExit(128 + number)


def _install_signal_handlers() -> None:
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # nohup ignores SIGHUP; keep that
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _terminated)


def main() -> None:
    """Console script `mcutk`."""
    accept_any_text()
    _install_signal_handlers()
    sys.exit(run())
