"""What the applications of a test process share: three thousand are made one after another, each of the same parts.

Half of the time of a test of a page went into compiling again what the application before had compiled: the functions
that build addresses (Werkzeug, two for each of 175 rules) and the templates (Jinja). Neither depends on the application.
An eighth was SQLAlchemy compiling again what it had compiled for the database before, which depends on the kind alone.
"""

from functools import cache, wraps
from types import CodeType
from typing import Any

import sqlalchemy as sa
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from models import database


class _Templates(BytecodeCache):
    """Compiled templates by name, as long as their source is the same."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


_TEMPLATES = _Templates()


def share_templates(app: Flask) -> None:
    """Let the application take the templates that were compiled for another."""
    app.jinja_env.bytecode_cache = _TEMPLATES


@cache
def share_rules() -> None:
    """Make a builder of addresses once for all rules of the same shape: it finds the rule's converters when it runs."""
    made: dict[Any, Any] = {}
    make = Rule._compile_builder

    @wraps(make)
    def remembered(rule: Rule, append_unknown: bool = True) -> Any:
        if rule.defaults:
            return make(rule, append_unknown)
        shape = (rule.rule, tuple(rule._trace), append_unknown)
        if shape not in made:
            made[shape] = make(rule, append_unknown)
        return made[shape]

    Rule._compile_builder = remembered  # type: ignore[method-assign]


_STATEMENTS = 4000
_kinds: dict[str, tuple[Dialect, Any]] = {}
"""Of each kind of database: a dialect that has seen one, and what was compiled for it."""


@cache
def share_statements() -> None:
    """Let every `Database` take the statements that were compiled for another of its kind."""
    make = database.create_engine

    @wraps(make)
    def remembered(url: str, **options: Any) -> Engine:
        engine = make(url, **options)
        kind = sa.make_url(url).get_backend_name()
        if kind not in _kinds or _kinds[kind][0].server_version_info is None:
            _kinds[kind] = engine.dialect, LRUCache(_STATEMENTS)
        engine.dialect, engine._compiled_cache = _kinds[kind]
        return engine

    database.create_engine = remembered
