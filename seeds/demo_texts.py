"""The demo's projects as written by hand in `data/demo.json`, read into values."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from models.enums import Criterion, Direction, Language, ProjectPart, ScreeningOutcome, WorksStatus

DATA = Path(__file__).parent / "data" / "demo.json"
Texts = dict[Language, str]


@dataclass(frozen=True)
class Rejected:
    """Why the council rejected a project."""

    criterion: Criterion
    clause: str
    reason_kk: str
    reason_ru: str


@dataclass(frozen=True)
class SentBack:
    """What its author was asked to change."""

    part: ProjectPart
    language: Language
    reason: str


@dataclass(frozen=True)
class DemoProject:
    """One project. `outcome` is None while it waits or was withdrawn; `appeal` weighs the invented votes."""

    language: Language
    title: Texts
    text: Texts
    street: Texts
    houses: tuple[str, ...]
    area: str
    direction: Direction
    envelope: int
    estimate: int
    cost: int | None
    appeal: float
    outcome: ScreeningOutcome | None
    is_withdrawn: bool
    has_photo: bool
    is_of_account: bool
    decision: Rejected | SentBack | None
    works: WorksStatus | None
    works_reason: str
    works_language: Language


def read(cycle: str) -> tuple[DemoProject, ...]:
    """The projects of one demo cycle: `voting`, `submission` or `finished`."""
    known = streets()
    return tuple(_project(facts, known) for facts in _content()[cycle])


def streets() -> dict[str, Texts]:
    """The streets by a short name."""
    return {name: dict(zip(Language, texts, strict=True)) for name, texts in _content()["streets"].items()}


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return content


def _project(facts: dict[str, Any], known: dict[str, Texts]) -> DemoProject:
    fate = facts["fate"]
    reason = facts.get("works_reason", {"text": "", "language": "kk"})
    return DemoProject(
        language=Language(facts["language"]),
        title=_texts(facts["title"]),
        text=_texts(facts["text"]),
        street=known[facts["street"]],
        houses=tuple(facts["houses"]),
        area=facts["area"],
        direction=Direction(facts["direction"]),
        envelope=facts["envelope"],
        estimate=facts["estimate"],
        cost=facts.get("cost"),
        appeal=facts.get("appeal", 0),
        outcome=ScreeningOutcome(fate) if fate in set(ScreeningOutcome) else None,
        is_withdrawn=fate == "withdrawn",
        has_photo=facts.get("photo", False),
        is_of_account=facts.get("author") == "voted",
        decision=_decision(facts.get("decision")),
        works=WorksStatus(facts["works"]) if "works" in facts else None,
        works_reason=reason["text"],
        works_language=Language(reason["language"]),
    )


def _decision(facts: dict[str, Any] | None) -> Rejected | SentBack | None:
    if facts is None:
        return None
    if "part" in facts:
        return SentBack(ProjectPart(facts["part"]), Language(facts["language"]), facts["reason"])
    return Rejected(Criterion(facts["criterion"]), facts["clause"], facts["kk"], facts["ru"])


def _texts(facts: dict[str, str]) -> Texts:
    return {Language(language): text for language, text in facts.items()}
