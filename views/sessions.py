"""Who acts in this request. The browser holds a sealed cookie with a random token and, for a resident, the IIN;
the row in `web_session` says whose it is. The IIN is nowhere else: no table, form, address or log has it.

`current()` costs one query when there is a cookie and none when there is none. A new token is made at each signing
in, and the token of the CSRF check with it, so nothing planted before can be used after.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast
from urllib.parse import urlsplit

import flask
from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlmodel import Session

from budget import staff, web_sessions
from budget.errors import NotPermitted
from budget.permissions import VISITOR, Action, Actor
from models.enums import Assurance, Channel, Language, Role
from models.people import Resident, Staff
from views import sealed_cookies
from views.i18n import current_language
from views.request_scope import database, now, writing

COOKIE = "who"


@dataclass(frozen=True)
class Current:
    """The person of this request. `iin` and `birth_on` are a resident's, for this request only: never store or log
    them. `channel` and `assurance` say where and by what a resident was identified; the rest is in `signed_in`."""

    actor: Actor
    iin: str | None = field(default=None, repr=False)
    session_id: int | None = None
    ends_at: datetime | None = None
    birth_on: date | None = field(default=None, repr=False)
    stepped_up_at: datetime | None = None
    channel: Channel | None = None
    assurance: Assurance | None = None
    signed_in: web_sessions.SignedIn | None = field(default=None, repr=False)


_NOBODY = Current(VISITOR)


def current() -> Current:
    """Who acts; a visitor when nobody is signed in."""
    if "current" not in g:
        g.current = _read()
    return cast(Current, g.current)


def sign_in_staff(session: Session, member: Staff) -> None:
    """Begin a session for a member of staff, in the caller's transaction; the cookie goes with the response."""
    staff.note_sign_in(session, member, now=now())
    _begin(session, web_sessions.start(session, now=now(), staff_id=member.id))


def sign_in_resident(
    session: Session, resident: Resident, iin: str, *, assurance: Assurance = Assurance.SMS
) -> None:
    """Begin a session for a resident whose phone and IIN were confirmed, or who signed electronically."""
    token = web_sessions.start(session, now=now(), resident_id=resident.id, assurance=assurance)
    _begin(session, token, iin)


def is_at_desk() -> bool:
    """Does a resident hold the front office's device, or has it just come back and waits for the operator?"""
    return sealed_cookies.read(sealed_cookies.PARKED) is not None


def hand_over(session: Session, resident: Resident, iin: str) -> str:
    """The operator of this request gives the device to a resident: from the next page on it is the resident's, signed
    in at the desk by a document. The operator's session goes on, out of reach: its token is returned, to be parked
    (`views.parking`)."""
    parked, operator = _token(), current().actor
    if parked is None or operator.role is not Role.OPERATOR:
        raise NotPermitted(action=Action.SERVE_AT_DESK)
    token = web_sessions.start(
        session,
        now=now(),
        resident_id=resident.id,
        channel=Channel.DESK,
        assurance=Assurance.DESK,
        operator_id=operator.id,
    )
    _carry(token, iin)
    return parked


def parked(token: str) -> web_sessions.SignedIn | None:
    """The operator's session behind a parked token, as long as it is good."""
    return web_sessions.find(database().asking, token, now=now())


def take_back(token: str) -> None:
    """The operator showed the password: the device is the operator's again, with the session of before."""
    _carry(token)


def forget_current() -> None:
    """Something about the session changed in this request: read it again."""
    g.pop("current", None)


def sign_out() -> None:
    """End the session, in a transaction of its own. The cookie goes first: a full disk must not leave a person
    signed in on a borrowed device."""
    token = _token()
    sealed_cookies.forget(COOKIE)
    flask.session.clear()
    g.current = _NOBODY
    if token:
        with writing() as session:
            web_sessions.end(session, token)


def local_path(target: str | None) -> str | None:
    """`target` as a page of this site in the language of this page, or None: nobody is sent elsewhere after
    signing in."""
    if not target or not target.isprintable() or "\\" in target or not target.startswith("/"):
        return None
    parts = urlsplit(target)
    language, _, rest = parts.path.removeprefix("/").partition("/")
    if parts.scheme or parts.netloc or language not in set(Language) or rest.startswith("/"):
        return None
    query = f"?{parts.query}" if parts.query else ""
    return f"/{current_language()}/{rest}{query}"


def init_app(app: Flask) -> None:
    """Send the sealed cookies, note the use of sessions, and tell pages when the session ends."""
    sealed_cookies.init_app(app)

    @app.context_processor
    def _session_left() -> dict[str, Any]:
        try:
            ends_at = current().ends_at
        except SQLAlchemyError:  # an error page comes out without a database, too
            return {}
        return {"session_seconds": int((ends_at - now()).total_seconds())} if ends_at else {}

    @app.after_request
    def _note_use(response: Response) -> Response:
        stale = g.get("stale_session")
        if stale is not None and request.method == "GET":  # a POST is followed by a GET
            _touch(stale)
        return response


def _read() -> Current:
    content = sealed_cookies.read(COOKIE)
    if content is None:
        return _NOBODY
    found = web_sessions.find(database().asking, content["token"], now=now())
    if found is None or (found.channel is Channel.DESK and not is_at_desk()):
        # a session made at the desk is good on the device that was handed over alone
        sealed_cookies.forget(COOKIE)
        return _NOBODY
    if found.is_stale(now()):
        g.stale_session = found.session_id
    iin = content.get("iin")
    return Current(
        found.actor,
        iin,
        found.session_id,
        found.ends_at,
        found.birth_on,
        stepped_up_at=found.stepped_up_at,
        channel=found.channel,
        assurance=found.assurance,
        signed_in=found,
    )


def _begin(session: Session, token: str, iin: str | None = None) -> None:
    old = _token()
    if old:
        web_sessions.end(session, old)
    _carry(token, iin)


def _carry(token: str, iin: str | None = None) -> None:
    """Give the browser this session, and a new token for its forms: those of before are worth nothing."""
    longest = web_sessions.STAFF_LONGEST if iin is None else web_sessions.RESIDENT_LONGEST
    flask.session.clear()
    sealed_cookies.write(COOKIE, {"token": token} | ({"iin": iin} if iin else {}), lifetime=longest)
    g.pop("current", None)


def _token() -> str | None:
    content = sealed_cookies.read(COOKIE)
    return cast(str, content["token"]) if content else None


def _touch(session_id: int) -> None:
    try:
        with database().writing() as session:
            web_sessions.touch(session, session_id, now=now())
    except OperationalError as error:  # the page is made; a full disk must not take it away
        current_app.logger.warning("the use of a session was not noted: %s", type(error.orig).__name__)
