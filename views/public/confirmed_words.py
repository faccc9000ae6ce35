"""The council's word beside a published result, in words: confirmed or departed from with a reason, the order of
implementation, who fell out and came in, and who waits."""

from dataclasses import dataclass

from budget.reading.calendars import Meeting
from budget.reading.confirmed import Confirmed, Exchange, Place
from budget.reading.results import Line
from views.addresses import many
from views.filters import Localised, in_language, long_date, tenge
from views.public import council_words
from views.texts import gettext as _
from views.texts import ngettext


@dataclass(frozen=True)
class Named:
    """A project by its title. `note` says what became of it since."""

    number: int
    title: Localised
    href: str
    note: str = ""


@dataclass(frozen=True)
class Word:
    """What the council said of a line: a word, its tone, the place in the order of works, the reason of a departure."""

    text: str = ""
    tone: str = "muted"
    order: str = ""
    reason: Localised | None = None


@dataclass(frozen=True)
class Swap:
    """A winner that fell out, and the project that came in."""

    out: Named
    came_in: Named | None
    reason: Localised
    document: str
    day: str


@dataclass(frozen=True)
class Waiting:
    """A place on the reserve list, and whether there is money for it now."""

    place: int
    project: Named
    cost: str
    money: str
    fits: bool


@dataclass(frozen=True)
class Decision:
    """The council's decision on a result."""

    said: str
    session: int
    order: tuple[Named, ...]
    swaps: tuple[Swap, ...]
    waiting: tuple[Waiting, ...]


def of_line(line: Line) -> Word:
    """The council's word on a line of the result; empty where it said nothing."""
    word = line.word
    if word is None:
        return Word()
    order = _("№ %(place)s in the order of works", place=word.place) if word.place is not None else ""
    text = council_words.word(wins=word.wins, departs=word.departs)
    reason = in_language(word, "reason")
    return Word(text, "good" if word.wins else "muted", order, reason if reason.text else None)


def decision(found: Confirmed, meeting: Meeting, currency: str) -> Decision:
    """Everything about the second session that stands below the result."""
    gone = {exchange.out.id for exchange in found.exchanges}
    came = [exchange.came_in for exchange in found.exchanges if exchange.came_in is not None]
    order = [_named(line, _("fell out") if line.id in gone else "") for line in found.order]
    order += [_named(line, _("fell out") if line.id in gone else _("from the reserve")) for line in came]
    return Decision(
        said=_said(found),
        session=meeting.number,
        order=tuple(order),
        swaps=tuple(_swap(exchange) for exchange in found.exchanges),
        waiting=tuple(_waiting(place, currency) for place in found.waiting),
    )


def _said(found: Confirmed) -> str:
    built = len(found.order)
    told = ngettext(
        "The council decided that %(count)s project is built.",
        "The council decided that %(count)s projects are built.",
        built,
        count=built,
    )
    departed = len(found.departures)
    if not departed:
        nowhere = _("It departed nowhere from the count.")
        return f"{told} {nowhere}"
    departures = ngettext(
        "It departed from the count at %(count)s project; the reason stands beside it.",
        "It departed from the count at %(count)s projects; the reasons stand beside them.",
        departed,
        count=departed,
    )
    return f"{told} {departures}"


def _named(line: Line, note: str = "") -> Named:
    href = many("public.project", "public_id")(line.public_id)
    return Named(line.number, in_language(line, "title"), href, note)


def _swap(exchange: Exchange) -> Swap:
    came_in = _named(exchange.came_in) if exchange.came_in is not None else None
    act = exchange.act
    return Swap(
        _named(exchange.out), came_in, in_language(act, "reason"), act.document, long_date(act.recorded_at)
    )


def _waiting(place: Place, currency: str) -> Waiting:
    waiting = place.waiting
    if waiting.fits:
        money = _("there is money for it now")
    else:
        money = _("%(money)s is missing", money=tenge(waiting.cost - waiting.free, currency))
    return Waiting(waiting.place, _named(place.line), tenge(waiting.cost, currency), money, waiting.fits)
