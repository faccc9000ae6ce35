"""Signed heads of the log: what a batch publishes. Pure.

A head says how large the tree is, its root, and which head came before; the first one names the hash of the frozen
rules instead, so that whoever keeps a head keeps the rules too. Signed with Ed25519 by the cycle's log key, whose
public half is in the frozen document. What is signed and hashed is canonical JSON: sorted keys, no spaces, ASCII.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey


@dataclass(frozen=True)
class Head:
    """A head as it is signed; hashes in hex, `time` as `2027-03-01T09:00:00Z`. Nothing comes after a final one."""

    cycle: str
    number: int
    size: int
    root: str
    time: str
    previous: str
    final: bool = False

    @property
    def message(self) -> bytes:
        """The bytes that are signed."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":")).encode()

    @property
    def hash(self) -> str:
        """SHA-256 of the signed bytes, in hex: the next head's `previous`."""
        return hashlib.sha256(self.message).hexdigest()


def head_time(at: datetime) -> str:
    """An instant as heads write it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_signed(head: Head, signature: bytes, public_key: bytes) -> bool:
    """Is it the signature of this head by the owner of the key?"""
    try:
        VerifyKey(public_key).verify(head.message, signature)
    except (BadSignatureError, ValueError):
        return False
    return True
