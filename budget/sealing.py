"""The inner envelope: libsodium sealed boxes (PyNaCl), and the receipt.

A sealed box is encrypted to the cycle's public key with a throw-away sender key: without the private key nobody,
the sealer included, can open it. The receipt is the RFC 6962 leaf hash of the sealed ballot.
"""

from collections.abc import Callable
from functools import lru_cache

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from budget.log.merkle import leaf_hash


def seal(plain: bytes, public_key: bytes) -> bytes:
    """Seal a plain ballot; 48 bytes longer than `plain`."""
    return _box(public_key).encrypt(plain)


def opener(private_key: bytes) -> Callable[[bytes], bytes | None]:
    """What opens ballots sealed for this key. Make it once for many: finding the key's public half takes as long as
    opening a ballot."""
    box = SealedBox(PrivateKey(private_key))

    def unseal_one(sealed: bytes) -> bytes | None:
        try:
            return box.decrypt(sealed)
        except CryptoError:
            return None

    return unseal_one


def unseal(sealed: bytes, private_key: bytes) -> bytes | None:
    """Open a sealed ballot, or None when it was not sealed for this key or was changed."""
    return opener(private_key)(sealed)


def receipt_of(sealed: bytes) -> bytes:
    """The receipt, 32 bytes."""
    return leaf_hash(sealed)


@lru_cache(maxsize=64)
def _box(public_key: bytes) -> SealedBox[PublicKey]:
    return SealedBox(PublicKey(public_key))
