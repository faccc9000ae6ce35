"""A local stand-in of NCANode 3: its addresses and the shapes of its answers, over signatures the tests make.

A fake CMS is base64 of JSON: who signed, with what kind of certificate, a digest of what was signed, and, when it is
"attached", the content itself. As the real one (CmsService.verify), it uses `data` only where a signature has no
content of its own: a foreign signature is found out by us or not at all.
"""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

NOT_BEFORE, NOT_AFTER = "2026-06-01T00:00:00.000+00:00", "2027-06-01T00:00:00.000+00:00"
OUT_OF_DATE = {"notBefore": "2025-06-01T00:00:00.000+00:00", "notAfter": "2026-06-01T00:00:00.000+00:00"}


def sign(content: bytes, iin: str, kind: str = "individual", *, attached: bool = True) -> str:
    """A signature of `content`. Kinds: individual, organisation, expired, revoked, broken (the signature itself),
    unknown (the certificate is of no known authority), unchecked (OCSP did not answer), nobody (no certificate),
    twice (two signers)."""
    digest = hashlib.sha256(content).hexdigest()
    made = {"iin": iin, "kind": kind, "digest": digest, "content": None}
    if attached:
        made["content"] = base64.b64encode(content).decode()
    return base64.b64encode(json.dumps(made).encode()).decode()


def certificate(iin: str, kind: str) -> dict[str, Any]:
    """A certificate as NCANode describes it."""
    is_organisation = kind == "organisation"
    subject = {"commonName": "ТЕСТОВ ТЕСТ", "surName": "ТЕСТОВ", "lastName": "ТЕСТОВИЧ", "iin": iin}
    if is_organisation:
        subject |= {"bin": "123456789021", "organization": "ЖШС"}
    return {
        "valid": kind not in ("expired", "revoked", "unknown", "unchecked"),
        "revocations": [{"revoked": kind == "revoked", "by": "OCSP", "revocationTime": None, "reason": "OK"}],
        "notBefore": NOT_BEFORE,
        "notAfter": NOT_AFTER,
        "keyUsage": "SIGN",
        "keyUser": ["ORGANIZATION", "EMPLOYEE"] if is_organisation else ["INDIVIDUAL"],
        "subject": subject,
        **(OUT_OF_DATE if kind == "expired" else {}),
    }


def verification(cms: str, data: str | None, checks: list[str]) -> dict[str, Any]:
    """The answer of `/cms/verify`. Only what is in `checks` is asked about revocation."""
    made = json.loads(base64.b64decode(cms))
    own, kind = made["content"], made["kind"]
    over = base64.b64decode(own if own is not None else data or "")
    certificates = [] if kind == "nobody" else [certificate(made["iin"], kind)]
    for one in certificates:
        one["revocations"] = [check for check in one["revocations"] if check["by"] in checks]
    signer = {"certificates": certificates, "tsp": None}
    is_good = hashlib.sha256(over).hexdigest() == made["digest"] and kind != "broken"
    return {
        "status": 200,
        "message": "OK",
        "valid": is_good and all(one["valid"] for one in certificates),
        "signers": [signer, signer] if kind == "twice" else [signer],
    }


@dataclass
class StandIn:
    """A running stand-in. `fault`: "slow" or "500" instead of answers; `asked`: the paths asked for."""

    url: str = ""
    fault: str = ""
    slow_seconds: float = 0.0
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str, sent: dict[str, Any]) -> tuple[int, Any]:
        """Status and body for a request."""
        self.asked.append(path)
        if self.fault == "slow":
            time.sleep(self.slow_seconds)
        if self.fault == "500":
            return 500, {"status": 500, "message": "Internal Server Error"}
        if self.fault == "words":
            return 200, ["not", "an", "object"]
        if path == "/actuator/health":
            return 200, {"status": "UP"}
        try:
            if path == "/cms/verify":
                return 200, verification(sent["cms"], sent.get("data"), sent["revocationCheck"])
            content = json.loads(base64.b64decode(sent["cms"]))["content"]
        except (ValueError, KeyError, TypeError):
            return 400, {"status": 400, "message": "Malformed content."}
        if content is None:
            return 400, {"status": 400, "message": "CMS doesn't have signed content"}
        return 200, {"status": 200, "message": "OK", "data": content}


@contextmanager
def running() -> Iterator[StandIn]:
    """A stand-in on a free port of this machine."""
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _answer(self, sent: dict[str, Any]) -> None:
            status, body = stand_in.answer(self.path, sent)
            content = json.dumps(body).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except BrokenPipeError:
                pass  # the client waited no longer

        def log_message(self, *_said: Any) -> None:
            """Nothing: tests read `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def ncanode() -> Iterator[StandIn]:
    """A running stand-in of NCANode."""
    with running() as stand_in:
        yield stand_in
