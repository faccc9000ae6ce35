"""The one thing to do now with a session, by its step; whatever else is possible stands beside it, quieter."""

from dataclasses import dataclass, field

from budget.council.sessions import Step
from budget.reading.council_sessions import ItemState, SessionPage
from models.enums import SessionKind
from views.addresses import url_for
from views.filters import date_time, opening
from views.texts import gettext as _
from views.texts import ngettext


@dataclass(frozen=True)
class Act:
    """A link, or a button that posts to its address."""

    text: str
    href: str
    posts: bool = False


@dataclass(frozen=True)
class ToDo:
    """How it stands in a sentence, the one act, and quieter ones."""

    lead: str
    act: Act | None = None
    also: tuple[Act, ...] = field(default=())


def of(found: SessionPage, *, protocols: int, ready: int) -> ToDo:
    """What to do now. `ready`: how many reviewed projects may be put on the agenda; `protocols`: how many there are."""
    match found.step:
        case Step.DRAFT:
            return _draft(found, ready)
        case Step.ANNOUNCED:
            return _announced(found, ready)
        case Step.UNDERWAY:
            return _underway(found)
        case Step.CLOSED:
            return _closed(found, protocols)
        case Step.PUBLISHED:
            return _published(found, protocols)


def _draft(found: SessionPage, ready: int) -> ToDo:
    fill = Act(_("Put everything that is ready on the agenda"), _to(found, "office.fill_agenda"), posts=True)
    is_decision = found.session.kind is SessionKind.DECISION
    if not found.lines and not ready and not is_decision:
        return ToDo(
            _("Nothing is ready for the agenda yet: projects come here when all their reviews are written.")
        )
    if not found.lines:
        return ToDo(_("A draft: nobody outside sees it. Nothing is on the agenda yet."), fill)
    announce = Act(_("Announce the session"), _to(found, "office.announce_session"))
    lead = _("A draft: nobody outside sees it.")
    return ToDo(f"{lead} {_to_finish(found)}", announce, (fill,) if ready else ())


def _announced(found: SessionPage, ready: int) -> ToDo:
    fill = Act(_("Put everything that is ready on the agenda"), _to(found, "office.fill_agenda"), posts=True)
    lead = _(
        "Everybody sees the agenda. The session begins: %(when)s.", when=opening(found.session.starts_at)
    )
    begin = Act(_("Open the session"), _to(found, "office.begin_session"))
    return ToDo(f"{lead} {_to_finish(found)}", begin, (fill,) if ready else ())


def _to_finish(found: SessionPage) -> str:
    count = sum(line.state is ItemState.INCOMPLETE for line in found.lines)
    if not count:
        return str(_("All motions are complete."))
    return str(
        ngettext("%(count)s motion is to finish.", "%(count)s motions are to finish.", count, count=count)
    )


def _underway(found: SessionPage) -> ToDo:
    voting = [line for line in found.lines if line.state is ItemState.VOTING]
    ready = sum(line.may_be_put for line in found.lines)
    put = Act(
        ngettext("Put %(count)s motion to the vote", "Put %(count)s motions to the vote", ready, count=ready),
        _to(found, "office.open_votes"),
        posts=True,
    )
    end = Act(_("Close the session"), _to(found, "office.close_session"))
    if voting:
        done = sum(line.is_voted_out for line in voting)
        close = Act(
            ngettext("Close %(count)s vote", "Close %(count)s votes", len(voting), count=len(voting)),
            _to(found, "office.close_votes"),
            posts=True,
        )
        lead = ngettext(
            "%(done)s of %(count)s open vote is complete: everybody there has voted.",
            "%(done)s of %(count)s open votes are complete: everybody there has voted.",
            len(voting),
            count=len(voting),
            done=done,
        )
        again = Act(_("Look again"), _to(found, "office.council_session"))
        return ToDo(lead, close, (again, put) if ready else (again,))
    if ready:
        return ToDo(_("The session is open. Members vote in their accounts."), put, (end,))
    left = sum(line.item.closed_at is None for line in found.lines)
    if left:
        lead = ngettext(
            "%(count)s motion can't be put to the vote as it stands: see below why.",
            "%(count)s motions can't be put to the vote as they stand: see below why.",
            left,
            count=left,
        )
        return ToDo(lead, end)
    return ToDo(_("Every motion of the agenda is decided."), end)


def _closed(found: SessionPage, protocols: int) -> ToDo:
    make = Act(_("Make the protocol"), _to(found, "office.make_protocol"))
    publish = Act(_("Publish the decisions"), _to(found, "office.publish_session"))
    if not protocols:
        return ToDo(_("The session is closed. Nobody outside sees its decisions yet."), make, (publish,))
    return ToDo(
        _("The protocol is made and waits for signatures. Nobody outside sees the decisions yet."), publish
    )


def _published(found: SessionPage, protocols: int) -> ToDo:
    at = found.session.published_at
    lead = _("The decisions are published: %(when)s.", when=date_time(at)) if at is not None else ""
    also: tuple[Act, ...] = ()
    if found.session.kind is SessionKind.DECISION:
        also = (Act(_("Winners and the reserve"), url_for("office.reserve", slug=found.cycle.slug)),)
    make = Act(_("Make the protocol"), _to(found, "office.make_protocol"))
    return ToDo(lead, make if not protocols else None, also)


def _to(found: SessionPage, endpoint: str) -> str:
    return url_for(endpoint, public_id=found.session.public_id)
