"""Public pages, kept per process under their address, good for one version of the public tables and one minute.

A page marked `@cacheable` shows nothing personal, and is kept only for a request without any cookie. Each request
reads the version row, so a change is seen at once; the minute is there because pages tell the time left. The
validator is strong (a hash of the body), so a browser that has the page gets 304 and no body. Memory is bounded in
bytes; the page unused for longest goes first. A page is kept compressed alone: every browser asks for that form, and
for a program that does not the page is unpacked (0.1 ms).

A kept page is answered before Flask begins its work (this wraps `app.wsgi_app`), with the very headers it was made
with. Its address includes every header that could change a page: host, scheme, and what a proxy says of both.
"""

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import Flask, Response, g, request
from sqlalchemy.exc import SQLAlchemyError

from models import public_version as versions
from models.database import Database
from views.public_facts import public_version
from views.request_scope import now

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

View = TypeVar("View", bound=Callable[..., Any])
Address = tuple[str, ...]
Headers = list[tuple[str, str]]
LIMIT_BYTES = 2 * 1024 * 1024
_AROUND_BYTES = 2048
_LONGEST_QUERY = 200
_MARK = "__cacheable__"
_GZIP_LEVEL = 3  # half the time of 5 for 6 % more bytes
_OURS = frozenset({"content-length", "content-encoding", "cache-control", "vary", "etag"})
_PARTS = (
    "HTTP_HOST",
    "wsgi.url_scheme",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
)


@dataclass(frozen=True, slots=True)
class Form:
    """One encoding of a page: its validator, and the headers of the answers 200 and 304."""

    etag: str
    headers: Headers
    unchanged: Headers


@dataclass(frozen=True, slots=True)
class Page:
    """A finished answer, its body compressed, and what it is good for."""

    version: int
    minute: int
    body: bytes
    plain: Form
    zipped: Form

    @property
    def size(self) -> int:
        """Bytes it takes in memory; its address and headers take about as much as a short body."""
        return len(self.body) + _AROUND_BYTES

    def wanted(self, accepted: str) -> tuple[Form, Callable[[], bytes]]:
        """The form for this Accept-Encoding, and how to get its body."""
        if "gzip" in accepted:
            return self.zipped, lambda: self.body
        return self.plain, lambda: gzip.decompress(self.body)


class PageCache:
    """Pages by address, least recently used first to go; for the threads of one process."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._pages: OrderedDict[Address, Page] = OrderedDict()
        self._lock = threading.Lock()
        self.size = 0

    def __len__(self) -> int:
        return len(self._pages)

    def get(self, address: Address) -> Page | None:
        """The page last kept there, now the most recently used one."""
        with self._lock:
            page = self._pages.get(address)
            if page is not None:
                self._pages.move_to_end(address)
            return page

    def put(self, address: Address, page: Page) -> None:
        """Keep a page, dropping old ones to stay within the limit; one larger than all of it is not kept."""
        with self._lock:
            replaced = self._pages.pop(address, None)
            self.size -= replaced.size if replaced else 0
            if page.size > self._limit:
                return
            self._pages[address] = page
            self.size += page.size
            while self.size > self._limit:
                self.size -= self._pages.popitem(last=False)[1].size

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._pages.clear()
            self.size = 0


def cacheable(view: View) -> View:
    """Mark a public view whose answer is the same for everybody who has no cookie."""
    setattr(view, _MARK, True)
    return view


class CachedPages:
    """The WSGI application with the kept pages in front of it."""

    def __init__(self, app: Flask, inner: "WSGIApplication", cache: PageCache) -> None:
        self._app, self._inner, self._cache = app, inner, cache

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        page = self._good_page(environ)
        if page is None:
            return self._inner(environ, start_response)
        form, body = page.wanted(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if form.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 NOT MODIFIED", list(form.unchanged))
            return ()
        start_response("200 OK", list(form.headers))
        return (body(),)

    def _good_page(self, environ: "WSGIEnvironment") -> Page | None:
        if environ["REQUEST_METHOD"] != "GET" or environ.get("HTTP_COOKIE"):
            return None
        page = self._cache.get(address_of(environ))
        if page is None or page.minute != self._minute():
            return None
        try:
            version = versions.current(cast(Database, self._app.extensions["database"]).asking)
        except SQLAlchemyError:
            return None  # the application says it in words
        return page if page.version == version else None

    def _minute(self) -> int:
        clock = cast(Callable[[], datetime] | None, self._app.extensions.get("clock"))
        return int((clock().timestamp() if clock else time.time()) // 60)


def address_of(environ: "WSGIEnvironment") -> Address:
    """Everything of a request that a cacheable page may depend on."""
    return tuple(environ.get(part, "") for part in _PARTS)


def init_app(app: Flask) -> None:
    """Put the kept pages in front of the application, and keep what cacheable views make."""
    cache = PageCache()
    app.extensions["page_cache"] = cache
    app.wsgi_app = CachedPages(app, app.wsgi_app, cache)  # type: ignore[method-assign]

    @app.before_request
    def _note_version() -> None:
        """Read the version before the view reads anything: a change meanwhile makes the page stale, never wrong."""
        view = app.view_functions.get(request.endpoint or "")
        if request.method == "GET" and getattr(view, _MARK, False) and not _is_personal():
            g.page_version = public_version()

    @app.after_request
    def _keep(response: Response) -> Response:
        version = cast(int | None, g.get("page_version"))
        if version is None or response.status_code != 200 or "Set-Cookie" in response.headers:
            return response
        page = page_of(response, version, int(now().timestamp() // 60))
        cache.put(address_of(request.environ), page)
        form, body = page.wanted(request.headers.get("Accept-Encoding", ""))
        if form.etag in request.headers.get("If-None-Match", ""):
            return Response(status=304, headers=form.unchanged)
        return Response(body(), headers=form.headers)


def page_of(response: Response, version: int, minute: int) -> Page:
    """The finished answer in both encodings."""
    body = response.get_data()
    etag = hashlib.sha256(body).hexdigest()[:32]
    kept = [(name, value) for name, value in response.headers if name.lower() not in _OURS]
    zipped = gzip.compress(body, _GZIP_LEVEL, mtime=0)
    return Page(
        version,
        minute,
        zipped,
        _form(len(body), f'"{etag}"', kept),
        _form(len(zipped), f'"{etag}-gz"', [*kept, ("Content-Encoding", "gzip")]),
    )


def _form(length: int, etag: str, headers: Headers) -> Form:
    unchanged = [
        ("ETag", etag),
        ("Cache-Control", "public, max-age=0, must-revalidate"),
        ("Vary", "Accept-Encoding, Cookie"),
    ]
    return Form(etag, [*headers, *unchanged, ("Content-Length", str(length))], unchanged)


def _is_personal() -> bool:
    return bool(request.headers.get("Cookie")) or len(request.query_string) > _LONGEST_QUERY
