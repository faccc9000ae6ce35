"""Configuration from the environment, and nothing else; every variable is documented in
deploy/environment.example. Outside the demo a missing secret stops the start: there are no defaults.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from budget.sms_spending import Tariff


class ConfigurationError(Exception):
    """The environment lacks something or has it wrong; the text says which variable."""


@dataclass(frozen=True)
class SmsSettings:
    """The gateway for messages by SMS: smsc (login, password) or mobizon (api_key). `url`: "" for its own address."""

    gateway: str
    tariff: Tariff
    login: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    sender: str = ""
    url: str = ""


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
    sms: SmsSettings | None = None
    upload_limit_bytes: int = 8 * 1024 * 1024
    build: str = "dev"
    ncanode_url: str = ""
    egov_bin: str = ""


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
        ncanode_url=_address("NCANODE_URL", env.get("NCANODE_URL", "")),
        egov_bin=_digits("EGOV_BIN", env.get("EGOV_BIN", ""), 12),
        sms=_sms(env, demo),
    )


_SMS_NEEDS = {"smsc": ("SMS_LOGIN", "SMS_PASSWORD"), "mobizon": ("SMS_API_KEY",)}
_FEWEST_PARTS = 10


def _sms(env: Mapping[str, str], demo: bool) -> SmsSettings | None:
    """The gateway, None where none is named. Half a configuration is a mistake and not "no gateway"."""
    gateway = env.get("SMS_GATEWAY", "")
    if not gateway:
        stray = sorted(name for name, value in env.items() if name.startswith("SMS_") and value)
        if stray:
            raise ConfigurationError(f"{', '.join(stray)} without SMS_GATEWAY: name it, or unset them")
        return None
    if demo:
        raise ConfigurationError("SMS_GATEWAY is set in the demo, which sends nothing: unset it or DEMO")
    if gateway not in _SMS_NEEDS:
        raise ConfigurationError(f"SMS_GATEWAY must be {' or '.join(_SMS_NEEDS)}, not {gateway!r}")
    for name in _SMS_NEEDS[gateway]:
        _required(env, name)
    price, cap = _whole(env, "SMS_PRICE_TENGE", 0), _whole(env, "SMS_HOURLY_CAP_TENGE", 0)
    if price < 1:
        raise ConfigurationError("SMS_PRICE_TENGE is not set: what a part costs, in whole tenge")
    if cap < price * _FEWEST_PARTS:
        raise ConfigurationError(f"SMS_HOURLY_CAP_TENGE must pay for at least {_FEWEST_PARTS} parts")
    return SmsSettings(
        gateway=gateway,
        tariff=Tariff(price, cap),
        login=env.get("SMS_LOGIN", ""),
        password=env.get("SMS_PASSWORD", ""),
        api_key=env.get("SMS_API_KEY", ""),
        sender=env.get("SMS_SENDER", ""),
        url=_safe_url(env.get("SMS_URL", "")),
    )


def _safe_url(url: str) -> str:
    """https, or http to this machine: passwords and codes go there."""
    parts = urlsplit(url)
    is_here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    if url and not is_here and not (parts.scheme == "https" and parts.hostname):
        raise ConfigurationError("SMS_URL must begin with https:// (http:// only to this machine)")
    return url


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


def _address(name: str, value: str) -> str:
    """The address of a server beside this one; "" where nothing is set up."""
    if value and not re.fullmatch(r"https?://[^/\s?#]+(/[^\s?#]*)?", value):
        raise ConfigurationError(f"{name} must be like http://127.0.0.1:14579, not {value!r}")
    return value


def _digits(name: str, value: str, length: int) -> str:
    if value and not (len(value) == length and re.fullmatch("[0-9]*", value)):
        raise ConfigurationError(f"{name} must have {length} digits")
    return value


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name, "") or str(default)
    if not value.isdecimal():
        raise ConfigurationError(f"{name} must be a whole number, not {value!r}")
    return int(value)
