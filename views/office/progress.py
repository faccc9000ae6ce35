"""Where a cycle stands on the coordinator's desk: the one thing to do next, and every act with whether and why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlmodel import Session

from budget import cycles, objections, trustees
from budget.reading import building, office
from budget.reading.office import Desk
from models.council_session import CouncilSession
from models.cycle import Cycle
from models.enums import KeyHolder, Origin, Phase, ProjectState, WorksStatus
from models.trustee import Trustee
from views.filters import date_time, deadline, opening
from views.labels import label
from views.office import unsettled
from views.office.unsettled import Unsettled
from views.texts import gettext as _
from views.texts import ngettext


@dataclass(frozen=True)
class Next:
    """What to do now: a sentence, and the link of the act where there is one. Late things are said as late."""

    sentence: str
    text: str = ""
    href: str | None = None
    is_late: bool = False


@dataclass(frozen=True)
class ActRow:
    """An act of a cycle: done (when), possible now (a link), or not (why)."""

    name: str
    note: str
    text: str = ""
    href: str | None = None


@dataclass(frozen=True)
class Standing:
    """A desk with what is missing for its next acts."""

    desk: Desk
    unmet_publishing: tuple[str, ...]
    unmet_freezing: tuple[str, ...]
    counts: dict[ProjectState, int]
    works: dict[WorksStatus, int]
    trustees: Sequence[Trustee] | None = None
    """Who holds the key; None where a file does."""
    objections_until: datetime | None = None
    decision: CouncilSession | None = None
    """The council's second session: the published one, else the newest."""

    @property
    def is_confirmed(self) -> bool:
        """Has the council confirmed the results, for everybody to see?"""
        return self.decision is not None and self.decision.published_at is not None

    unsettled: Unsettled | None = None

    @property
    def is_ours(self) -> bool:
        """Is it run in this service, and not history?"""
        return self.desk.cycle.origin is Origin.SERVICE


def standing(session: Session, desk: Desk, *, now: datetime) -> Standing:
    """Ask the domain what is missing; history lacks nothing."""
    cycle = desk.cycle
    ours, works = cycle.origin is Origin.SERVICE, dict[WorksStatus, int]()
    for line in office.winners(session, cycle.id or 0):
        works[line.status] = works.get(line.status, 0) + 1
    is_draft = ours and cycle.published_at is None
    waits_for_freeze = ours and cycle.frozen_at is None and not is_draft
    return Standing(
        desk,
        cycles.unmet_for_publishing(session, cycle, now=now) if is_draft else (),
        cycles.unmet_for_freezing(session, cycle, now=now) if waits_for_freeze else (),
        office.state_counts(session, cycle.id or 0),
        works,
        trustees.of_cycle(session, cycle.id or 0) if cycle.key_holder is KeyHolder.TRUSTEES else None,
        objections.open_until(session, cycle) if ours and cycle.log_closed_at is None else None,
        building.decision_session(session, cycle.id or 0) if ours and cycle.results_published_at else None,
        unsettled.of_desk(session, desk, now=now) if ours else None,
    )


def stage_name(standing: Standing) -> str:
    """Where the cycle stands, in a word or two."""
    cycle, stage = standing.desk.cycle, standing.desk.stage
    if not standing.is_ours:
        return label(cycle.origin)
    if cycle.published_at is None:
        return str(_("Draft"))
    if stage.current:
        return label(stage.current.phase)
    if stage.following is None:
        return label(Phase.ARCHIVE)
    return str(_("Coming: %(phase)s", phase=label(stage.following.phase)))


def next_act(standing: Standing, *, now: datetime) -> Next:
    """The one thing to do next, or what is being waited for."""
    cycle = standing.desk.cycle
    if not standing.is_ours:
        return Next(_("This is history: there is nothing to do here."))
    if cycle.published_at is None:
        return _before_publication(standing)
    if cycle.frozen_at is None:
        return _before_freeze(standing, now)
    if cycle.counted_at is None:
        return _before_count(standing, now)
    return _after_count(standing)


def _before_count(standing: Standing, now: datetime) -> Next:
    if standing.trustees is not None and not trustees.is_proven(standing.trustees):
        return _before_rehearsal(cycle=standing.desk.cycle)
    if standing.unsettled is not None:
        what = standing.unsettled
        return Next(what.sentence, what.text, what.href, is_late=True)
    return _by_calendar(standing, now)


