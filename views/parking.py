"""A resident holds the front office's device: the operator's session is parked, and only the ballot is within reach.

The operator's token lies in a sealed cookie of its own name, which no other page can read as a session; only the
lock (`views/desk/device.py`) takes it back, for the operator's password. While the cookie is there, every address
but those below leads back to the ballot, or, once the resident has finished or left, to the lock. So it is for a
second tab, too: it has the same cookies. Without the cookie the session made at the desk is worth nothing
(`views.sessions`), so deleting it ends at the sign-in.
"""

from dataclasses import asdict, dataclass, field

from flask import Flask, redirect, request, url_for
from werkzeug.wrappers import Response

from budget.web_sessions import DESK_IDLE, STAFF_LONGEST
from models.enums import Channel
from views import sealed_cookies, sessions
from views.request_scope import now

ALWAYS = frozenset({"service.static_file", "service.favicon", "public.large_view"})
WITH_BALLOT = frozenset({"resident.ballot", "resident.receipt", "desk.finish"})
AT_LOCK = frozenset({"desk.lock", "desk.sign_in_anew"})


@dataclass(frozen=True)
class Parked:
    """Whose session waits, and the cycle whose ballot was opened."""

    token: str = field(repr=False)
    slug: str


def park(token: str, slug: str) -> None:
    """From the next request on the device is the resident's."""
    sealed_cookies.write(sealed_cookies.PARKED, asdict(Parked(token, slug)), lifetime=STAFF_LONGEST)


def current() -> Parked | None:
    """What is parked on this device; None on every other one."""
    content = sealed_cookies.read(sealed_cookies.PARKED)
    return Parked(**content) if content else None


def end() -> None:
    """The device is the operator's again, or nobody's."""
    sealed_cookies.forget(sealed_cookies.PARKED)


def is_with_voter() -> bool:
    """Is the resident whose ballot was opened still signed in?"""
    return sessions.current().channel is Channel.DESK


def way_on(parked: Parked) -> str:
    """Where every other address leads: to the ballot, or to the lock."""
    return url_for("resident.ballot", slug=parked.slug) if is_with_voter() else url_for("desk.lock")


def init_app(app: Flask) -> None:
    """Keep the device where it is, whatever address is asked for."""

    @app.before_request
    def _keep_here() -> Response | None:
        parked = current()
        if parked is None or request.endpoint in ALWAYS:
            return None
        within_reach = WITH_BALLOT if is_with_voter() else AT_LOCK
        is_other_ballot = (request.view_args or {}).get("slug", parked.slug) != parked.slug
        if request.endpoint in within_reach and not is_other_ballot:
            return None
        return redirect(way_on(parked), 303)

    @app.after_request
    def _lock_itself(response: Response) -> Response:
        """Left alone, the page goes to the lock when the session is over, without a script: so nobody finds a ballot
        half filled in."""
        is_page = response.mimetype == "text/html" and response.status_code not in range(300, 400)
        if is_page and current() is not None and is_with_voter():
            response.headers["Refresh"] = f"{_seconds_left()}; url={url_for('desk.lock')}"
        return response


def _seconds_left() -> int:
    """Until the resident's session is over. Opening a page prolongs it, but for the receipt, whose end is fixed."""
    ends_at = sessions.current().ends_at
    is_fixed = request.endpoint == "resident.receipt"
    left = ends_at - now() if ends_at is not None and is_fixed else DESK_IDLE
    return max(0, int(left.total_seconds())) + 1
