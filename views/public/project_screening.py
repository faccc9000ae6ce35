"""The road of a project before the vote in words: formal check, corrections, decisions, appeal, forwarding, merger."""

from datetime import datetime, time

from budget.reading.project_facts import Appealed, Asked, Decision, Forwarded, Other
from budget.reading.project_life import ProjectLife
from models.enums import Answer, DecidedBy, ProjectPart, ProjectState, ScreeningOutcome
from views.addresses import url_for
from views.filters import ZONE, Localised, in_language, long_date, opening, tenge
from views.labels import label, named_criterion
from views.public.project_events import Answered, Event, Quote, last_day, quote, said_in, to_project
from views.public.wording import Link
from views.texts import gettext as _


def events(life: ProjectLife, now: datetime) -> list[Event]:
    """Everything up to the vote, in no order."""
    found = [*_versions(life), *_checks(life)]
    for decision in life.decisions:
        found.append(_decided(life, decision, now))
        if decision.appeal is not None:
            found.append(_appealed(decision.appeal, now))
    if life.forwarded is not None:
        found.append(_forwarded(life.forwarded))
    if life.merged_into is not None:
        found.append(_merged(life, life.merged_into))
    return found


def open_appeal(life: ProjectLife) -> Appealed | None:
    """The appeal that is not answered yet."""
    filed = [decision.appeal for decision in life.decisions if decision.appeal is not None]
    return filed[-1] if filed and filed[-1].decided_at is None else None


def may_still_appeal(life: ProjectLife, now: datetime) -> bool:
    """Does the project stand on a rejection whose time to appeal is not over?"""
    last = life.decisions[-1] if life.decisions else None
    if last is None or life.facts.state is not ProjectState.REJECTED or last.appeal is not None:
        return False
    return last.appeal_until is not None and now < last.appeal_until


def reasons(decision: Decision) -> tuple[Quote, ...]:
    """Why, in the language of the page where it was written in it."""
    return quote(_("Reasons"), in_language(decision, "reason"))


def remarks(decision: Decision) -> tuple[Quote, ...]:
    """What the author was asked to change, the whole first and then part by part. The council's own return says it as
    reasons, in two languages."""
    asked = decision.asked
    if asked is None or decision.decided_by is DecidedBy.COUNCIL:
        return reasons(decision)
    in_order = sorted(asked.remarks, key=lambda remark: remark[0] is not ProjectPart.WHOLE)
    return tuple(one for part, text in in_order for one in quote(label(part), said_in(text, asked.language)))


def rests_on(decision: Decision) -> tuple[str, ...]:
    """The criterion and the clause of a rejection."""
    found = []
    if decision.criterion is not None:
        name = named_criterion(decision.criterion)
        found.append(_("The criterion it does not meet: %(criterion)s.", criterion=name))
    if decision.clause:
        found.append(_("Clause of the Regulation: %(clause)s.", clause=decision.clause.rstrip(".")))
    return tuple(found)


def _versions(life: ProjectLife) -> list[Event]:
    """The submission and each later text: corrected by the author, or with the houses of a merged project."""
    found = []
    if life.facts.submitted_at is not None:
        notes = (_("Version %(number)s.", number=1),) if len(life.versions) > 1 else ()
        found.append(Event(_("Submitted"), life.facts.submitted_at, notes))
    merged_at = {one.at: one.other for one in life.joined}
    for number, at in life.versions.items():
        if number == 1:
            continue
        found.append(
            _joined(life, number, at, merged_at[at]) if at in merged_at else _corrected(life, number, at)
        )
    return found


def _corrected(life: ProjectLife, number: int, at: datetime) -> Event:
    notes = (_("Version %(number)s.", number=number),)
    return Event(_("Corrected by the author"), at, notes, links=_difference(life, number))


