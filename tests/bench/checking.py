"""The log built, the files written and checked by verify.py, 10,000 to 1,000,000 ballots: time, memory, growth."""

import json
import time
from pathlib import Path

from tests.bench import heavy_log
from tests.bench.report import Finding
from tests.bench.servers import Servers, bare_environment, python, run_measured

SIZES = (10_000, 100_000, 1_000_000)
QUICK_SIZES = (10_000,)
_GROWTH = 12.0
_SECONDS = 10.0
_NAMES = {
    "log": f"Build the log in {heavy_log.PORTIONS} batches",
    "batch": "Close one more batch of 20",
    "export": "Write the published files",
}


def measure(servers: Servers, sizes: tuple[int, ...]) -> list[Finding]:
    """Walk a vote of each size from the empty log to "same"."""
    found = {size: _walk(servers, size) for size in sizes}
    rows = [
        Finding(
            name,
            "for information",
            "; ".join(
                f"{size:,}: {steps[step][0]:.2f} s, {steps[step][1] / 1e6:.0f} MB"
                for size, steps in found.items()
            ),
            None,
        )
        for step, name in _NAMES.items()
    ]
    for size, steps in found.items():
        seconds, peak = steps["verify"]
        is_goal = size == SIZES[-1]
        rows.append(
            Finding(
                f"verify.py over {size:,} plain ballots, one core",
                f"< {_SECONDS:.0f} s" if is_goal else "for information",
                f"{seconds:.2f} s, {peak / 1e6:.0f} MB",
                seconds < _SECONDS if is_goal else None,
            )
        )
    for step in ("export", "verify"):
        if {100_000, 1_000_000} <= set(found):
            times = found[1_000_000][step][0] / found[100_000][step][0]
            rows.append(
                Finding(
                    f"Growth of {step}, t(10⁶) / t(10⁵)",
                    f"≤ {_GROWTH:.0f}",
                    f"{times:.1f} times",
                    times <= _GROWTH,
                )
            )
    return rows


def _walk(servers: Servers, size: int) -> dict[str, tuple[float, int]]:
    """Seconds of each step and bytes of its process."""
    url, directory = servers.sqlite_url(f"log-{size}"), servers.directory / f"log-{size}"
    steps = {step: _run(step, url, directory, size) for step in heavy_log.STEPS}
    return steps | {"verify": _verify(directory / heavy_log.FILES)}


def _run(step: str, url: str, directory: Path, size: int) -> tuple[float, int]:
    done = run_measured(python("-m", heavy_log.__name__, step, url, directory, str(size)), bare_environment())
    return json.loads(done.output)["seconds"], done.peak


def _verify(files: Path) -> tuple[float, int]:
    began = time.perf_counter()
    done = run_measured(python("-I", files / "verify.py"), bare_environment())
    seconds = time.perf_counter() - began
    if not done.output.rstrip().endswith("same"):
        raise RuntimeError(done.output)
    return seconds, done.peak
