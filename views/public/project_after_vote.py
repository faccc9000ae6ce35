"""The road of a project after the vote in words: votes and verdict, the council's word, the reserve, the works."""

from collections.abc import Iterator
from datetime import datetime

from budget.reading.project_facts import Exchange, Step, Word
from budget.reading.project_life import Judgement, ProjectLife
from models.enums import WorksStatus
from views.filters import in_language, number
from views.labels import label
from views.public.project_events import Event, quote, said_in, to_project
from views.texts import gettext as _
from views.texts import ngettext


def events(life: ProjectLife) -> Iterator[Event]:
    """Everything from the published count on."""
    if life.judgement is not None and life.cycle.results_published_at is not None:
        yield _voted(life.judgement, life.cycle.results_published_at)
    if life.word is not None:
        yield confirmed(life, life.word)
    if life.came_in is not None:
        yield _came_in(life.came_in)
    for step in life.steps:
        if step.status is not WorksStatus.CANCELLED or life.fell_out is None:
            yield _step(step)
    if life.fell_out is not None:
        yield _fell_out(life.fell_out)
    if life.works is not None and not life.steps:
        works = life.works
        quotes = quote(_("Reason"), said_in(works.reason, works.language))
        yield Event(label(works.status), works.at, quotes=quotes)


def _voted(judgement: Judgement, at: datetime) -> Event:
    votes = ngettext("%(count)s vote", "%(count)s votes", judgement.votes, count=number(judgement.votes))
    return Event(label(judgement.kind), at, (votes,))


def confirmed(life: ProjectLife, word: Word) -> Event:
    """The council's word stands beside the verdict of the count, for ever."""
    notes = []
    if word.departs and life.judgement is not None:
        verdict = label(life.judgement.kind)
        notes.append(_("The council departed from the count, which says: “%(verdict)s”.", verdict=verdict))
    if word.place is not None:
        notes.append(_("Place %(place)s in the order of implementation.", place=word.place))
    quotes = quote(_("Reasons"), in_language(word, "reason"))
    return Event(_word(word), word.at, tuple(notes), session=word.session, quotes=quotes)


def _word(word: Word) -> str:
    match (word.wins, word.departs):
        case (True, False):
            return _("The council confirmed it as a winner")
        case (True, True):
            return _("The council added it to the winners")
        case (False, True):
            return _("The council left it out of the winners")
        case _:
            return _("The council confirmed the count")


def _came_in(act: Exchange) -> Event:
    fell = (
        _("Project %(number)s fell out of the winners, and its money pays for this one.", number=other.number)
        for other in (act.other,)
        if other is not None
    )
    return Event(
        _("Came in from the reserve"),
        act.at,
        (*fell, _document(act)),
        quotes=quote(_("Reasons"), in_language(act, "reason")),
        links=(to_project(act.other),) if act.other is not None else (),
    )


def _fell_out(act: Exchange) -> Event:
    notes = [_document(act)]
    if act.other is not None:
        notes.append(_("Project %(number)s came in from the reserve.", number=act.other.number))
    else:
        notes.append(_("The money is not enough for any project of the reserve."))
    return Event(
        _("Fell out of the winners"),
        act.at,
        tuple(notes),
        quotes=quote(_("Reasons"), in_language(act, "reason")),
        links=(to_project(act.other),) if act.other is not None else (),
    )


def _document(act: Exchange) -> str:
    return _("Document: %(document)s.", document=act.document.rstrip("."))


def _step(step: Step) -> Event:
    tone = "late" if step.status is WorksStatus.POSTPONED else "done"
    quotes = quote(_("Reason"), said_in(step.reason, step.language))
    return Event(label(step.status), step.at, quotes=quotes, tone=tone)
