"""What changed between the texts of a project, word by word, so that everybody can judge a correction.

Added and removed are said in words, underlined or struck out, and coloured last.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template

from budget.differences import Difference, Piece
from budget.reading import project_versions
from budget.reading.project_versions import Text, Versions
from models.enums import Direction, ProjectPart
from views.access import public
from views.filters import in_language, tenge
from views.labels import label
from views.page_cache import cacheable
from views.public.blueprint import bp
from views.public_facts import places
from views.request_scope import reading
from views.texts import gettext as _


@dataclass(frozen=True)
class Change:
    """A part that changed: `pieces` of a text, or lists of what stayed, went and came; `sentence` says what no list
    can. `is_value`: one thing in place of another; `is_written` marks what stands in the author's language."""

    part: str
    pieces: tuple[Piece, ...] = ()
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    sentence: str = ""
    is_value: bool = False
    is_written: bool = False


@dataclass(frozen=True)
class Revised:
    """A text after the first. `joined` is the number of the project whose houses came in with it."""

    number: int
    made_at: datetime
    language: str
    changes: tuple[Change, ...]
    joined: int | None


@bp.get("/projects/<public_id>/changes")
@public
@cacheable
def versions(public_id: str) -> str:
    """The differences between the texts of a project, the newest first."""
    found = project_versions.by_public_id(reading(), public_id)
    return render_template(
        "public/versions.html",
        found=found,
        first=_first(found),
        revised=[_revised(one) for one in found.texts[:0:-1]],
    )


def _first(found: Versions) -> datetime | None:
    return found.texts[0].made_at if found.texts else None


def _revised(text: Text) -> Revised:
    return Revised(
        text.number,
        text.made_at,
        str(text.content["language"]),
        tuple(map(told, text.changed)),
        text.joined,
    )


def told(one: Difference) -> Change:
    """A difference in the words of the page."""
    name = label(one.part)
    match one.part:
        case ProjectPart.TITLE | ProjectPart.DESCRIPTION:
            return Change(name, pieces=one.pieces, is_written=True)
        case ProjectPart.ADDRESSES:
            return _addresses(name, one.before or [], one.after or [])
        case ProjectPart.PHOTO:
            return Change(name, sentence=_photo(one.before, one.after))
        case _:
            before, after = _value(one.part, one.before), _value(one.part, one.after)
            return Change(name, removed=before, added=after, is_value=True)


def _addresses(name: str, before: list[Any], after: list[Any]) -> Change:
    """Houses that went, came and stayed; where they only changed places, that is said."""
    old, new = [", ".join(house) for house in before], [", ".join(house) for house in after]
    removed = tuple(house for house in old if house not in new)
    added = tuple(house for house in new if house not in old)
    kept = tuple(house for house in new if house in old)
    sentence = "" if removed or added else _("The houses are the same, in another order.")
    return Change(name, removed=removed, added=added, kept=kept, sentence=sentence, is_written=True)


def _photo(before: str | None, after: str | None) -> str:
    if before is None:
        return _("A photo was added.")
    return _("The photo was removed.") if after is None else _("The photo was replaced.")


def _value(part: ProjectPart, value: Any) -> tuple[str, ...]:
    """A plain value in words; nothing for none."""
    if value is None:
        return ()
    match part:
        case ProjectPart.AREA:
            names = {area.code: in_language(area, "name").text for area in places().areas}
            return (names.get(value, value),)
        case ProjectPart.DIRECTION:
            return (label(Direction(value)),)
        case _:
            return (tenge(value),)
