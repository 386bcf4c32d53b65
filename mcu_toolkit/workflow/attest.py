"""Sign a statement about a run, and check one: files by their hashes, and a board by its hello."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mcu_toolkit import signing
from mcu_toolkit.data.split import FILE as SPLIT_FILE
from mcu_toolkit.data.testset import RECIPE_FILE
from mcu_toolkit.errors import SignatureError, WorkspaceError
from mcu_toolkit.records.attestation import (
    PREDICATE,
    STATEMENT,
    CheckRecord,
    Resource,
    Run,
    Statement,
    read_envelope,
    read_statement,
    sealed,
    signed_bytes,
)
from mcu_toolkit.records.bench import BenchRecord
from mcu_toolkit.records.manifest import checked_artefact, checked_record
from mcu_toolkit.workflow.bench import REPORT_HTML, REPORT_JSON
from mcu_toolkit.workflow.built import BUILD_FILE, Built, read_built
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.sources import MODEL_FILE, pick_board, pick_port
from mcu_toolkit.workspace import atomic_write, sha256_file

#: Name of the statement in the folder of the report.
STATEMENT_FILE = "statement.json"
_FIRMWARE = "firmware.elf"
_LARGEST = 1 << 24


@dataclass(frozen=True)
class CheckOptions:
    """Arguments of a check.

    Attributes:
        envelope: the signed statement.
        key: file of the public key, from somebody who is trusted.
        device: also ask a board whether it runs the firmware of the statement.
        board, port: of `device`; by default the board of the statement, and the port that it implies.
    """

    envelope: Path
    key: Path
    device: bool = False
    board: str | None = None
    port: str | None = None


def generate_keys(private: Path) -> Path:
    """Make a pair of keys; returns the file of the public key.

    Raises:
        ConfigError: a file is there already; ToolMissingError: cryptography is not installed.
    """
    return signing.generate(private)


def attest(ctx: Context, key: Path, *, board: str | None = None) -> Path:
    """Sign a statement about the last bench of a board: ``statement.json`` in the folder of its report.

    Every file is compared with its manifest first, and the report must be that of the firmware in the build folder.

    Args:
        ctx: the project.
        key: file of the private key.
        board: id, or path of a board descriptor; by default the one flashed last.

    Raises:
        WorkspaceError: nothing was benched, a file was changed since, or the build is another one.
        ConfigError: the key; ToolMissingError: cryptography is not installed.
    """
    chosen = pick_board(ctx, board, last=("flash", "build")).board
    built = read_built(ctx.workspace, chosen)
    folder = ctx.workspace.bench_dir(chosen.id)
    bench = checked_record(BenchRecord, folder, REPORT_JSON, hint=f"mcutk bench --board {chosen.id}")
    if bench.firmware_sha256 != built.record.firmware_sha256:
        raise WorkspaceError(
            "the report is that of another firmware than was built last",
            expected=built.record.firmware_sha256,
            received=bench.firmware_sha256,
            hint="mcutk flash && mcutk bench",
        )
    subjects = (
        checked_artefact(built.folder, MODEL_FILE),
        checked_artefact(built.folder, _FIRMWARE),
        checked_artefact(built.folder, BUILD_FILE),
        checked_artefact(folder, REPORT_JSON),
        checked_artefact(folder, REPORT_HTML),
    )
    predicate = Run(
        board=chosen.id,
        model_sha256=built.record.model.sha256,
        build_sha256=built.record.build_sha256,
        materials=tuple(_resource(ctx, path) for path in _materials(built)),
        toolchain=built.record.toolchain,
        mcutk=built.record.mcutk,
        command=bench.command,
    )
    statement = Statement(STATEMENT, tuple(_resource(ctx, path) for path in subjects), PREDICATE, predicate)
    key_id, signature = signing.sign(key, signed_bytes(statement.encoded()))
    path = folder / STATEMENT_FILE
    atomic_write(path, sealed(statement, key_id, signature).text())
    return path


def check(ctx: Context, options: CheckOptions) -> CheckRecord:
    """Check a signed statement: the signature, the files that are here, and the firmware of a board.

    Raises:
        SignatureError: the signature is not that of the key, a file differs, or no file of the statement is here.
        WrongFirmwareError: the board runs other firmware; LinkError: it does not answer.
        ConfigError: the key; WorkspaceError: the envelope.
    """
    origin = str(options.envelope)
    try:
        with options.envelope.open("rb") as stream:
            data = stream.read(_LARGEST)
    except OSError as bad:
        raise WorkspaceError(f"cannot read {origin}: {bad.strerror}") from bad
    payload, signature = read_envelope(data, origin)
    key_id = signing.verify(options.key, signed_bytes(payload), signature)
    statement = read_statement(payload, origin)
    checked, absent = _compare(ctx, (*statement.subject, *statement.predicate.materials))
    if not checked and not options.device:
        raise SignatureError(
            "no file of the statement is here", expected=", ".join(absent), hint="run it in the project folder"
        )
    if options.device:
        _ask_board(ctx, options, statement.predicate)
    return CheckRecord(key_id, tuple(checked), tuple(absent), statement.predicate.board, options.device)


def _materials(built: Built) -> tuple[Path, ...]:
    """What the model was trained from; nothing for a model that was not trained in this project."""
    run = built.source.run_dir
    return () if run is None else tuple(checked_artefact(run, name) for name in (RECIPE_FILE, SPLIT_FILE))


def _resource(ctx: Context, path: Path) -> Resource:
    return Resource(path.relative_to(ctx.workspace.root).as_posix(), {"sha256": sha256_file(path)})


def _compare(ctx: Context, stated: tuple[Resource, ...]) -> tuple[list[str], list[str]]:
    """Names of the files that are as stated, and of those that are not here."""
    checked, absent = [], []
    for each in stated:
        path = ctx.workspace.root / each.name
        if not path.is_file():
            absent.append(each.name)
            continue
        actual = sha256_file(path)
        if actual != each.sha256:
            raise SignatureError(f"{path} is not what was signed", expected=each.sha256, received=actual)
        checked.append(each.name)
    return checked, absent


def _ask_board(ctx: Context, options: CheckOptions, stated: Run) -> None:
    from mcu_toolkit.device.connect import connected

    board = pick_board(ctx, options.board or stated.board).board
    port = pick_port(ctx.workspace, board, options.port)
    with connected(board, ctx.workspace.device_dir(board.id), port, firmware=stated.firmware) as session:
        session.closing_hello()