def _by_calendar(standing: Standing, now: datetime) -> Next:
    voting = standing.desk.calendar.window(Phase.VOTING)
    if voting and voting.starts_at > now:
        return Next(_("The ballot list is frozen. Voting opens: %(when)s.", when=opening(voting.starts_at)))
    if voting and voting.ends_at and voting.ends_at > now:
        return Next(_("Residents are voting until %(when)s.", when=deadline(voting.ends_at)))
    until = standing.objections_until
    if until is not None and now < until:
        return Next(_("Voting is over. Owners may object until %(when)s.", when=deadline(until)))
    return Next(
        _("Voting is over. The ballots can be opened and counted now."),
        _("Open and count the ballots"),
        url_for("office.count", slug=standing.desk.cycle.slug),
    )


def _before_rehearsal(cycle: Cycle) -> Next:
    """The shares are split and not proven: red, whether voting waits for them or goes on."""
    if cycle.keys_proven_at is None:
        sentence = _("Voting can't open: the trustees have not rehearsed the opening of the ballots.")
    else:
        sentence = _("The new shares of the trustees are not proven yet: rehearse the opening.")
    href = url_for("office.trustees_of", slug=cycle.slug)
    return Next(sentence, _("Trustees of the key"), href, is_late=True)


def _before_publication(standing: Standing) -> Next:
    slug, missing = standing.desk.cycle.slug, len(standing.unmet_publishing)
    if missing:
        sentence = ngettext(
            "%(count)s thing is missing before the cycle can be published.",
            "%(count)s things are missing before the cycle can be published.",
            missing,
            count=missing,
        )
        return Next(sentence, _("Change the settings"), url_for("office.edit_cycle", slug=slug))
    return Next(
        _("Everything is there. Publish the cycle, so that residents see it."),
        _("Publish the cycle"),
        url_for("office.publish_cycle", slug=slug),
    )


def _before_freeze(standing: Standing, now: datetime) -> Next:
    desk, slug = standing.desk, standing.desk.cycle.slug
    voting = desk.calendar.window(Phase.VOTING)
    is_late = voting is not None and voting.starts_at <= now
    if standing.unmet_freezing == ("trustees",) and not desk.calendar.is_over(Phase.VOTING, now):
        sentence = _("Voting can't open: name the three trustees of the key, then freeze the ballot list.")
        return Next(sentence, _("Name the trustees"), url_for("office.trustees_of", slug=slug), is_late=True)
    if standing.trustees is not None and not standing.unmet_freezing and not is_late:
        sentence = _(
            "Voting can't open until you freeze the ballot list and the trustees rehearse the opening."
        )
        return Next(sentence, _("Freeze the ballot list"), url_for("office.freeze", slug=slug), is_late=True)
    if not standing.unmet_freezing and not desk.calendar.is_over(Phase.VOTING, now):
        return Next(
            _("Everything is ready for the vote. Freeze the settings and the ballot list."),
            _("Freeze the ballot list"),
            url_for("office.freeze", slug=slug),
            is_late,
        )
    if is_late:
        return Next(
            _(
                "Voting can't open: the ballot list is not frozen. Give the council more time; voting moves with it."
            ),
            _("Extend the work of the council"),
            url_for("office.extend", slug=slug, phase=Phase.SCREENING),
            is_late=True,
        )
    current = desk.stage.current
    if current and current.phase is Phase.SCREENING:
        return _screening(standing)
    return Next(_waiting(standing))


def _screening(standing: Standing) -> Next:
    """The council's weeks: without a published council nothing can be screened in them."""
    href = url_for("office.council", slug=standing.desk.cycle.slug)
    if standing.desk.cycle.council_published_at is None:
        sentence = _("Nothing can be screened: the composition of the council is not published.")
        return Next(sentence, _("Appoint the members"), href, is_late=True)
    return Next(_waiting(standing), _("Expert Council"), href)


