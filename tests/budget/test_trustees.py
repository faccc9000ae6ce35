"""Trustees: named, given a share each once, proven in a rehearsal; a lost share is replaced with two present."""

import itertools
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from nacl.public import PrivateKey
from sqlmodel import Session, col, select

from budget import ballots, cycles, key_shares, trustees
from budget.errors import (
    AlreadyDone,
    Frozen,
    KeyMissing,
    NotFound,
    NotPermitted,
    NotReady,
    ShareShown,
    ShareWrong,
    TrusteesFault,
    VotingNotOpen,
)
from budget.keys import KeyRing
from budget.permissions import SYSTEM, Actor
from budget.settings import frozen_hash
from budget.trustees import Link, Named
from models.cycle import Cycle
from models.enums import Role
from models.service import AuditEvent
from models.trustee import Trustee
from tests.harness.elections import COORDINATOR, draft
from tests.harness.trustees import THREE, before_voting, frozen_by_trustees, shares_of, waiting_cycle
from tests.harness.voting import make_keyring


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


def named(session: Session, now: datetime) -> tuple[Cycle, datetime]:
    cycle, _ = waiting_cycle(session, now=now)
    at = before_voting(cycle, session)
    trustees.name_trustees(session, COORDINATOR, cycle.slug, THREE, now=at)
    return cycle, at


def frozen(session: Session, keyring: KeyRing, now: datetime) -> tuple[Cycle, tuple[Link, ...], datetime]:
    cycle, at = named(session, now)
    return cycle, trustees.freeze(session, COORDINATOR, cycle.slug, keyring, now=at), at


