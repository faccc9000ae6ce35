"""The Expert Council of invented cycles: its members, and the steps of its work; shared by demo and rehearsal.

Nine people from the three kinds, all invented and marked so. Votes are drawn by the number of the project, so that the
same cycle has the same protocols every time: most are for, now and then somebody is against or abstains, with reasons.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import Session, select

from budget import staff
from budget.council import (
    agenda,
    decisions,
    formal,
    members,
    protocols,
    reviews,
    sessions,
    votes,
)
from budget.council.members import Appointment
from budget.council.motions import Motion
from budget.council.protocols import ProtocolFacts
from budget.council.reviews import Conclusion, Said
from budget.council.sessions import Plan
from budget.permissions import Actor
from models.council import CouncilMember
from models.council_session import AgendaItem, CouncilSession
from models.cycle import Cycle
from models.district import District
from models.enums import (
    Answer,
    ConflictKind,
    CouncilChoice,
    Criterion,
    ItemKind,
    Language,
    MemberKind,
    Role,
    SessionKind,
)
from models.people import Staff
from models.project import Project
from models.screening import Review


class Document(Protocol):
    """Makes the PDF of a protocol; the edge's, because documents are drawn there."""

    def __call__(self, facts: ProtocolFacts, akimat: District | None, *, made_at: datetime) -> bytes: ...


MEETS = dict.fromkeys(Criterion, Answer.MEETS)
_ACT = "№ 41 (демо)"
_PLACE = ("Әкімдік, мәжіліс залы (демо)", "Акимат, зал заседаний (демо)")


@dataclass(frozen=True)
class Seat:
    """A place in the council and who has it. Texts in Kazakh and Russian."""

    kind: MemberKind
    name: tuple[str, str]
    organisation: tuple[str, str]
    field: tuple[str, str]


_KSK = ("«Жайлы аула» бірлестігі (демо)", "Объединение «Уютный двор» (демо)")
_NGO = ("«Қала мен адам» қоры (демо)", "Фонд «Город и человек» (демо)")
_AKIMAT = ("Аудан әкімдігі", "Акимат района")
SEATS = (
    Seat(MemberKind.RESIDENT, ("Демо: А. Тұрғынова", "Демо: А. Тургынова"), ("", ""), ("кәсіпкер", "предприниматель")),
    Seat(MemberKind.RESIDENT, ("Демо: Б. Көршібаев", "Демо: Б. Коршибаев"), ("", ""), ("мұғалім", "учитель")),
    Seat(MemberKind.RESIDENT, ("Демо: В. Соседова", "Демо: В. Соседова"), ("", ""), ("дәрігер", "врач")),
    Seat(MemberKind.PUBLIC_ORGANISATION, ("Демо: Ғ. Аулабеков", "Демо: Г. Аулабеков"), _KSK, ("тұрғын үй", "жильё")),
    Seat(MemberKind.PUBLIC_ORGANISATION, ("Демо: Д. Сәулетова", "Демо: Д. Саулетова"), _NGO, ("сәулет", "архитектура")),
    Seat(MemberKind.PUBLIC_ORGANISATION, ("Демо: Е. Дворов", "Демо: Е. Дворов"), _NGO, ("қолжетімді орта", "доступная среда")),
    Seat(MemberKind.AKIMAT, ("Демо: Ж. Сметаева", "Демо: Ж. Сметаева"), _AKIMAT, ("сметалар", "сметы")),
    Seat(MemberKind.AKIMAT, ("Демо: З. Жерұйық", "Демо: З. Жеруйык"), _AKIMAT, ("жер қатынастары", "земельные отношения")),
    Seat(MemberKind.AKIMAT, ("Демо: И. Заңгеров", "Демо: И. Зангеров"), _AKIMAT, ("заңгер", "юрист")),
)  # fmt: skip


def accounts(session: Session, domain: str, *, now: datetime) -> list[Actor]:
    """An account for every seat, made where it is missing; nobody knows their passwords."""
    found = []
    for number, seat in enumerate(SEATS, start=1):
        email = f"council-{number}@{domain}"
        row = session.exec(select(Staff).where(Staff.email == email)).first() or staff.add(
            session,
            email=email,
            name=seat.name[0],
            role=Role.COUNCIL,
            password=secrets.token_urlsafe(24),
            now=now,
        )
        found.append(Actor(Role.COUNCIL, row.id, row.name))
    return found


def compose(
    session: Session, coordinator: Actor, slug: str, accounts: Sequence[Actor], *, now: datetime
) -> None:
    """Appoint the nine, each with an account, and publish the composition."""
    for place, (seat, account) in enumerate(zip(SEATS, accounts, strict=True)):
        who = Appointment(
            staff_id=account.id or 0,
            kind=seat.kind,
            name_kk=seat.name[0],
            name_ru=seat.name[1],
            appointed_by=_ACT,
            from_on=now.date(),
            organisation_kk=seat.organisation[0],
            organisation_ru=seat.organisation[1],
            field_kk=seat.field[0],
            field_ru=seat.field[1],
            is_chair=place == 0,
        )
        members.appoint(session, coordinator, slug, who, now=now)
    members.publish(session, coordinator, slug, now=now)


