"""Where the council of a cycle stands: its road in eight steps, and the one thing to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlmodel import Session

from budget import cycles
from budget.council import members, rules, sessions
from budget.errors import CompositionFault
from budget.permissions import Action, may
from budget.phases import stage_at
from budget.reading import council_office, office
from budget.reading.council_office import Seat, Undecided, Waiting
from models.council_session import CouncilSession
from models.cycle import Cycle
from models.enums import ProjectState, Role
from views import messages
from views.filters import date_time, long_date
from views.office.progress import Next
from views.texts import gettext as _
from views.texts import ngettext


@dataclass(frozen=True)
class CouncilStanding:
    """A council at one instant. `faults` stand against its publication; `is_open` while projects may be checked."""

    cycle: Cycle
    seats: tuple[Seat, ...]
    past: tuple[Seat, ...]
    faults: tuple[CompositionFault, ...]
    undecided: tuple[Undecided, ...]
    counts: dict[ProjectState, int]
    waiting: Waiting
    sessions: Sequence[CouncilSession]
    is_open: bool
    now: datetime

    @property
    def shares(self) -> tuple[rules.Share, ...]:
        """The share of each kind among those who are members or will be."""
        return rules.shares(seat.member.kind for seat in self.seats)

    @property
    def undeclared(self) -> int:
        """Members who have not said in what they have an interest."""
        return sum(seat.member.declared_at is None for seat in self.seats)

    @property
    def to_check(self) -> int:
        """Applications nobody has looked at as they are now."""
        return sum(one.is_complete is None for one in self.undecided)

    @property
    def to_assign(self) -> int:
        """Complete applications with fewer reviewers than they should have."""
        wanted = self.cycle.reviewers_per_project
        return sum(bool(one.is_complete) and one.readers < wanted for one in self.undecided)

    @property
    def assigned(self) -> int:
        """Reviews of undecided projects."""
        return sum(one.readers for one in self.undecided)

    @property
    def written(self) -> int:
        """Those of them that are written."""
        return sum(one.written for one in self.undecided)

    @property
    def overdue(self) -> int:
        """Reviews whose day is past."""
        return sum(seat.overdue for seat in self.seats)

    @property
    def ready(self) -> int:
        """Projects that may be put on an agenda."""
        return sum(one.is_ready for one in self.undecided)

    @property
    def decided(self) -> int:
        """Admitted or rejected."""
        return self.counts.get(ProjectState.ADMITTED, 0) + self.counts.get(ProjectState.REJECTED, 0)

    @property
    def total(self) -> int:
        """All projects that need or have a decision."""
        return self.decided + len(self.undecided) + self.counts.get(ProjectState.RETURNED, 0)

    @property
    def coming(self) -> CouncilSession | None:
        """The first session whose decisions are not published."""
        return next((one for one in self.sessions if one.published_at is None), None)


@dataclass(frozen=True)
class Step:
    """A step of the council's road, as macros/road.html draws it."""

    name: str
    dates: str
    state: str
    href: str | None = None


def standing(session: Session, cycle: Cycle, *, now: datetime) -> CouncilStanding:
    """Read everything the page of the council tells."""
    cycle_id = cycle.id or 0
    everybody = council_office.seats(session, cycle_id, now=now)
    seats = tuple(seat for seat in everybody if seat.member.left_at is None)
    facts = rules.composition_faults(
        (seat.member.kind for seat in seats),
        sum(seat.member.is_chair for seat in seats),
        cycle.council_akimat_percent,
    )
    return CouncilStanding(
        cycle=cycle,
        seats=seats,
        past=tuple(seat for seat in everybody if seat.member.left_at is not None),
        faults=tuple(CompositionFault(**one) for one in facts),
        undecided=council_office.undecided(session, cycle_id),
        counts=office.state_counts(session, cycle_id),
        waiting=council_office.waiting(session, cycle_id, now=now),
        sessions=sessions.of_cycle(session, cycle_id),
        is_open=is_open(session, cycle, now=now),
        now=now,
    )


