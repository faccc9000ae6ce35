"""The inner envelope: libsodium sealed boxes (PyNaCl), and the receipt.

A sealed box is encrypted to the cycle's public key with a throw-away sender key: without the private key nobody,
the sealer included, can open it. The receipt is the RFC 6962 leaf hash of the sealed ballot.
"""

from functools import lru_cache

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from budget.log.merkle import leaf_hash


def seal(plain: bytes, public_key: bytes) -> bytes:
    """Seal a plain ballot; 48 bytes longer than `plain`."""
    return _box(public_key).encrypt(plain)


def unseal(sealed: bytes, private_key: bytes) -> bytes | None:
    """Open a sealed ballot, or None when it was not sealed for this key or was changed."""
    try:
        return SealedBox(PrivateKey(private_key)).decrypt(sealed)
    except CryptoError:
        return None


def receipt_of(sealed: bytes) -> bytes:
    """The receipt, 32 bytes."""
    return leaf_hash(sealed)


@lru_cache(maxsize=64)
def _box(public_key: bytes) -> SealedBox[PublicKey]:
    return SealedBox(PublicKey(public_key))
