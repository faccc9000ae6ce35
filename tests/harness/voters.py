"""Signed-in residents as plain HTTP clients: cookies and CSRF token made by the service's own code, then real posts.

Making them here instead of walking the sign-in pages keeps a race of ten thousand posts about the ballots alone.
"""

import http.client
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from flask import Flask
from flask_wtf.csrf import generate_csrf

from budget import web_sessions
from models.database import Database
from models.people import Resident
from views import sealed_cookies
from views.request_scope import now
from views.sessions import COOKIE


@dataclass(frozen=True)
class VoterBrowser:
    """What a signed-in voter's browser sends along."""

    cookie: str
    csrf_token: str

    def post(
        self, connection: http.client.HTTPConnection, path: str, choices: Sequence[str]
    ) -> tuple[int, str]:
        """Cast a ballot; status and Location of the answer."""
        body = urlencode([("csrf_token", self.csrf_token), *(("choices", choice) for choice in choices)])
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Location", "")

    def get(self, connection: http.client.HTTPConnection, path: str) -> str:
        """A page as this voter sees it."""
        connection.request("GET", path, headers={"Cookie": self.cookie})
        answer = connection.getresponse()
        text = answer.read().decode()
        assert answer.status == 200, f"{path}: {answer.status}"
        return text


def sign_in_all(
    app: Flask, database: Database, residents: Sequence[Resident], iins: Sequence[str]
) -> list[VoterBrowser]:
    """A browser for each resident, in one transaction."""
    browsers = []
    session_cookie = app.config["SESSION_COOKIE_NAME"]
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    with app.test_request_context("/kk/"), database.writing() as session:
        token_field = secrets.token_hex(20)
        signed = signer.dumps({"csrf_token": token_field})
        from flask import session as flask_session

        flask_session["csrf_token"] = token_field
        csrf = generate_csrf()
        for resident, iin in zip(residents, iins, strict=True):
            token = web_sessions.start(session, now=now(), resident_id=resident.id)
            sealed = sealed_cookies._seal(COOKIE, {"token": token, "iin": iin}, timedelta(hours=2))
            browsers.append(VoterBrowser(f"{COOKIE}={sealed}; {session_cookie}={signed}", csrf))
    return browsers


def connect(url: str) -> http.client.HTTPConnection:
    """A connection that stays open from post to post."""
    parts = urlsplit(url)
    assert parts.hostname == "127.0.0.1"
    return http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=60)