def is_open(session: Session, cycle: Cycle, *, now: datetime) -> bool:
    """May the coordinator check, assign and send back now?"""
    stage = stage_at(cycles.calendar(session, cycle.id or 0), now)
    allowed = may(Role.COORDINATOR, Action.CHECK_PROJECT, stage.phase, ended=stage.ended).allowed
    return allowed and cycle.published_at is not None and cycle.frozen_at is None


def is_in_office(seat: Seat, now: datetime) -> bool:
    """Is it a member now, and not only from a day to come?"""
    return members.is_in_office(seat.member, now)


def road(council: CouncilStanding) -> list[Step]:
    """Eight steps; the first that is not done is the one of now, in red where it is late."""
    found: list[Step] = []
    for name, dates, is_done, is_late, href in _steps(council):
        is_first = all(step.state == "done" for step in found)
        state = "late" if is_late else "done" if is_done else "now" if is_first else "ahead"
        found.append(Step(name, dates, state, href))
    return found


def _steps(council: CouncilStanding) -> list[tuple[str, str, bool, bool, str | None]]:
    """Name, where it stands, whether it is done, whether it is late, where it is done."""
    cycle, slug = council.cycle, council.cycle.slug
    published, checks = cycle.council_published_at, url_for("office.checks", slug=slug)
    has_begun = published is not None and council.total > 0
    of_members = "#members" if council.seats else None
    publishing = None if published else url_for("office.publish_council", slug=slug)
    of_session = _session_href(council) if published else None
    is_checked = has_begun and not council.to_check
    is_assigned = is_checked and not council.to_assign
    is_written = is_assigned and council.written == council.assigned
    return [
        (_("Appoint the members"), _members(council), not council.faults, False, "#composition"),
        (_("Publish the composition"), long_date(published) if published else "", published is not None, False, publishing),
        (_("Members declare their interests"), _declared(council), published is not None and not council.undeclared, False, of_members),
        (_("Formal check"), _left(council.to_check) if published else "", is_checked, False, checks),
        (_("Assign reviewers"), _unassigned(council), is_assigned, False, url_for("office.assign", slug=slug)),
        (_("Reviews"), _reviews(council), is_written, council.overdue > 0, of_members),
        (_("Session"), _session(council), is_written and not council.undecided, False, of_session),
        (_("Publish the decisions"), _decisions(council), is_written and council.decided == council.total, False, of_session),
    ]  # fmt: skip


def _members(council: CouncilStanding) -> str:
    count = len(council.seats)
    return str(ngettext("%(count)s member", "%(count)s members", count, count=count))


def _declared(council: CouncilStanding) -> str:
    if council.cycle.council_published_at is None:
        return ""
    total = len(council.seats)
    return str(_("%(count)s of %(total)s", count=total - council.undeclared, total=total))


def _left(count: int) -> str:
    if not count:
        return str(_("nothing waits"))
    return str(ngettext("%(count)s application waits", "%(count)s applications wait", count, count=count))


def _unassigned(council: CouncilStanding) -> str:
    count = council.to_assign
    if not count:
        return str(_("everything that is complete has its reviewers")) if council.assigned else ""
    return str(
        ngettext(
            "%(count)s project has too few reviewers",
            "%(count)s projects have too few reviewers",
            count,
            count=count,
        )
    )


def _reviews(council: CouncilStanding) -> str:
    if not council.assigned:
        return ""
    told = str(_("%(count)s of %(total)s written", count=council.written, total=council.assigned))
    if not council.overdue:
        return told
    late = ngettext("%(count)s overdue", "%(count)s overdue", council.overdue, count=council.overdue)
    return f"{told}, {late}"


def _session(council: CouncilStanding) -> str:
    if council.coming is not None:
        told = _(
            "№ %(number)s: %(when)s", number=council.coming.number, when=date_time(council.coming.starts_at)
        )
        return str(told)
    if not council.ready:
        return ""
    return str(
        ngettext(
            "%(count)s project is ready", "%(count)s projects are ready", council.ready, count=council.ready
        )
    )


