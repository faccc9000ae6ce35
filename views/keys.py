"""The key ring of this process, made from the configuration."""

import hashlib
import hmac
from functools import lru_cache

from budget.keys import KeyRing
from views.config import Config
from views.request_scope import config


def keyring() -> KeyRing:
    """The process's keys."""
    return keyring_for(config())


def totp_key() -> bytes:
    """The 32 bytes that encrypt the secrets of authenticator apps, derived from SECRET_KEY: they are not in the
    database and not in its backups."""
    return hmac.new(config().secret_key, b"totp", hashlib.sha256).digest()


@lru_cache(maxsize=8)
def keyring_for(settings: Config) -> KeyRing:
    """The keys a configuration names."""
    return KeyRing(settings.key_dir, settings.voter_key, settings.roll_key)
