"""Cycles: create, edit, publish, extend a deadline, freeze. The phase itself is derived (`budget.phases`).

Source of the course of a cycle and of its settings: the akimat's report of 2019–2020 and the practice listed in
README.md of this folder. Every act is recorded in the audit chain.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget import audit, cycle_drafts
from budget.ballot_rules import ballot_length
from budget.errors import (
    AlreadyDone,
    BudgetRefusal,
    Frozen,
    KeyMissing,
    NotFound,
    NotPermitted,
    NotReady,
    ReasonRequired,
    SlugTaken,
    WrongPhase,
)
from budget.key_shares import SHARES
from budget.keys import KeyRing
from budget.permissions import Action, Actor, may
from budget.phases import Calendar, Window, calendar_of, check_calendar, extend, stage_at
from budget.settings import CycleDraft, FrozenProject, check_settings, frozen_document, frozen_hash
from models.cycle import CalendarChange, Cycle, Envelope, PhaseWindow
from models.enums import KeyHolder, Language, Origin, Phase, ProjectState
from models.people import Resident
from models.project import Project
from models.screening import Appeal, Screening
from models.trustee import Trustee


def by_slug(session: Session, slug: str, *, published_only: bool = False) -> Cycle:
    """The cycle at this address. Raises NotFound (also for an unpublished one when `published_only`)."""
    cycle = session.exec(select(Cycle).where(Cycle.slug == slug)).first()
    if cycle is None or (published_only and cycle.published_at is None):
        raise NotFound(slug=slug)
    return cycle


def locked(session: Session, slug: str, *, lets_ballots_in: bool = False) -> Cycle:
    """The cycle, locked until the transaction ends (SQLite's writer is alone anyway). Raises NotFound.

    `lets_ballots_in`: against everybody else, but not against ballots, whose foreign key needs the cycle's key only.
    """
    rows = select(Cycle).where(Cycle.slug == slug).with_for_update(key_share=lets_ballots_in)
    cycle = session.exec(rows).first()
    if cycle is None:
        raise NotFound(slug=slug)
    return cycle


def own(session: Session, actor: Actor, action: Action, slug: str) -> Cycle:
    """A cycle run in this service, locked, for an act whose phase its caller checks.

    The archive and imported elections are history. Raises: NotPermitted, NotFound.
    """
    _permit(actor, action)
    cycle = locked(session, slug)
    if cycle.origin is not Origin.SERVICE:
        raise NotPermitted(action=action)
    return cycle


def calendar(session: Session, cycle_id: int) -> Calendar:
    """The calendar of a cycle."""
    rows = session.exec(select(PhaseWindow).where(PhaseWindow.cycle_id == cycle_id))
    return calendar_of(Window(row.phase, row.starts_at, row.ends_at) for row in rows)


def envelopes(session: Session, cycle_id: int) -> Sequence[Envelope]:
    """The envelopes of a cycle in their order."""
    return cycle_drafts.envelope_rows(session, cycle_id)


def projects_on_ballot(session: Session, cycle: Cycle) -> Sequence[Project]:
    """The ballot list by number: admitted projects and, after the freeze, those withdrawn since (the voters were
    shown them). An imported election has no freeze: all its projects stood on the ballot."""
    listed: sa.ColumnElement[bool] = col(Project.state) == ProjectState.ADMITTED
    if cycle.origin is Origin.PABULIB:
        listed = sa.true()
    if cycle.frozen_at is not None:
        listed = sa.or_(listed, col(Project.withdrawn_at) >= cycle.frozen_at)
    order = col(Project.number)
    return session.exec(select(Project).where(Project.cycle_id == cycle.id, listed).order_by(order)).all()


def require(session: Session, actor: Actor, action: Action, cycle: Cycle, now: datetime) -> None:
    """Refuse unless `actor` may do `action` in the cycle's phase at `now`.

    Raises: NotPermitted, or WrongPhase(action, phase, opens_at, closed_at).
    """
    times = calendar(session, cycle.id or 0)
    stage = stage_at(times, now)
    decision = may(actor.role, action, stage.phase, ended=stage.ended)
    if decision.reason == "role":
        raise NotPermitted(action=action)
    if not decision.allowed:
        previous = stage.previous.ends_at if stage.previous else None
        following = stage.following.starts_at if stage.following else None
        raise WrongPhase(action=action, phase=stage.phase, opens_at=following, closed_at=previous)


def create(
    session: Session, actor: Actor, draft: CycleDraft, *, now: datetime, is_demo: bool = False
) -> Cycle:
    """A new cycle, not yet published.

    Raises: NotPermitted, SettingFault, CalendarFault, SlugTaken.
    """
    _permit(actor, Action.MANAGE_CYCLE)
    check_settings(draft)
    check_calendar(calendar_of(draft.windows), now=now)
    _refuse_taken(session, draft.slug, None)
    cycle = cycle_drafts.new_row(draft, created_at=now, is_demo=is_demo)
    session.add(cycle)
    _flush_slug(session, draft.slug)
    cycle_drafts.write_envelopes(session, cycle, draft.envelopes)
    cycle_drafts.write_windows(session, cycle, draft.windows)
    audit.record(session, actor, "cycle.create", now=now, cycle_id=cycle.id, subject=cycle.slug)
    return cycle


def edit(session: Session, actor: Actor, slug: str, draft: CycleDraft, *, now: datetime) -> Cycle:
    """Change settings and calendar until voting; the log says what changed, from what, to what.

    After publication the address stays, and ends of phases only move by `extend_phase`.
    Raises: NotPermitted, NotFound, Frozen, WrongPhase, SettingFault, CalendarFault, SlugTaken.
    """
    cycle = own(session, actor, Action.EDIT_SETTINGS, slug)
    _refuse_after_freeze(session, cycle, now)
    check_settings(draft)
    _refuse_taken(session, draft.slug, cycle.id)
    before = cycle_drafts.draft_of(session, cycle)
    if cycle.published_at is None:
        check_calendar(calendar_of(draft.windows), now=now)
        cycle_drafts.write_windows(session, cycle, draft.windows)
    else:
        draft = replace(draft, slug=cycle.slug, windows=before.windows)
    cycle_drafts.apply(cycle, draft)
    _flush_slug(session, draft.slug)
    cycle_drafts.write_envelopes(session, cycle, draft.envelopes)
    changed = cycle_drafts.changes(before, draft)
    audit.record(
        session, actor, "cycle.edit", now=now, cycle_id=cycle.id, subject=cycle.slug, changed=changed
    )
    return cycle


def unmet_for_publishing(session: Session, cycle: Cycle, *, now: datetime) -> tuple[str, ...]:
    """Codes of what is missing before the cycle can be published; () when ready."""
    unmet = []
    try:
        check_calendar(calendar(session, cycle.id or 0), now=now)
    except BudgetRefusal:
        unmet.append("calendar")
    rows = envelopes(session, cycle.id or 0)
    if sum(row.total_tenge for row in rows) != cycle.allotted_tenge:
        unmet.append("envelopes")
    if not cycle.directions:
        unmet.append("directions")
    if not cycle.methods:
        unmet.append("methods")
    if session.exec(select(Resident.id).limit(1)).first() is None:
        unmet.append("roll")
    return tuple(unmet)


def publish(session: Session, actor: Actor, slug: str, *, now: datetime) -> Cycle:
    """Show the cycle to everybody. Raises: NotPermitted, NotFound, AlreadyDone, NotReady(unmet)."""
    cycle = own(session, actor, Action.MANAGE_CYCLE, slug)
    if cycle.published_at is not None:
        raise AlreadyDone(at=cycle.published_at)
    unmet = unmet_for_publishing(session, cycle, now=now)
    if unmet:
        raise NotReady(unmet=unmet)
    cycle.published_at = now
    audit.record(session, actor, "cycle.publish", now=now, cycle_id=cycle.id, subject=cycle.slug)
    return cycle


def extend_phase(
    session: Session,
    actor: Actor,
    slug: str,
    phase: Phase,
    new_end: datetime,
    *,
    reason: str,
    language: Language,
    now: datetime,
) -> Cycle:
    """Move the end of a phase later; later phases it would overlap move by the same time. Logged with its reason.

    Raises: NotPermitted, NotFound, NotReady(unmet=("published",)), ReasonRequired, ExtensionFault.
    """
    cycle = own(session, actor, Action.EXTEND_DEADLINE, slug)
    if cycle.published_at is None:
        raise NotReady(unmet=("published",))
    if not reason.strip():
        raise ReasonRequired
    old = calendar(session, cycle.id or 0)
    new = extend(old, phase, new_end, now=now, reopen=may_reopen(cycle, phase))
    for before, after in zip(old.windows, new.windows, strict=True):
        if before == after:
            continue
        if before.ends_at is not None and after.ends_at is not None:
            change = CalendarChange(
                cycle_id=cycle.id or 0,
                phase=after.phase,
                old_end=before.ends_at,
                new_end=after.ends_at,
                reason=reason.strip(),
                language=language,
                changed_at=now,
            )
            session.add(change)
    cycle_drafts.write_windows(session, cycle, new.windows)
    facts = {"phase": str(phase), "new_end": new_end.isoformat(), "reason": reason.strip()}
    audit.record(session, actor, "cycle.extend", now=now, cycle_id=cycle.id, subject=cycle.slug, **facts)
    return cycle


def may_reopen(cycle: Cycle, phase: Phase) -> bool:
    """May a phase that is over be extended? Only the screening, while the ballot list is not frozen: otherwise
    one project the council was late with would keep the voting from opening for ever."""
    return phase is Phase.SCREENING and cycle.frozen_at is None


def unmet_for_freezing(session: Session, cycle: Cycle, *, now: datetime) -> tuple[str, ...]:
    """Codes of what is missing before the ballot list can be frozen; () when ready."""
    times = calendar(session, cycle.id or 0)
    if cycle.published_at is None:
        return ("published",)
    unmet = [] if times.is_over(Phase.SUBMISSION, now) else ["submission_over"]
    waiting = (ProjectState.SUBMITTED, ProjectState.RETURNED)
    listed = select(Project).where(Project.cycle_id == cycle.id)
    if session.exec(listed.where(col(Project.state).in_(waiting)).limit(1)).first() is not None:
        unmet.append("undecided")
    if _has_appeals(session, cycle.id or 0, now):
        unmet.append("appeals")
    admitted = session.exec(listed.where(Project.state == ProjectState.ADMITTED)).all()
    if not admitted:
        unmet.append("admitted")
    if any(project.cost_tenge is None or project.envelope_id is None for project in admitted):
        unmet.append("costs")
    if cycle.key_holder is KeyHolder.TRUSTEES and not _has_trustees(session, cycle.id or 0):
        unmet.append("trustees")
    return tuple(unmet)


def freeze(
    session: Session,
    actor: Actor,
    slug: str,
    keyring: KeyRing,
    *,
    now: datetime,
    ballot_public_key: bytes | None = None,
) -> Cycle:
    """Fix settings, ballot list and costs, make the cycle's keys, and publish the hash of what was fixed.

    Where trustees hold the key of the ballots its public half is given, see `budget.trustees.freeze`.
    Voting can't begin before this. Raises: NotPermitted, NotFound, AlreadyDone, NotReady(unmet), KeyMissing.
    """
    cycle = own(session, actor, Action.FREEZE, slug)
    if cycle.frozen_at is not None:
        raise AlreadyDone(at=cycle.frozen_at)
    unmet = unmet_for_freezing(session, cycle, now=now)
    if unmet:
        raise NotReady(unmet=unmet)
    in_file = cycle.key_holder is KeyHolder.FILE
    if not in_file and ballot_public_key is None:
        raise KeyMissing(slug=slug)
    keys = keyring.make_cycle_keys(cycle.slug, with_ballot_key=in_file)
    cycle.ballot_public_key = keys.ballot_public_key if in_file else ballot_public_key
    cycle.log_public_key = keys.log_public_key
    cycle.ballot_length = ballot_length(cycle.votes_per_resident)
    digest = frozen_hash(document_to_freeze(session, cycle))
    cycle.frozen_at, cycle.frozen_hash = now, digest
    audit.record(session, actor, "cycle.freeze", now=now, cycle_id=cycle.id, subject=cycle.slug, hash=digest)
    return cycle


def document_to_freeze(session: Session, cycle: Cycle) -> bytes:
    """The frozen document of a cycle from its rows; after the freeze its SHA-256 is `cycle.frozen_hash`."""
    rows = envelopes(session, cycle.id or 0)
    public_ids = {row.id: row.public_id for row in rows}
    projects = projects_on_ballot(session, cycle)
    lines = [
        FrozenProject(p.public_id, p.number, public_ids[p.envelope_id], p.cost_tenge or 0) for p in projects
    ]
    settings: dict[str, Any] = {name: getattr(cycle, name) for name in _names_to_freeze(cycle)}
    settings |= {"directions": cycle.directions, "methods": cycle.methods, "currency": cycle.currency}
    settings |= {f"title_{language}": getattr(cycle, f"title_{language}") for language in Language}
    totals = [(row.public_id, row.total_tenge) for row in rows]
    return frozen_document(
        settings, totals, lines, cycle.ballot_public_key or b"", cycle.log_public_key or b""
    )


def _names_to_freeze(cycle: Cycle) -> tuple[str, ...]:
    """Settings in the frozen document: the council's where there was a council, or the hash of a cycle frozen without
    one would change."""
    before = cycle.frozen_at is None or (
        cycle.council_published_at is not None and cycle.council_published_at <= cycle.frozen_at
    )
    has_council = cycle.council_published_at is not None and before
    return (*cycle_drafts.DIRECT, *(cycle_drafts.COUNCIL if has_council else ()))


def freeze_due(session: Session, keyring: KeyRing, actor: Actor, *, now: datetime) -> list[str]:
    """Freeze every published cycle whose voting has begun and that is ready; slugs frozen. For the job.

    Not where trustees hold the key: their links are shown to a person, once.
    """
    frozen = []
    waiting = select(Cycle).where(col(Cycle.frozen_at).is_(None), col(Cycle.published_at).is_not(None))
    by_itself = (Cycle.origin == "service", Cycle.key_holder == KeyHolder.FILE)
    for cycle in session.exec(waiting.where(*by_itself)).all():
        if stage_at(calendar(session, cycle.id or 0), now).phase is not Phase.VOTING:
            continue
        if not unmet_for_freezing(session, cycle, now=now):
            freeze(session, actor, cycle.slug, keyring, now=now)
            frozen.append(cycle.slug)
    return frozen


def _has_appeals(session: Session, cycle_id: int, now: datetime) -> bool:
    """Does an author wait for the answer to an appeal, or may one still appeal?"""
    appealed = select(Appeal.screening_id).where(Appeal.screening_id == Screening.id)
    may_appeal = sa.and_(col(Screening.appeal_until) > now, ~appealed.exists())
    undecided = select(Appeal.id).where(Appeal.project_id == Project.id, col(Appeal.decided_at).is_(None))
    rows = (
        select(Project.id)
        .join(Screening, col(Screening.project_id) == Project.id)
        .where(
            Project.cycle_id == cycle_id,
            Project.state == ProjectState.REJECTED,
            sa.or_(may_appeal, undecided.exists()),
        )
    )
    return session.exec(rows.limit(1)).first() is not None


def _has_trustees(session: Session, cycle_id: int) -> bool:
    query = select(sa.func.count()).select_from(Trustee).where(Trustee.cycle_id == cycle_id)
    return session.exec(query).one() == SHARES


def _permit(actor: Actor, action: Action) -> None:
    if not may(actor.role, action, None).allowed:
        raise NotPermitted(action=action)


def _refuse_taken(session: Session, slug: str, own_id: int | None) -> None:
    other = session.exec(select(Cycle.id).where(Cycle.slug == slug)).first()
    if other is not None and other != own_id:
        raise SlugTaken(slug=slug)


def _refuse_after_freeze(session: Session, cycle: Cycle, now: datetime) -> None:
    """Frozen, or published with a voting that has begun (and waits for the freeze): the voters have read these."""
    if cycle.frozen_at is not None:
        raise Frozen(frozen_at=cycle.frozen_at)
    voting = calendar(session, cycle.id or 0).window(Phase.VOTING)
    if cycle.published_at is not None and voting is not None and voting.starts_at <= now:
        raise WrongPhase(
            action=Action.EDIT_SETTINGS, phase=Phase.VOTING, opens_at=None, closed_at=voting.starts_at
        )


def _flush_slug(session: Session, slug: str) -> None:
    """Write the cycle's row; the database has the last word on whether its address is free."""
    try:
        session.flush()
    except sa.exc.IntegrityError as error:
        if "slug" in str(error.orig):
            raise SlugTaken(slug=slug) from error
        raise
