"""Response headers. The policy allows nothing but our own style sheet, script, pictures and forms."""

from flask import Flask, Response

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'none'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)

NCALAYER = "wss://127.0.0.1:13579"
"""Where NCALayer listens on the computer of a person who signs with it (wss, its own certificate)."""


def may_connect(response: Response, address: str) -> Response:
    """Let the page's script connect to `address` too: the page that signs by NCALayer, and no other."""
    widened = CONTENT_POLICY.replace("connect-src 'self'", f"connect-src 'self' {address}")
    response.headers["Content-Security-Policy"] = widened
    return response


def init_app(app: Flask, *, https: bool) -> None:
    """Put the headers on every response."""
    always = [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Permissions-Policy", "geolocation=(), camera=(), microphone=()"),
    ]
    if https:
        always.append(("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))

    @app.after_request
    def _headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        headers.setdefault("Cache-Control", "no-store")
        headers.extend(always)
        return response
