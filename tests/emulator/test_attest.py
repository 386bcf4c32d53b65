"""`mcutk attest` and `mcutk check`: signature, files and board; whatever an adversary rewrites is found."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path

import pytest

from mcu_toolkit import Project, signing
from mcu_toolkit.errors import ConfigError, McutkError, SignatureError, WorkspaceError, WrongFirmwareError
from mcu_toolkit.records.attestation import signed_bytes
from mcu_toolkit.workflow.sources import shipped_model
from tests.support.arm_rig import needs_arm

pytest.importorskip("cryptography", reason="needs the package cryptography")
STATEMENT = "mcutk-out/bench/qemu-m4/statement.json"


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a signed bench, and its keys beside it."""
    folder = tmp_path_factory.mktemp("signed")
    project = Project(folder / "project")
    project.build("qemu-m4", shipped_model())
    project.flash("qemu-m4")
    project.bench(random=2)
    signing.generate(folder / "key")
    signing.generate(folder / "other")
    assert project.attest(folder / "key") == project.folder / STATEMENT
    return folder


@pytest.fixture
def copy(signed: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    shutil.copytree(signed, tmp_path / "signed")
    return tmp_path / "signed"


def _check(folder: Path, key: str = "key.pub", **more: bool) -> tuple[str, ...]:
    project = Project(folder / "project")
    return project.check(project.folder / STATEMENT, folder / key, **more).checked


@needs_arm
def test_files_and_board_are_as_signed(signed: Path) -> None:
    names = {Path(name).name for name in _check(signed, device=True)}
    assert names == {"model.tflite", "firmware.elf", "build.json", "bench.json", "report.html"}


@needs_arm
def test_the_statement_is_in_toto_in_a_dsse_envelope(signed: Path) -> None:
    envelope = json.loads((signed / "project" / STATEMENT).read_text())
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    payload = base64.b64decode(envelope["payload"])
    statement = json.loads(payload)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert all(len(subject["digest"]["sha256"]) == 64 for subject in statement["subject"])
    prefix = b"DSSEv1 28 application/vnd.in-toto+json " + str(len(payload)).encode() + b" "
    assert signed_bytes(payload) == prefix + payload
    signing.verify(signed / "key.pub", prefix + payload, base64.b64decode(envelope["signatures"][0]["sig"]))


@needs_arm
@pytest.mark.parametrize(
    "name",
    [
        "build/qemu-m4/firmware.elf",
        "build/qemu-m4/model.tflite",
        "build/qemu-m4/build.json",
        "bench/qemu-m4/bench.json",
        "bench/qemu-m4/report.html",
    ],
)
def test_a_rewritten_file_is_found(name: str, copy: Path) -> None:
    path = copy / "project" / "mcutk-out" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(SignatureError, match="not what was signed"):
        _check(copy)


@needs_arm
def test_a_rewritten_statement_or_another_key_is_found(copy: Path) -> None:
    with pytest.raises(SignatureError, match="not that of this key"):
        _check(copy, "other.pub")
    path = copy / "project" / STATEMENT
    envelope = json.loads(path.read_text())
    statement = base64.b64decode(envelope["payload"]).replace(b"qemu-m4", b"qemu-m7")
    envelope["payload"] = base64.b64encode(statement).decode()
    path.write_text(json.dumps(envelope))
    with pytest.raises(SignatureError, match="not that of this key"):
        _check(copy)


@needs_arm
def test_a_board_with_another_build_is_found(copy: Path) -> None:
    project = Project(copy / "project")
    kept = (project.folder / STATEMENT).read_bytes()
    project.build("qemu-m4", shipped_model(), optimize="ram")
    project.flash("qemu-m4")
    (copy / "statement.json").write_bytes(kept)
    shutil.rmtree(project.out / "build")
    with pytest.raises(WrongFirmwareError):
        project.check(copy / "statement.json", copy / "key.pub", device=True)


@needs_arm
def test_a_report_of_another_firmware_or_a_changed_one_is_not_signed(copy: Path) -> None:
    project = Project(copy / "project")
    report = project.out / "bench" / "qemu-m4" / "bench.json"
    good = report.read_text()
    report.write_text(good.replace('"mismatches": 0', '"mismatches": 1'))
    with pytest.raises(WorkspaceError, match="not what its manifest recorded"):
        project.attest(copy / "key")
    report.write_text(good)
    project.build("qemu-m4", shipped_model(), optimize="ram")
    with pytest.raises(WorkspaceError, match="another firmware"):
        project.attest(copy / "key", "qemu-m4")


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"payload": 1}', '{"payload": "%", "payloadType": "x", "signatures": []}']
)
def test_what_is_no_envelope_is_a_clear_error(text: str, tmp_path: Path) -> None:
    signing.generate(tmp_path / "key")
    (tmp_path / "statement.json").write_text(text)
    with pytest.raises(WorkspaceError):
        Project(tmp_path / "project").check(tmp_path / "statement.json", tmp_path / "key.pub")


def test_keys_are_private_and_never_overwritten(tmp_path: Path) -> None:
    public = signing.generate(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600 and public.name == "key.pub"
    with pytest.raises(ConfigError, match="there already"):
        signing.generate(tmp_path / "key")
    for wrong in (public, tmp_path / "absent"):
        with pytest.raises(McutkError):
            signing.sign(wrong, b"message")
