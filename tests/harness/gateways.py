"""A gateway for messages by SMS on this machine: it speaks as SMSC.kz and Mobizon document it, takes messages or
refuses them, and misbehaves on demand: late, dead, garbled, cut off.

Each request uses up one act of `acts`; without any it is `take()`. `taken` are the messages a phone would have got.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

SMSC_PATH = "/sys/send.php"
MOBIZON_PATH = "/service/message/sendSmsMessage"


@dataclass(frozen=True)
class Seen:
    """A request as it came: method, path, the query and the form, single values."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]

    @property
    def is_mobizon(self) -> bool:
        """Which of the two was spoken to."""
        return self.path == MOBIZON_PATH

    @property
    def message(self) -> tuple[str, str]:
        """(number, text) whatever the gateway."""
        names = ("recipient", "text") if self.is_mobizon else ("phones", "mes")
        return self.form[names[0]], self.form[names[1]]


@dataclass(frozen=True)
class Act:
    """What the gateway does with one request: whether a phone gets the message, when it answers, and what."""

    takes: bool = False
    after_seconds: float = 0.0
    status: int = 200
    code: int | None = None
    faults: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    drops: bool = False
    drip_seconds: float = 0.0


def take(*, after_seconds: float = 0.0) -> Act:
    """Take the message; answer late if told so."""
    return Act(takes=True, after_seconds=after_seconds)


def refuse(code: int, **faults: str) -> Act:
    """Refuse with a documented code; `faults` are Mobizon's words on fields."""
    return Act(code=code, faults=faults)


def status(number: int) -> Act:
    """An HTTP error without a gateway's answer."""
    return Act(status=number, raw=b"<h1>error</h1>")


def garbage(raw: bytes = b"<html>under repair</html>", *, takes: bool = True) -> Act:
    """200 with something undocumented."""
    return Act(takes=takes, raw=raw)


def drop(*, takes: bool = True) -> Act:
    """Close the connection without a word."""
    return Act(takes=takes, drops=True)


class LocalGateway:
    """The server. `url` for SMS_URL, `acts` to come, what was `seen` and `taken`."""

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.seen: list[Seen] = []
        self.taken: list[tuple[str, str]] = []
        self.always: Act | None = None
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def meet(self, seen: Seen) -> tuple[Act, int]:
        """Note a request; what to do with it, and the number of its message."""
        with self._lock:
            self.seen.append(seen)
            act = self.acts.pop(0) if self.acts else self.always or take()
            if act.takes:
                self.taken.append(seen.message)
            return act, len(self.seen)

    def wait(self, seconds: float) -> None:
        """Sleep, but not beyond the end of the test."""
        self._ended.wait(seconds)

    def close(self) -> None:
        """End it: its port answers no more."""
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()


def _answer(seen: Seen, act: Act, number: int) -> bytes:
    if act.raw is not None:
        return act.raw
    if seen.is_mobizon:
        if act.code is not None:
            return _json({"code": act.code, "data": act.faults, "message": "refused"})
        data = {"campaignId": str(66_000_000 + number), "messageId": str(111_000_000 + number), "status": 2}
        return _json({"code": 0, "data": data, "message": ""})
    if act.code is None:
        parts = 1 if len(seen.message[1]) <= 70 else -(-len(seen.message[1]) // 67)
        return _json({"id": number, "cnt": parts})
    refusal = {"error": "refused", "error_code": act.code}
    return _json(refusal | ({"id": number} if act.code in (3, 6, 7, 8) else {}))


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def _single(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}


def _handler(gateway: LocalGateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            address = urlsplit(self.path)
            form = _single(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
            seen = Seen(self.command, address.path, _single(address.query), form)
            act, number = gateway.meet(seen)
            gateway.wait(act.after_seconds)
            if act.drops:
                self.close_connection = True
                return
            body = _answer(seen, act, number)
            self.send_response(act.status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self._write(body, act.drip_seconds)

        def do_GET(self) -> None:
            self.do_POST()

        def _write(self, body: bytes, drip_seconds: float) -> None:
            try:
                for at in range(len(body)) if drip_seconds else ():
                    self.wfile.write(body[at : at + 1])
                    gateway.wait(drip_seconds)
                if not drip_seconds:
                    self.wfile.write(body)
            except OSError:  # the other side has left
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def gateway() -> Iterator[LocalGateway]:
    """A gateway that takes everything until told otherwise."""
    made = LocalGateway()
    yield made
    made.close()


def wait_until(is_so: Callable[[], bool], seconds: float = 10.0) -> None:
    """Poll until something has happened elsewhere, or fail."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
