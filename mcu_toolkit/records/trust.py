"""``trusted.json`` in the user's configuration folder: board descriptors that the user has trusted, by their hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class TrustRecord:
    """Board descriptors of projects that may be used.

    Attributes:
        boards: SHA-256 of a descriptor's contents → the path under which it was trusted, for information.
    """

    SCHEMA: ClassVar[str] = "mcutk.trust/1"

    boards: Mapping[str, str] = field(default_factory=dict)
