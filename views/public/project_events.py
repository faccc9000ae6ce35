"""What the road of a project is told in: an event with its day, sentences, words of others, and links.

The session a decision was taken in is told by its number, so that the page can lead to it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from budget.reading.project_facts import Other
from models.enums import Language
from views.addresses import url_for
from views.filters import Localised, in_language, long_date
from views.i18n import current_language
from views.labels import label
from views.public.wording import Link
from views.texts import gettext as _

_A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Quote:
    """Somebody's own words under a heading, which names their language where it is not the page's."""

    heading: str
    text: Localised


@dataclass(frozen=True)
class Answered:
    """What the council says of one criterion, in plain words."""

    criterion: str
    answer: str
    is_met: bool


@dataclass(frozen=True)
class Event:
    """Something that happened to the project. `session` is the number of the council's session that decided it;
    `late` says in a sentence what is overdue, `then` what can be done about it, and `may_act` that the author can."""

    name: str
    at: datetime | None
    notes: tuple[str, ...] = ()
    session: int | None = None
    quotes: tuple[Quote, ...] = ()
    answers: tuple[Answered, ...] = ()
    then: tuple[str, ...] = ()
    may_act: bool = False
    links: tuple[Link, ...] = ()
    late: str = ""
    tone: str = "done"

    @property
    def day(self) -> str:
        """In words; an archive gives none."""
        return long_date(self.at) if self.at is not None else ""


def quote(heading: str, said: Localised) -> tuple[Quote, ...]:
    """The words, or nothing where nothing was said."""
    if not said.text:
        return ()
    if said.is_original_only:
        heading = f"{heading} ({label(Language(said.lang))})"
    return (Quote(heading, said),)


def said_in(text: str, language: str | None) -> Localised:
    """Words whose language is known."""
    own = str(current_language())
    return Localised(text, language or own, is_original_only=language is not None and language != own)


def last_day(ends_at: datetime) -> str:
    """The last day of a period that ends at its midnight."""
    return long_date(ends_at - _A_MOMENT)


def to_project(other: Other) -> Link:
    """The way to another project, by its number and title."""
    words = _("Project %(number)s", number=other.number)
    title = in_language(other, "title")
    text = words if title.is_original_only else f"{words}: {title.text}"
    return Link(text, url_for("public.project", public_id=other.public_id))
