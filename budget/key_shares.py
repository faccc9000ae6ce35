"""A key in three shares, of which any two give it back and one says nothing (Shamir, PyCryptodome); pure.

What is split is a random key of 16 bytes that wraps the private key of the ballots, so a share is short enough to be
written down: twelve words of a list known from BIP 39, English or Russian, the last of which carries a checksum of
four bits. The rest of a typing mistake is found by the hash of the share (`share_hash`).
"""

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from budget.errors import ShareWrong

SHARES, NEEDED = 3, 2
KEY_BYTES, WORDS = 16, 12
WRAPPED_BYTES = SecretBox.NONCE_SIZE + SecretBox.MACBYTES + 32
_LISTS = {"en": "english", "ru": "russian"}
_CHECK_BITS, _WORD_BITS = 4, 11
_MENDED = {"сно\ufffd\ufffdа": "снова"}
"""A word whose letters were lost in the package (mnemonic 0.21, word 1573 of the Russian list)."""


def split() -> tuple[bytes, tuple[bytes, ...]]:
    """A fresh key and its shares 1, 2 and 3, of 16 bytes each."""
    from Crypto.Protocol.SecretSharing import Shamir

    key = secrets.token_bytes(KEY_BYTES)
    shares = dict(Shamir.split(NEEDED, SHARES, key))
    return key, tuple(shares[number] for number in range(1, SHARES + 1))


def join(shares: Mapping[int, bytes]) -> bytes:
    """The key from two shares by their numbers; shares that do not belong together give another key."""
    from Crypto.Protocol.SecretSharing import Shamir

    return Shamir.combine(sorted(shares.items())[:NEEDED])


def wrap(private_key: bytes, key: bytes) -> bytes:
    """The private key of the ballots under `key`, 72 bytes."""
    return bytes(_box(key).encrypt(private_key))


def unwrap(wrapped: bytes, key: bytes) -> bytes | None:
    """The private key, or None under another key."""
    try:
        return _box(key).decrypt(wrapped)
    except CryptoError:
        return None


def share_hash(slug: str, generation: int, number: int, share: bytes) -> bytes:
    """By what the service knows a share that it does not have; a share of 16 random bytes can't be guessed."""
    return hashlib.sha256(f"share:{slug}:{generation}:{number}:".encode() + share).digest()


def words(share: bytes, language: str) -> tuple[str, ...]:
    """The share as twelve words: Russian ones on pages in Kazakh and Russian, English ones in English."""
    checksum = hashlib.sha256(share).digest()[0] >> (8 - _CHECK_BITS)
    number = int.from_bytes(share) << _CHECK_BITS | checksum
    listed = _list("en" if language == "en" else "ru")
    places = range(_WORD_BITS * (WORDS - 1), -1, -_WORD_BITS)
    return tuple(listed[number >> place & (1 << _WORD_BITS) - 1] for place in places)


def read(text: str) -> bytes:
    """The share from its words, of either list; numbers, points and capital letters do not matter.

    Raises: ShareWrong(why="empty"|"word" with the word|"count" with how many|"checksum").
    """
    typed = re.findall(r"[^\W\d_]+", _folded(text))
    if not typed:
        raise ShareWrong(why="empty")
    number = 0
    for word in typed:
        if word not in _places():
            raise ShareWrong(why="word", word=word[:40])
        number = number << _WORD_BITS | _places()[word]
    if len(typed) != WORDS:
        raise ShareWrong(why="count", count=len(typed))
    share = (number >> _CHECK_BITS).to_bytes(KEY_BYTES)
    if hashlib.sha256(share).digest()[0] >> (8 - _CHECK_BITS) != number & (1 << _CHECK_BITS) - 1:
        raise ShareWrong(why="checksum")
    return share


def _box(key: bytes) -> SecretBox:
    return SecretBox(hmac.new(key, b"wraps the private key of the ballots", hashlib.sha256).digest())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold()).replace("ё", "е")


@lru_cache(maxsize=2)
def _list(language: str) -> Sequence[str]:
    from mnemonic import Mnemonic

    listed = [unicodedata.normalize("NFC", word) for word in Mnemonic(_LISTS[language]).wordlist]
    return [_MENDED.get(word, word) for word in listed]


@lru_cache(maxsize=1)
def _places() -> Mapping[str, int]:
    return {_folded(word): place for language in _LISTS for place, word in enumerate(_list(language))}
