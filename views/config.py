"""Configuration from the environment, and nothing else; every variable is documented in
deploy/environment.example. Outside the demo a missing secret stops the start: there are no defaults.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class ConfigurationError(Exception):
    """The environment lacks something or has it wrong; the text says which variable."""


@dataclass(frozen=True)
class Config:
    """Settings of one process. Secrets are bytes and never printed; `demo` marks an invented world with known keys."""

    database_url: str
    secret_key: bytes = field(repr=False)
    voter_key: bytes = field(repr=False)
    roll_key: bytes = field(repr=False)
    key_dir: Path
    demo: bool = False
    trusted_hosts: tuple[str, ...] = ()
    proxy_hops: int = 0
    secure_cookies: bool = True
    upload_limit_bytes: int = 8 * 1024 * 1024
    build: str = "dev"


_DEMO_DEFAULTS = {
    "DATABASE_URL": "sqlite:///.data/demo.sqlite3",
    "SECRET_KEY": "demo-secret-key-known-to-everyone!",
    "VOTER_KEY": "demo-voter-key-known-to-everyone!!",
    "ROLL_KEY": "demo-roll-key-known-to-everyone!!!",
    "KEY_DIR": ".data/keys",
}
_MINIMUM_SECRET = 32


def from_environment(environment: Mapping[str, str] | None = None) -> Config:
    """Read the configuration. Raises ConfigurationError naming the variable that is missing or weak."""
    env = dict(os.environ if environment is None else environment)
    demo = env.get("DEMO", "") in ("1", "true", "yes")
    if demo:
        env = {**_DEMO_DEFAULTS, **{key: value for key, value in env.items() if value}}
    hosts = tuple(host.strip() for host in env.get("TRUSTED_HOSTS", "").split(",") if host.strip())
    if not demo and not hosts:
        raise ConfigurationError("TRUSTED_HOSTS is not set: name the site's host names")
    return Config(
        database_url=_required(env, "DATABASE_URL"),
        secret_key=_secret(env, "SECRET_KEY", demo),
        voter_key=_secret(env, "VOTER_KEY", demo),
        roll_key=_secret(env, "ROLL_KEY", demo),
        key_dir=Path(_required(env, "KEY_DIR")),
        demo=demo,
        trusted_hosts=hosts,
        proxy_hops=_whole(env, "PROXY_HOPS", 0),
        secure_cookies=not demo and env.get("SECURE_COOKIES", "1") != "0",
    )


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if not value:
        raise ConfigurationError(f"{name} is not set; see deploy/environment.example")
    return value


def _secret(env: Mapping[str, str], name: str, demo: bool) -> bytes:
    value = _required(env, name)
    if not demo and value in _DEMO_DEFAULTS.values():
        raise ConfigurationError(f"{name} is the demo's; make your own: openssl rand -hex 32")
    if len(value) < _MINIMUM_SECRET:
        raise ConfigurationError(f"{name} is shorter than {_MINIMUM_SECRET} characters")
    return value.encode()


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name, "") or str(default)
    if not value.isdecimal():
        raise ConfigurationError(f"{name} must be a whole number, not {value!r}")
    return int(value)