def _waiting(standing: Standing) -> str:
    stage = standing.desk.stage
    waiting = standing.counts.get(ProjectState.SUBMITTED, 0)
    if stage.current and stage.current.phase is Phase.SUBMISSION and stage.current.ends_at:
        return str(_("Residents submit projects until %(when)s.", when=deadline(stage.current.ends_at)))
    if stage.current and stage.current.phase is Phase.SCREENING and stage.current.ends_at:
        return _council_has(waiting, stage.current.ends_at)
    if stage.following:
        phase, when = label(stage.following.phase), opening(stage.following.starts_at)
        return str(_("Next: %(phase)s, from %(when)s.", phase=phase, when=when))
    return str(_("There is nothing to do now."))


def _council_has(count: int, ends_at: datetime) -> str:
    return str(
        ngettext(
            "The council has %(count)s project to decide on, until %(when)s.",
            "The council has %(count)s projects to decide on, until %(when)s.",
            count,
            count=count,
            when=deadline(ends_at),
        )
    )


def _after_count(standing: Standing) -> Next:
    cycle = standing.desk.cycle
    if cycle.results_published_at is None:
        return Next(
            _("The ballots are counted. Look at the result and publish it."),
            _("Look at the result"),
            url_for("office.publish_results", slug=cycle.slug),
        )
    if not standing.is_confirmed:
        return _before_confirmation(standing)
    total = sum(count for status, count in standing.works.items() if status is not WorksStatus.CANCELLED)
    done = standing.works.get(WorksStatus.COMPLETED, 0)
    if not total or done == total:
        return Next(_("The results are published, and all works are completed."))
    return Next(
        _(
            "Keep the works up to date: %(done)s of %(total)s completed.",
            done=done,
            total=total,
        ),
        _("Works of the winners"),
        url_for("office.works", slug=standing.desk.cycle.slug),
    )


def _before_confirmation(standing: Standing) -> Next:
    """Works are planned when the council has confirmed the winners, and not before."""
    cycle, held = standing.desk.cycle, standing.decision
    if held is None:
        return Next(
            _("The results are published. Now the council confirms them in its second session."),
            _("Plan the second session"),
            url_for("office.plan_session", slug=cycle.slug),
        )
    return Next(
        _("The council confirms the results in session %(number)s.", number=held.number),
        _("Go to the session"),
        url_for("office.council_session", public_id=held.public_id),
    )


def acts(standing: Standing, *, now: datetime) -> list[ActRow]:
    """Every act of the cycle in its order, and whether it is done, possible, or why it is not."""
    cycle = standing.desk.cycle
    if not standing.is_ours:
        return []
    return [
        _settings_row(standing, now),
        _publish_row(standing),
        _council_row(cycle),
        *_trustees_rows(standing),
        _freeze_row(standing, now),
        *_paper_rows(cycle),
        count_row(standing, now),
        _results_row(standing),
        _confirmation_row(standing),
        _works_row(standing),
    ]


def is_settled(standing: Standing, now: datetime) -> bool:
    """May the settings no longer change: frozen, or read by voters whose voting has begun?"""
    cycle, voting = standing.desk.cycle, standing.desk.calendar.window(Phase.VOTING)
    begun = cycle.published_at is not None and voting is not None and voting.starts_at <= now
    return not standing.is_ours or cycle.frozen_at is not None or begun


def _settings_row(standing: Standing, now: datetime) -> ActRow:
    slug = standing.desk.cycle.slug
    name, href = _("Settings"), url_for("office.edit_cycle", slug=slug)
    if is_settled(standing, now):
        return ActRow(name, _("They can't change any more."), _("See the settings"), href)
    return ActRow(name, _("They can change until the ballot list is frozen."), _("Change the settings"), href)


def _publish_row(standing: Standing) -> ActRow:
    cycle = standing.desk.cycle
    name = _("Publish the cycle")
    if cycle.published_at is not None:
        return ActRow(name, _done(cycle.published_at))
    if standing.unmet_publishing:
        return ActRow(name, _("Not yet: something is missing, see the list."))
    return ActRow(name, "", _("Publish"), url_for("office.publish_cycle", slug=cycle.slug))


def _council_row(cycle: Cycle) -> ActRow:
    name, href = _("Expert Council"), url_for("office.council", slug=cycle.slug)
    if cycle.council_published_at is None:
        return ActRow(name, _("The composition is not published yet."), _("Appoint the members"), href)
    return ActRow(name, "", _("Members, checks, appeals"), href)


