"""Where one's own project stands, in sentences: what happens next, why it stopped, and what is late."""

from dataclasses import dataclass
from datetime import datetime

from budget.reading.project_facts import Appealed, Decision
from budget.reading.project_life import ProjectLife
from models.enums import DecidedBy, Phase, ProjectState, WorksStatus
from views.addresses import url_for
from views.filters import deadline, long_date, span
from views.public import project_screening
from views.public.project_events import Quote, last_day, to_project
from views.public.wording import Link, verdict_reason
from views.texts import gettext as _


@dataclass(frozen=True)
class Steps:
    """Sentences, the words of others they rest on, what is overdue, and where to read on."""

    sentences: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    late: str = ""
    links: tuple[Link, ...] = ()


def steps_of(life: ProjectLife, *, can_correct: bool, now: datetime) -> Steps:
    """The steps of one's own project."""
    match life.facts.state:
        case ProjectState.SUBMITTED:
            return Steps((_while_read(life, now),))
        case ProjectState.RETURNED:
            return _returned(life, can_correct, now)
        case ProjectState.REJECTED:
            return _rejected(life, now)
        case ProjectState.MERGED:
            links = (to_project(life.merged_into),) if life.merged_into else ()
            return Steps((_("It goes on as part of another project, as both authors agreed."),), links=links)
        case ProjectState.WITHDRAWN:
            day = long_date(life.facts.withdrawn_at) if life.facts.withdrawn_at else "–"
            return Steps((_("You took it back: %(day)s.", day=day),))
        case _:
            return Steps(tuple(_after_admission(life, now)))


def _while_read(life: ProjectLife, now: datetime) -> str:
    screening = life.calendar.window(Phase.SCREENING)
    end = screening.ends_at if screening else None
    if end is not None and now < end:
        return str(
            _("The Expert Council reads it. You get the answer here before %(moment)s.", moment=deadline(end))
        )
    return str(_("The Expert Council has not decided yet."))


def _returned(life: ProjectLife, can_correct: bool, now: datetime) -> Steps:
    last = life.decisions[-1] if life.decisions else None
    quotes = project_screening.remarks(last) if last else ()
    if last is not None and last.asked is not None and last.asked.due_at <= now:
        late = _("The time to correct it ended with %(day)s.", day=last_day(last.asked.due_at))
        return Steps(quotes=quotes, late=late)
    if can_correct:
        return Steps((_("It came back to you. This is what should be changed:"),), quotes)
    return Steps((_("The time for corrections is over."),), quotes)


def _rejected(life: ProjectLife, now: datetime) -> Steps:
    last = life.decisions[-1] if life.decisions else None
    if last is None:
        return Steps((_("It does not go to the vote."),))
    first = _("It does not go to the vote.")
    if last.decided_by is DecidedBy.SILENCE:
        first = _("It does not go to the vote: it was not corrected in time.")
    sentences, late = (first, *project_screening.rests_on(last)), ""
    links = [Link(_("The whole road of the project"), _page(life))]
    filed = next((one.appeal for one in reversed(life.decisions) if one.appeal is not None), None)
    if filed is not None:
        links.insert(0, Link(_("Your appeal"), url_for("resident.appeal", public_id=life.facts.public_id)))
        told, late = _appealed(filed, now)
        sentences += told
    elif not project_screening.may_still_appeal(life, now):
        sentences += _too_late(last)
    return Steps(sentences, project_screening.reasons(last), late, tuple(links))


def _appealed(filed: Appealed, now: datetime) -> tuple[tuple[str, ...], str]:
    """What became of the appeal, and whether its answer is late."""
    day = last_day(filed.decide_by)
    if filed.decided_at is not None:
        return (_("Your appeal was dismissed. You can go to court."),), ""
    if filed.decide_by <= now:
        return (), _("Late: your appeal should have been answered by the end of %(day)s.", day=day)
    return (_("Your appeal is answered until the end of %(day)s.", day=day),), ""


def _too_late(last: Decision) -> tuple[str, ...]:
    if last.appeal_until is None:
        return ()
    return (_("The time to appeal ended with %(day)s.", day=last_day(last.appeal_until)),)


def _page(life: ProjectLife) -> str:
    return url_for("public.project", public_id=life.facts.public_id)


def _after_admission(life: ProjectLife, now: datetime) -> list[str]:
    if life.works is not None:
        return [_works(life.works.status)]
    if life.word is not None and not life.word.wins and life.word.departs:
        return [_("It won the vote, and the council left it out. The reasons stand on its page.")]
    if life.judgement is not None:
        verdict = life.judgement
        return verdict_reason(
            verdict.kind,
            verdict.missing_votes,
            verdict.missing_tenge,
            life.cycle.currency,
            is_divided=life.envelope is not None,
        )
    return _before_results(life, now)


def _before_results(life: ProjectLife, now: datetime) -> list[str]:
    voting = life.calendar.window(Phase.VOTING)
    if voting is None or voting.ends_at is None:
        return []
    if now < voting.starts_at:
        return [_("It goes to the vote: %(days)s.", days=span(voting.starts_at, voting.ends_at))]
    if now < voting.ends_at:
        return [_("Residents are voting until %(moment)s.", moment=deadline(voting.ends_at))]
    return [_("Voting is over. The result is not published yet.")]


def _works(status: WorksStatus) -> str:
    match status:
        case WorksStatus.PLANNED:
            return str(_("It won. The akimat is preparing the works."))
        case WorksStatus.UNDERWAY:
            return str(_("It won. The works are underway."))
        case WorksStatus.COMPLETED:
            return str(_("It won, and it is built."))
        case WorksStatus.CANCELLED:
            return str(_("It fell out of the winners and will not be built. The reasons stand on its page."))
        case _:
            return str(_("It won. The works are postponed; the reason stands on its page."))
