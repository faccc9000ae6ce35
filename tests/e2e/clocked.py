"""The service with a clock the walk can move: real time plus the seconds written in the file CLOCK_FILE.

Phases are read off the calendar, so a whole cycle can be walked in a minute by moving the clock alone.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from views.app import create_app


def clocked_app() -> Flask:
    """`gunicorn tests.e2e.clocked:clocked_app()`."""
    app = create_app()
    file = Path(os.environ["CLOCK_FILE"])
    app.extensions["clock"] = lambda: datetime.now(UTC) + timedelta(seconds=float(file.read_text()))
    return app
