"""A cycle from its proposal to the freeze, on both databases."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from budget import audit, cycles
from budget.cycle_drafts import draft_of
from budget.errors import (
    AlreadyDone,
    BudgetRefusal,
    CalendarFault,
    ExtensionFault,
    NotFound,
    NotPermitted,
    NotReady,
    ReasonRequired,
    SettingFault,
    SlugTaken,
    WrongPhase,
)
from budget.keys import KeyRing
from budget.permissions import SYSTEM, Action, Actor
from budget.phases import Window
from budget.settings import CycleDraft, EnvelopeDraft, Text
from models.cycle import CalendarChange, Cycle
from models.enums import AllocationRule, Direction, Language, Origin, Phase, ProjectState, Role
from models.service import AuditEvent
from tests.harness.cycles import (
    LENGTH,
    add_project,
    add_resident,
    calendar_from,
    frozen,
    instant_in,
    proposal,
    published,
)

COORDINATOR = Actor(Role.COORDINATOR, 1, "Test")
OTHERS = [Actor(role) for role in Role if role not in (Role.COORDINATOR, Role.SYSTEM)]
TICK = timedelta(microseconds=1)
TWO = (
    EnvelopeDraft(Text("Шағын", "Малые", "Small"), 4_000_000),
    EnvelopeDraft(Text("Үлкен", "Большие", "Large"), 6_000_000),
)


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys", b"v" * 32, b"r" * 32)


def facts_of(session: Session, action: str) -> list[dict[str, Any]]:
    found = session.exec(select(AuditEvent.facts).where(AuditEvent.action == action).order_by(AuditEvent.id))
    return [json.loads(facts) for facts in found]


# --- create -----------------------------------------------------------------------------------------


def test_a_new_cycle_is_what_was_proposed_and_nobody_sees_it_yet(session: Session, now: datetime) -> None:
    draft = proposal(
        now,
        envelopes=TWO,
        directions=(Direction.RAMPS, Direction.SPORTS),
        rule=AllocationRule.STOP,
        cost_cap_tenge=3_000_000,
        leftovers=True,
        build_year=2028,
    )
    cycle = cycles.create(session, COORDINATOR, draft, now=now)
    session.expire_all()
    kept = draft_of(session, cycle)
    assert replace(kept, envelopes=()) == replace(draft, envelopes=())
    assert [(e.name, e.total_tenge) for e in kept.envelopes] == [(e.name, e.total_tenge) for e in TWO]
    with pytest.raises(NotFound):
        cycles.by_slug(session, "2027", published_only=True)
    assert cycles.by_slug(session, "2027") is cycle


@pytest.mark.parametrize("actor", OTHERS, ids=lambda actor: actor.role)
def test_only_the_coordinator_runs_cycles(
    session: Session, now: datetime, keyring: KeyRing, actor: Actor
) -> None:
    cycle = published(session, now)
    later = now + timedelta(days=30)
    language = Language.KK
    for act in (
        lambda: cycles.create(session, actor, proposal(now, slug="2028"), now=now),
        lambda: cycles.edit(session, actor, cycle.slug, proposal(now), now=now),
        lambda: cycles.publish(session, actor, cycle.slug, now=now),
        lambda: cycles.freeze(session, actor, cycle.slug, keyring, now=now),
        lambda: cycles.extend_phase(
            session, actor, cycle.slug, Phase.SUBMISSION, later, reason="x", language=language, now=now
        ),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_faults_of_settings_and_calendar_store_nothing(session: Session, now: datetime) -> None:
    windows = calendar_from(now)
    overlapping = (*windows[:1], Window(Phase.SUBMISSION, now, windows[1].ends_at), *windows[2:])
    for draft, refusal in (
        (proposal(now, votes_per_resident=4), SettingFault),
        (proposal(now, windows=overlapping), CalendarFault),
        (proposal(now - LENGTH), CalendarFault),
    ):
        with pytest.raises(refusal):
            cycles.create(session, COORDINATOR, draft, now=now)
    assert session.exec(select(Cycle)).all() == []
    assert session.exec(select(AuditEvent)).all() == []


def test_an_address_belongs_to_one_cycle(session: Session, now: datetime) -> None:
    cycles.create(session, COORDINATOR, proposal(now), now=now)
    with pytest.raises(SlugTaken) as refusal:
        cycles.create(session, COORDINATOR, proposal(now, year=2028), now=now)
    assert refusal.value.field == "slug"


def test_the_database_has_the_last_word_on_an_address(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycles.create(session, COORDINATOR, proposal(now), now=now)
    monkeypatch.setattr(cycles, "_refuse_taken", lambda *_: None)  # as if two pressed at once
    with pytest.raises(SlugTaken):
        cycles.create(session, COORDINATOR, proposal(now), now=now)


# --- edit -------------------------------------------------------------------------------------------


def test_the_log_says_what_an_edit_changed(session: Session, now: datetime) -> None:
    cycles.create(session, COORDINATOR, proposal(now), now=now)
    draft = proposal(now, minimum_votes=50, directions=(Direction.RAMPS,))
    cycles.edit(session, COORDINATOR, "2027", draft_with_ids(session, draft), now=now)
    (facts,) = facts_of(session, "cycle.edit")
    assert facts["changed"]["minimum_votes"] == ["0", "50"]
    assert facts["changed"]["directions"][1] == "ramps"
    assert set(facts["changed"]) == {"minimum_votes", "directions"}


def draft_with_ids(session: Session, draft: CycleDraft, slug: str = "2027") -> CycleDraft:
    """The proposal with the ids that its envelopes got when they were stored."""
    rows = cycles.envelopes(session, cycles.by_slug(session, slug).id or 0)
    pairs = zip(draft.envelopes, rows, strict=True)
    return replace(draft, envelopes=tuple(replace(e, public_id=row.public_id) for e, row in pairs))


def test_before_publication_everything_can_change(session: Session, now: datetime) -> None:
    cycles.create(session, COORDINATOR, proposal(now), now=now)
    later = proposal(now + LENGTH, slug="2028", year=2028, allotted_tenge=6_000_000, envelopes=TWO[1:])
    cycles.edit(session, COORDINATOR, "2027", later, now=now)
    cycle = cycles.by_slug(session, "2028")
    assert cycles.calendar(session, cycle.id or 0).windows == calendar_from(now + LENGTH)
    with pytest.raises(NotFound):
        cycles.by_slug(session, "2027")


def test_after_publication_address_and_calendar_stay(session: Session, now: datetime) -> None:
    published(session, now)
    moved = draft_with_ids(session, proposal(now + LENGTH, slug="2028", minimum_votes=50))
    cycle = cycles.edit(session, COORDINATOR, "2027", moved, now=now)
    assert (cycle.slug, cycle.minimum_votes) == ("2027", 50)
    assert cycles.calendar(session, cycle.id or 0).windows == calendar_from(now)
    assert set(facts_of(session, "cycle.edit")[0]["changed"]) == {"minimum_votes"}


def test_a_cycle_can_keep_its_own_address_and_not_take_anothers(session: Session, now: datetime) -> None:
    cycles.create(session, COORDINATOR, proposal(now), now=now)
    cycles.create(session, COORDINATOR, proposal(now, slug="2028"), now=now)
    cycles.edit(session, COORDINATOR, "2027", draft_with_ids(session, proposal(now)), now=now)
    with pytest.raises(SlugTaken):
        cycles.edit(
            session, COORDINATOR, "2027", draft_with_ids(session, proposal(now, slug="2028")), now=now
        )


def test_envelopes_keep_their_projects_when_their_order_changes(session: Session, now: datetime) -> None:
    cycle = published(session, now, envelopes=TWO)
    project = add_project(session, cycle, envelope=1, now=now)
    large = project.envelope_id
    draft = draft_with_ids(session, proposal(now, envelopes=TWO))
    cycles.edit(session, COORDINATOR, "2027", replace(draft, envelopes=draft.envelopes[::-1]), now=now)
    rows = cycles.envelopes(session, cycle.id or 0)
    assert [(row.id == large, row.name_en, row.position) for row in rows] == [
        (True, "Large", 1),
        (False, "Small", 2),
    ]


def test_an_envelope_without_projects_can_be_dropped_and_one_with_projects_can_not(
    session: Session, now: datetime
) -> None:
    cycle = published(session, now, envelopes=TWO)
    add_project(session, cycle, envelope=1, now=now)
    first, second = draft_with_ids(session, proposal(now, envelopes=TWO)).envelopes
    without = proposal(now, envelopes=(replace(first, total_tenge=10_000_000),))
    with pytest.raises(SettingFault) as refusal:
        cycles.edit(session, COORDINATOR, "2027", without, now=now)
    assert refusal.value.facts == {"setting": "envelopes", "fault": "in_use"}
    with_new = proposal(
        now, envelopes=(replace(second, total_tenge=9_000_000), replace(TWO[0], total_tenge=1_000_000))
    )
    cycles.edit(session, COORDINATOR, "2027", with_new, now=now)
    rows = cycles.envelopes(session, cycle.id or 0)
    assert [row.public_id == second.public_id for row in rows] == [True, False]


def test_once_voting_has_begun_settings_stay_even_if_the_freeze_is_late(
    session: Session, now: datetime
) -> None:
    published(session, now)
    draft = draft_with_ids(session, proposal(now, minimum_votes=50))
    opening = instant_in(Phase.VOTING, now) - LENGTH / 2
    cycles.edit(session, COORDINATOR, "2027", draft, now=opening - TICK)
    with pytest.raises(WrongPhase):
        cycles.edit(session, COORDINATOR, "2027", draft, now=opening)


@pytest.mark.parametrize("origin", [Origin.ARCHIVE, Origin.PABULIB])
def test_history_is_not_edited(session: Session, now: datetime, keyring: KeyRing, origin: Origin) -> None:
    cycle = published(session, now)
    cycle.origin = origin
    session.flush()
    for act in (
        lambda: cycles.edit(session, COORDINATOR, "2027", proposal(now), now=now),
        lambda: cycles.publish(session, COORDINATOR, "2027", now=now),
        lambda: cycles.freeze(session, COORDINATOR, "2027", keyring, now=now),
        lambda: extend(session, Phase.SUBMISSION, now + 3 * LENGTH, now=now),
    ):
        with pytest.raises(NotPermitted):
            act()


# --- publish ------------------------------------------------------------------------------------------


def test_what_is_missing_before_publication_is_named(session: Session, now: datetime) -> None:
    cycle = cycles.create(session, COORDINATOR, proposal(now), now=now)
    assert cycles.unmet_for_publishing(session, cycle, now=now) == ("roll",)
    late = now + LENGTH
    assert cycles.unmet_for_publishing(session, cycle, now=late) == ("calendar", "roll")
    cycle.allotted_tenge, cycle.directions, cycle.methods = 9_999_999, [], []
    add_resident(session, now=now)
    unmet = ("envelopes", "directions", "methods")
    assert cycles.unmet_for_publishing(session, cycle, now=now) == unmet
    with pytest.raises(NotReady) as refusal:
        cycles.publish(session, COORDINATOR, "2027", now=now)
    assert refusal.value.facts == {"unmet": unmet}
    assert cycle.published_at is None


def test_a_cycle_is_published_once(session: Session, now: datetime) -> None:
    published(session, now)
    assert cycles.by_slug(session, "2027", published_only=True).published_at == now
    with pytest.raises(AlreadyDone) as refusal:
        cycles.publish(session, COORDINATOR, "2027", now=now + LENGTH)
    assert refusal.value.facts == {"at": now}
    assert len(facts_of(session, "cycle.publish")) == 1


# --- extend -------------------------------------------------------------------------------------------


def extend(session: Session, phase: Phase, new_end: datetime, *, now: datetime, reason: str = "Аяз") -> Cycle:
    return cycles.extend_phase(
        session, COORDINATOR, "2027", phase, new_end, reason=reason, language=Language.KK, now=now
    )


def test_an_extension_moves_what_it_would_overlap_and_every_move_is_public(
    session: Session, now: datetime
) -> None:
    cycle = published(session, now)
    new_end = calendar_from(now)[1].ends_at + timedelta(days=3)  # type: ignore[operator]
    extend(session, Phase.SUBMISSION, new_end, now=instant_in(Phase.SUBMISSION, now), reason="  Аяз ")
    changes = session.exec(select(CalendarChange).order_by(CalendarChange.id)).all()
    assert [change.phase for change in changes] == list(Phase)[1:-1]
    assert {change.new_end - change.old_end for change in changes} == {timedelta(days=3)}
    assert {change.reason for change in changes} == {"Аяз"}
    assert cycles.calendar(session, cycle.id or 0).windows[1].ends_at == new_end
    assert facts_of(session, "cycle.extend")[0]["phase"] == "submission"


def test_an_extension_needs_a_reason_and_a_later_end(session: Session, now: datetime) -> None:
    cycle = published(session, now)
    end = calendar_from(now)[1].ends_at or now
    with pytest.raises(ReasonRequired):
        extend(session, Phase.SUBMISSION, end + LENGTH, now=now, reason=" \n")
    with pytest.raises(ExtensionFault):
        extend(session, Phase.SUBMISSION, end, now=now)
    with pytest.raises(ExtensionFault):
        extend(session, Phase.SUBMISSION, end + LENGTH, now=end)
    assert cycles.calendar(session, cycle.id or 0).windows == calendar_from(now)
    assert session.exec(select(CalendarChange)).all() == []


def test_a_draft_has_nothing_to_extend(session: Session, now: datetime) -> None:
    cycles.create(session, COORDINATOR, proposal(now), now=now)
    with pytest.raises(NotReady) as refusal:
        extend(session, Phase.SUBMISSION, now + 5 * LENGTH, now=now)
    assert refusal.value.facts == {"unmet": ("published",)}


def test_a_council_that_was_late_can_be_given_time_until_the_freeze(
    session: Session, now: datetime, keyring: KeyRing
) -> None:
    cycle = published(session, now)
    project = add_project(session, cycle, state=ProjectState.SUBMITTED, now=now)
    late = instant_in(Phase.VOTING, now)
    assert cycles.freeze_due(session, keyring, SYSTEM, now=late) == []
    extend(session, Phase.SCREENING, late + timedelta(days=1), now=late)
    cycles.require(session, Actor(Role.COUNCIL, 1), Action.SCREEN_PROJECT, cycle, late)
    project.state = ProjectState.ADMITTED
    opening = cycles.calendar(session, cycle.id or 0).windows[3].starts_at
    assert opening >= late + timedelta(days=1)
    assert cycles.freeze_due(session, keyring, SYSTEM, now=opening) == ["2027"]
    with pytest.raises(ExtensionFault):
        extend(session, Phase.SCREENING, opening + LENGTH, now=opening)


# --- the phase in the transaction -----------------------------------------------------------------------


def test_an_act_outside_its_phase_is_refused_with_when_it_was_and_will_be(
    session: Session, now: datetime
) -> None:
    cycle = published(session, now)
    resident = Actor(Role.RESIDENT, 1)
    windows = calendar_from(now)
    with pytest.raises(WrongPhase) as refusal:
        cycles.require(session, resident, Action.SUBMIT_PROJECT, cycle, now)
    assert refusal.value.facts == {
        "action": Action.SUBMIT_PROJECT,
        "phase": Phase.ANNOUNCEMENT,
        "opens_at": windows[1].starts_at,
        "closed_at": None,
    }
    cycles.require(session, resident, Action.SUBMIT_PROJECT, cycle, windows[1].starts_at)
    with pytest.raises(WrongPhase):
        cycles.require(session, resident, Action.SUBMIT_PROJECT, cycle, windows[2].starts_at)


def test_a_role_that_never_may_is_told_so_whatever_the_phase(session: Session, now: datetime) -> None:
    cycle = published(session, now)
    with pytest.raises(NotPermitted):
        cycles.require(session, COORDINATOR, Action.CAST_BALLOT, cycle, instant_in(Phase.VOTING, now))


def test_every_act_on_a_cycle_is_in_the_chain(session: Session, now: datetime, keyring: KeyRing) -> None:
    cycle = frozen(session, now, keyring)
    extend(session, Phase.VOTING, instant_in(Phase.DECISION, now), now=instant_in(Phase.VOTING, now))
    of_cycle = select(AuditEvent.action).where(AuditEvent.cycle_id == cycle.id)
    acts = session.exec(of_cycle.order_by(col(AuditEvent.id))).all()
    assert acts == ["cycle.create", "cycle.publish", "cycle.freeze", "cycle.extend"]
    assert audit.verify(session) == []


def test_no_refusal_of_a_cycle_is_a_bare_one(session: Session) -> None:
    with pytest.raises(BudgetRefusal) as refusal:
        cycles.by_slug(session, "nowhere")
    assert refusal.value.facts == {"slug": "nowhere"}
