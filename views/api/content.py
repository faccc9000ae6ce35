"""From read models to what the schemas describe: plain dicts with every key present."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from budget.council.rules import Share
from budget.reading import confirmed, sums
from budget.reading.cycles import CycleView
from budget.reading.decisions import Decided
from budget.reading.places import AreaFacts
from budget.reading.projects import Card
from budget.reading.results import EnvelopeOutcome, Line, Outcome
from budget.reading.sums import Sums
from budget.turnout import TookPart
from budget.what_if import WhatIf
from models.enums import Language, Origin, ProjectState
from views.addresses import url_for
from views.api import council_facts

_LANGUAGES = tuple(language.value for language in Language)


def texts(row: Any, name: str) -> dict[str, str | None]:
    """`row.<name>_kk`, `_ru`, `_en`."""
    return {language: getattr(row, f"{name}_{language}") for language in _LANGUAGES}


def cycle(view: CycleView, shares: Sequence[Share] = ()) -> dict[str, Any]:
    """A cycle with its figures; `shares` of the kinds in its council, where that is published."""
    settings, numbers = view.settings, view.numbers
    return {
        "slug": settings.slug,
        "year": settings.year,
        "title": texts(settings, "title"),
        "origin": settings.origin,
        "is_demo": settings.is_demo,
        "phase": view.phase,
        "currency": settings.currency,
        "allotted_tenge": settings.allotted_tenge,
        "figures": view.figures,
        "received": numbers.received,
        "admitted": numbers.admitted,
        "rejected": numbers.rejected,
        "voters": numbers.voters,
        "winners": numbers.winners,
        "works": {status.value: count for status, count in numbers.works.items()},
        "frozen_hash": settings.frozen_hash,
        "council": council_facts.council(settings, shares),
        "links": cycle_links(view),
    }


def cycle_links(view: CycleView) -> dict[str, str]:
    """Addresses of what belongs to a cycle."""
    slug = view.slug
    links = {
        "self": url_for("api.cycle", slug=slug),
        "projects": url_for("api.projects", slug=slug),
        "page": url_for("public.cycle", slug=slug, lang="kk"),
    }
    if view.settings.council_published_at is not None:
        links["council"] = url_for("public.council", slug=slug, lang="kk")
    if view.has_results:
        links["results"] = url_for("api.results", slug=slug)
    if view.settings.origin is Origin.SERVICE and view.settings.frozen_hash:
        links["log"] = url_for("api_log.heads", slug=slug)
    return links


def project(card: Card, areas: dict[int, AreaFacts], decided: Decided) -> dict[str, Any]:
    """A project of a list; of a withdrawn one only its title."""
    is_shown = card.state is not ProjectState.WITHDRAWN
    area = areas.get(card.area_id or 0)
    return {
        "id": card.public_id,
        "number": card.number,
        "language": card.language,
        "title": texts(card, "title"),
        "direction": card.direction,
        "area": area.code if area else None,
        "addresses": [
            {"street": texts(address, "street"), "house": address.house} for address in card.addresses
        ]
        if is_shown
        else [],
        "estimate_tenge": card.estimate_tenge,
        "cost_tenge": card.cost_tenge,
        "state": card.state,
        "verdict": card.verdict,
        "works": card.works,
        "decision": council_facts.decision(decided.decision) if is_shown else None,
        "confirmation": council_facts.confirmation(decided.word),
        "links": {"page": url_for("public.project", public_id=card.public_id, lang="kk")},
    }


def results(view: CycleView, outcome: Outcome) -> dict[str, Any]:
    """A published result."""
    turnout = outcome.turnout
    return {
        "cycle": view.slug,
        "rule": view.settings.rule.value,
        "minimum_votes": view.settings.minimum_votes,
        "participations": turnout.participations,
        "ballots": {"valid": turnout.valid, "empty": turnout.empty, "invalid": turnout.invalid},
        "ballots_root": turnout.ballots_root or None,
        "draw": turnout.draw,
        "turnout": _took_part(outcome.took_part),
        "sums": _sums(sums.of_outcome(outcome)),
        "without_sms": _without_sms(WhatIf.from_json(turnout.without_sms)),
        "council": council_facts.decided(confirmed.of_outcome(outcome, leftovers=view.settings.leftovers)),
        "envelopes": [_envelope(part) for part in outcome.envelopes],
    }


def _took_part(found: TookPart | None) -> dict[str, list[dict[str, Any]]] | None:
    if found is None:
        return None
    return {
        str(dimension): [{"key": str(key), "voters": voters} for key, voters in cells.items()]
        for dimension, cells in found.shown.items()
    }


def _sums(found: Sums | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        **asdict(found),
        "opened": found.opened,
        "leaves_add_up": found.leaves_add_up,
        "people_add_up": found.people_add_up,
    }


def _without_sms(found: WhatIf | None) -> dict[str, Any] | None:
    return found.as_json() if found else None


def _envelope(part: EnvelopeOutcome) -> dict[str, Any]:
    return {
        "id": part.envelope.public_id,
        "name": texts(part.envelope, "name"),
        "total_tenge": part.envelope.total_tenge,
        "spent_tenge": part.spent_tenge,
        "projects": [_verdict(line) for line in part.lines],
    }


def _verdict(line: Line) -> dict[str, Any]:
    return {
        "id": line.public_id,
        "place": line.place,
        "votes": line.votes,
        "cost_tenge": line.cost_tenge,
        "remaining_before_tenge": line.remaining_before_tenge,
        "remaining_after_tenge": line.remaining_after_tenge,
        "verdict": line.kind,
        "missing_votes": line.missing_votes,
        "missing_tenge": line.missing_tenge,
        "confirmation": council_facts.confirmation(line.word),
    }
