"""Keys outside the database: the roll key, and per cycle the voter salt, the log key and perhaps the ballot key, in
one file each.

roll key    `HMAC-SHA256(ROLL_KEY, IIN)` names a person on the roll.
voter key   `HMAC-SHA256(cycle_key, IIN)`, `cycle_key = HMAC-SHA256(VOTER_KEY, salt)`; the salt is made at the freeze
            and lies in the cycle's key file only. Once the file is gone nothing ties the roll to participations.
phone key   the same for a telephone number: one number, one person in a cycle.
log key     an Ed25519 pair that signs the heads of the log of ballots.
ballot key  a Curve25519 pair for libsodium sealed boxes; the private half lies in the same file only where no
            trustees hold it in shares (`budget.trustees`).
"""

import contextlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from nacl.public import PrivateKey
from nacl.signing import SigningKey

from budget.errors import KeyMissing


@dataclass(frozen=True)
class CycleKeys:
    """The secrets of one cycle, 32 bytes each; `ballot_private_key` is None where trustees hold it."""

    voter_salt: bytes = field(repr=False)
    log_signing_key: bytes = field(repr=False)
    ballot_private_key: bytes | None = field(repr=False)

    @property
    def ballot_public_key(self) -> bytes:
        """The half that seals. Raises KeyMissing where trustees hold the key."""
        if self.ballot_private_key is None:
            raise KeyMissing
        return bytes(PrivateKey(self.ballot_private_key).public_key)

    @property
    def log_public_key(self) -> bytes:
        """The half that checks the heads of the log."""
        return bytes(SigningKey(self.log_signing_key).verify_key)

    def sign_head(self, message: bytes) -> bytes:
        """The Ed25519 signature of a head, 64 bytes."""
        return SigningKey(self.log_signing_key).sign(message).signature


@dataclass(frozen=True)
class HashesOfCycle:
    """The names one cycle has for people and what belongs to them: keyed hashes of 32 bytes, good in it alone."""

    _key: bytes = field(repr=False)

    def of_voter(self, iin: str) -> bytes:
        """The name of this voter."""
        return _hmac(self._key, iin.encode())

    def of_phone(self, phone: str) -> bytes:
        """The name of this number (E.164)."""
        return self.of_trace(f"phone:{phone}")

    def of_trace(self, text: str) -> bytes:
        """For comparing within the cycle."""
        return _hmac(self._key, text.encode())


@dataclass(frozen=True)
class KeyRing:
    """All keys of this installation. `key_dir` holds one file per cycle, readable by the service only."""

    key_dir: Path
    voter_key: bytes = field(repr=False)
    roll_key: bytes = field(repr=False)
    _hashes: dict[str, HashesOfCycle] = field(default_factory=dict, repr=False, compare=False)

    def roll_key_of(self, iin: str) -> bytes:
        """The 32 bytes by which the roll knows this IIN."""
        return _hmac(self.roll_key, iin.encode())

    def phone_key_of(self, phone: str) -> bytes:
        """The 32 bytes by which the limits on codes know this number (E.164)."""
        return _hmac(self.roll_key, b"phone:" + phone.encode())

    def voter_key_of(self, slug: str, iin: str) -> bytes:
        """The 32 bytes by which the cycle knows this voter. Raises KeyMissing before the freeze."""
        return self.hashes_of(slug).of_voter(iin)

    def hashes_of(self, slug: str) -> HashesOfCycle:
        """The keyed hashes of a cycle; each call looks whether its file is still there. Raises KeyMissing before the
        freeze, and once its voters are forgotten."""
        if slug in self._hashes and not self._path(slug).exists():
            del self._hashes[slug]  # another process made the voters forgotten
        if slug not in self._hashes:
            self._hashes[slug] = HashesOfCycle(_hmac(self.voter_key, self.cycle_keys(slug).voter_salt))
        return self._hashes[slug]

    def make_cycle_keys(self, slug: str, *, with_ballot_key: bool = True) -> CycleKeys:
        """Make the cycle's key file, or return what is in it (a freeze repeated after a crash)."""
        path = self._path(slug)
        if not path.exists():
            self.key_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            kept = {
                "voter_salt": secrets.token_hex(32),
                "log_signing_key": bytes(SigningKey.generate()).hex(),
            }
            if with_ballot_key:
                kept["ballot_private_key"] = bytes(PrivateKey.generate()).hex()
            _write_once(path, json.dumps(kept))
        return self.cycle_keys(slug)

    def forget_voters(self, slug: str) -> None:
        """Destroy the voter salt (with the file; the log's key goes on being known by its public half only)."""
        self._path(slug).unlink(missing_ok=True)
        self._hashes.pop(slug, None)

    def cycle_keys(self, slug: str) -> CycleKeys:
        """Read the cycle's key file. Raises KeyMissing."""
        path = self._path(slug)
        if not path.exists():
            raise KeyMissing(slug=slug)
        kept = {name: bytes.fromhex(value) for name, value in json.loads(path.read_text()).items()}
        return CycleKeys(kept["voter_salt"], kept["log_signing_key"], kept.get("ballot_private_key"))

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
    return hmac.digest(key, text, "sha256")
