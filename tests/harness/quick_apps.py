"""What the applications of a test process share: three thousand are made one after another, each of the same parts.

Half of the time of a test of a page went into compiling again what the application before had compiled: the functions
that build addresses (Werkzeug, two for each of 175 rules) and the templates (Jinja). Neither depends on the application.
"""

from functools import cache, wraps
from types import CodeType
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule


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
