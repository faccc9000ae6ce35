"""Flask without three things it does for every request: making the signer of its session cookie anew, asking each
function of ours whether it is a coroutine (none is), and a page in English below each redirect. The first two are a
thirtieth of a cast."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from werkzeug.wrappers import Response as AnyResponse


class CookieSessions(SecureCookieSessionInterface):
    """The signer is made once; the secret key is set before the first request and never after."""

    _signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer of this process."""
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer


class Application(Flask):
    """The Flask of this service."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.session_interface = CookieSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view or hook is a coroutine."""
        return func

    def redirect(self, location: str, code: int = 302) -> AnyResponse:
        """The address alone: browsers do not show the page below it, which would be in English and a packet of its own."""
        response = Response(status=code)
        response.location = location
        return response
