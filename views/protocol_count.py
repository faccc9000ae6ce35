"""What the second session decides about, for its protocol: the frozen rules, the log, the sums of the count with every
term, and the whole ranking with the verdicts and the council's word beside each.
"""

from typing import Any

from budget.council.protocols import CountFacts, ItemFacts, ProtocolFacts
from models.enums import ItemKind, ItemResult
from models.project import Project
from models.result import Count, VerdictRow
from views.documents import Words
from views.filters import lower_first, number, tenge
from views.protocol_motions import title_of

Data = dict[str, Any]


def section(facts: ProtocolFacts, words: Words) -> Data:
    """The section's data: {heading, facts, sums, tables}."""
    _, count = words.gettext, facts.count
    assert count is not None  # noqa: S101  # asked only where there is one
    return {
        "heading": _("The count the council decides about"),
        "facts": [pair for pair in _origin(count, words) if pair[1]],
        "sums": {"heading": _("The sums of the count"), "lines": _sums(count, words)},
        "ranking": {
            "heading": _("Ranking, verdicts of the count, and the word of the council"),
            "columns": [
                _("Place"),
                _("Project"),
                _("Votes"),
                _("Cost"),
                _("Left at its turn"),
                _("The count says"),
                _("The council says"),
            ],
            "tables": _tables(facts, count, words),
        },
    }


def _origin(count: CountFacts, words: Words) -> list[tuple[str, str]]:
    _, head, sums = words.gettext, count.head, count.sums
    return [
        (_("SHA-256 of the frozen rules and the ballot list"), count.frozen_hash),
        (
            _("Final head of the log of ballots"),
            _("number %(number)s, ballots in the log: %(size)s", number=head.number, size=number(head.size))
            if head is not None
            else "",
        ),
        (_("Root of the log"), head.root if head is not None else ""),
        (_("Root of the opened ballots"), sums.ballots_root),
        (_("Counted at"), words.moment(sums.counted_at)),
        (_("Number drawn"), sums.draw or ""),
        (_("Place of the draw"), sums.draw_place if sums.draw else ""),
        (_("Witnesses of the draw"), sums.draw_witnesses if sums.draw else ""),
    ]


def _sums(count: CountFacts, words: Words) -> list[str]:
    """The three sums of the public page, each with its terms."""
    _, sums = words.gettext, count.sums
    opened = sums.valid + sums.empty + sums.invalid
    if not sums.leaves:  # counted elsewhere, without a log of ours
        return [_opened(sums, opened, words)]
    return [
        _(
            "Ballots in the log %(leaves)s = opened %(opened)s + replaced %(replaced)s + set aside %(annulled)s",
            leaves=number(sums.leaves),
            opened=number(opened),
            replaced=number(sums.replaced),
            annulled=number(sums.annulled),
        ),
        _opened(sums, opened, words),
        _(
            "Voted on the site and at the front office %(electronic)s = ballots in the log %(leaves)s − replaced %(replaced)s − entered from paper %(papers)s",
            electronic=number(count.electronic),
            leaves=number(sums.leaves),
            replaced=number(sums.replaced),
            papers=number(sums.papers),
        ),
    ]


def _opened(sums: Count, opened: int, words: Words) -> str:
    return words.gettext(
        "Opened %(opened)s = valid %(valid)s + empty %(empty)s + invalid %(invalid)s",
        opened=number(opened),
        valid=number(sums.valid),
        empty=number(sums.empty),
        invalid=number(sums.invalid),
    )


def _tables(facts: ProtocolFacts, count: CountFacts, words: Words) -> list[Data]:
    """One for each envelope, in the order of the count."""
    said = {
        one.item.project_id: one
        for one in facts.items
        if one.item.kind is ItemKind.CONFIRMATION and one.item.result is ItemResult.CARRIED
    }
    found = []
    for envelope in facts.envelopes:
        rows = [
            _row(facts, verdict, project, said.get(project.id), words)
            for verdict, project in count.ranking
            if verdict.envelope_id == envelope.id
        ]
        name = words.own(envelope, "name") if len(facts.envelopes) > 1 else ""
        if rows:
            total = tenge(envelope.total_tenge, facts.cycle.currency)
            found.append(
                {"name": name, "total": words.gettext("Money: %(money)s", money=total), "rows": rows}
            )
    return found


def _row(
    facts: ProtocolFacts, verdict: VerdictRow, project: Project, said: ItemFacts | None, words: Words
) -> Data:
    title, lang = title_of(project, None, words.language)
    currency = facts.cycle.currency
    return {
        "place": str(verdict.place) if verdict.place is not None else "–",
        "number": f"№ {project.number}",
        "title": title,
        "lang": lang,
        "votes": number(verdict.votes),
        "cost": tenge(verdict.cost_tenge, currency),
        "left": tenge(verdict.remaining_before_tenge, currency),
        "verdict": lower_first(words.label(verdict.kind)),
        "word": _word(said, words),
        "departs": said is not None and said.departs,
    }


def _word(said: ItemFacts | None, words: Words) -> str:
    _ = words.gettext
    if said is None:
        return "–"
    if not said.departs:
        return _("confirmed")
    return _("departs: is built") if said.item.wins else _("departs: is not built")
