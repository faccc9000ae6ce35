"""A protocol of the council as a document: what stands in it, in Kazakh and then in Russian (law on languages).

`budget.council.protocols.facts_of` reads the rows, this puts them into words, templates/documents/protocol.typ draws them.
All texts go in as data; words of members and authors carry their language. It asks no request for anything, so that
commands can make protocols too.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from budget.council.protocols import ItemFacts, ProtocolFacts
from models.council import CouncilMember
from models.council_session import AgendaItem, Attendance
from models.enums import CouncilChoice, ItemKind, ItemResult, Language, ScreeningOutcome, SessionKind
from models.project import Project
from views import documents, protocol_count, protocol_motions
from views.documents import PRINTED, Words
from views.filters import ZONE, lower_first
from views.labels import RECUSALS
from views.protocol_motions import line, title_of
from views.texts import mark as _l

Data = dict[str, Any]
_CHOICES = {
    CouncilChoice.FOR: _l("Voted for"),
    CouncilChoice.AGAINST: _l("Voted against"),
    CouncilChoice.ABSTAIN: _l("Abstained from voting"),
}


def pdf(facts: ProtocolFacts, akimat: Any, *, made_at: datetime, is_draft: bool = False) -> bytes:
    """The document. `akimat` is the district's row or facts (`akimat_kk`, `akimat_ru`), None before there is one."""
    return documents.accessible_pdf(
        "protocol", data_of(facts, akimat, made_at=made_at, is_draft=is_draft), made_at=made_at
    )


def data_of(facts: ProtocolFacts, akimat: Any, *, made_at: datetime, is_draft: bool = False) -> Data:
    """The data of templates/documents/protocol.typ: a part for each language, the title of the whole."""
    parts = [_part(facts, akimat, Words(language), made_at, is_draft) for language in PRINTED]
    return {
        "title": " / ".join(f"{part['title']}. {part['subtitle']}" for part in parts),
        "author": parts[0]["akimat"],
        "parts": parts,
    }


def _part(facts: ProtocolFacts, akimat: Any, words: Words, made_at: datetime, is_draft: bool) -> Data:
    _, row = words.gettext, facts.session
    return {
        "lang": str(words.language),
        "akimat": words.own(akimat, "akimat") if akimat is not None else "",
        "cycle": words.own(facts.cycle, "title"),
        "title": _("Protocol № %(number)s", number=facts.number),
        "subtitle": _(
            "Session %(number)s of the Expert Council: %(kind)s",
            number=row.number,
            kind=lower_first(words.label(row.kind)),
        ),
        "page": _("Protocol № %(number)s", number=facts.number),
        "draft": _("Draft: not a protocol yet") if is_draft else "",
        "correction": _correction(facts, words),
        "facts": _facts(facts, words),
        "people": [_present(facts, words), _absent(facts, words)],
        "agenda": {"heading": _("Agenda"), "lines": _agenda(facts, words)},
        "count": protocol_count.section(facts, words) if facts.count is not None else None,
        "decisions": {
            "heading": _("Considered and decided"),
            "items": [_item(facts, one, words) for one in facts.items],
            "none": "" if facts.items else _("Nothing was put to the vote."),
        },
        "closing": _closing(facts, words, made_at),
    }


def _correction(facts: ProtocolFacts, words: Words) -> Data | None:
    if facts.corrects is None:
        return None
    _ = words.gettext
    said = facts.correction_kk if words.language is Language.KK else facts.correction_ru
    which = _(
        "This protocol corrects protocol № %(number)s of %(day)s, which stays as it is.",
        number=facts.corrects.number,
        day=words.day(facts.corrects.made_at),
    )
    return {"heading": _("Correction"), "which": which, "said": said}


def _facts(facts: ProtocolFacts, words: Words) -> list[tuple[str, str]]:
    """What is known of the session, and nothing of what is not."""
    _, row, cycle = words.gettext, facts.session, facts.cycle
    chair = next((one for one in (*facts.present, *facts.absent) if one.is_chair), None)
    lines = [
        (_("Planned for"), words.moment(row.starts_at)),
        (_("Session opened"), words.moment(row.opened_at) if row.opened_at is not None else ""),
        (_("Session closed"), words.moment(row.closed_at) if row.closed_at is not None else ""),
        (_("Venue"), words.own(row, "place")),
        (_("From afar by the link"), row.link),
        (_("Chair of the council"), words.own(chair, "name") if chair is not None else ""),
        (_("Quorum"), words.label(cycle.council_quorum)),
        (_("A motion is carried by"), words.label(cycle.council_majority)),
    ]
    return [(key, value) for key, value in lines if value]


def _present(facts: ProtocolFacts, words: Words) -> Data:
    _ = words.gettext
    rows = [
        [*_who(one, words), _stay(facts.attendance[one.id or 0], facts.session.opened_at, words)]
        for one in facts.present
    ]
    has_stay = any(row[-1] for row in rows)
    columns = [_("Member of the council"), _("Comes from"), _("Organisation")]
    return {
        "heading": _("Present: %(count)s", count=len(rows)),
        "columns": [*columns, _("Arrived, left")] if has_stay else columns,
        "rows": rows if has_stay else [row[:-1] for row in rows],
    }


def _absent(facts: ProtocolFacts, words: Words) -> Data:
    _ = words.gettext
    return {
        "heading": _("Absent: %(count)s", count=len(facts.absent)),
        "columns": [_("Member of the council"), _("Comes from"), _("Organisation")],
        "rows": [_who(one, words) for one in facts.absent],
    }


