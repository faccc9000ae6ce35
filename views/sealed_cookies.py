"""Cookies whose content only this service can read: encrypted and authenticated (libsodium's secret box).

The key is derived from SECRET_KEY with a label per cookie, so one kind can't be passed off as another. Each has its
end inside, whatever the browser keeps. They are written with the response, HttpOnly and SameSite=Lax, and Secure
with the `__Host-` prefix wherever the service runs behind HTTPS.
"""

import base64
import binascii
import hashlib
import hmac
import json
from datetime import timedelta
from functools import lru_cache
from typing import Any, cast

from flask import Flask, Response, g, request
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from views.request_scope import config, now

Content = dict[str, Any]
PROOF = "proof"
"""A signing in under way, see views/resident/signing_in.py."""
PARKED = "desk"
"""The operator's session while a resident holds the device, see views/parking.py."""


def read(name: str) -> Content | None:
    """What the cookie `name` holds; None when there is none, it is not ours, or it is over."""
    pending = _pending()
    if name in pending:
        return pending[name][0]
    sealed = request.cookies.get(_full(name))
    return _unseal(name, sealed) if sealed else None


def write(name: str, content: Content, *, lifetime: timedelta) -> None:
    """Send the cookie with this request's response. `content` is plain JSON."""
    _pending()[name] = (content, lifetime)


def forget(name: str) -> None:
    """Take the cookie back, if the browser has it."""
    _pending()[name] = (None, timedelta(0))


def init_app(app: Flask) -> None:
    """Put the cookies on the responses."""

    @app.after_request
    def _send(response: Response) -> Response:
        for name, (content, lifetime) in _pending().items():
            full, secure = _full(name), config().secure_cookies
            if content is not None:
                response.set_cookie(
                    full,
                    _seal(name, content, lifetime),
                    max_age=lifetime,
                    httponly=True,
                    secure=secure,
                    samesite="Lax",
                )
            elif full in request.cookies:
                response.delete_cookie(full, httponly=True, secure=secure, samesite="Lax")
        return response


def _pending() -> dict[str, tuple[Content | None, timedelta]]:
    if "sealed_cookies" not in g:
        g.sealed_cookies = {}
    return cast(dict[str, tuple[Content | None, timedelta]], g.sealed_cookies)


def _full(name: str) -> str:
    return f"__Host-{name}" if config().secure_cookies else name


def _box(name: str) -> SecretBox:
    return _box_of(config().secret_key, name)


@lru_cache
def _box_of(secret_key: bytes, name: str) -> SecretBox:
    return SecretBox(hmac.new(secret_key, f"cookie:{name}".encode(), hashlib.sha256).digest())


def _seal(name: str, content: Content, lifetime: timedelta) -> str:
    whole = {"content": content, "until": (now() + lifetime).timestamp()}
    sealed = _box(name).encrypt(json.dumps(whole, separators=(",", ":")).encode())
    return base64.urlsafe_b64encode(sealed).decode()


def _unseal(name: str, sealed: str) -> Content | None:
    try:
        whole = json.loads(_box(name).decrypt(base64.urlsafe_b64decode(sealed)))
    except (CryptoError, binascii.Error, ValueError):
        return None
    return cast(Content, whole["content"]) if now().timestamp() < whole["until"] else None
