"""What the pages ask of the database, at three sizes; and the search among 10,000 projects."""

import itertools
from datetime import UTC, datetime
from urllib.parse import quote

from flask import Flask

from models.database import Database
from models.enums import Phase, SessionKind
from seeds import saryarka
from tests.bench import load, worlds
from tests.bench.load import LoadError, drive
from tests.bench.report import Finding
from tests.bench.servers import Servers, config
from tests.harness import council_rows, public_rows
from tests.harness.queries import counted
from views import public_facts
from views.app import create_app

_SIZES = (10, 40, 400)
_MOST = 6
_PAGES = {
    "home": "/kk/",
    "list": "/kk/cycles/now/projects",
    "project": "/kk/projects/pnow00001",
    "results": "/kk/cycles/done/results",
    "council": "/kk/cycles/done/council",
    "session of the council": "/kk/cycles/done/council/sessions/1",
}


def measure_queries(servers: Servers) -> list[Finding]:
    """Statements of each public page made anew, with 10, 40 and 400 projects."""
    found = {size: _statements(servers, size) for size in _SIZES}
    rows = []
    for name in _PAGES:
        numbers = [found[size][name] for size in _SIZES]
        met = max(numbers) <= _MOST and len(set(numbers)) == 1
        measured = ", ".join(f"{number} at {size}" for size, number in zip(_SIZES, numbers, strict=True))
        goal = f"≤ {_MOST}, the same at 10, 40 and 400 projects"
        rows.append(Finding(f"Queries of a page: {name}", goal, measured, met))
    return rows


def _statements(servers: Servers, size: int) -> dict[str, int]:
    app = create_app(config(servers.sqlite_url(f"queries-{size}"), servers.directory / "keys"))
    database: Database = app.extensions["database"]
    now = datetime.now(UTC)
    with database.writing() as session:
        saryarka.load(session, now=now)
        public_rows.add_cycle(session, now, slug="now", projects=size)
        done = public_rows.add_cycle(
            session, now, slug="done", projects=size, phase=Phase.IMPLEMENTATION, results=True
        )
        council = council_rows.add_council(session, done, now)
        for kind in SessionKind:
            council_rows.add_session(session, done, council, now, kind)
    found = {name: _of_page(app, database, path) for name, path in _PAGES.items()}
    database.dispose()
    return found


def _of_page(app: Flask, database: Database, path: str) -> int:
    client = app.test_client()
    for number in range(2):  # the first request also reads what a process keeps for good
        app.extensions.pop(public_facts.EXTENSION, None)
        with counted(database.engine) as statements:
            answer = client.get(f"{path}?unseen={number}", base_url="http://127.0.0.1")
        if answer.status_code != 200:
            raise LoadError(f"{path} answered {answer.status_code}")
    return len(statements)


_WORDS = ("балалар", "Мир", "кумисбекова 9а", "аланы", "нет такого", "Peace 77")
_ASKED = 120


def measure_search(servers: Servers) -> list[Finding]:
    """Words in a list of 10,000 projects: one visitor after the other, none answered out of a cache."""
    url, key_dir = servers.sqlite_url("search"), servers.directory / "keys"
    database = Database(url)
    now = datetime.now(UTC)
    with database.writing() as session:
        saryarka.load(session, now=now)
        worlds.fill_searched(session, now)
    database.dispose()
    address = servers.service(url, key_dir)
    words = zip(itertools.cycle(_WORDS), range(_ASKED))
    requests = (load.get(f"/kk/cycles/huge/projects?q={quote(word)}&unseen={n}") for word, n in words)
    drive(address, itertools.islice(requests, 10), connections=1)
    answers = drive(address, requests, connections=1)
    if not answers.only(200):
        raise LoadError(f"some searches failed: {dict(answers.statuses)}")
    p50, p95 = (1000 * answers.percentile(share) for share in (0.5, 0.95))
    measured = f"p50 {p50:.0f} ms, p95 {p95:.0f} ms"
    return [Finding(f"Search among {worlds.SEARCHED:,} projects", "p95 < 50 ms", measured, p95 < 50)]
