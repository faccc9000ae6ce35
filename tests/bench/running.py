"""What an operator and a visitor wait for: rehearsal, roll, start, memory of a worker, the first view."""

import gzip
import itertools
import json
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from models.database import Database
from tests.bench import heavy_protocol, load, worlds
from tests.bench.load import Address, LoadError, drive, fetch
from tests.bench.report import Finding
from tests.bench.servers import (
    Servers,
    address_of,
    bare_environment,
    children_of,
    environment,
    proportional_bytes,
    python,
    run_measured,
)
from tests.harness.databases import ROOT
from tests.harness.postgresql import free_port
from tests.harness.processes import BIN, demo_environment

_HEAD = "iin;birth_date;area;street;house;phone"
_AREAS = ("koktal-1", "koktal-2", "agrogorodok", "rest", "")
_START_PATIENCE = 60.0


def measure_rehearsal(servers: Servers) -> list[Finding]:
    """`budget rehearse`, from the program's start to its end, on both databases."""
    rows = []
    for name, url in _databases(servers, "rehearsal").items():
        done = run_measured(
            [BIN / "budget", "rehearse"], environment(url, servers.directory / f"keys-{name}")
        )
        if not re.search(r"^Winners +13$", done.output, re.MULTILINE):
            raise RuntimeError(f"a rehearsal has 13 winners:\n{done.output}")
        measured = f"{done.seconds:.1f} s, {done.peak / 1e6:.0f} MB"
        rows.append(Finding(f"Rehearsal of 8,935 voters, {name}", "< 60 s", measured, done.seconds < 60))
    return rows


def measure_protocol(servers: Servers) -> list[Finding]:
    """A protocol of a session with 300 items, in Kazakh and Russian, PDF/UA-1."""
    command = python("-m", heavy_protocol.__name__, servers.sqlite_url("protocol"))
    done = run_measured(command, bare_environment())
    took = json.loads(done.output)
    if took["items"] != heavy_protocol.ITEMS:
        raise RuntimeError(f"a protocol of {took['items']} items")
    measured = f"{took['first']:.2f} s the first of a process, {took['again']:.2f} s afterwards"
    told = f"{measured}, {took['bytes'] / 1e3:.0f} KB"
    return [
        Finding(
            f"Protocol of {heavy_protocol.ITEMS} rows", "< 2 s", told, max(took["first"], took["again"]) < 2
        )
    ]


def measure_roll(servers: Servers) -> list[Finding]:
    """`budget import-roll` of 350,000 good lines, on both databases."""
    path = servers.directory / "roll.csv"
    path.write_text("\n".join([_HEAD, *_lines(worlds.ROLL)]) + "\n", encoding="utf-8")
    rows = []
    for name, url in _databases(servers, "roll").items():
        settings = environment(url, servers.directory / "keys")
        run_measured([BIN / "budget", "seed", "archive"], settings)
        done = run_measured([BIN / "budget", "import-roll", path], settings)
        if f"{worlds.ROLL}" not in re.sub(r"[ ,\u00a0]", "", done.output):
            raise RuntimeError(f"all lines of the roll are good:\n{done.output}")
        measured = f"{done.seconds:.1f} s, {done.peak / 1e6:.0f} MB"
        met = done.seconds < 60 and done.peak < 300e6
        rows.append(
            Finding(f"Roll of {worlds.ROLL:,} lines imported, {name}", "< 60 s, < 300 MB", measured, met)
        )
    return rows


def _databases(servers: Servers, name: str) -> dict[str, str]:
    return {"SQLite": servers.sqlite_url(name), "PostgreSQL": servers.postgresql_url(name)}


def _lines(count: int) -> Iterator[str]:
    source = random.Random(350)
    for number, iin in enumerate(worlds.iins(count)):
        born = f"{source.randint(1940, 2008)}-{source.randint(1, 12):02}-{source.randint(1, 28):02}"
        street, house = f"{number % 400}-көше", f"{number % 90 + 1}/{number % 4 + 1}"
        phone = f"+7701{number:07}" if number % 3 else ""
        yield ";".join((iin, born, _AREAS[number % len(_AREAS)], street, house, phone))


# --- start ----------------------------------------------------------------------------------------------


def measure_start(servers: Servers) -> list[Finding]:
    """What `make run` does, over data of its own: the second start, and for information the first.

    `make` looks whether all is installed here; the supervisor it then becomes starts in a copy of the checkout, for
    the demo's data lie beside it. In a copy `make` itself must not run: it would install into this environment.
    """
    began = time.perf_counter()
    run_measured(["make", "install"], bare_environment())
    looked = time.perf_counter() - began
    checkout = servers.directory / "checkout"
    left_out = shutil.ignore_patterns(".git", ".venv", ".data", "node_modules", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, checkout, ignore=left_out)
    (checkout / ".venv").symlink_to(ROOT / ".venv")
    first, second = (looked + _start_once(checkout) for _ in range(2))
    return [
        Finding("`make run`, the first start (installed, demo loaded)", "for information", f"{first:.1f} s"),
        Finding("`make run` after the first time", "< 5 s", f"{second:.2f} s", second < 5),
    ]


