"""Requests a second, each a ratio to a bare program of the same run: pages, and the whole casting of a ballot."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from models.database import Database
from tests.bench import load, worlds
from tests.bench.load import Address, LoadError, drive, fetch
from tests.bench.report import Finding
from tests.bench.rounds import Rounds, Variant, cpu, interleave, percentile, rate, ratio, spread
from tests.bench.servers import Servers, config
from views.app import create_app
from views.config import Config

HELLO = "bare hello"
_COLD, _CACHED, _UNCHANGED, _HEAVY = 0.15, 0.70, 0.80, 0.08
_PAGES = {
    "home": "/kk/",
    f"list of {worlds.LISTED} projects": "/kk/cycles/now/projects",
    "project": "/kk/projects/pnow00001",
    "results": "/kk/cycles/done/results",
}
_LONG = "/kk/cycles/long/projects"
_HEAVY_PAGES = {
    f"list of {worlds.LONG_LIST} projects with filters": f"{_LONG}?direction=playgrounds&state=admitted",
    f"list of {worlds.LONG_LIST} projects with words": f"{_LONG}?q=%D0%B1%D0%B0%D0%BB%D0%B0",
    f"open data, page of {worlds.LONG_LIST} projects": "/api/v1/cycles/long/projects?page=2",
}
_QUEUE = f"reviewer’s queue of {worlds.LONG_LIST} projects"
_REVIEW = "reviewer’s page of a project"
_numbers = itertools.count()


@dataclass(frozen=True)
class Pace:
    """How long to measure: the rounds, the seconds of each load in a round, and the ballots cast in one."""

    rounds: int
    seconds: float
    ballots: int


def hello(servers: Servers, pace: Pace) -> Variant:
    """What every other rate is compared with."""
    return Variant(HELLO, servers.hello(), partial(_again, load.get("/")), seconds=pace.seconds)


def _again(request: bytes) -> Iterator[bytes]:
    return itertools.repeat(request)


def _unseen(path: str) -> Iterator[bytes]:
    """Requests no cache has an answer to: the address differs in a parameter no page reads."""
    sign = "&" if "?" in path else "?"
    while True:
        yield load.get(f"{path}{sign}unseen={next(_numbers)}")


def _unchanged(address: Address, path: str) -> Iterator[bytes]:
    """Requests of a browser that has the page."""
    return itertools.repeat(load.get(path, if_none_match=fetch(address, load.get(path)).headers["etag"]))


# --- pages ---------------------------------------------------------------------------------------------


def measure_pages(servers: Servers, pace: Pace) -> list[Finding]:
    """Public pages made anew, out of the cache, and unchanged; and the heavier ones made anew."""
    url, key_dir = servers.sqlite_url("pages"), servers.directory / "keys"
    app = create_app(config(url, key_dir))
    database: Database = app.extensions["database"]
    worlds.fill_public(database, datetime.now(UTC))
    reviewer = worlds.signed_in_reviewer(app)
    database.dispose()
    address = servers.service(url, key_dir)
    variants = [hello(servers, pace)]
    for name, path in _PAGES.items():
        variants += _public_variants(name, path, address, pace)
    for name, path in _HEAVY_PAGES.items():
        variants.append(Variant(name, address, partial(_unseen, path), seconds=pace.seconds))
    for name, path in (
        (_QUEUE, "/kk/council?show=undecided"),
        (_REVIEW, f"/kk/council/projects/{reviewer.project}"),
    ):
        asked = partial(_again, load.get(path, **reviewer.headers))
        variants.append(Variant(name, address, asked, seconds=pace.seconds))
    found = interleave(variants, pace.rounds, servers.cpu_seconds)
    rows = [_bare(found, HELLO)]
    for name in _PAGES:
        rows += [
            _page(found, f"{name}, cold", _COLD),
            _page(found, f"{name}, cached", _CACHED),
            _page(found, f"{name}, 304", _UNCHANGED),
        ]
    return [*rows, *(_page(found, name, _HEAVY) for name in (*_HEAVY_PAGES, _QUEUE, _REVIEW))]


def _public_variants(name: str, path: str, address: Address, pace: Pace) -> list[Variant]:
    return [
        Variant(f"{name}, cold", address, partial(_unseen, path), seconds=pace.seconds),
        Variant(f"{name}, cached", address, partial(_again, load.get(path)), seconds=pace.seconds),
        Variant(
            f"{name}, 304", address, partial(_unchanged, address, path), expected=304, seconds=pace.seconds
        ),
    ]


def _bare(found: Rounds, name: str) -> Finding:
    client = max(one.load.client for one in found[name])
    compared = "" if name == HELLO else f"{ratio(found, name, HELLO):.2f} × hello, "
    measured = f"{compared}{rate(found, name):,.0f}/s, {_cpu(found, name)}, client {client:.0%} of a core"
    return Finding(name, "baseline", measured)


def _cpu(found: Rounds, name: str) -> str:
    return f"{cpu(found, name):.2f} ms CPU"


def _page(found: Rounds, name: str, goal: float) -> Finding:
    times = ratio(found, name, HELLO)
    p95 = percentile(found, name, 0.95)
    measured = f"{times:.2f} × hello, {rate(found, name):,.0f}/s, {_cpu(found, name)}, p95 {p95:.0f} ms"
    return Finding(f"Page: {name}", f"≥ {goal:.2f} × hello", measured, times >= goal)


# --- casting --------------------------------------------------------------------------------------------


def measure_casting(servers: Servers, pace: Pace) -> list[Finding]:
    """The whole cast of a ballot by a different person each time, beside a bare insert on the same database."""
    people = pace.ballots * pace.rounds + _FIRST
    sqlite = worlds.open_vote(servers.sqlite_url("casting"), servers.directory / "keys-sqlite")
    postgresql = worlds.open_vote(servers.postgresql_url("casting"), servers.directory / "keys-postgresql")
    bare = [
        Variant(name, address, partial(_again, load.get("/")), seconds=pace.seconds)
        for name, address in (
            (_BARE_SQLITE, servers.bare_sqlite()),
            (_BARE_POSTGRESQL, servers.bare_postgresql()),
            (_BARE_AUTOCOMMIT, servers.bare_postgresql(autocommit=True)),
        )
    ]
    casts = [
        _casts(_CAST_SQLITE, servers, sqlite, people, pace),
        _casts(_CAST_POSTGRESQL, servers, postgresql, people, pace),
    ]
    found = interleave([hello(servers, pace), *bare, *casts], pace.rounds, servers.cpu_seconds)
    for vote in (sqlite, postgresql):
        _check_all_cast(vote, people)
    return [
        *(_bare(found, name) for name in (HELLO, _BARE_SQLITE, _BARE_POSTGRESQL, _BARE_AUTOCOMMIT)),
        *_cast_findings(found, _CAST_SQLITE, _BARE_SQLITE, 0.40),
        *_cast_findings(found, _CAST_POSTGRESQL, _BARE_POSTGRESQL, 0.35, also=_BARE_AUTOCOMMIT),
    ]


_FIRST = 200
_BARE_SQLITE, _BARE_POSTGRESQL = "bare insert, SQLite FULL", "bare insert, PostgreSQL"
_BARE_AUTOCOMMIT = "bare insert, PostgreSQL, without BEGIN and COMMIT"
_CAST_SQLITE, _CAST_POSTGRESQL = "Whole ballot cast, SQLite FULL", "Whole ballot cast, PostgreSQL"


def _casts(name: str, servers: Servers, vote: worlds.Vote, people: int, pace: Pace) -> Variant:
    voters = worlds.sign_in(vote, list(worlds.iins(people)))
    settings: Config = vote.app.extensions["config"]
    requests = iter([voter.request for voter in voters])
    return Variant(
        name,
        servers.service(settings.database_url, settings.key_dir),
        lambda: itertools.islice(requests, pace.ballots),
        expected=303,
        seconds=None,
        warm_up=lambda: itertools.islice(requests, _FIRST),
    )


def _check_all_cast(vote: worlds.Vote, people: int) -> None:
    ballots = vote.ballots()
    vote.database.dispose()
    if ballots != [1] * people:
        raise LoadError(
            f"{people} ballots were sent, {sum(ballots)} of {len(ballots)} persons are in the box"
        )


def _cast_findings(found: Rounds, name: str, base: str, goal: float, *, also: str = "") -> list[Finding]:
    times = ratio(found, name, base)
    beside = [f"{ratio(found, name, HELLO):.2f} × hello"]
    if also:
        beside.append(f"{ratio(found, name, also):.2f} × {also}")
    told = "; ".join(beside)
    measured = f"{times:.2f} × bare insert ({told}), {rate(found, name):,.0f}/s, {_cpu(found, name)}"
    p50, p95 = (percentile(found, name, share) for share in (0.5, 0.95))
    wide = spread(found, name)
    even = f"p95 {p95:.0f} ms = {wide:.1f} × p50 {p50:.0f} ms, every ballot accepted"
    return [
        Finding(name, f"≥ {goal:.2f} × bare insert", measured, times >= goal),
        Finding(f"{name}, at saturation", "p95 ≤ 2 × p50, no 5xx", even, wide <= 2),
    ]


# --- one person, sixteen at once --------------------------------------------------------------------------

_PERSONS, _AT_ONCE = 40, 16


def measure_once(servers: Servers) -> list[Finding]:
    """One voter's parallel casts: sixteen connections send the same person's ballot at the same moment."""
    kinds = {"SQLite": servers.sqlite_url("once"), "PostgreSQL": servers.postgresql_url("once")}
    return [_once(servers, name, url) for name, url in kinds.items()]


def _once(servers: Servers, name: str, url: str) -> Finding:
    key_dir = servers.directory / f"keys-once-{name}"
    vote = worlds.open_vote(url, key_dir)
    address = servers.service(url, key_dir)
    voters = worlds.sign_in(vote, list(worlds.iins(_PERSONS)))
    refused = 0
    for voter in voters:
        answers = drive(address, itertools.repeat(voter.request, _AT_ONCE), connections=_AT_ONCE)
        refused += sum(count for status, count in answers.statuses.items() if status != 303)
    ballots = vote.ballots()
    vote.database.dispose()
    measured = f"{sum(ballots)} ballots of {len(ballots)} persons, {refused} answers other than 303"
    once = ballots == [1] * _PERSONS and not refused
    return Finding(
        f"One voter × {_AT_ONCE} parallel casts × {_PERSONS} voters, {name}", "exactly 1 each", measured, once
    )
