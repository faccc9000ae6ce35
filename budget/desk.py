"""The front office: an operator finds a person on the roll by the IIN, notes the document, and opens a ballot.

The operator has the person's document in hand, so may learn whether, when and where that person took part; never
how. What is noted of the document (its kind and last four characters) says who checked what, and goes with the
voters' keys. Opening a ballot here promises nothing: the ballot box alone decides that nobody votes twice
(`budget.ballots`); the checks here spare a person the walk to a ballot that would be refused.
"""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from budget import audit, ballots, cycles, objections, residents
from budget.ballots import Cast
from budget.errors import (
    AlreadyVoted,
    BudgetRefusal,
    DocumentFault,
    NotFound,
    NotOnRoll,
    VotingClosed,
    VotingNotOpen,
)
from budget.keys import KeyRing
from budget.permissions import Action, Actor, require_role
from budget.phases import Window
from models.ballot import Participation
from models.case import Objection
from models.cycle import Cycle
from models.desk import DeskVisit
from models.enums import Assurance, Channel, DocumentKind, Language, Origin, Phase
from models.people import Resident

DOCUMENT_LAST = 4
"""So many characters of the document's number are noted: enough to ask back, too few to copy a document from."""
_ZONE = ZoneInfo("Asia/Almaty")


@dataclass(frozen=True)
class Served:
    """A cycle the desk can do something in: its ballot is open, or its ballots may still be objected to."""

    cycle: Cycle
    voting: Window
    is_open: bool
    may_object: bool

    @property
    def accepts_desk(self) -> bool:
        """Do the rules of the cycle know voting at the front office?"""
        return Assurance.DESK in self.cycle.methods


@dataclass(frozen=True)
class TakenPart:
    """When and where a ballot was cast, and when its owner objected. Never the receipt, never the choice."""

    at: datetime
    channel: Channel
    objected_at: datetime | None


@dataclass(frozen=True)
class Person:
    """A person on the roll, as the operator compares them with the document.

    `refusal` says why no ballot can be opened for them now; None when one can."""

    resident: Resident = field(repr=False)
    taken_part: TakenPart | None
    refusal: BudgetRefusal | None
    may_object: bool


def served(session: Session, *, now: datetime) -> list[Served]:
    """The cycles the desk serves now, the newest first."""
    ours = select(Cycle).where(Cycle.origin == Origin.SERVICE, col(Cycle.frozen_at).is_not(None))
    found = []
    for cycle in session.exec(ours.order_by(col(Cycle.year).desc(), col(Cycle.id).desc())):
        voting = cycles.calendar(session, cycle.id or 0).window(Phase.VOTING)
        if cycle.published_at is None or voting is None or now < voting.starts_at:
            continue
        one = Served(cycle, voting, voting.holds(now), objections.may_object(session, cycle, now))
        if one.is_open or one.may_object:
            found.append(one)
    return found


def next_opening(session: Session, *, now: datetime) -> datetime | None:
    """When the next voting of a published cycle begins; None when none is planned."""
    published = select(Cycle).where(Cycle.origin == Origin.SERVICE, col(Cycle.published_at).is_not(None))
    windows = [cycles.calendar(session, one.id or 0).window(Phase.VOTING) for one in session.exec(published)]
    return min((one.starts_at for one in windows if one is not None and one.starts_at > now), default=None)


def served_cycle(session: Session, slug: str) -> Cycle:
    """A published cycle of this service. Raises NotFound."""
    cycle = cycles.by_slug(session, slug, published_only=True)
    if cycle.origin is not Origin.SERVICE:
        raise NotFound(slug=slug)
    return cycle


