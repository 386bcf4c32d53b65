"""Entry point of the command line: a group that loads a command's module only when that command is asked for.

Nothing heavy is imported here: `mcutk --help` must answer at once, and no command but `train`, `convert` and `eval`
may bring TensorFlow in.
"""

from __future__ import annotations

import errno
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

import click

from mcu_toolkit import __version__
from mcu_toolkit.errors import McutkError

INTERRUPTED = 130  # 128 + SIGINT, as shells report it
BROKEN_PIPE = 141  # 128 + SIGPIPE
INTERNAL = 70  # EX_SOFTWARE


@dataclass
class Settings:
    """What the options of every command share."""

    verbose: bool = False


#: command → (module below mcu_toolkit.cli, its one line in `mcutk --help`), in the order of the line of work.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("init", "Start a project folder with an mcutk.toml and a recipe."),
    "train": ("train", "Train a distilled int8 student from a recipe."),
    "convert": ("convert", "Quantize a Keras model of your own to int8 .tflite."),
    "build": ("build", "Build firmware for a board."),
    "flash": ("flash", "Program a board with what was built last."),
    "bench": ("bench", "Stream test images to the board; measure accuracy and latency."),
    "run": ("run", "All of these in a row."),
    "eval": ("eval", "Accuracy of float, int8 and generated C on this machine, with statistics."),
    "verify": ("verify", "Compare every layer on the device with the host's reference."),
    "inspect": ("inspect", "Operators, MACs, memory plan; what is unsupported and why."),
    "study": ("study", "Tables over quantization, distillation or saliency."),
    "boards": ("boards", "List the supported boards."),
    "doctor": ("doctor", "Say what this machine lacks and the command that installs it."),
    "completion": ("completion", "Print the completion script of a shell."),
}


class ReaderGone(Exception):
    """The reader of the output closed its end; click would report a BrokenPipeError as exit code 1."""


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own, imported on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the line of work."""
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
        except BrokenPipeError as gone:
            raise ReaderGone from gone

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which names are near."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=3)
            raise McutkError(
                f"there is no command '{args[0]}'",
                expected="one of " + ", ".join(COMMANDS),
                hint=f"mcutk {near[0]}" if near else "mcutk --help",
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-v", "--verbose", is_flag=True, help="Say more; show tracebacks.")
@click.version_option(__version__, prog_name="mcutk")
@click.pass_obj
def cli(settings: Settings, verbose: bool) -> None:
    """From a folder of images to a measured microcontroller.

    \b
    Without hardware, start with:
      mcutk run --board qemu-m4
    """
    settings.verbose |= verbose


def describe(error: McutkError) -> str:
    """The text of an error as stderr shows it."""
    return f"error: {error}"


def _usage(error: click.ClickException) -> str:
    """A usage error in the form of every other error."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context is not None else "mcutk"
    message = error.format_message().rstrip(".")
    return f"error: {message[:1].lower()}{message[1:]}\n  try: {path} --help"


def _unexpected(error: BaseException, settings: Settings) -> str:
    """A defect of the toolkit, in short; with its traceback where -v asked for it."""
    if settings.verbose:
        return "".join(traceback.format_exception(error)).rstrip()
    return (
        f"error: unexpected {type(error).__name__}: {error}\n"
        "  this is a defect of mcutk, not of your input\n"
        "  try: the same command with -v shows the traceback to report"
    )


def _terminated(number: int, _frame: FrameType | None) -> None:
    """A polite request to end: unwind, so that no half-written file and no process stays."""
    raise SystemExit(128 + number)


def _install_signal_handlers() -> None:
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # nohup ignores SIGHUP for us; keep that
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _terminated)


def _say(text: str) -> None:
    """One message on stderr, even where stderr is gone."""
    with suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)


def _drop_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush does not fail again."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _on_os_error(error: OSError, settings: Settings) -> int:
    """Exit code for an error of the operating system that no stage turned into its own."""
    if error.errno == errno.EPIPE:
        _drop_stdout()
        return BROKEN_PIPE
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        where = f" writing {error.filename}" if error.filename else ""
        _say(
            f"error: {error.strerror}{where}\n  try: free disk space, then run the same command again"
            + (f"\n{_unexpected(error, settings)}" if settings.verbose else "")
        )
        _drop_stdout()
        return 1
    _say(_unexpected(error, settings))
    return INTERNAL


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the command line without the program's name; `sys.argv` by default.

    Returns:
        0 the job was done; 1 it was not (the reason is on stderr); 2 the command line is wrong; 70 a defect of the
        toolkit; 130 interrupted by Ctrl-C; 141 the reader of the output went away.
    """
    settings = Settings()
    try:
        outcome = cli.main(args=arguments, prog_name="mcutk", standalone_mode=False, obj=settings)
        sys.stdout.flush()
        return outcome if isinstance(outcome, int) else 0
    except McutkError as error:
        if settings.verbose:
            _say("".join(traceback.format_exception(error)).rstrip())
        _say(describe(error))
        return error.exit_code
    except click.ClickException as error:
        _say(_usage(error))
        return error.exit_code
    except ReaderGone:
        _drop_stdout()
        return BROKEN_PIPE
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted")
        return INTERRUPTED
    except OSError as error:
        return _on_os_error(error, settings)
    except Exception as error:
        _say(_unexpected(error, settings))
        return INTERNAL


def main() -> None:
    """Console script `mcutk`."""
    _install_signal_handlers()
    sys.exit(run())
