"""The signed statement about a run: an in-toto Statement v1 in a DSSE envelope.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md and
https://github.com/secure-systems-lab/dsse/blob/master/envelope.md
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import ClassVar

from mcu_toolkit.errors import SignatureError, WorkspaceError
from mcu_toolkit.records.build import FirmwareId
from mcu_toolkit.records.codec import load_plain, plain
from mcu_toolkit.workspace import parse_json, to_json

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://github.com/mcutk/mcutk/attestation/run/v1"
PAYLOAD = "application/vnd.in-toto+json"


@dataclass(frozen=True)
class Resource:
    """A file.

    Attributes:
        name: path relative to the project folder, with ``/``.
        digest: ``sha256`` → 64 hex digits.
    """

    name: str
    digest: Mapping[str, str]

    @property
    def sha256(self) -> str:
        """Its SHA-256."""
        return self.digest.get("sha256", "")


@dataclass(frozen=True)
class Run:
    """The predicate: where the subjects come from.

    Attributes:
        board: id of the board.
        model_sha256, build_sha256: what the firmware sends in its HELLO_REPLY.
        materials: recipe, division of the data and figures of the training, where the model was trained here.
        toolchain: compiler and version.
        mcutk: version of the toolkit that built the firmware.
        command: the command that made the report.
    """

    board: str
    model_sha256: str
    build_sha256: str
    materials: tuple[Resource, ...]
    toolchain: str
    mcutk: str
    command: str

    @property
    def firmware(self) -> FirmwareId:
        """Identity of the firmware, as a board sends it."""
        return FirmwareId(self.model_sha256, self.build_sha256)


@dataclass(frozen=True)
class Statement:
    """An in-toto statement about a run.

    Attributes:
        kind: key ``_type``: `STATEMENT`.
        subject: model, firmware and report.
        predicate_type: key ``predicateType``: `PREDICATE`.
        predicate: see `Run`.
    """

    kind: str = field(metadata={"key": "_type"})
    subject: tuple[Resource, ...]
    predicate_type: str = field(metadata={"key": "predicateType"})
    predicate: Run

    def encoded(self) -> bytes:
        """The payload of the envelope."""
        return to_json(plain(self)).encode()


@dataclass(frozen=True)
class Signature:
    """A signature: id of the key, and the signature in Base64."""

    keyid: str
    sig: str


@dataclass(frozen=True)
class Envelope:
    """A DSSE envelope; `payload` is Base64."""

    payload: str
    payload_type: str = field(metadata={"key": "payloadType"})
    signatures: tuple[Signature, ...]

    def text(self) -> str:
        """The envelope as JSON."""
        return to_json(plain(self))


@dataclass(frozen=True)
class CheckRecord:
    """``--json`` of ``mcutk check``.

    Attributes:
        key_id: id of the key that signed.
        checked: files that are as stated, relative to the project folder.
        absent: files of the statement that are not here.
        board: id of the board of the statement.
        device: whether a board was asked; it then runs the firmware of the statement.
    """

    SCHEMA: ClassVar[str] = "mcutk.check/1"

    key_id: str
    checked: tuple[str, ...]
    absent: tuple[str, ...]
    board: str
    device: bool


def signed_bytes(payload: bytes, payload_type: str = PAYLOAD) -> bytes:
    """What is signed: DSSE's pre-authentication encoding."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sealed(statement: Statement, key_id: str, signature: bytes) -> Envelope:
    """The envelope of a signed statement."""
    encoded = base64.b64encode(statement.encoded()).decode()
    return Envelope(encoded, PAYLOAD, (Signature(key_id, base64.b64encode(signature).decode()),))


def read_envelope(data: bytes, origin: str) -> tuple[bytes, bytes]:
    """Payload and signature of an envelope with one signature; neither is trusted yet.

    Raises:
        WorkspaceError: it is no envelope of this kind.
    """
    envelope = load_plain(Envelope, parse_json(data, origin), origin=origin)
    if envelope.payload_type != PAYLOAD or len(envelope.signatures) != 1:
        raise WorkspaceError(f"{origin} is not an envelope of mcutk attest", expected=f"one signature of {PAYLOAD}")
    try:
        return (
            base64.b64decode(envelope.payload, validate=True),
            base64.b64decode(envelope.signatures[0].sig, validate=True),
        )
    except binascii.Error as bad:
        raise WorkspaceError(f"{origin} is damaged: {bad}", expected="Base64") from bad


def read_statement(payload: bytes, origin: str) -> Statement:
    """The statement of a payload whose signature was checked.

    Raises:
        SignatureError: it is another kind of statement, or names files outside the project.
    """
    statement = load_plain(Statement, parse_json(payload, origin), origin=origin)
    if (statement.kind, statement.predicate_type) != (STATEMENT, PREDICATE):
        raise SignatureError(
            f"{origin} is signed, but is no statement about a run of mcutk",
            expected=PREDICATE,
            received=statement.predicate_type,
        )
    for each in (*statement.subject, *statement.predicate.materials):
        path = PurePosixPath(each.name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise SignatureError(f"{origin} names a file outside the project: {each.name!r:.80}")
    return statement
