"""Challenges in the database: one browser, one signature, once; and nothing in a row names a person."""

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from nacl.public import PrivateKey
from sqlmodel import select

from budget.identity import eds_challenges
from budget.identity.eds import LIFETIME, PROTOCOL
from budget.identity.eds_refusals import (
    EdsExpired,
    EdsForeign,
    EdsNotSigned,
    EdsOrganisation,
    EdsReused,
    EdsRevoked,
)
from models.eds import EdsChallenge
from models.enums import EdsWay
from models.people import WebSession
from tests.harness.people import test_iin
from tests.harness.projects import make_cycle, make_resident

HOST = "budget.example.kz"
IIN = test_iin(1)
WAYS = list(EdsWay)


def ask(session, now, way=EdsWay.EGOV, cycle_id=None):
    return eds_challenges.ask(session, way, cycle_id=cycle_id, now=now)


def of_browser(session, asked, now, way=EdsWay.EGOV):
    return eds_challenges.of_browser(session, way, flow=asked.flow, nonce=asked.nonce, host=HOST, now=now)


def of_phone(session, asked, now):
    return eds_challenges.of_phone(session, nonce=asked.nonce, host=HOST, now=now)


def signed_by_phone(session, now):
    asked = ask(session, now)
    eds_challenges.spend_for_browser(session, of_phone(session, asked, now).row_id, IIN, now=now)
    return asked


def test_a_challenge_is_good_for_its_purpose_alone(session, now):
    asked = eds_challenges.ask(session, EdsWay.NCALAYER, cycle_id=None, purpose=PROTOCOL, now=now)
    how = {"flow": asked.flow, "nonce": asked.nonce, "host": HOST, "now": now}
    with pytest.raises(EdsExpired):
        eds_challenges.of_browser(session, EdsWay.NCALAYER, **how)
    found = eds_challenges.of_browser(session, EdsWay.NCALAYER, **how, purpose=PROTOCOL, sha256="ab" * 32)
    assert (found.challenge.purpose, found.challenge.sha256) == (PROTOCOL, "ab" * 32)
    entering = ask(session, now, EdsWay.NCALAYER)
    how = {"flow": entering.flow, "nonce": entering.nonce, "host": HOST, "now": now}
    with pytest.raises(EdsExpired):
        eds_challenges.of_browser(session, EdsWay.NCALAYER, **how, purpose=PROTOCOL)


@pytest.mark.parametrize("way", WAYS)
def test_a_browser_finds_its_challenge_until_its_time_is_over(session, now, way):
    asked = ask(session, now, way)
    last = now + LIFETIME[way] - timedelta(seconds=1)
    challenge = of_browser(session, asked, last, way).challenge
    assert (challenge.nonce, challenge.cycle, challenge.host) == (asked.nonce, "", HOST)
    assert (challenge.issued_at, challenge.expires_at) == (now, now + LIFETIME[way])
    with pytest.raises(EdsExpired) as refused:
        of_browser(session, asked, now + LIFETIME[way], way)
    assert refused.value.facts == {"what": "challenge"}


def test_the_cycle_the_person_comes_from_stands_in_the_challenge(session, now):
    cycle = make_cycle(session, now)
    asked = ask(session, now, cycle_id=cycle.id)
    assert of_phone(session, asked, now).challenge.cycle == cycle.slug


def test_a_phone_and_its_browser_see_the_same_challenge(session, now):
    asked = ask(session, now)
    assert of_phone(session, asked, now) == of_browser(session, asked, now)


def test_a_challenge_belongs_to_one_browser_and_one_way(session, now):
    mine, yours = ask(session, now), ask(session, now)
    for mixed in (replace(mine, nonce=yours.nonce), replace(mine, flow="unknown")):
        with pytest.raises(EdsExpired):
            of_browser(session, mixed, now)
    with pytest.raises(EdsExpired):
        of_browser(session, mine, now, EdsWay.NCALAYER)
    computer = ask(session, now, EdsWay.NCALAYER)
    with pytest.raises(EdsExpired):
        of_phone(session, computer, now)


@pytest.mark.parametrize("way", WAYS)
def test_a_challenge_is_used_once(session, now, way):
    asked = ask(session, now, way)
    row_id = of_browser(session, asked, now, way).row_id
    eds_challenges.spend(session, row_id, now=now)
    with pytest.raises(EdsReused):
        eds_challenges.spend(session, row_id, now=now)
    with pytest.raises(EdsReused):
        of_browser(session, asked, now, way)


