"""The service with another way of putting ballots in, for the faults that are planted to be seen."""

from collections.abc import Callable

from flask import Flask

from budget import ballots, casting
from budget.ballots import Cast
from views.app import create_app


def service_that_puts(put: Callable[..., Cast]) -> Flask:
    """The application whose every ballot goes through `put`, on both databases: the one statement never puts one in."""
    ballots.put = put
    casting.cast_at_once = lambda *_args, **_facts: False
    return create_app()
