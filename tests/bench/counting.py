"""Opening, counting and allocating 8,935 to 1,000,000 ballots for 500 projects: time, memory, growth."""

import json
from dataclasses import dataclass
from pathlib import Path

from tests.bench import heavy
from tests.bench.report import Finding
from tests.bench.servers import Measured, Servers, bare_environment, python, run_measured

SARYARKA = 8_935
SIZES = (SARYARKA, 10_000, 100_000, 1_000_000)
QUICK_SIZES = (SARYARKA, 10_000)
_GROWTH = 12.0


@dataclass(frozen=True)
class Step:
    """What one step took: seconds of the work itself, bytes of the whole process."""

    seconds: float
    peak: int


Steps = dict[str, Step]


def measure(servers: Servers, sizes: tuple[int, ...]) -> list[Finding]:
    """Walk an election of each size from the close to the verdicts."""
    found = {size: _walk(servers, size) for size in sizes}
    rows = [*_opening(found), *_counting(found)]
    for name in ("without_sms", "separate", "root"):
        told = _series(found, name)
        rows.append(Finding(_NAMES[name], "for information", told))
    return rows


_NAMES = {
    "without_sms": "What if the ballots by SMS were not there",
    "separate": "Separate the envelopes and rewrite the storage",
    "root": "Merkle root over all envelopes",
}


def _walk(servers: Servers, size: int) -> Steps:
    url = servers.sqlite_url(f"count-{size}")
    directory = servers.directory / f"count-{size}"
    _run("prepare", url, directory, size)
    return {
        name: _run(name, url, directory, size)
        for name in ("separate", "bare_open", "open", "root", "count", "without_sms")
    }


def _run(step: str, url: str, directory: Path, size: int) -> Step:
    command = python("-m", heavy.__name__, step, url, directory, str(size))
    done: Measured = run_measured(command, bare_environment())
    return Step(json.loads(done.output)["seconds"], done.peak)


def _opening(found: dict[int, Steps]) -> list[Finding]:
    goals = {SARYARKA: 1.0, 1_000_000: 90.0}
    rows = []
    for size, steps in found.items():
        step, goal = steps["open"], goals.get(size)
        bare = 1e6 * steps["bare_open"].seconds / heavy.BARE
        each = f"{1e6 * step.seconds / size:.0f} µs each, {bare:.0f} of them libsodium alone"
        measured = f"{step.seconds:.2f} s ({each}), {_megabytes(step.peak)}"
        met = None if goal is None else step.seconds < goal
        rows.append(Finding(f"Open {size:,} sealed ballots", _seconds(goal), measured, met))
    return [*rows, *_growth(found, "open", "Growth of opening")]


def _counting(found: dict[int, Steps]) -> list[Finding]:
    rows = []
    for size, steps in found.items():
        step = steps["count"]
        goal, met = "for information", None
        if size == 1_000_000:
            goal, met = "< 1 s, < 400 MB", step.seconds < 1 and step.peak < 400e6
        measured = f"{step.seconds:.3f} s, {_megabytes(step.peak)}"
        rows.append(
            Finding(f"Count {size:,} ballots, allocate {heavy.PROJECTS} projects", goal, measured, met)
        )
    return [*rows, *_growth(found, "count", "Growth of counting")]


def _growth(found: dict[int, Steps], step: str, name: str) -> list[Finding]:
    if not {100_000, 1_000_000} <= set(found):
        return []
    times = found[1_000_000][step].seconds / found[100_000][step].seconds
    measured = f"{times:.1f} times"
    return [Finding(f"{name}, t(10⁶) / t(10⁵)", f"≤ {_GROWTH:.0f}", measured, times <= _GROWTH)]


def _series(found: dict[int, Steps], name: str) -> str:
    return "; ".join(
        f"{size:,}: {steps[name].seconds:.2f} s, {_megabytes(steps[name].peak)}"
        for size, steps in found.items()
    )


def _seconds(goal: float | None) -> str:
    return "for information" if goal is None else f"< {goal:.0f} s"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
