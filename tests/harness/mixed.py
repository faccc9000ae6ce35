"""A vote through every channel and by every proof of identity, with a ballot replaced, one set aside, and papers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session, select

from budget import ballots, results
from budget.ballot_rules import check, encode
from budget.keys import KeyRing
from budget.sealing import receipt_of, seal
from models.ballot import Participation
from models.enums import Assurance, Channel, SheetState
from models.paper import PaperBatch, PaperSheet
from models.people import Staff
from models.project import Project
from tests.harness.elections import COORDINATOR, Election, impossible_iins, open_election
from tests.harness.opening import opened
from tests.harness.voting import choose, voter

AFTER = timedelta(days=20)
Chosen = Sequence[int]
"""The place of the project each of them chooses."""


def mixed_vote(
    session: Session,
    keyring: KeyRing,
    now: datetime,
    *,
    sms: Chosen = (),
    eds: Chosen = (),
    desk: Chosen = (),
    papers: Chosen = (),
    areas: Sequence[int | None] = (None,),
    **settings: object,
) -> Election:
    """Four projects of 3,000,000 in 10,000,000, those without a vote out of it. The voters' areas go round `areas`."""
    every: dict[str, object] = {"methods": (Assurance.SMS, Assurance.EDS, Assurance.DESK)}
    every |= {"revote": True, "paper": True, "minimum_votes": 1}
    made = open_election(session, keyring, now=now, **{**every, **settings})
    groups = (
        (sms, Channel.WEB, Assurance.SMS),
        (eds, Channel.WEB, Assurance.EDS),
        (desk, Channel.DESK, Assurance.DESK),
    )
    people = iter(impossible_iins(len(sms) + len(eds) + len(desk)))
    box = ballots.ballot_box(session, made.cycle)
    number = 0
    for chosen, channel, assurance in groups:
        for place in chosen:
            person = voter(keyring, made.cycle, next(people), channel=channel, assurance=assurance)
            person = replace(person, area_id=areas[number % len(areas)])
            ballots.cast(session, box, person, choose(made.projects[place]), on=now.date(), now=now)
            number += 1
    if papers:
        _add_papers(session, made, [made.projects[place] for place in papers], areas, now)
    return made


def vote_again(
    session: Session, keyring: KeyRing, made: Election, project: Project, *, now: datetime
) -> None:
    """The first voter by SMS changes the mind."""
    box = ballots.ballot_box(session, made.cycle)
    person = voter(keyring, made.cycle, impossible_iins(1)[0])
    sealed = ballots.prepare(box, person, choose(project), on=now.date())
    ballots.put(session, box, person, sealed, now=now, again=True)


def annul(session: Session, made: Election, number: int, *, now: datetime) -> None:
    """Set the last so many envelopes by web and desk aside, as a confirmed case does."""
    rows = select(Participation).where(
        Participation.cycle_id == made.cycle.id, Participation.channel != Channel.PAPER
    )
    for row in sorted(session.exec(rows), key=lambda row: row.id or 0)[-number:]:
        row.annulled_at, row.voter_key = now, None
    session.flush()


def count(session: Session, keyring: KeyRing, made: Election, now: datetime) -> None:
    """Open and count."""
    opened(session, keyring, made.cycle.slug, now=now + AFTER)
    results.count(session, COORDINATOR, made.cycle.slug, now=now + AFTER)


def publish(session: Session, keyring: KeyRing, made: Election, now: datetime) -> None:
    """Open, count, publish."""
    count(session, keyring, made, now)
    results.publish(session, COORDINATOR, made.cycle.slug, now=now + AFTER)


def _add_papers(
    session: Session, made: Election, chosen: Sequence[Project], areas: Sequence[int | None], now: datetime
) -> None:
    """Papers handed out, filled in, entered and accounted for."""
    cycle_id, box = made.cycle.id or 0, ballots.ballot_box(session, made.cycle)
    clerk = Staff(email="paper@example.kz", name="P", role="coordinator", password_hash="-", created_at=now)
    session.add(clerk)
    session.flush()
    batch = PaperBatch(
        public_id="mixed00001",
        cycle_id=cycle_id,
        point="Клуб",
        first_serial=1,
        last_serial=len(chosen),
        handed=len(chosen),
        issued_at=now,
        issued_by=clerk.id or 0,
        closed_at=now,
    )
    session.add(batch)
    session.flush()
    for serial, project in enumerate(chosen, start=1):
        marked = Participation(
            cycle_id=cycle_id,
            voter_key=serial.to_bytes(32),
            channel=Channel.PAPER,
            assurance=Assurance.DESK,
            cast_at=now,
            area_id=areas[serial % len(areas)],
        )
        sealed = seal(encode(check(choose(project), box.ballot_list), box.ballot_length), box.public_key)
        sheet = PaperSheet(
            cycle_id=cycle_id,
            serial=serial,
            batch_id=batch.id or 0,
            state=SheetState.VALID,
            sealed=sealed,
            receipt=receipt_of(sealed),
        )
        session.add_all([marked, sheet])
    session.flush()
