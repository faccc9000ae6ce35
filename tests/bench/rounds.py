"""Interleaved rounds: A B C A B C …, so that a busy neighbour slows all of them alike; medians of paired ratios."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.bench.load import Address, Load, LoadError, drive


@dataclass(frozen=True)
class Round:
    """A load, and the seconds of CPU the server's workers took for each of its answers."""

    load: Load
    cpu: float


Rounds = dict[str, list[Round]]


@dataclass(frozen=True)
class Variant:
    """One thing to load. `requests` is called before each round; all answers must have the status `expected`.

    `fresh` requests can be sent only once: such a variant is not warmed up by them but by `warm_up`.
    """

    name: str
    address: Address
    requests: Callable[[], Iterator[bytes]]
    expected: int = 200
    seconds: float | None = 1.0
    warm_up: Callable[[], Iterator[bytes]] | None = None


def interleave(variants: Sequence[Variant], rounds: int, cpu_seconds: Callable[[Address], float]) -> Rounds:
    """Load each variant once a round. Raises LoadError when an answer has another status than expected."""
    for variant in variants:
        if variant.warm_up is not None:
            drive(variant.address, variant.warm_up())
        else:
            drive(variant.address, variant.requests(), seconds=_WARM_UP)
    found: Rounds = {variant.name: [] for variant in variants}
    for _ in range(rounds):
        for variant in variants:
            before = cpu_seconds(variant.address)
            load = drive(variant.address, variant.requests(), seconds=variant.seconds)
            cpu = (cpu_seconds(variant.address) - before) / len(load.latencies)
            if not load.only(variant.expected):
                raise LoadError(f"{variant.name}: {variant.expected} expected, {dict(load.statuses)} came")
            found[variant.name].append(Round(load, cpu))
    return found


_WARM_UP = 0.5


def ratio(rounds: Rounds, name: str, base: str) -> float:
    """How many times as fast as `base`, the median over the rounds."""
    pairs = zip(rounds[name], rounds[base], strict=True)
    return statistics.median(one.load.rate / other.load.rate for one, other in pairs)


def rate(rounds: Rounds, name: str) -> float:
    """Answers a second, the median over the rounds."""
    return statistics.median(one.load.rate for one in rounds[name])


def cpu(rounds: Rounds, name: str) -> float:
    """Milliseconds of CPU of the workers an answer takes, the median over the rounds."""
    return 1000 * statistics.median(one.cpu for one in rounds[name])


def percentile(rounds: Rounds, name: str, share: float) -> float:
    """A latency in milliseconds, the median over the rounds."""
    return 1000 * statistics.median(one.load.percentile(share) for one in rounds[name])


def spread(rounds: Rounds, name: str) -> float:
    """p95 by p50 of each round, the median over the rounds."""
    return statistics.median(one.load.percentile(0.95) / one.load.percentile(0.5) for one in rounds[name])