def find(session: Session, keyring: KeyRing, slug: str, iin: str, *, now: datetime) -> Person | None:
    """The person with this IIN; None when nobody on the roll has it.

    Raises: NotFound (the cycle), VotingNotOpen before the freeze, KeyMissing once the voters' keys are destroyed.
    """
    cycle = served_cycle(session, slug)
    box = ballots.ballot_box(session, cycle)
    resident = residents.by_iin(session, keyring, iin)
    if resident is None:
        return None
    voter_key = keyring.voter_key_of(slug, iin)
    cast = ballots.find(session, box.cycle_id, voter_key)
    fault = _time_fault(session, cycle, now)
    if fault is None and cast is not None:
        fault = AlreadyVoted(cast_at=cast.cast_at, channel=cast.channel, receipt=None)
    if fault is None:
        voter = ballots.Voter(voter_key, resident.birth_on, Channel.DESK, Assurance.DESK)
        try:
            ballots.check_voter(box, voter, on=now.astimezone(_ZONE).date())
        except BudgetRefusal as refusal:
            fault = refusal
    taken_part = _taken_part(session, cycle, voter_key, cast) if cast else None
    return Person(resident, taken_part, fault, objections.may_object(session, cycle, now))


def open_visit(
    session: Session,
    keyring: KeyRing,
    actor: Actor,
    slug: str,
    iin: str,
    *,
    document_kind: DocumentKind,
    document_last: str,
    now: datetime,
) -> DeskVisit:
    """The operator saw the document and opens the ballot: note who checked which document of whom.

    Raises: NotPermitted, NotFound, VotingNotOpen, VotingClosed, NotOnRoll, AlreadyVoted, NotEligible, DocumentFault.
    """
    require_role(actor, Action.SERVE_AT_DESK)
    person = _on_roll(session, keyring, slug, iin, now)
    if person.refusal is not None:
        raise person.refusal
    cycle = served_cycle(session, slug)
    visit = DeskVisit(
        cycle_id=cycle.id or 0,
        resident_id=person.resident.id or 0,
        staff_id=actor.id or 0,
        document_kind=document_kind,
        document_last=last_characters(document_last),
        opened_at=now,
    )
    session.add(visit)
    session.flush()
    subject = f"visit:{visit.id}"  # the log has neither the IIN nor anything of the document
    audit.record(session, actor, "desk.visit", now=now, cycle_id=cycle.id, subject=subject)
    return visit


def file_objection(
    session: Session,
    keyring: KeyRing,
    actor: Actor,
    slug: str,
    iin: str,
    *,
    text: str,
    language: Language,
    phone: str | None,
    now: datetime,
) -> Objection:
    """The person at the desk says that the ballot was not theirs. `phone` is where the decision is told; without one
    it is the number on the roll, if there is one.

    Raises: NotPermitted, NotFound, NotOnRoll, and the refusals of `objections.submit`.
    """
    require_role(actor, Action.SERVE_AT_DESK)
    person = _on_roll(session, keyring, slug, iin, now)
    objection = objections.submit(
        session,
        slug,
        keyring.voter_key_of(slug, iin),
        text=text,
        channel=Channel.DESK,
        language=language,
        phone=phone or person.resident.phone,
        now=now,
    )
    subject = f"objection:{objection.public_id}"
    audit.record(session, actor, "desk.objection", now=now, cycle_id=objection.cycle_id, subject=subject)
    return objection


def last_characters(text: str) -> str:
    """The last four characters of a document's number, as they are noted. Raises DocumentFault."""
    plain = "".join(text.split()).upper()
    if len(plain) != DOCUMENT_LAST or not plain.isalnum():
        raise DocumentFault(count=DOCUMENT_LAST)
    return plain


def _on_roll(session: Session, keyring: KeyRing, slug: str, iin: str, now: datetime) -> Person:
    person = find(session, keyring, slug, iin, now=now)
    if person is None:
        raise NotOnRoll
    return person


def _time_fault(session: Session, cycle: Cycle, now: datetime) -> BudgetRefusal | None:
    voting = cycles.calendar(session, cycle.id or 0).window(Phase.VOTING)
    if voting is None or now < voting.starts_at:
        return VotingNotOpen(opens_at=voting.starts_at if voting else None)
    return None if voting.holds(now) else VotingClosed(closed_at=voting.ends_at)


def _taken_part(session: Session, cycle: Cycle, voter_key: bytes, cast: Cast) -> TakenPart:
    theirs = select(Objection.created_at).join(
        Participation, col(Participation.id) == col(Objection.participation_id)
    )
    mine = theirs.where(Participation.cycle_id == cycle.id, Participation.voter_key == voter_key)
    return TakenPart(cast.cast_at, cast.channel, session.exec(mine).first())