def _session_name(council: CouncilStanding) -> str:
    return _("Session %(number)s", number=council.coming.number) if council.coming is not None else ""


def _session_href(council: CouncilStanding) -> str:
    """The session that is next, or the list of all."""
    if council.coming is not None:
        return url_for("office.council_session", public_id=council.coming.public_id)
    return url_for("office.sessions", slug=council.cycle.slug)


def _next_session(council: CouncilStanding) -> str:
    """Where what is ready is put on an agenda."""
    if council.coming is not None:
        return _session_href(council)
    return url_for("office.plan_session", slug=council.cycle.slug)


def _decisions(council: CouncilStanding) -> str:
    if not council.total:
        return ""
    return str(_("%(count)s of %(total)s decided", count=council.decided, total=council.total))


def next_act(council: CouncilStanding) -> Next:
    """The one thing to do next, or what is being waited for."""
    cycle = council.cycle
    if cycle.council_published_at is None:
        return _before_publication(council)
    if council.waiting.appeals_overdue:
        count = council.waiting.appeals_overdue
        sentence = ngettext(
            "%(count)s appeal should have been decided already.",
            "%(count)s appeals should have been decided already.",
            count,
            count=count,
        )
        return Next(sentence, _("See the appeals"), url_for("office.appeals", slug=cycle.slug), is_late=True)
    if not council.is_open:
        return Next(_("Projects of this cycle are not checked or reviewed now."))
    return _at_work(council)


def _before_publication(council: CouncilStanding) -> Next:
    slug = council.cycle.slug
    if council.faults:
        not_yet = _("The composition can't be published yet.")
        sentence = f"{not_yet} {messages.text(council.faults[0])}"
        return Next(sentence, _("Appoint a member"), url_for("office.appoint", slug=slug))
    sentence = _("The composition keeps the rule. Publish it, so that the council can begin.")
    return Next(sentence, _("Publish the composition"), url_for("office.publish_council", slug=slug))


def _at_work(council: CouncilStanding) -> Next:
    slug = council.cycle.slug
    if council.to_check:
        count = council.to_check
        sentence = ngettext(
            "%(count)s application waits for the formal check.",
            "%(count)s applications wait for the formal check.",
            count,
            count=count,
        )
        return Next(sentence, _("Check them"), url_for("office.checks", slug=slug))
    if council.to_assign and council.undeclared == len(council.seats):
        return Next(_("Nobody can be given a project before the members have declared their interests."))
    if any(one.is_complete and not one.readers for one in council.undecided):
        sentence = _("There are complete applications without reviewers.")
        return Next(sentence, _("Assign reviewers"), url_for("office.assign", slug=slug))
    return _waiting_for(council)


def _waiting_for(council: CouncilStanding) -> Next:
    slug = council.cycle.slug
    if council.overdue:
        count = council.overdue
        sentence = ngettext(
            "%(count)s review is overdue. Remind the member.",
            "%(count)s reviews are overdue. Remind the members.",
            count,
            count=count,
        )
        return Next(sentence, _("See whose"), "#members", is_late=True)
    if council.ready:
        count = council.ready
        sentence = ngettext(
            "%(count)s project is read by all its reviewers and ready for a session.",
            "%(count)s projects are read by all their reviewers and ready for a session.",
            count,
            count=count,
        )
        return Next(sentence, _session_name(council) or _("Plan a session"), _next_session(council))
    if council.waiting.appeals:
        return Next(
            _("Authors wait for the answer to their appeals."),
            _("See the appeals"),
            url_for("office.appeals", slug=slug),
        )
    if council.written < council.assigned:
        return Next(_("The members are reading. There is nothing to do now."))
    if council.coming is not None:
        return Next(_("A session is planned."), _session_name(council), _session_href(council))
    return Next(_("There is nothing to do now."))