def _trustees_rows(standing: Standing) -> list[ActRow]:
    """Naming the trustees before the freeze, their shares after it."""
    cycle, rows = standing.desk.cycle, standing.trustees
    if rows is None:
        return []
    name, href = _("Trustees of the key"), url_for("office.trustees_of", slug=cycle.slug)
    if cycle.frozen_at is None:
        names = ", ".join(row.name for row in rows)
        return [ActRow(name, names or _("Not named yet."), _("Name the trustees"), href)]
    if not trustees.is_proven(rows):
        return [ActRow(name, _("The shares are not proven yet."), _("Shares and rehearsal"), href)]
    proven_at = max(row.proven_at for row in rows if row.proven_at is not None)
    return [ActRow(name, _done(proven_at), _("Shares and rehearsal"), href)]


def _freeze_row(standing: Standing, now: datetime) -> ActRow:
    cycle = standing.desk.cycle
    name = _("Freeze the ballot list")
    if cycle.frozen_at is not None:
        return ActRow(name, _done(cycle.frozen_at))
    if cycle.published_at is None:
        return ActRow(name, _("After the cycle is published."))
    if standing.unmet_freezing:
        return ActRow(name, _("Not yet: something is missing, see the list."))
    if standing.desk.calendar.is_over(Phase.VOTING, now):
        return ActRow(name, _("The time for voting is over."))
    if standing.trustees is None:
        note = _("It happens by itself when voting begins.")
    else:
        note = _("Not by itself: you hand the trustees their links.")
    return ActRow(name, note, _("Freeze now"), url_for("office.freeze", slug=cycle.slug))


def _paper_rows(cycle: Cycle) -> list[ActRow]:
    """Nothing where the rules know no paper."""
    if not cycle.paper:
        return []
    name = _("Ballot papers")
    if cycle.frozen_at is None:
        return [ActRow(name, _("After the ballot list is frozen."))]
    return [
        ActRow(name, "", _("Issue papers and account for them"), url_for("office.paper", slug=cycle.slug))
    ]


def count_row(standing: Standing, now: datetime) -> ActRow:
    """Whether the ballots can be opened and counted now, and why not."""
    cycle, calendar = standing.desk.cycle, standing.desk.calendar
    name, voting = _("Open and count the ballots"), calendar.window(Phase.VOTING)
    if cycle.counted_at is not None:
        return ActRow(name, _done(cycle.counted_at))
    if voting is None or not calendar.is_over(Phase.VOTING, now):
        ends = deadline(voting.ends_at) if voting and voting.ends_at else ""
        return ActRow(name, _("After voting ends: %(when)s.", when=ends) if ends else _("After voting."))
    if cycle.frozen_at is None:
        return ActRow(name, _("Nobody could vote: the ballot list was not frozen."))
    until = standing.objections_until
    if until is not None and now < until:
        return ActRow(name, _("After the time for objections ends: %(when)s.", when=deadline(until)))
    if standing.unsettled is not None:
        return ActRow(name, standing.unsettled.sentence)
    return ActRow(name, "", _("Open and count the ballots"), url_for("office.count", slug=cycle.slug))


def _results_row(standing: Standing) -> ActRow:
    cycle = standing.desk.cycle
    name = _("Publish the results")
    if cycle.results_published_at is not None:
        return ActRow(name, _done(cycle.results_published_at))
    if cycle.counted_at is None:
        return ActRow(name, _("After the count."))
    return ActRow(name, "", _("Look at the result"), url_for("office.publish_results", slug=cycle.slug))


def _confirmation_row(standing: Standing) -> ActRow:
    cycle, held = standing.desk.cycle, standing.decision
    name = _("The council confirms the results")
    if cycle.results_published_at is None:
        return ActRow(name, _("After the results are published."))
    if held is not None and held.published_at is not None:
        reserve = url_for("office.reserve", slug=cycle.slug)
        return ActRow(name, _done(held.published_at), _("Winners and the reserve"), reserve)
    return ActRow(
        name, _("Not yet."), _("Sessions of the council"), url_for("office.sessions", slug=cycle.slug)
    )


def _works_row(standing: Standing) -> ActRow:
    name = _("Works of the winners")
    if not standing.is_confirmed:
        return ActRow(name, _("After the council has confirmed the results."))
    return ActRow(name, "", _("Change their status"), url_for("office.works", slug=standing.desk.cycle.slug))


def _done(at: datetime) -> str:
    return str(_("Done: %(when)s.", when=date_time(at)))
