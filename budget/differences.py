"""What differs between two texts of a project; pure.

A correction is judged by what it changed, so everybody can see the difference, word by word. The photo is told as
replaced or not: an old picture of a yard is nobody's business any more.
"""

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models.enums import ProjectPart

Content = dict[str, Any]
"""language, title, description, addresses ([street, house] each), area (code or None), direction, estimate_tenge, photo."""
_WORDS = re.compile(r"\s+|[^\s]+")


class Change(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Piece:
    """A run of words and what became of it."""

    change: Change
    text: str


@dataclass(frozen=True)
class Difference:
    """A part of the application that changed: `before` and `after` as plain values, and for texts the pieces."""

    part: ProjectPart
    before: Any
    after: Any
    pieces: tuple[Piece, ...] = ()


_PARTS = {
    ProjectPart.TITLE: "title",
    ProjectPart.DESCRIPTION: "description",
    ProjectPart.ADDRESSES: "addresses",
    ProjectPart.AREA: "area",
    ProjectPart.DIRECTION: "direction",
    ProjectPart.ESTIMATE: "estimate_tenge",
    ProjectPart.PHOTO: "photo",
}
_TEXTS = (ProjectPart.TITLE, ProjectPart.DESCRIPTION)


def differences(before: Content, after: Content) -> tuple[Difference, ...]:
    """The parts that differ, in the order of the application."""
    found = []
    for part, name in _PARTS.items():
        old, new = before.get(name), after.get(name)
        if old != new:
            pieces = pieces_of(old or "", new or "") if part in _TEXTS else ()
            found.append(Difference(part, old, new, pieces))
    return tuple(found)


def pieces_of(before: str, after: str) -> tuple[Piece, ...]:
    """The two texts as one: runs of words that stayed, went and came. Joined without ADDED it is `before`, without
    REMOVED `after`. Where nothing but a space stayed between two changes, they are one: a new sentence is read in one
    piece and not word by word between the old ones."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    found: list[Piece] = []
    gone, came = "", ""
    codes = difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes()
    for place, (tag, i1, i2, j1, j2) in enumerate(codes):
        was, now = "".join(old[i1:i2]), "".join(new[j1:j2])
        is_between = 0 < place < len(codes) - 1 and was.isspace() and "\n" not in was
        if tag != "equal" or is_between:
            gone, came = gone + was, came + now
            continue
        found += [*_changed(gone, came), Piece(Change.SAME, was)]
        gone, came = "", ""
    return (*found, *_changed(gone, came))


def _changed(gone: str, came: str) -> list[Piece]:
    pieces = (Piece(Change.REMOVED, gone), Piece(Change.ADDED, came))
    return [piece for piece in pieces if piece.text]