def test_the_browser_takes_what_its_phone_proved_once(session, now):
    asked = signed_by_phone(session, now)
    assert eds_challenges.take_answer(session, asked, now=now) == IIN
    with pytest.raises(EdsReused):
        eds_challenges.take_answer(session, asked, now=now)


def test_a_row_never_shows_an_iin_and_forgets_it_when_it_is_taken(session, now):
    asked = signed_by_phone(session, now)
    row = session.exec(select(EdsChallenge)).one()
    kept = b"".join(
        value if isinstance(value, bytes) else str(value).encode() for value in row.model_dump().values()
    )
    for secret in (IIN, asked.flow, asked.nonce):
        assert secret.encode() not in kept
    assert asked.private_key not in kept
    eds_challenges.take_answer(session, asked, now=now)
    session.expire_all()
    assert session.exec(select(EdsChallenge.answer)).one() is None


def test_another_browsers_key_does_not_open_the_answer(session, now):
    asked = signed_by_phone(session, now)
    stranger = replace(asked, private_key=bytes(PrivateKey.generate()))
    with pytest.raises(EdsForeign):
        eds_challenges.take_answer(session, stranger, now=now)


def test_nothing_is_taken_before_the_phone_has_signed_or_long_after(session, now):
    asked = ask(session, now)
    with pytest.raises(EdsNotSigned):
        eds_challenges.take_answer(session, asked, now=now)
    with pytest.raises(EdsExpired):
        eds_challenges.take_answer(session, asked, now=now + LIFETIME[EdsWay.EGOV])
    late = signed_by_phone(session, now)
    with pytest.raises(EdsExpired):
        eds_challenges.take_answer(session, late, now=now + LIFETIME[EdsWay.EGOV])


@pytest.mark.parametrize(
    "refusal", [EdsOrganisation(), EdsRevoked(), EdsForeign(), EdsExpired(what="certificate")]
)
def test_the_browser_hears_why_its_phones_signature_was_refused(session, now, refusal):
    asked = ask(session, now)
    eds_challenges.spend(session, of_phone(session, asked, now).row_id, now=now, refusal=refusal)
    with pytest.raises(type(refusal)) as heard:
        eds_challenges.take_answer(session, asked, now=now)
    assert heard.value.facts == refusal.facts


def test_old_challenges_are_forgotten_an_hour_after_their_end(session, now):
    ask(session, now)
    end = now + LIFETIME[EdsWay.EGOV] + eds_challenges.KEPT
    assert eds_challenges.forget_old(session, end - timedelta(seconds=1)) == 0
    assert eds_challenges.forget_old(session, end) == 1


def together(database, count, act):
    """`act(session)` in `count` threads at the same instant; how many ended well."""
    gate, done = threading.Barrier(count), []

    def run():
        gate.wait()
        try:
            with database.writing() as session:
                act(session)
            done.append(True)
        except EdsReused:
            pass

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(done)


def test_of_many_at_once_one_signature_counts_and_one_session_begins(database, now):
    with database.writing() as session:
        asked = ask(session, now, EdsWay.NCALAYER)
        resident_id = make_resident(session).id
    with database.reading() as session:
        row_id = of_browser(session, asked, now, EdsWay.NCALAYER).row_id

    def sign_in(session):
        eds_challenges.spend(session, row_id, now=now)
        session.add(
            WebSession(
                token_hash=threading.get_ident().to_bytes(32, "big"),
                resident_id=resident_id,
                created_at=now,
                seen_at=now,
                expires_at=now,
            )
        )

    assert together(database, 8, sign_in) == 1
    with database.reading() as session:
        assert len(session.exec(select(WebSession)).all()) == 1


def test_of_many_at_once_one_browser_takes_the_answer(database, now, monkeypatch):
    """Each has read the row before the first takes it, where the database lets them: SQLite's lock does not."""
    with database.writing() as session:
        asked = signed_by_phone(session, now)
    all_have_read, take = threading.Barrier(8), eds_challenges._take

    def late(session, row_id):
        with suppress(threading.BrokenBarrierError):
            all_have_read.wait(1)
        take(session, row_id)

    monkeypatch.setattr(eds_challenges, "_take", late)
    assert together(database, 8, lambda session: eds_challenges.take_answer(session, asked, now=now)) == 1
