"""The key ring of this process, made from the configuration."""

from functools import lru_cache

from budget.keys import KeyRing
from views.config import Config
from views.request_scope import config


def keyring() -> KeyRing:
    """The process's keys."""
    return keyring_for(config())


@lru_cache(maxsize=8)
def keyring_for(settings: Config) -> KeyRing:
    """The keys a configuration names."""
    return KeyRing(settings.key_dir, settings.voter_key, settings.roll_key)
