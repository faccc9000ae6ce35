"""A load client for the loopback address: HTTP/1.1 with keep-alive over epoll, closed loop, one process.

Each connection sends its next request when the answer to the last one is complete, as `wrk` does. Written out by
hand because it shares two cores with the server under test: it must cost a fraction of what it measures. Standard
library alone, so that `make bench` needs nothing the tests do not.

A connection is made anew after a few requests, as visitors come and go: whichever worker of the server is less busy
takes it. Connections made once and kept fall to one worker as often as not, and the other core stands idle.
"""

import select
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

Address = tuple[str, int]
CONNECTIONS = 16
KEPT_FOR = 8
"""Requests on one connection; the first view of a page takes four."""
_PATIENCE = 30.0
_CHUNK = 262_144


class LoadError(Exception):
    """The server stopped answering, or answered in a way this client does not read."""


@dataclass(frozen=True)
class Load:
    """What a load came to. `latencies` in seconds, ascending; `client` is the share of a core the client took."""

    seconds: float
    latencies: list[float] = field(repr=False)
    statuses: Counter[int]
    client: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """The latency that `share` of the answers did not exceed, in seconds."""
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * share))]

    def only(self, *allowed: int) -> bool:
        """Had all answers one of these statuses?"""
        return set(self.statuses) <= set(allowed)


class _Connection:
    """One socket and what has come of the answer it waits for."""

    __slots__ = ("arrived", "left", "sent_at", "socket")

    def __init__(self, address: Address, left: int = KEPT_FOR) -> None:
        self.socket = socket.create_connection(address, timeout=_PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.arrived = b""
        self.sent_at = 0.0
        self.left = left

    def send(self, request: bytes) -> None:
        self.arrived = b""
        self.left -= 1
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> int | None:
        """Read what has come; the status when the answer is complete."""
        data = self.socket.recv(_CHUNK)
        if not data:
            raise LoadError("the server closed a connection in the middle of an answer")
        self.arrived = self.arrived + data if self.arrived else data
        return answered(self.arrived)


def answered(data: bytes) -> int | None:
    """The status of a complete answer, None while some of it is missing. Raises LoadError for a chunked one."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    status = int(data[9:12])
    if status in (204, 304):
        return status
    head = data[:end].lower()
    place = head.find(b"\r\ncontent-length:")
    if place < 0:
        raise LoadError(f"an answer without a length: {head[:200]!r}")
    stop = head.find(b"\r\n", place + 2)
    length = int(head[place + 17 : stop if stop >= 0 else end])
    return status if len(data) >= end + 4 + length else None


def drive(
    address: Address,
    requests: Iterator[bytes],
    *,
    connections: int = CONNECTIONS,
    seconds: float | None = None,
) -> Load:
    """Send `requests` over `connections` until they end or `seconds` are over; all begun ones are finished."""
    visitors = _Visitors(address, requests)
    try:
        for place in range(connections):
            visitors.add(place % KEPT_FOR + 1)  # not all of them are made anew at the same time
        return _loop(visitors, seconds)
    finally:
        visitors.close()


class _Visitors:
    """The open connections, those of them that wait for an answer, and what is still to be asked."""

    def __init__(self, address: Address, requests: Iterator[bytes]) -> None:
        self.waiting = select.epoll()
        self.by_number: dict[int, _Connection] = {}
        self._address, self._requests = address, requests

    def add(self, left: int = KEPT_FOR) -> _Connection:
        connection = _Connection(self._address, left)
        self.by_number[connection.socket.fileno()] = connection
        self.waiting.register(connection.socket.fileno(), select.EPOLLIN)
        return connection

    def ask(self, connection: _Connection) -> bool:
        """Send the next request, on a connection made anew where this one has served; False when there is none."""
        request = next(self._requests, None)
        if request is None:
            return False
        if not connection.left:
            del self.by_number[connection.socket.fileno()]
            connection.socket.close()
            connection = self.add()
        connection.send(request)
        return True

    def close(self) -> None:
        self.waiting.close()
        for connection in self.by_number.values():
            connection.socket.close()


def _loop(visitors: _Visitors, seconds: float | None) -> Load:
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    began, began_busy = time.perf_counter(), time.process_time()
    until = began + seconds if seconds is not None else float("inf")
    busy = sum(visitors.ask(connection) for connection in list(visitors.by_number.values()))
    while busy:
        ready = visitors.waiting.poll(_PATIENCE)
        if not ready:
            raise LoadError(f"{busy} requests had no answer within {_PATIENCE:.0f} s")
        for number, _event in ready:
            connection = visitors.by_number[number]
            status = connection.receive()
            if status is None:
                continue
            now = time.perf_counter()
            latencies.append(now - connection.sent_at)
            statuses[status] += 1
            if now >= until or not visitors.ask(connection):
                busy -= 1
    elapsed = time.perf_counter() - began
    latencies.sort()
    return Load(elapsed, latencies, statuses, (time.process_time() - began_busy) / elapsed)


@dataclass(frozen=True)
class Answer:
    """One answer in full: `size` is all its bytes on the wire, head and body as sent."""

    status: int
    headers: dict[str, str]
    body: bytes
    size: int


def fetch(address: Address, request: bytes) -> Answer:
    """One request on a connection of its own."""
    connection = _Connection(address)
    try:
        connection.send(request)
        status = None
        while status is None:
            status = connection.receive()
        head, _, body = connection.arrived.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")[1:]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return Answer(status, headers, body, len(connection.arrived))
    finally:
        connection.socket.close()


def get(path: str, **headers: str) -> bytes:
    """A GET as a browser sends it, ready for the wire; `if_none_match=…` becomes `If-None-Match`."""
    return _head("GET", path, {"Accept-Encoding": "gzip", **headers})


def post(path: str, body: bytes, **headers: str) -> bytes:
    """A POST of a form."""
    length = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
    return _head("POST", path, {**length, **headers}) + body


def _head(method: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]).encode()