def test_without_three_trustees_the_list_is_not_frozen(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    cycle, _ = waiting_cycle(session, now=now)
    at = before_voting(cycle, session)
    assert cycles.unmet_for_freezing(session, cycle, now=at) == ("trustees",)
    with pytest.raises(NotReady):
        trustees.freeze(session, COORDINATOR, cycle.slug, keyring, now=at)


@pytest.mark.parametrize(
    ("people", "why"),
    [
        (THREE[:2], "missing"),
        ((*THREE[:2], Named("  ", "x")), "missing"),
        ((*THREE[:2], Named("x", "")), "missing"),
        ((*THREE[:2], Named(" айгүл тестова ", "x")), "twice"),
    ],
)
def test_three_different_people_are_named(
    session: Session, now: datetime, people: tuple[Named, ...], why: str
) -> None:
    cycle, _ = waiting_cycle(session, now=now)
    with pytest.raises(TrusteesFault) as refused:
        trustees.name_trustees(session, COORDINATOR, cycle.slug, people, now=now)
    assert refused.value.facts["why"] == why


def test_names_change_until_the_freeze_and_not_after(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    cycle, at = named(session, now)
    other = (*THREE[:2], Named("Гүлнар Басқа", "Әкімдік"))
    rows = trustees.name_trustees(session, COORDINATOR, cycle.slug, other, now=at)
    assert [row.name for row in rows] == [one.name for one in other]
    trustees.freeze(session, COORDINATOR, cycle.slug, keyring, now=at)
    with pytest.raises(Frozen):
        trustees.name_trustees(session, COORDINATOR, cycle.slug, THREE, now=at)


def test_the_job_never_freezes_a_cycle_of_trustees(session: Session, keyring: KeyRing, now: datetime) -> None:
    cycle, at = named(session, now)
    assert cycles.freeze_due(session, keyring, SYSTEM, now=now) == []
    with pytest.raises(NotPermitted):
        trustees.freeze(session, SYSTEM, cycle.slug, keyring, now=at)
    with pytest.raises(KeyMissing):
        cycles.freeze(session, COORDINATOR, cycle.slug, keyring, now=at)
    assert cycle.frozen_at is None


def test_the_private_key_is_nowhere_but_in_the_shares(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    cycle, links, at = frozen(session, keyring, now)
    shares = shares_of(session, links, now=at)
    assert keyring.cycle_keys(cycle.slug).ballot_private_key is None
    private = trustees.private_key(session, cycle, shares)
    assert bytes(PrivateKey(private).public_key) == cycle.ballot_public_key
    rows = session.exec(select(Trustee)).all()
    kept = [cycle.wrapped_ballot_key, *(row.share_hash for row in rows), *(row.link_hash for row in rows)]
    for secret in (private, *(key_shares.read(text) for text in shares.values())):
        assert not any(secret in (value or b"") for value in kept)
    assert {row.share_sealed for row in rows} == {None}


def test_a_link_shows_its_share_once(session: Session, keyring: KeyRing, now: datetime) -> None:
    _, links, at = frozen(session, keyring, now)
    share = trustees.show(session, links[0].token, now=at)
    assert share.trustee.name == THREE[0].name
    with pytest.raises(ShareShown) as refused:
        trustees.show(session, links[0].token, now=at + timedelta(hours=1))
    assert refused.value.facts["at"] == at
    assert trustees.by_token(session, links[0].token).shown_at == at
    with pytest.raises(NotFound):
        trustees.show(session, "x" * 43, now=at)


def test_voting_waits_for_the_rehearsal(session: Session, keyring: KeyRing, now: datetime) -> None:
    cycle, links, at = frozen(session, keyring, now)
    with pytest.raises(VotingNotOpen):
        ballots.ballot_box(session, cycle)
    trustees.rehearse(session, COORDINATOR, cycle.slug, shares_of(session, links, now=at), now=at)
    assert ballots.ballot_box(session, cycle).public_key == cycle.ballot_public_key
    assert trustees.is_proven(trustees.of_cycle(session, cycle.id or 0))
    assert cycle.keys_proven_at == at


def test_a_rehearsal_needs_all_three_and_says_whose_share_is_wrong(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    cycle, links, at = frozen(session, keyring, now)
    shares = shares_of(session, links, now=at)
    foreign = " ".join(key_shares.words(b"\x07" * 16, "en"))
    for wrong, position, why in [
        (shares | {3: ""}, 3, "empty"),
        (shares | {2: shares[2].rsplit(" ", 1)[0]}, 2, "count"),
        (shares | {1: "ааа " * 12}, 1, "word"),
        (shares | {2: foreign}, 2, "foreign"),
        ({1: shares[2], 2: shares[1], 3: shares[3]}, 1, "other"),
    ]:
        with pytest.raises(ShareWrong) as refused:
            trustees.rehearse(session, COORDINATOR, cycle.slug, wrong, now=at)
        facts = refused.value.facts
        assert (facts["position"], facts["why"]) == (position, why)
        assert facts["name"] == THREE[position - 1].name
        assert refused.value.field == f"share_{position}"
    assert cycle.keys_proven_at is None


def test_a_rehearsal_fails_where_the_key_is_another(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    cycle, links, at = frozen(session, keyring, now)
    cycle.wrapped_ballot_key = key_shares.wrap(bytes(PrivateKey.generate()), b"k" * 16)
    with pytest.raises(ShareWrong) as refused:
        trustees.rehearse(session, COORDINATOR, cycle.slug, shares_of(session, links, now=at), now=at)
    assert refused.value.facts["why"] == "pair"


def test_any_two_of_three_open_and_one_does_not(session: Session, keyring: KeyRing, now: datetime) -> None:
    cycle, _, shares = frozen_by_trustees(session, keyring, now=now)
    found = {
        trustees.private_key(session, cycle, {number: shares[number] for number in pair})
        for pair in itertools.combinations(shares, 2)
    }
    assert len(found) == 1
    for alone in shares:
        with pytest.raises(NotReady) as refused:
            trustees.private_key(session, cycle, {alone: shares[alone]})
        assert refused.value.facts["unmet"] == ("shares",)


def test_a_lost_share_is_replaced_with_two_present_and_not_with_one(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    cycle, _, shares = frozen_by_trustees(session, keyring, now=now)
    with pytest.raises(NotReady):
        trustees.replace_shares(session, COORDINATOR, cycle.slug, {1: shares[1]}, now=now)
    links = trustees.replace_shares(session, COORDINATOR, cycle.slug, {1: shares[1], 3: shares[3]}, now=now)
    assert [row.generation for row in trustees.of_cycle(session, cycle.id or 0)] == [2, 2, 2]
    assert not trustees.is_proven(trustees.of_cycle(session, cycle.id or 0))
    assert cycle.keys_proven_at is not None, "voting goes on"
    fresh = shares_of(session, links, now=now, language="en")
    private = trustees.private_key(session, cycle, {1: fresh[1], 2: fresh[2]})
    assert bytes(PrivateKey(private).public_key) == cycle.ballot_public_key


def test_old_shares_open_until_the_new_ones_passed_a_rehearsal_and_nothing_after(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    cycle, _, shares = frozen_by_trustees(session, keyring, now=now)
    links = trustees.replace_shares(session, COORDINATOR, cycle.slug, {1: shares[1], 3: shares[3]}, now=now)
    assert trustees.private_key(session, cycle, {1: shares[1], 2: shares[2]})
    fresh = shares_of(session, links, now=now)
    with pytest.raises(ShareWrong):  # one of each split opens nothing
        trustees.private_key(session, cycle, {1: shares[1], 2: fresh[2]})
    trustees.rehearse(session, COORDINATOR, cycle.slug, fresh, now=now)
    with pytest.raises(ShareWrong) as refused:
        trustees.private_key(session, cycle, {1: shares[1], 2: shares[2]})
    assert refused.value.facts["why"] == "foreign"
    assert trustees.private_key(session, cycle, {2: fresh[2], 3: fresh[3]})


def test_before_a_rehearsal_lost_links_are_mended_by_a_new_key(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    cycle, old, at = frozen(session, keyring, now)
    before, public = cycle.frozen_hash, cycle.ballot_public_key
    links = trustees.make_anew(session, COORDINATOR, cycle.slug, now=at)
    session.flush()
    assert cycle.ballot_public_key != public
    assert cycle.frozen_hash != before
    assert cycle.frozen_hash == frozen_hash(cycles.document_to_freeze(session, cycle))
    with pytest.raises(NotFound):
        trustees.show(session, old[0].token, now=at)
    trustees.rehearse(session, COORDINATOR, cycle.slug, shares_of(session, links, now=at), now=at)
    session.flush()
    with pytest.raises(AlreadyDone):
        trustees.make_anew(session, COORDINATOR, cycle.slug, now=at)


@pytest.mark.parametrize("role", [Role.VISITOR, Role.RESIDENT, Role.COUNCIL, Role.OPERATOR, Role.OBSERVER])
def test_only_the_coordinator_handles_the_shares(
    session: Session, keyring: KeyRing, now: datetime, role: Role
) -> None:
    cycle, _, shares = frozen_by_trustees(session, keyring, now=now)
    somebody = Actor(role, 1)
    for act in (
        lambda: trustees.name_trustees(session, somebody, cycle.slug, THREE, now=now),
        lambda: trustees.freeze(session, somebody, cycle.slug, keyring, now=now),
        lambda: trustees.make_anew(session, somebody, cycle.slug, now=now),
        lambda: trustees.rehearse(session, somebody, cycle.slug, shares, now=now),
        lambda: trustees.replace_shares(session, somebody, cycle.slug, shares, now=now),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_a_cycle_whose_key_is_in_a_file_has_no_shares(session: Session, now: datetime) -> None:
    cycle = cycles.create(session, COORDINATOR, draft(now), now=draft(now).windows[0].starts_at)
    with pytest.raises(NotReady):
        trustees.rehearse(session, COORDINATOR, cycle.slug, {}, now=now)


def test_every_act_is_recorded_and_no_record_holds_a_secret(
    session: Session, keyring: KeyRing, now: datetime
) -> None:
    cycle, links, at = frozen(session, keyring, now)
    shares = shares_of(session, links, now=at)
    trustees.rehearse(session, COORDINATOR, cycle.slug, shares, now=at)
    trustees.replace_shares(session, COORDINATOR, cycle.slug, shares, now=at)
    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
    acts = [event.action for event in events if event.action.startswith("trustees.")]
    assert acts == [
        "trustees.name", "trustees.split", *["trustees.show"] * 3, "trustees.rehearse", "trustees.split",
    ]  # fmt: skip
    told = " ".join(event.facts for event in events)
    assert not any(word in told for link in links for word in (link.token,))
    assert not any(shares[number] in told for number in shares)
