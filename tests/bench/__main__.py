"""`python -m tests.bench [--quick] [--only NAME …]`: measure, print, and keep in RESULTS.md what was measured in full.

A run with `--only` or `--quick` prints and leaves RESULTS.md as it is. Exit code 0 also when a goal is missed: how fast
a machine is today is no fault of a change; the file tells it.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.bench import checking, counting, machine, queries, report, running, speed
from tests.bench.reasons import REASONS
from tests.bench.report import Finding
from tests.bench.servers import Servers

Measure = Callable[[Servers], list[Finding]]
_FULL = speed.Pace(rounds=7, seconds=1.0, ballots=1000)
_QUICK = speed.Pace(rounds=2, seconds=0.4, ballots=200)


def groups(*, quick: bool) -> dict[str, Measure]:
    """What can be measured, by name, in order. Each group has servers of its own and nothing else running."""
    pace = _QUICK if quick else _FULL
    sizes = counting.QUICK_SIZES if quick else counting.SIZES
    return {
        "pages": partial(speed.measure_pages, pace=pace),
        "cast": partial(speed.measure_casting, pace=pace),
        "once": speed.measure_once,
        "queries": queries.measure_queries,
        "search": queries.measure_search,
        "count": partial(counting.measure, sizes=sizes),
        "log": partial(checking.measure, sizes=checking.QUICK_SIZES if quick else checking.SIZES),
        "rehearsal": running.measure_rehearsal,
        "protocol": running.measure_protocol,
        "roll": running.measure_roll,
        "start": running.measure_start,
        "memory": running.measure_memory,
        "view": running.measure_first_view,
    }


def main() -> None:
    """Run the chosen groups one after the other."""
    known = groups(quick=False)
    parser = argparse.ArgumentParser(prog="tests.bench", description="Measure against the goals.")
    parser.add_argument("--quick", action="store_true", help="short rounds, small sizes")
    parser.add_argument("--only", action="append", choices=known, metavar="NAME", help=", ".join(known))
    options = parser.parse_args()
    chosen = options.only or list(known)
    if machine.load_now() > 1:
        _say(
            f"This machine is busy (load {machine.load_now():.1f}): the figures will be worse than it can do."
        )
    began = time.monotonic()
    findings = []
    for name in chosen:
        findings += _measure(name, groups(quick=options.quick)[name])
    facts = [*machine.facts(), ("took", f"{(time.monotonic() - began) / 60:.1f} minutes")]
    sys.stdout.write(report.as_text(findings) + "\n")
    if not options.quick and not options.only:
        text = report.as_markdown(findings, facts, REASONS)
        report.RESULTS.write_text(text, encoding="utf-8")
        _say(f"Kept in {report.RESULTS.relative_to(Path.cwd())}.")


def _measure(name: str, measure: Measure) -> list[Finding]:
    _say(f"Measuring: {name} …")
    with tempfile.TemporaryDirectory(prefix="budget-bench-", ignore_cleanup_errors=True) as directory:
        servers = Servers(Path(directory))
        try:
            return measure(servers)
        finally:
            servers.close()


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
