"""What must be settled before the ballots can be counted: cases of the vote, and papers that came back."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlmodel import Session

from budget import opening
from budget.reading.office import Desk
from models.enums import Phase
from views.texts import gettext as _
from views.texts import ngettext


@dataclass(frozen=True)
class Unsettled:
    """The first such thing in a sentence, and where it is settled."""

    sentence: str
    text: str
    href: str


def of_desk(session: Session, desk: Desk, *, now: datetime) -> Unsettled | None:
    """None before the freeze, once the log is closed, and when nothing waits. Papers wait from the end of voting on."""
    cycle = desk.cycle
    if cycle.frozen_at is None or cycle.log_closed_at is not None:
        return None
    cases = sum(opening.cases_waiting(session, cycle.id or 0).values())
    if cases:
        sentence = ngettext(
            "%(count)s case of the vote waits for a decision.",
            "%(count)s cases of the vote wait for a decision.",
            cases,
            count=cases,
        )
        return Unsettled(sentence, _("Cases of the vote"), url_for("office.cases", slug=cycle.slug))
    if desk.calendar.is_over(Phase.VOTING, now) and opening.batches_open(session, cycle.id or 0):
        sentence = _("Some paper ballots are not accounted for yet: close their batches first.")
        return Unsettled(sentence, _("Ballot papers"), url_for("office.paper", slug=cycle.slug))
    return None
