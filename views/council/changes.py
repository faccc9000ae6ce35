"""What changed in an application between two texts of it, in the words of the page."""

from dataclasses import dataclass
from typing import Any

from budget.differences import Change, Difference, Piece
from models.enums import Direction, ProjectPart
from views.filters import in_language, tenge
from views.labels import label
from views.public_facts import places
from views.texts import gettext as _


@dataclass(frozen=True)
class Told:
    """A part that changed: texts by `pieces`, everything else as it was and is in words."""

    part: ProjectPart
    pieces: tuple[Piece, ...] = ()
    before: str = ""
    after: str = ""


def told(difference: Difference) -> Told:
    """The words for a difference."""
    if difference.pieces:
        return Told(difference.part, difference.pieces)
    if difference.part is ProjectPart.PHOTO:
        return Told(difference.part, after=_photo(difference))
    return Told(
        difference.part,
        before=_value(difference.part, difference.before),
        after=_value(difference.part, difference.after),
    )


def _photo(difference: Difference) -> str:
    if difference.before is None:
        return _("There is a photo now.")
    return _("The photo was removed.") if difference.after is None else _("There is another photo.")


def _value(part: ProjectPart, value: Any) -> str:
    if not value:
        return _("nothing")
    if part is ProjectPart.ADDRESSES:
        return "; ".join(f"{street}, {house}" for street, house in value)
    if part is ProjectPart.ESTIMATE:
        return tenge(value)
    if part is ProjectPart.DIRECTION:
        return label(Direction(value))
    named = (in_language(area, "name").text for area in places().areas if area.code == value)
    return next(named, str(value))


__all__ = ["Change", "Told", "told"]