def _joined(life: ProjectLife, number: int, at: datetime, other: Other) -> Event:
    notes = (
        _(
            "Both authors agreed. The houses of that project were added to this one: version %(number)s.",
            number=number,
        ),
    )
    links = (to_project(other), *_difference(life, number))
    return Event(_("Another project became part of this one"), at, notes, links=links)


def _difference(life: ProjectLife, number: int) -> tuple[Link, ...]:
    if not life.has_difference(number):
        return ()
    href = url_for("public.versions", public_id=life.facts.public_id, _anchor=f"version-{number}")
    return (Link(_("What changed"), href),)


def _checks(life: ProjectLife) -> list[Event]:
    notes = (_("The application is complete. Members of the Expert Council read it."),)
    return [Event(_("Formal check passed"), at, notes) for at in life.checks.values()]


def _decided(life: ProjectLife, decision: Decision, now: datetime) -> Event:
    match decision.outcome:
        case ScreeningOutcome.RETURNED:
            return _returned(decision, now)
        case ScreeningOutcome.ADMITTED:
            return _admitted(life, decision)
        case _:
            return _rejected(life, decision, now)


def _returned(decision: Decision, now: datetime) -> Event:
    notes, late = _by_whom(decision), ""
    asked = decision.asked
    if asked is not None and asked.is_open:
        if now < asked.due_at:
            day = last_day(asked.due_at)
            notes += (_("The author can correct it until the end of %(day)s.", day=day),)
        else:
            late = _("The time to correct it ended with %(day)s.", day=last_day(asked.due_at))
    return Event(
        label(decision.outcome),
        decision.at,
        (*notes, *_vote(decision)),
        session=_session(decision),
        quotes=remarks(decision),
        answers=_answers(decision),
        late=late,
        tone="late" if late else "done",
    )


def _by_whom(decision: Decision) -> tuple[str, ...]:
    match decision.decided_by:
        case DecidedBy.COORDINATOR:
            return (_("The coordinator sent it back after the formal check."),)
        case DecidedBy.REVIEWER:
            return (_("A member of the Expert Council who reads it sent it back."),)
        case _:
            return ()


def _admitted(life: ProjectLife, decision: Decision) -> Event:
    name = label(decision.outcome)
    if decision.is_on_appeal:
        name = _("The appeal was upheld: admitted to the vote")
    facts, notes, quotes = life.facts, list(_vote(decision)), reasons(decision)
    if all(answer is Answer.MEETS for _criterion, answer in decision.answers) and decision.answers:
        met = ", ".join(named_criterion(criterion) for criterion, _answer in decision.answers)
        notes.append(_("It meets every criterion: %(criteria)s.", criteria=met))
    if facts.cost_tenge and facts.estimate_tenge and facts.cost_tenge != facts.estimate_tenge:
        notes.append(
            _(
                "Admitted cost: %(cost)s instead of the author's estimate of %(estimate)s.",
                cost=tenge(facts.cost_tenge, life.cycle.currency),
                estimate=tenge(facts.estimate_tenge, life.cycle.currency),
            )
        )
        quotes += quote(_("Why the cost differs"), in_language(decision, "cost_reason"))
    return Event(name, decision.at, tuple(notes), session=_session(decision), quotes=quotes)


def _rejected(life: ProjectLife, decision: Decision, now: datetime) -> Event:
    if decision.decided_by is DecidedBy.SILENCE:
        name, notes = _("Rejected: not corrected in time"), _silence(life, decision)
    elif decision.is_on_appeal:
        name, notes = _("The appeal was dismissed: the rejection stands"), rests_on(decision)
    else:
        name, notes = label(decision.outcome), rests_on(decision)
    return Event(
        name,
        decision.at,
        (*_vote(decision), *notes),
        session=_session(decision),
        quotes=reasons(decision),
        answers=_answers(decision),
        then=where_to_appeal(decision, now),
        may_act=may_still_appeal(life, now),
    )