def _start_once(checkout: Path) -> float:
    """Seconds until /healthz answers; then a polite signal, and all of it must end."""
    port = free_port()
    settings = {**bare_environment(), "PORT": str(port), "PYTHONPATH": str(checkout)}
    began = time.perf_counter()
    with subprocess.Popen(
        [checkout / ".venv" / "bin" / "python", "deploy/serve.py", "run"],
        cwd=checkout,
        env=settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            while not _answers(("127.0.0.1", port)):
                if process.poll() is not None or time.perf_counter() > began + _START_PATIENCE:
                    raise RuntimeError("the service did not come up")
                time.sleep(0.01)
            return time.perf_counter() - began
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _answers(address: Address) -> bool:
    try:
        return fetch(address, load.get("/healthz")).status == 200
    except (OSError, LoadError):
        return False


# --- memory ---------------------------------------------------------------------------------------------


_SERVED = 10_000
_VISITED = (
    "/kk/",
    "/ru/",
    "/en/",
    "/kk/cycles/now",
    "/ru/cycles/now/projects",
    "/kk/cycles/long/projects?q=%D0%B1%D0%B0%D0%BB%D0%B0&page=2",
    "/kk/projects/pnow00002",
    "/ru/cycles/done/results",
    "/kk/cycles/now/rules",
    "/kk/archive",
    "/api/v1/cycles/long/projects?page=3",
    "/photos/fnow00001-small.jpg",
)


def measure_memory(servers: Servers) -> list[Finding]:
    """PSS of each worker after 10,000 requests of all kinds of pages, a quarter of them seen by no cache."""
    url, key_dir = servers.sqlite_url("memory"), servers.directory / "keys"
    database = Database(url)
    worlds.fill_public(database, datetime.now(UTC))
    database.dispose()
    server = servers.start("wsgi:app", environment(url, key_dir))
    answers = drive(address_of(server), itertools.islice(_visits(), _SERVED))
    if not answers.only(200):
        raise LoadError(f"some visits failed: {dict(answers.statuses)}")
    workers = [proportional_bytes(number) for number in children_of(server.process.pid)]
    measured = " and ".join(f"{size / 2**20:.1f} MB" for size in workers)
    met = max(workers) <= 65 * 2**20
    return [Finding(f"PSS of a web worker after {_SERVED:,} requests", "≤ 65 MB", measured, met)]


def _visits() -> Iterator[bytes]:
    for number, path in enumerate(itertools.cycle(_VISITED)):
        unseen = f"{'&' if '?' in path else '?'}unseen={number}" if number % 4 == 0 else ""
        yield load.get(path + unseen)


# --- first view -----------------------------------------------------------------------------------------


_PARTS = re.compile(rb"""<(?:link|script|img|source|use)\b[^>]*?\s(?:href|src|srcset)=["']([^"']+)["']""")


def measure_first_view(servers: Servers) -> list[Finding]:
    """The start page of the demo with all it needs, as a browser with an empty cache loads it."""
    directory = servers.directory / "demo"
    directory.mkdir()
    settings = {**bare_environment(), **demo_environment(directory)}
    for command in (["upgrade"], ["seed", "demo"]):
        run_measured([BIN / "budget", *command], settings)
    address = address_of(servers.start("wsgi:app", settings))
    return [_first_view(address, language) for language in ("kk", "ru", "en")]


def _first_view(address: Address, language: str) -> Finding:
    page = fetch(address, load.get(f"/{language}/"))
    html = gzip.decompress(page.body)
    needed = {part.decode() for part in _PARTS.findall(html) if part.startswith(b"/static/")}
    files = [fetch(address, load.get(part)) for part in sorted(needed)]
    photos = {part for part in _PARTS.findall(html) if part.startswith(b"/photos/")}
    if page.status != 200 or any(file.status != 200 for file in files):
        raise LoadError(f"a part of the first view is missing: {sorted(needed)}")
    size = page.size + sum(file.size for file in files)
    requests = 1 + len(files)
    measured = (
        f"{size / 1024:.1f} KB in {requests} requests, HTML {len(page.body) / 1024:.1f} KB"
        f" (and {len(photos)} photos)"
    )
    met = size <= 60 * 1024 and requests <= 6 and len(page.body) <= 14 * 1024
    return Finding(f"First view, {language}", "≤ 60 KB, ≤ 6 requests, HTML ≤ 14 KB", measured, met)
