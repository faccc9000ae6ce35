"""The settings of a cycle as values: what a coordinator proposes, what is in range, and the frozen document.

Pure. Known practice is in the defaults; every setting is shown on the cycle's rules page. The frozen document is
what voters were shown: settings, envelopes, ballot list with costs, and the public keys of ballots and log. The calendar is not
in it: deadlines may be extended, each extension is logged with its reason.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from budget.errors import SettingFault
from budget.phases import Window
from models.enums import AllocationRule, Assurance, Direction, KeyHolder, Majority, Opening, Quorum

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
RESERVED_SLUGS = frozenset({"new"})


@dataclass(frozen=True)
class Text:
    """One text in the three languages."""

    kk: str
    ru: str
    en: str

    def missing(self) -> bool:
        """Is any of the three empty?"""
        return not (self.kk and self.ru and self.en)


@dataclass(frozen=True)
class EnvelopeDraft:
    """An envelope as proposed: its name and its money in tenge; `public_id` where it exists already."""

    name: Text
    total_tenge: int
    public_id: str = ""


@dataclass(frozen=True)
class CycleDraft:
    """Everything a coordinator sets for a cycle, calendar included."""

    slug: str
    year: int
    title: Text
    allotted_tenge: int
    envelopes: tuple[EnvelopeDraft, ...]
    windows: tuple[Window, ...]
    directions: tuple[Direction, ...] = tuple(Direction)
    methods: tuple[Assurance, ...] = (Assurance.SMS,)
    cost_cap_tenge: int | None = None
    projects_per_author: int = 1
    votes_per_resident: int = 1
    minimum_age: int = 18
    minimum_votes: int = 0
    rule: AllocationRule = AllocationRule.SKIP
    leftovers: bool = False
    build_year: int | None = None
    paper: bool = False
    revote: bool = False
    objection_days: int = 0
    key_holder: KeyHolder = KeyHolder.FILE
    opening: Opening = Opening.COMMISSION
    council_akimat_percent: int = 50
    council_quorum: Quorum = Quorum.MORE_THAN_HALF
    council_majority: Majority = Majority.OF_PRESENT
    reviewers_per_project: int = 2
    review_days: int = 5
    correction_days: int = 5
    appeal_days: int = 5
    appeal_decision_days: int = 15


def check_settings(draft: CycleDraft) -> None:
    """Refuse settings out of range. Raises SettingFault(setting=field, fault=…, and its limits): the first one."""
    for fault in setting_faults(draft):
        raise fault


def setting_faults(draft: CycleDraft) -> Iterator[SettingFault]:
    """Everything that is out of range, so that a page can say it all at once."""
    if not SLUG.fullmatch(draft.slug) or draft.slug in RESERVED_SLUGS:
        yield SettingFault(setting="slug", fault="shape")
    if draft.title.missing():
        yield SettingFault(setting="title", fault="missing")
    for setting, low, high in _ranges(draft):
        value = getattr(draft, setting)
        if value is not None and not low <= value <= high:
            yield SettingFault(setting=setting, fault="range", low=low, high=high)
    for setting in ("directions", "methods"):
        if not getattr(draft, setting):
            yield SettingFault(setting=setting, fault="missing")
    yield from _envelope_faults(draft)


def _ranges(draft: CycleDraft) -> tuple[tuple[str, int, int], ...]:
    return (
        ("year", 2019, 2100),
        ("allotted_tenge", 1, 10**12),
        ("votes_per_resident", 1, 3),
        ("projects_per_author", 1, 20),
        ("minimum_age", 0, 100),
        ("minimum_votes", 0, 1_000_000),
        ("objection_days", 0, 30),
        ("council_akimat_percent", 0, 100),
        ("reviewers_per_project", 1, 9),
        ("review_days", 1, 60),
        ("correction_days", 1, 60),
        ("appeal_days", 1, 90),
        ("appeal_decision_days", 1, 60),
        ("cost_cap_tenge", 1, draft.allotted_tenge),
        ("build_year", draft.year, draft.year + 10),
    )


def _envelope_faults(draft: CycleDraft) -> Iterator[SettingFault]:
    sums = [envelope.total_tenge for envelope in draft.envelopes]
    if not sums:
        yield SettingFault(setting="envelopes", fault="missing")
        return
    if len(sums) > 1 and any(envelope.name.missing() for envelope in draft.envelopes):
        yield SettingFault(setting="envelopes", fault="unnamed")
    if draft.allotted_tenge > 0 and (min(sums) <= 0 or sum(sums) != draft.allotted_tenge):
        yield SettingFault(setting="envelopes", fault="sum", total=sum(sums), allotted=draft.allotted_tenge)


@dataclass(frozen=True)
class FrozenProject:
    """A line of the frozen ballot list, by public ids; cost in tenge."""

    id: str
    number: int
    envelope: str
    cost: int


def frozen_document(
    settings: dict[str, Any],
    envelopes: Sequence[tuple[str, int]],
    projects: Sequence[FrozenProject],
    public_key: bytes,
    log_public_key: bytes,
) -> bytes:
    """The canonical JSON that the frozen hash covers: keys sorted, no spaces, UTF-8."""
    document = {
        "settings": settings,
        "envelopes": [{"id": id_, "total": total} for id_, total in envelopes],
        "projects": [
            {"id": project.id, "number": project.number, "envelope": project.envelope, "cost": project.cost}
            for project in sorted(projects, key=lambda project: project.number)
        ],
        "ballot_public_key": public_key.hex(),
        "log_public_key": log_public_key.hex(),
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def frozen_hash(document: bytes) -> str:
    """SHA-256 of the frozen document, in hex; this stands on the rules page."""
    return hashlib.sha256(document).hexdigest()
