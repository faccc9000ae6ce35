"""When something is refused or fails: a page in the reader's language that says what happened and what to do.

The API gets the same as JSON (`application/problem+json`, RFC 9457). A database that can't be reached or written
is 503 in plain words, by a page that needs no database. When only room is missing, reading goes on: the page is in
the reader's language and, for the forms people spend time on, holds what was sent, ready to be sent again: nothing
was stored for certain, so nothing can be doubled. Nothing typed or stored is ever put into a log here.
"""

import errno
import sqlite3
from http import HTTPStatus

from flask import Flask, Response, current_app, json, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from budget.errors import BudgetRefusal, NotFound, NotPermitted
from views import messages, static_files

PAGES = frozenset({400, 403, 404, 413, 429, 500, 503})
API_PREFIX = "/api/"
KEEPS_WHAT_WAS_SENT = frozenset({"resident", "council"})
"""The blueprints with long forms."""
_PASSWORDS = "step_up-"
"""How the names of a step-up's fields begin (`views/staff/step_up.py`): a form with these is never shown again."""
_DISK_FULL = "53100"
"""PostgreSQL's code (appendix A of its manual)."""


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(BudgetRefusal, _refused)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database_down)
    app.register_error_handler(PoolTimeout, _database_down)
    app.register_error_handler(OSError, _system_failed)


def problem(status: int, code: str, detail: str = "") -> Response:
    """An error for a program (RFC 9457)."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "code": code}
    if detail:
        body["detail"] = detail
    return Response(json.dumps(body), status, content_type="application/problem+json")


def _refused(refusal: BudgetRefusal) -> Response:
    status = 404 if isinstance(refusal, NotFound) else 403 if isinstance(refusal, NotPermitted) else 409
    if _is_api():
        return problem(status, refusal.code)
    if status in PAGES:
        return _page(f"errors/{status}.html", status)
    return _page("errors/refusal.html", status, text=messages.text(refusal))


def _form_expired(error: CSRFError) -> Response:
    return _page("errors/form_expired.html", error.code or 400)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if isinstance(
        error, SecurityError
    ):  # a host name that is not ours: no page of ours can name its addresses
        return Response(
            "This host name is not served here.\n", status, content_type="text/plain; charset=utf-8"
        )
    if _is_api():
        response = problem(status, _code_of(status))
    else:
        known = status if status in PAGES else 500 if status >= 500 else 404 if status == 405 else 400
        response = _page(f"errors/{known}.html", status)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _system_failed(error: OSError) -> Response:
    """No room for an upload on its way or for a lock is like no room in the database; anything else is a bug."""
    if not _is_full(error):
        raise error
    return _full(may_keep=False)  # the upload was perhaps not read to its end


def _is_full(error: BaseException) -> bool:
    return (
        getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        or getattr(error, "sqlstate", None) == _DISK_FULL
        or getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
    )


def _full(*, may_keep: bool) -> Response:
    current_app.logger.error("the disk is full: %s could not be stored", request.endpoint)
    if _is_api():
        return problem(503, _code_of(503))
    keeps = may_keep and request.blueprint in KEEPS_WHAT_WAS_SENT
    keeps = keeps and not any(name.startswith(_PASSWORDS) for name in request.form)
    sent = list(request.form.items(multi=True)) if keeps else []
    files = [name for name, file in request.files.items() if file.filename] if keeps else []
    response = _page("errors/503.html", 503, sent=sent, files=files)
    response.headers["Retry-After"] = "60"
    return response


def _database_down(error: Exception) -> Response:
    cause = getattr(error, "orig", error)
    if _is_full(cause):
        return _full(may_keep=True)
    kind = type(cause).__name__
    current_app.logger.error("the database refused %s: %s", request.endpoint, kind)
    if _is_api():
        return problem(503, _code_of(503))
    return _standalone(503)


def _page(template: str, status: int, **values: object) -> Response:
    try:
        return Response(render_template(template, **values), status)
    except Exception:
        # An error page that fails must not hide the first error: the last resort needs nothing at all.
        current_app.logger.exception("the page %s could not be made", template)
        return _standalone(status)


def _standalone(status: int) -> Response:
    template = current_app.jinja_env.get_template("errors/standalone.html")
    response = Response(template.render(stylesheet=static_files.asset_url("main.css")), status)
    if status == 503:
        response.headers["Retry-After"] = "60"
    return response


def _is_api() -> bool:
    return request.path.startswith(API_PREFIX)


def _code_of(status: int) -> str:
    return HTTPStatus(status).phrase.lower().replace(" ", "_")
