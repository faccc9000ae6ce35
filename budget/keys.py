"""Keys outside the database: the roll key, and per cycle the voter salt and the ballot key, in one file each.

roll key    `HMAC-SHA256(ROLL_KEY, IIN)` names a person on the roll.
voter key   `HMAC-SHA256(cycle_key, IIN)`, `cycle_key = HMAC-SHA256(VOTER_KEY, salt)`; the salt is made at the freeze
            and lies in the cycle's key file only. Once the file is gone nothing ties the roll to participations.
ballot key  a Curve25519 pair for libsodium sealed boxes; the private half lies in the same file until trustees
            hold it in shares.
"""

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from nacl.public import PrivateKey

from budget.errors import KeyMissing


@dataclass(frozen=True)
class CycleKeys:
    """The secrets of one cycle, 32 bytes each."""

    voter_salt: bytes = field(repr=False)
    ballot_private_key: bytes = field(repr=False)

    @property
    def ballot_public_key(self) -> bytes:
        """The half that seals."""
        return bytes(PrivateKey(self.ballot_private_key).public_key)


@dataclass(frozen=True)
class KeyRing:
    """All keys of this installation. `key_dir` holds one file per cycle, readable by the service only."""

    key_dir: Path
    voter_key: bytes = field(repr=False)
    roll_key: bytes = field(repr=False)
    _salts: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    def roll_key_of(self, iin: str) -> bytes:
        """The 32 bytes by which the roll knows this IIN."""
        return _hmac(self.roll_key, iin.encode())

    def phone_key_of(self, phone: str) -> bytes:
        """The 32 bytes by which the limits on codes know this number (E.164)."""
        return _hmac(self.roll_key, b"phone:" + phone.encode())

    def voter_key_of(self, slug: str, iin: str) -> bytes:
        """The 32 bytes by which the cycle knows this voter. Raises KeyMissing before the freeze."""
        if slug not in self._salts:
            self._salts[slug] = self.cycle_keys(slug).voter_salt
        return _hmac(_hmac(self.voter_key, self._salts[slug]), iin.encode())

    def make_cycle_keys(self, slug: str) -> CycleKeys:
        """Make the cycle's key file, or return what is in it (a freeze repeated after a crash)."""
        path = self._path(slug)
        if not path.exists():
            self.key_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            salt, key = secrets.token_hex(32), bytes(PrivateKey.generate()).hex()
            _write_once(path, json.dumps({"voter_salt": salt, "ballot_private_key": key}))
        return self.cycle_keys(slug)

    def cycle_keys(self, slug: str) -> CycleKeys:
        """Read the cycle's key file. Raises KeyMissing."""
        path = self._path(slug)
        if not path.exists():
            raise KeyMissing(slug=slug)
        kept = json.loads(path.read_text())
        return CycleKeys(bytes.fromhex(kept["voter_salt"]), bytes.fromhex(kept["ballot_private_key"]))

    def _path(self, slug: str) -> Path:
        if not slug or "/" in slug or slug.startswith("."):
            raise KeyMissing(slug=slug)
        return self.key_dir / f"{slug}.json"


def _write_once(path: Path, text: str) -> None:
    """Write the whole file or nothing; whoever comes second leaves the first one's file as it is."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)  # unlike a rename it never replaces a key that ballots are sealed with
    finally:
        fresh.unlink()
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _hmac(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()