def where_to_appeal(decision: Decision, now: datetime) -> tuple[str, ...]:
    """Where and until when a rejection can be appealed; once the appeal is answered, what is left."""
    if decision.is_on_appeal:
        return (_("This is the last decision of the council. The author can go to court."),)
    if decision.appeal_until is None or decision.appeal is not None:
        return ()
    day = last_day(decision.appeal_until)
    if now >= decision.appeal_until:
        return (_("The author could appeal until the end of %(day)s and did not.", day=day),)
    return (
        _("The author can appeal until the end of %(day)s: on “My page” of this site. The front office of the akimat helps.", day=day),
    )  # fmt: skip


def _silence(life: ProjectLife, decision: Decision) -> tuple[str, ...]:
    """A rejection by silence said in words: what was asked, until when, and that the author was reminded."""
    lapsed: list[Asked] = [
        one.asked
        for one in life.decisions
        if one.asked is not None and one.asked.lapsed_at is not None and one.asked.lapsed_at <= decision.at
    ]
    if not lapsed or lapsed[-1].reminded_at is None:
        return ()
    due, reminded = last_day(lapsed[-1].due_at), long_date(lapsed[-1].reminded_at)
    return (
        _("The author was asked to correct it until the end of %(day)s, was reminded (%(reminded)s), and sent nothing in. Silence past the deadline is a rejection.", day=due, reminded=reminded),
    )  # fmt: skip


def _session(decision: Decision) -> int | None:
    return decision.vote.session if decision.vote is not None else None


def _vote(decision: Decision) -> tuple[str, ...]:
    vote = decision.vote
    if vote is None:
        return ()
    told = _(
        "The vote: %(votes_for)s for, %(against)s against, %(abstained)s abstained.",
        votes_for=vote.votes_for,
        against=vote.votes_against,
        abstained=vote.abstained,
    )
    return (told,)


def _answers(decision: Decision) -> tuple[Answered, ...]:
    return tuple(
        Answered(label(criterion), label(answer), answer is Answer.MEETS)
        for criterion, answer in decision.answers
    )


def _appealed(appeal: Appealed, now: datetime) -> Event:
    day, late, notes = last_day(appeal.decide_by), "", list[str]()
    if appeal.wants_hearing and appeal.hearing_at is None and appeal.outcome is None:
        notes.append(_("The author wishes to be heard."))
    if appeal.hearing_at is not None:
        notes.append(_("Hearing of the author: %(moment)s.", moment=opening(appeal.hearing_at)))
    if appeal.heard_at is not None:
        notes.append(_("The author was heard: %(day)s.", day=long_date(appeal.heard_at)))
    if appeal.decided_at is None and now < appeal.decide_by:
        notes.append(
            _(
                "Members of the council who took no part in the rejection answer it until the end of %(day)s.",
                day=day,
            )
        )
    elif appeal.decided_at is None:
        late = _("Late: it should have been answered by the end of %(day)s.", day=day)
    elif appeal.decided_at >= appeal.decide_by:
        late = _("It was answered late: the deadline was the end of %(day)s.", day=day)
    tone = "late" if late and appeal.decided_at is None else "done"
    return Event(_("The author appealed"), appeal.filed_at, tuple(notes), late=late, tone=tone)


def _forwarded(sent: Forwarded) -> Event:
    notes = []
    if sent.contact:
        notes.append(_("How to reach it: %(contact)s.", contact=sent.contact))
    if sent.number:
        notes.append(_("Outgoing number: %(number)s.", number=sent.number))
    return Event(
        _("Sent on to the body that is competent"),
        datetime.combine(sent.forwarded_on, time.max, ZONE),
        tuple(notes),
        quotes=(
            *quote(_("To whom"), in_language(sent, "body")),
            Quote(_("Legal ground"), Localised(sent.ground, "und")),  # nobody says in which language
        ),
    )


def _merged(life: ProjectLife, other: Other) -> Event:
    notes = (_("Both authors agreed. Its houses were added there; this page and its number stay."),)
    return Event(label(ProjectState.MERGED), life.facts.decided_at, notes, links=(to_project(other),))
