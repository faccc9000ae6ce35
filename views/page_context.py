"""What every page has at hand besides its own content: district, languages, the person's menu.

An error page must come out even when the database does not answer, so a missing district becomes neutral words.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Flask, request
from sqlalchemy.exc import SQLAlchemyError

from budget.permissions import VISITOR, Actor
from budget.reading.places import NOWHERE
from models.enums import Role
from views import parking, sessions
from views.addresses import url_for
from views.i18n import LANGUAGES, current_language
from views.public_facts import places
from views.request_scope import config
from views.texts import gettext as _
from views.texts import mark as _l

LARGE_VIEW_COOKIE = "large_view"
_ACCOUNT = ("staff.account", _l("My account"))
_OWN_PAGES = {
    Role.VISITOR: (("resident.sign_in", _l("Sign in")),),
    Role.RESIDENT: (("resident.my", _l("My page")),),
    Role.COUNCIL: (
        ("council.queue", _l("Expert Council")),
        ("council.protocols", _l("Protocols")),
        ("staff.annulments", _l("Disputed ballots")),
        _ACCOUNT,
    ),
    Role.COORDINATOR: (("office.home", _l("Office")), _ACCOUNT),
    Role.OPERATOR: (("desk.home", _l("Front office")), _ACCOUNT),
    Role.OBSERVER: (
        ("office.log", _l("Log of acts")),
        ("office.case_index", _l("Cases of the vote")),
        _ACCOUNT,
    ),
}
"""The pages of each role, by endpoint and text."""


@dataclass(frozen=True)
class DistrictNames:
    """The district in the language of the page."""

    name: str
    akimat: str
    programme: str


def district_names() -> DistrictNames:
    """The district's names, or neutral words while it has none."""
    try:
        facts = places().district
    except SQLAlchemyError:
        facts = NOWHERE.district
    if facts is None:
        return DistrictNames(_("District"), _("District akimat"), _("Participation budget"))
    lang = current_language().value
    return DistrictNames(*(getattr(facts, f"{name}_{lang}") for name in ("name", "akimat", "programme")))


def init_app(app: Flask) -> None:
    """Give every template its common variables."""

    @app.context_processor
    def _common() -> dict[str, Any]:
        who = _actor()
        return {
            "lang": current_language().value,
            "languages": LANGUAGES,
            "district": district_names(),
            "actor": who,
            "demo": config().demo,
            "large_view": LARGE_VIEW_COOKIE in request.cookies,
            "large_view_url": f"{url_for('public.large_view')}?page={quote(request.path)}",
            **_ways(who),
        }


def _ways(who: Actor) -> dict[str, Any]:
    """The menus; on a device handed over at the front office there are none."""
    parked = parking.current()
    if parked is not None:
        return {"at_desk": True, "home_url": url_for("resident.ballot", slug=parked.slug)}
    return {
        "at_desk": False,
        "home_url": url_for("public.home"),
        "nav": _links(("public.home", _("Now")), ("public.archive", _("All cycles")), *_middle(who)),
        "account_nav": _account(who),
        "footer_nav": _footer(),
        "sign_out_url": _sign_out(who),
    }


def _actor() -> Actor:
    try:
        return sessions.current().actor
    except SQLAlchemyError:
        return VISITOR


def _middle(who: Actor) -> tuple[tuple[str, str], ...]:
    return (("public.can_i_vote", _("Can I vote?")),) if who.role in (Role.VISITOR, Role.RESIDENT) else ()


def _account(who: Actor) -> list[dict[str, Any]]:
    return _links(*((endpoint, _(text)) for endpoint, text in _OWN_PAGES.get(who.role, ())))


def _footer() -> list[dict[str, Any]]:
    links = [("public.about", _("About the service")), ("public.accessibility", _("Accessibility"))]
    if config().demo:
        links.append(("public.messages", _("Messages of the demonstration")))
    staff = [("staff.sign_in", _("For the council and the akimat"))]
    return _links(*links, *staff)


def _sign_out(who: Actor) -> str | None:
    if who.role is Role.VISITOR:
        return None
    return url_for("resident.sign_out" if who.role is Role.RESIDENT else "staff.sign_out")


def _links(*items: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {"text": text, "href": url_for(endpoint), "current": endpoint == request.endpoint}
        for endpoint, text in items
    ]
