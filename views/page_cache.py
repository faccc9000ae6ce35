"""Public pages, kept per process: by version of the public tables, address and minute.

A page marked `@cacheable` shows nothing personal, and is kept only for a request without any cookie. Each request
reads the version row, so a change is seen at once; the minute is in the key because pages tell the time left. The
validator is strong (a hash of the body), so a browser that has the page gets 304 and no body. Memory is bounded in
bytes; the page unused for longest goes first.
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, g, request

from views.page_context import public_version
from views.request_scope import now

View = TypeVar("View", bound=Callable[..., Any])
Key = tuple[int, str, str, bytes, int]
LIMIT_BYTES = 8 * 1024 * 1024
_LONGEST_QUERY = 200
_MARK = "__cacheable__"
_GZIP_LEVEL = 5


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered page: plain and compressed body, their validators, its type."""

    body: bytes
    compressed: bytes
    etag: str
    content_type: str

    @property
    def size(self) -> int:
        """Bytes it takes in memory, without the small things."""
        return len(self.body) + len(self.compressed)


class PageCache:
    """Pages by key, least recently used first to go; for the threads of one process."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._lock = threading.Lock()
        self.size = 0

    def __len__(self) -> int:
        return len(self._pages)

    def get(self, key: Key) -> Page | None:
        """The page, now the most recently used one."""
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: Key, page: Page) -> None:
        """Keep a page, dropping old ones to stay within the limit; one larger than all of it is not kept."""
        if page.size > self._limit:
            return
        with self._lock:
            replaced = self._pages.pop(key, None)
            self.size += page.size - (replaced.size if replaced else 0)
            self._pages[key] = page
            while self.size > self._limit:
                self.size -= self._pages.popitem(last=False)[1].size


def cacheable(view: View) -> View:
    """Mark a public view whose answer is the same for everybody who has no cookie."""
    setattr(view, _MARK, True)
    return view


def init_app(app: Flask) -> None:
    """Answer from the cache before a view runs, and keep what a view made."""
    app.extensions["page_cache"] = PageCache(LIMIT_BYTES)

    @app.before_request
    def _from_cache() -> Response | None:
        view = app.view_functions.get(request.endpoint or "")
        if request.method not in ("GET", "HEAD") or not getattr(view, _MARK, False) or _is_personal():
            return None
        g.page_key = (public_version(), request.host, request.path, request.query_string, _minute())
        page = _cache().get(g.page_key)
        return _respond(page) if page else None

    @app.after_request
    def _keep(response: Response) -> Response:
        key = cast(Key | None, g.get("page_key"))
        if key is None or response.status_code != 200 or "Set-Cookie" in response.headers:
            return response
        if response.direct_passthrough or "ETag" in response.headers:
            return response
        page = _page_of(response)
        if request.method == "GET":
            _cache().put(key, page)
        return _with_headers(_respond(page), response)


def _is_personal() -> bool:
    return bool(request.headers.get("Cookie")) or len(request.query_string) > _LONGEST_QUERY


def _minute() -> int:
    return int(now().timestamp() // 60)


def _cache() -> PageCache:
    return cast(PageCache, current_app.extensions["page_cache"])


def _page_of(response: Response) -> Page:
    body = response.get_data()
    etag = hashlib.sha256(body).hexdigest()[:32]
    compressed = gzip.compress(body, _GZIP_LEVEL, mtime=0)
    return Page(body, compressed, etag, response.content_type or "text/html; charset=utf-8")


def _respond(page: Page) -> Response:
    """The page, compressed where the browser takes it, or 304 where it has it."""
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    etag = f'"{page.etag}{"-gz" if zipped else ""}"'
    if etag in request.headers.get("If-None-Match", ""):
        response = Response(status=304)
    else:
        response = Response(page.compressed if zipped else page.body, content_type=page.content_type)
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    return response


def _with_headers(made: Response, original: Response) -> Response:
    """Carry over what other parts put on the first answer (the security headers)."""
    for name, value in original.headers:
        if name not in made.headers and name != "Content-Length":
            made.headers[name] = value
    return made
