"""Ed25519 signatures (RFC 8032), by the package cryptography, which is imported when a function is called.

A private key is a PEM file (PKCS #8) that only its owner can read; its public key is a PEM file beside it with the
suffix ``.pub``.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mcu_toolkit.errors import ConfigError, SignatureError, ToolMissingError

if TYPE_CHECKING:
    from types import ModuleType

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_KEY = "an Ed25519 key in PEM form"


def generate(path: Path) -> Path:
    """Make a pair of keys.

    Args:
        path: file for the private key, which must not be there yet.

    Returns:
        The file of the public key.

    Raises:
        ConfigError: a file is there already, or cannot be written.
        ToolMissingError: cryptography is not installed.
    """
    serialization = _serialization()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    beside = path.with_name(path.name + ".pub")
    _create(path, private, 0o600)
    try:
        _create(beside, public, 0o644)
    except ConfigError:
        with suppress(OSError):
            path.unlink()
        raise
    return beside


def sign(private: Path, message: bytes) -> tuple[str, bytes]:
    """Sign a message.

    Returns:
        Id of the key (`key_id`), and the signature of 64 bytes.

    Raises:
        ConfigError: the file holds no Ed25519 private key.
        ToolMissingError: cryptography is not installed.
    """
    serialization = _serialization()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        key = serialization.load_pem_private_key(_read(private), None)
    except (ValueError, TypeError) as bad:  # TypeError: the key is encrypted
        raise ConfigError(f"{private} holds no private key: {bad}", expected=_KEY, hint="mcutk keygen FILE") from bad
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(f"{private} holds a key of another kind", expected=_KEY, hint="mcutk keygen FILE")
    signer: Ed25519PrivateKey = key
    return _id_of(signer.public_key()), signer.sign(message)


def verify(public: Path, message: bytes, signature: bytes) -> str:
    """Check a signature.

    Returns:
        Id of the key.

    Raises:
        SignatureError: the signature is not that of this key and message.
        ConfigError: the file holds no Ed25519 public key.
        ToolMissingError: cryptography is not installed.
    """
    serialization = _serialization()
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = serialization.load_pem_public_key(_read(public))
    except ValueError as bad:
        raise ConfigError(f"{public} holds no public key: {bad}", expected=_KEY) from bad
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigError(f"{public} holds a key of another kind", expected=_KEY)
    try:
        key.verify(signature, message)
    except InvalidSignature as bad:
        raise SignatureError(
            "the signature is not that of this key", expected=f"key {_id_of(key)[:16]}…", hint="get the statement again"
        ) from bad
    return _id_of(key)


def _id_of(key: Ed25519PublicKey) -> str:
    """Name of a key: SHA-256 of its 32 bytes, 64 hex digits."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def _serialization() -> ModuleType:
    try:
        from cryptography.hazmat.primitives import serialization
    except ImportError as bad:
        raise ToolMissingError(
            "signatures need the package cryptography, which is not installed", hint="pip install 'mcu_toolkit[attest]'"
        ) from bad
    return serialization


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(1 << 16)
    except OSError as bad:
        raise ConfigError(f"cannot read the key {path}: {bad.strerror}", expected=_KEY) from bad


def _create(path: Path, content: bytes, mode: int) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
            stream.write(content)
    except FileExistsError as bad:
        raise ConfigError(f"{path} is there already", hint="name another file: a key is never overwritten") from bad
    except OSError as bad:
        raise ConfigError(f"cannot write the key {path}: {bad.strerror}") from bad