def _who(member: CouncilMember, words: Words) -> list[str]:
    name = words.own(member, "name")
    if member.is_chair:
        name = words.gettext("%(name)s, chair", name=name)
    return [name, words.label(member.kind), words.own(member, "organisation") or "–"]


def _stay(line: Attendance, opened_at: datetime | None, words: Words) -> str:
    """Only what differs from having been there throughout."""
    _, told = words.gettext, []
    if opened_at is not None and line.arrived_at > opened_at:
        told.append(_("arrived %(clock)s", clock=_clock(line.arrived_at)))
    if line.left_at is not None:
        told.append(_("left %(clock)s", clock=_clock(line.left_at)))
    return ", ".join(told)


def _agenda(facts: ProtocolFacts, words: Words) -> list[Data]:
    """Every item in its order; those that were not put to the vote say so."""
    voted = [(one.item, one.project, one.text) for one in facts.items]
    every = [*voted, *((item, project, None) for item, project in facts.left_over)]
    lines = []
    for item, project, text in sorted(every, key=lambda one: one[0].position):
        note = words.gettext("not put to the vote") if item.opened_at is None else ""
        lines.append({**_subject(item, project, text, words), "note": note})
    return lines


def _subject(item: AgendaItem, project: Project | None, text: dict[str, Any] | None, words: Words) -> Data:
    """What an item is about: words of ours, then the author's title with its language."""
    _ = words.gettext
    if project is None:
        return {"before": _("Order of implementation"), "title": "", "lang": str(words.language)}
    if item.kind is ItemKind.APPEAL:
        before = _("Appeal of the author of project № %(number)s", number=project.number)
    else:
        before = _("Project № %(number)s", number=project.number)
    title, lang = title_of(project, text, words.language)
    return {"before": before, "title": title, "lang": lang}


def _item(facts: ProtocolFacts, one: ItemFacts, words: Words) -> Data:
    item = one.item
    found = [*protocol_motions.lines(facts, one, words), *_votes(facts, one, words)]
    return {
        "number": item.position,
        **_subject(item, one.project, one.text, words),
        "lines": [each for each in found if each["text"]],
        "result": _result(item, words),
        "result_word": words.gettext("Result"),
    }


def _result(item: AgendaItem, words: Words) -> str:
    _ = words.gettext
    match item.result:
        case ItemResult.CARRIED:
            return _("The motion is carried.")
        case ItemResult.NOT_CARRIED:
            return _("The motion is not carried; nothing is decided.")
        case ItemResult.NO_QUORUM:
            return _("There was no quorum; nothing is decided.")
        case _:
            return _("The vote is not closed.")


def _votes(facts: ProtocolFacts, one: ItemFacts, words: Words) -> Iterable[Data]:
    """Who stood aside, the numbers of the quorum, the votes by name, and the dissenting opinions."""
    _, item = words.gettext, one.item
    aside = {row.member_id: row.kind for row in one.recusals}
    stood = [
        f"{_name(facts, member, words)} ({words.gettext(RECUSALS[kind])})" for member, kind in aside.items()
    ]
    yield line(_("Stood aside"), ", ".join(stood))
    if item.entitled is not None:
        numbers = _(
            "%(entitled)s may decide, %(present)s present, %(needed)s needed for the quorum",
            entitled=item.entitled,
            present=item.present,
            needed=item.needed,
        )
        yield line(_("Quorum"), numbers)
    for choice, how in _CHOICES.items():
        names = [_name(facts, vote.member_id, words) for vote in one.votes if vote.choice is choice]
        yield line(_(how), ": ".join(filter(None, [str(len(names)), ", ".join(names)])))
    yield line(
        _("Voted and does not count (stood aside or left the council later)"),
        ", ".join(_name(facts, vote.member_id, words) for vote in one.void),
    )
    for vote in (*one.votes, *one.void):
        if vote.dissent:
            who = _name(facts, vote.member_id, words)
            yield line(_("Dissenting opinion of %(name)s", name=who), vote.dissent, vote.language)


def _closing(facts: ProtocolFacts, words: Words, made_at: datetime) -> Data:
    _, told = words.gettext, []
    rejects = any(
        one.item.outcome is ScreeningOutcome.REJECTED and one.item.result is ItemResult.CARRIED
        for one in facts.items
        if one.item.kind is ItemKind.SCREENING
    )
    if rejects:
        told.append(
            words.ngettext(
                "The author of a rejected project may appeal on the page of the project within %(count)s working day after the decision is published. People who took no part in the rejection answer the appeal.",
                "The author of a rejected project may appeal on the page of the project within %(count)s working days after the decision is published. People who took no part in the rejection answer the appeal.",
                facts.cycle.appeal_days,
            )
        )
    if facts.session.kind is SessionKind.SCREENING:
        told.append(_("The decisions take effect when they are published, all of them together."))
    told.append(
        _(
            "The members who were present sign the SHA-256 of this file in the service. The SHA-256, the names and the times of the signatures stand on the public page of the protocol."
        )
    )
    told.append(_("The Kazakh and the Russian text are made from the same rows and say the same."))
    return {
        "heading": _("Effect and signatures"),
        "lines": told,
        "made": _("Made: %(moment)s", moment=words.moment(made_at)),
    }


def _name(facts: ProtocolFacts, member_id: int, words: Words) -> str:
    return words.own(facts.people[member_id], "name")


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%H:%M}"
