"""Between the rows of a cycle and the values a coordinator proposes: read a draft off the rows, write it back.

`draft_of` and `write` are each other's inverse; `changes` says what differs, for the audit chain.
"""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlmodel import Session, col, select

from budget.errors import SettingFault
from budget.phases import Window, calendar_of
from budget.settings import CycleDraft, EnvelopeDraft, Text
from models.base import new_public_id
from models.cycle import Cycle, Envelope, PhaseWindow
from models.enums import Assurance, Direction, Language
from models.project import Project

DIRECT = (
    "slug",
    "year",
    "allotted_tenge",
    "cost_cap_tenge",
    "projects_per_author",
    "votes_per_resident",
    "minimum_age",
    "minimum_votes",
    "rule",
    "leftovers",
    "build_year",
    "paper",
    "revote",
    "objection_days",
    "key_holder",
    "opening",
)
"""Settings whose column has the same name and type, those of the council left out."""
COUNCIL = (
    "council_akimat_percent",
    "council_quorum",
    "council_majority",
    "reviewers_per_project",
    "review_days",
    "correction_days",
    "appeal_days",
    "appeal_decision_days",
)
"""Settings of the council's procedure; columns of the same name and type too."""

_MINUTE = "%Y-%m-%dT%H:%MZ"


def draft_of(session: Session, cycle: Cycle) -> CycleDraft:
    """The settings and the calendar of a cycle as values."""
    rows = envelope_rows(session, cycle.id or 0)
    windows = session.exec(select(PhaseWindow).where(PhaseWindow.cycle_id == cycle.id)).all()
    return CycleDraft(
        title=_text(cycle, "title"),
        envelopes=tuple(EnvelopeDraft(_text(row, "name"), row.total_tenge, row.public_id) for row in rows),
        windows=calendar_of(Window(row.phase, row.starts_at, row.ends_at) for row in windows).windows,
        directions=tuple(Direction(name) for name in cycle.directions),
        methods=tuple(Assurance(name) for name in cycle.methods),
        **{name: getattr(cycle, name) for name in (*DIRECT, *COUNCIL)},
    )


def new_row(draft: CycleDraft, **more: Any) -> Cycle:
    """A cycle row with the settings of the draft; `more` are its other columns."""
    cycle = Cycle(title_kk="", title_ru="", title_en="", **columns(draft), **more)
    apply(cycle, draft)
    return cycle


def columns(draft: CycleDraft) -> dict[str, Any]:
    """The settings that are columns of the same name."""
    values = asdict(draft)
    return {name: values[name] for name in (*DIRECT, *COUNCIL)}


def apply(cycle: Cycle, draft: CycleDraft) -> None:
    """Put the settings on the cycle's row."""
    for name, value in columns(draft).items():
        setattr(cycle, name, value)
    for language in Language:
        setattr(cycle, f"title_{language}", getattr(draft.title, language))
    cycle.directions = [str(direction) for direction in draft.directions]
    cycle.methods = [str(method) for method in draft.methods]


def changes(before: CycleDraft, after: CycleDraft) -> dict[str, list[str]]:
    """Setting → [old, new] in words a program reads, for each that differs."""
    found = {}
    for field in fields(CycleDraft):
        old, new = _plain(field.name, before), _plain(field.name, after)
        if old != new:
            found[field.name] = [old, new]
    return found


def envelope_rows(session: Session, cycle_id: int) -> Sequence[Envelope]:
    """The envelopes of a cycle in their order."""
    order = col(Envelope.position)
    return session.exec(select(Envelope).where(Envelope.cycle_id == cycle_id).order_by(order)).all()


def write_envelopes(session: Session, cycle: Cycle, drafts: Sequence[EnvelopeDraft]) -> None:
    """Keep the envelopes the draft names by id (projects point to them), drop the others, add the new ones.

    Raises SettingFault(envelopes, in_use) rather than drop one that has projects.
    """
    kept = {row.public_id: row for row in envelope_rows(session, cycle.id or 0)}
    wanted = {draft.public_id for draft in drafts}
    for public_id, row in list(kept.items()):
        if public_id in wanted:
            row.position = -row.position  # out of the way of UNIQUE (cycle, position) while the order changes
            continue
        if session.exec(select(Project.id).where(Project.envelope_id == row.id).limit(1)).first() is not None:
            raise SettingFault(setting="envelopes", fault="in_use")
        session.delete(kept.pop(public_id))
    session.flush()
    for position, draft in enumerate(drafts, start=1):
        found = kept.pop(draft.public_id, None) or _new_envelope(cycle)
        found.position, found.total_tenge = position, draft.total_tenge
        for language in Language:
            setattr(found, f"name_{language}", getattr(draft.name, language))
        session.add(found)
    session.flush()


def write_windows(session: Session, cycle: Cycle, windows: Sequence[Window]) -> None:
    """Make the rows of the calendar those of `windows`."""
    rows = session.exec(select(PhaseWindow).where(PhaseWindow.cycle_id == cycle.id))
    kept = {row.phase: row for row in rows}
    for window in windows:
        row = kept.pop(window.phase, None)
        if row is None:
            row = PhaseWindow(
                cycle_id=cycle.id or 0,
                phase=window.phase,
                starts_at=window.starts_at,
                ends_at=window.ends_at,
            )
            session.add(row)
        row.starts_at, row.ends_at = window.starts_at, window.ends_at
    for row in kept.values():
        session.delete(row)
    session.flush()


def _new_envelope(cycle: Cycle) -> Envelope:
    return Envelope(
        public_id=new_public_id(),
        cycle_id=cycle.id or 0,
        position=0,
        name_kk="",
        name_ru="",
        name_en="",
        total_tenge=0,
    )


def _text(row: Any, name: str) -> Text:
    return Text(*(getattr(row, f"{name}_{language}") for language in Language))


def _plain(name: str, draft: CycleDraft) -> str:
    value = getattr(draft, name)
    if name == "envelopes":
        return "; ".join(f"{e.name.kk} | {e.name.ru} | {e.name.en}: {e.total_tenge}" for e in value)
    if name == "title":
        return " | ".join(getattr(value, language) for language in Language)
    if name == "windows":
        return "; ".join(_span(window) for window in calendar_of(value).windows)
    if name in ("directions", "methods"):
        return ", ".join(sorted(str(member) for member in value))
    return "" if value is None else str(value)


def _span(window: Window) -> str:
    ends = f"{window.ends_at:{_MINUTE}}" if window.ends_at else ""
    return f"{window.phase} {window.starts_at:{_MINUTE}}/{ends}"
