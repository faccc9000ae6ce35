"""The version of what the public sees: raised once by every transaction that changes a public table.

Pages are cached under it, so a change is seen at once by every process and nothing is dropped by hand. The row is
raised as the last statement before the commit: nothing is locked after it, so two writers can't wait for each
other. Casting a ballot touches no public table and raises nothing: voters do not queue for a counter.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, SessionTransaction
from sqlmodel import Session, col

from models.asking import Asking
from models.service import PublicVersion

PUBLIC_TABLES = frozenset(
    [
        "district",
        "area",
        "cycle",
        "envelope",
        "phase_window",
        "calendar_change",
        "reported_figures",
        "project",
        "project_address",
        "photo",
        "screening",
        "ballot_count",
        "verdict",
        "works",
        "works_change",
        "resident",
        "log_head",
        "turnout",
        "council_member",
        "cycle_criterion",
        "competent_body",
        "project_version",
        "formal_check",
        "correction",
        "correction_remark",
        "screening_answer",
        "appeal",
        "forwarding",
        "council_session",
        "attendance",
        "agenda_item",
        "agenda_item_answer",
        "council_vote",
        "recusal",
        "protocol",
        "protocol_signature",
        "confirmation",
        "reserve_use",
        "review",
        "moved_day",
    ]
)
"""What pages show. `resident` is here for one number, the size of the roll in the turnout; `review` for how many are
overdue, `moved_day` for the working days a decision took."""

PRIVATE_TABLES = frozenset(
    [
        "participation",
        "sealed_ballot",
        "ballot",
        "ballot_choice",
        "staff",
        "web_session",
        "login_code",
        "sign_in_failure",
        "audit_event",
        "notice",
        "job_claim",
        "public_version",
        "replaced_ballot",
        "log_leaf",
        "trustee",
        "paper_batch",
        "paper_sheet",
        "paper_entry",
        "objection",
        "signal",
        "signal_member",
        "annulment",
        "desk_visit",
        "eds_challenge",
        "recovery_code",
        "invitation",
        "conflict",
        "review_answer",
        "merger",
    ]
)
"""What no cached page shows. A test holds that every table is in one of the two lists."""

_CHANGED = "public tables changed"
_RAISE = sa.update(PublicVersion).values(version=col(PublicVersion.version) + 1)
_READ = sa.select(col(PublicVersion.version))


def current(asking: Asking) -> int:
    """The version now, 0 before anything public was ever written: a single look-up, every request for a page begins with
    it."""
    row = asking.first(_READ)
    return row.version if row else 0


def seen_by(session: Session) -> int:
    """The version of what this session sees: with SQLite that is what was there when it began to read."""
    return session.connection().execute(_READ).scalar() or 0


@event.listens_for(Session, "before_flush")
def _note_rows(session: Session, *_: Any) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        if row.__tablename__ in PUBLIC_TABLES:
            session.info[_CHANGED] = True
            return


@event.listens_for(Session, "do_orm_execute")
def _note_statements(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        table = getattr(state.statement, "table", None)
        if table is not None and table.name in PUBLIC_TABLES:
            state.session.info[_CHANGED] = True


@event.listens_for(Session, "before_commit")
def _raise_version(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    if not session.info.pop(_CHANGED, False):
        return
    connection = session.connection()
    if connection.execute(_RAISE).rowcount == 0:
        connection.execute(sa.insert(PublicVersion).values(id=1, version=1))


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_CHANGED, None)