def declare(
    session: Session, cycle: Cycle, interests: Mapping[int, Mapping[str, ConflictKind]], *, now: datetime
) -> None:
    """Everybody declares: by the place of the seat the projects with an interest, all others none."""
    for place, actor in enumerate(actors(session, cycle, now=now)):
        members.declare(session, actor, cycle, interests.get(place, {}), now=now)


def actors(session: Session, cycle: Cycle, *, now: datetime) -> list[Actor]:
    """The members in office as those who act, in the order of the seats."""
    return [_actor(one) for one in members.in_office(session, cycle.id or 0, now=now)]


def check_and_assign(
    session: Session, coordinator: Actor, cycle: Cycle, *, unchecked: Collection[int] = (), now: datetime
) -> None:
    """Everything that waits, but the numbers in `unchecked`, is found complete and gets its reviewers."""
    waiting = [one.public_id for one in formal.waiting(session, cycle.id) if one.number not in unchecked]
    formal.pass_all(session, coordinator, cycle, waiting, now=now)
    reviews.assign(session, coordinator, cycle, now=now)


def review(session: Session, project: Project, motion: Motion, *, now: datetime) -> None:
    """Everybody who has the project concludes what the motion will say."""
    for row in reviews.of_project(session, project):
        actor = _actor(session.get_one(CouncilMember, row.member_id))
        reviews.conclude(session, actor, project.public_id, _conclusion(motion, row), now=now)


def plan(
    session: Session,
    coordinator: Actor,
    slug: str,
    kind: SessionKind,
    *,
    starts_at: datetime,
    now: datetime,
) -> CouncilSession:
    """A session in the hall of the akimat."""
    return sessions.plan(session, coordinator, slug, kind, Plan(starts_at, *_PLACE), now=now)


def put(
    session: Session, coordinator: Actor, row: CouncilSession, motions: Mapping[str, Motion], *, now: datetime
) -> None:
    """Put projects on the agenda with these motions, by public id, and announce the session."""
    for public_id, motion in motions.items():
        item = agenda.put(session, coordinator, row.public_id, public_id, now=now)
        agenda.change_motion(session, coordinator, item.public_id, motion, revision=row.revision, now=now)
    sessions.announce(session, coordinator, row.public_id, now=now)


def hold(
    session: Session,
    coordinator: Actor,
    row: CouncilSession,
    *,
    absent: Collection[int] = (),
    now: datetime,
) -> None:
    """Open the session with all but the seats in `absent`, vote, and close it."""
    everybody = members.in_office(session, row.cycle_id, now=now)
    present = [one for place, one in enumerate(everybody) if place not in absent]
    sessions.begin(session, coordinator, row.public_id, [one.public_id for one in present], now=now)
    votes.open_items(session, coordinator, row.public_id, now=now)
    for item in agenda.items_of(session, row):
        floor = votes.floor_of(session, row, item, now=now)
        for place, member in enumerate(one for one in present if one.id in floor.present):
            _vote(session, item, member, place, now)
    votes.close_items(session, coordinator, row.public_id, now=now)
    sessions.close(session, coordinator, row.public_id, now=now)


def publish(
    session: Session, coordinator: Actor, row: CouncilSession, document: Document | None, *, now: datetime
) -> None:
    """Publish what was decided, and keep the protocol signed by all who were there."""
    decisions.publish(session, coordinator, row.public_id, now=now)
    if document is None:
        return
    facts = protocols.facts_of(session, row)
    content = document(facts, session.exec(select(District)).first(), made_at=now)
    kept = protocols.keep(session, coordinator, facts, content, now=now)
    for member in facts.present:
        protocols.sign(session, _actor(member), kept.public_id, now=now)


def newest(session: Session, cycle: Cycle) -> CouncilSession:
    """The session that was planned last."""
    return sessions.of_cycle(session, cycle.id)[-1]


def _actor(member: CouncilMember) -> Actor:
    return Actor(Role.COUNCIL, member.staff_id, member.name_kk)


def _conclusion(motion: Motion, row: Review) -> Conclusion:
    language = Language.KK if row.member_id % 2 else Language.RU
    reason = motion.reason_kk if language is Language.KK else motion.reason_ru
    said = {
        criterion: Said(answer, "" if answer is Answer.MEETS else reason)
        for criterion, answer in (motion.answers or MEETS).items()
    }
    cost_reason = motion.cost_reason_kk if language is Language.KK else motion.cost_reason_ru
    return Conclusion(said, language, admitted_tenge=motion.cost_tenge, cost_reason=cost_reason)


def _vote(session: Session, item: AgendaItem, member: CouncilMember, place: int, now: datetime) -> None:
    drawn = ((item.project_id or 0) * 7 + place * 5) % 23
    choice, dissent = CouncilChoice.FOR, ""
    if drawn == 0 and item.kind is not ItemKind.APPEAL:
        choice, dissent = CouncilChoice.AGAINST, "Ереже бұл жағдайды анық айтпайды. (демо)"
    elif drawn == 1:
        choice = CouncilChoice.ABSTAIN
    votes.cast(
        session,
        _actor(member),
        item.public_id,
        choice,
        dissent=dissent,
        language=Language.KK if dissent else None,
        now=now,
    )
