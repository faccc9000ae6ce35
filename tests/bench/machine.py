"""Where and on what a run was made: facts for the head of its result."""

import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from tests.harness.databases import ROOT
from tests.harness.postgresql import programs


def facts() -> list[tuple[str, str]]:
    """Name and value, in the order they are told."""
    return [
        ("date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("commit", _commit()),
        ("machine", f"{os.cpu_count()} cores ({_processor()}), {_memory()} GB, {platform.system()}"),
        ("Python", platform.python_version()),
        ("SQLite", sqlite3.sqlite_version),
        ("PostgreSQL", _said([str(programs() / "postgres"), "--version"]).split()[2]),
    ]


def load_now() -> float:
    """How many programs want to run at this moment: above 1 before we begin, the machine is not ours alone."""
    return os.getloadavg()[0]


def _commit() -> str:
    name = _said(["git", "rev-parse", "--short", "HEAD"])
    changed = _said(["git", "status", "--porcelain", "--untracked-files=no"])
    return f"{name} with uncommitted changes" if changed else name


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def _said(command: list[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    return done.stdout.strip()
