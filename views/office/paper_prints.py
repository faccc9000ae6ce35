"""What goes into the printed documents of the paper vote: ballot papers with serial and QR code, and the voter list."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlmodel import Session, select

from budget.paper.people import Listed
from budget.reading.ballot import BallotLine, BallotPage, ballot_page
from models.cycle import Cycle
from models.district import Area, District
from models.enums import Language
from views import documents
from views.documents import PRINTED, ngettext
from views.documents import gettext as _
from views.filters import short_date, tenge

AT_ONCE = 500
"""Papers in one file: a few seconds of work, some ten megabytes."""
_LANGUAGES = (*PRINTED, Language.EN)


def papers(session: Session, cycle: Cycle, first: int, last: int) -> bytes:
    """The papers `first`..`last`, a page or more each."""
    return documents.pdf("ballot_paper", papers_data(session, cycle, first, last))


def papers_data(session: Session, cycle: Cycle, first: int, last: int) -> dict[str, Any]:
    """The data of templates/documents/ballot_paper.typ."""
    page = ballot_page(session, cycle.id or 0)
    envelopes = [_envelope(page, envelope) for envelope in page.envelopes]
    return {
        "title": _both(cycle, "title"),
        "akimat": _akimat(session),
        "words": {
            "paper": _("Ballot paper"),
            "stub": _("Stub"),
            "iin": _("IIN"),
            "signature": _("Signature"),
            "tear": _("tear off here"),
            "none_of_these": _("None of these projects"),
            "signed_by": _("Signature for the polling point"),
            "rules": _rules(cycle, are_several=len(page.envelopes) > 1),
        },
        "envelopes": [part for part in envelopes if part["projects"]],
        "sheets": [
            {"serial": serial, "qr": documents.qr_svg(f"{cycle.slug}/{serial}")}
            for serial in range(first, last + 1)
        ],
    }


def voters(cycle: Cycle, area: Area | None, rows: Sequence[Listed]) -> bytes:
    """The printed list of a polling point without internet."""
    return documents.pdf("voter_list", voters_data(cycle, area, rows))


def voters_data(cycle: Cycle, area: Area | None, rows: Sequence[Listed]) -> dict[str, Any]:
    """The data of templates/documents/voter_list.typ."""
    notes = [
        _("The roll has no names and no IINs, so this list has none: the document says who has come."),
        _("The person writes the IIN and signs here and on the stub of the paper. The number of the paper is written nowhere."),
        _("Who has voted on the site can't be seen here. Keep the folded paper with its stub in one envelope; when the stubs are entered, papers of people who had voted stay out of the count."),
    ]  # fmt: skip
    everywhere = _("All areas")
    return {
        "title": _both(cycle, "title"),
        "area": _both(area, "name") if area else everywhere,
        "people": ngettext("%(count)s person", "%(count)s people", len(rows)),
        "words": {
            "list": _("List of voters"),
            "no_street": _("No address on the roll"),
            "house": _("House"),
            "born": _("Born"),
            "iin": _("IIN"),
            "signature": _("Signature"),
            "paper": _("Paper taken"),
            "notes": _by_language(notes),
        },
        "streets": [
            {
                "name": street,
                "rows": [{"house": one.house, "born": short_date(one.birth_on)} for one in people],
            }
            for street, people in groupby(rows, key=lambda one: one.street)
        ],
    }


def _rules(cycle: Cycle, *, are_several: bool) -> dict[str, list[str]]:
    said = [
        ngettext(
            "Put a tick in the box of one project at most (%(count)s), or of “None of these projects”.",
            "Put a tick in the boxes of at most %(count)s projects, or of “None of these projects”.",
            cycle.votes_per_resident,
        )
    ]
    if are_several:
        said.append(_("All ticks must stand in one part of the budget."))
    said += [
        _("A paper with more ticks, or without the signature for the polling point, does not count."),
        _("Nobody's name is written beside the number of the paper: nobody can find out how you voted."),
    ]
    return _by_language(said)


def _by_language(texts: Iterable[dict[str, str]]) -> dict[str, list[str]]:
    found = list(texts)
    return {str(lang): [text[lang] for text in found] for lang in PRINTED}


def _envelope(page: BallotPage, envelope: Any) -> dict[str, Any]:
    rows = [_project(line, page.cycle) for line in page.lines if line.envelope_id == envelope.id]
    return {"name": _both(envelope, "name"), "projects": rows}


def _project(line: BallotLine, cycle: Cycle) -> dict[str, Any]:
    """A project in the languages it is written in, Kazakh first; else in its author's."""
    titles = [{"lang": str(lang), "text": getattr(line, f"title_{lang}")} for lang in PRINTED]
    known = [title for title in titles if title["text"]]
    if not known:
        known = [{"lang": str(Language.EN), "text": line.title_en or ""}]
    return {
        "number": line.number,
        "titles": known,
        "place": _place(line),
        "cost": tenge(line.cost_tenge, cycle.currency),
    }


def _place(line: BallotLine) -> str:
    if not line.addresses:
        return ""
    first = line.addresses[0]
    houses = ", ".join(one.house for one in line.addresses if one.street_kk == first.street_kk)
    street = first.street_kk or first.street_ru or first.street_en
    return f"{street}, {houses}"


def _akimat(session: Session) -> dict[str, str]:
    district = session.exec(select(District)).first()
    return _both(district, "akimat") if district else dict.fromkeys(map(str, PRINTED), "")


def _both(row: Any, name: str) -> dict[str, str]:
    return {str(lang): getattr(row, f"{name}_{lang}") or getattr(row, f"{name}_kk") for lang in PRINTED}
