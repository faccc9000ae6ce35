"""The result of a cycle: who won, why, and what everybody else was short of; and the file to recount it."""

from dataclasses import dataclass

from flask import Response, render_template, request, send_file
from markupsafe import Markup

from budget import cycles as domain_cycles
from budget.exports import export_pb
from budget.reading import confirmed
from budget.reading.cycles import CycleView
from budget.reading.results import EnvelopeOutcome, Line, Outcome
from models.enums import Origin, Phase, ProjectState, SessionKind
from views import public_facts
from views.access import public
from views.addresses import url_for
from views.filters import Localised, in_language
from views.page_cache import cacheable
from views.public import archives, confirmed_words, count_parts, result_words, wording
from views.public.blueprint import bp
from views.public.cycles import visible
from views.public.project_story import standing
from views.request_scope import now, reading
from views.templating import drawn
from views.texts import gettext as _

_BAR = 1000
_LONGEST_NUMBER = 4


@dataclass(frozen=True)
class Row:
    """A line of the table. `bar` is 0..1000 of the most votes; `cut` are the words of the line above it, or none; `word`
    is the council's."""

    line: Line
    title: Localised
    verdict: str
    tone: str
    works: str
    why: tuple[str, ...]
    bar: int
    cut: str
    word: confirmed_words.Word


@dataclass(frozen=True)
class Table:
    """An envelope's part of the result."""

    part: EnvelopeOutcome
    caption: str
    rows: tuple[Row, ...]


@bp.get("/cycles/<slug>/results")
@public
@cacheable
def results(slug: str) -> str:
    """The published result, or when it will come."""
    cycle = visible(slug, with_numbers=False)
    outcome = public_facts.outcome(cycle)
    title = wording.title_of(cycle)
    if outcome is None:
        decision = cycle.calendar.window(Phase.DECISION)
        due = decision.ends_at if decision and cycle.settings.origin is Origin.SERVICE else None
        return render_template("public/no_results.html", cycle=cycle, title=title, due=due, now=now())
    return render_template(
        "public/results.html",
        cycle=cycle,
        title=title,
        outcome=outcome,
        decision=_decision(cycle, outcome),
        is_awaited=cycle.settings.origin is Origin.SERVICE and confirmed.is_awaited(outcome),
        meeting=cycle.next_meeting(SessionKind.DECISION, now()),
        tables=public_facts.in_words("result", cycle.settings.id, lambda: _tables(cycle, outcome)),
        turnout_share=_turnout(outcome),
        exports=_exports(cycle, outcome),
        archive_href=_archive_href(cycle, outcome),
        log_href=url_for("public.ballot_log", slug=slug) if outcome.turnout.leaves else "",
        parts=count_parts.of_outcome(outcome, cycle.settings.minimum_votes),
    )


@bp.get("/cycles/<slug>/results.pb")
@public
def results_file(slug: str) -> Response:
    """The ballots and projects of one envelope as a Pabulib file; `envelope` is its position."""
    cycle = domain_cycles.by_slug(reading(), slug, published_only=True)
    asked = request.args.get("envelope", "")
    position = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < _LONGEST_NUMBER else None
    text = export_pb(reading(), cycle, position)
    name = f"{slug}-{position}.pb" if position else f"{slug}.pb"
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.get("/cycles/<slug>/results.zip")
@public
def results_archive(slug: str) -> Response:
    """Everything to check the result with: rules, log, ballots, sums, lot, result, and the program that does it."""
    cycle = domain_cycles.by_slug(reading(), slug, published_only=True)
    return send_file(archives.of_cycle(reading(), cycle), download_name=f"{slug}.zip", as_attachment=True)


def _decision(cycle: CycleView, outcome: Outcome) -> confirmed_words.Decision | None:
    """The council's decision on the result, once it is published."""
    found = confirmed.of_outcome(outcome, leftovers=cycle.settings.leftovers)
    if found is None or outcome.decided_in is None:
        return None
    return confirmed_words.decision(found, outcome.decided_in, cycle.settings.currency)


def _archive_href(cycle: CycleView, outcome: Outcome) -> str:
    """Where the archive is; "" for a cycle whose ballots were never sealed here."""
    is_ours = cycle.settings.origin is Origin.SERVICE and outcome.turnout.ballots_root
    return url_for("public.results_archive", slug=cycle.slug) if is_ours else ""


def _exports(cycle: CycleView, outcome: Outcome) -> list[wording.Link]:
    """A file an envelope, for a cycle whose ballots are here."""
    if cycle.settings.origin is not Origin.SERVICE:
        return []
    parts = [part.envelope for part in outcome.envelopes]
    if len(parts) == 1:
        words = _("All ballots and projects as a Pabulib file")
        return [wording.Link(words, url_for("public.results_file", slug=cycle.slug))]
    return [
        wording.Link(
            _(
                "%(envelope)s: ballots and projects as a Pabulib file",
                envelope=in_language(part, "name").text,
            ),
            url_for("public.results_file", slug=cycle.slug, envelope=part.position),
        )
        for part in parts
    ]


def _turnout(outcome: Outcome) -> float | None:
    """Participations of the roll; None where the cycle had no roll of ours."""
    turnout = outcome.turnout
    return turnout.participations / turnout.roll if turnout.roll else None


def _tables(cycle: CycleView, outcome: Outcome) -> tuple[Markup, ...]:
    """The table of each envelope, as drawn."""
    is_divided, money = len(outcome.envelopes) > 1, cycle.settings.currency
    tables = (_table(cycle, part, is_divided) for part in outcome.envelopes)
    return tuple(
        drawn("public/_result_table.html", "result_table", table, money, is_divided) for table in tables
    )


def _table(cycle: CycleView, part: EnvelopeOutcome, is_divided: bool) -> Table:
    most = max((line.votes for line in part.lines), default=0)
    caption = result_words.caption(part, cycle.settings.currency, is_divided=is_divided)
    cut = part.cut
    words = result_words.cut(part) if cut else ""
    rows = (_row(cycle, line, most, words if line is cut else "", is_divided) for line in part.lines)
    return Table(part, caption, tuple(rows))


def _row(cycle: CycleView, line: Line, most: int, cut: str, is_divided: bool) -> Row:
    verdict, tone = standing(ProjectState.ADMITTED, line.kind, None)
    works = standing(ProjectState.ADMITTED, line.kind, line.works)[0] if line.works else ""
    why = wording.verdict_reason(
        line.kind, line.missing_votes, line.missing_tenge, cycle.settings.currency, is_divided=is_divided
    )
    why += result_words.from_leftovers(line, is_divided=is_divided)
    bar = _BAR * line.votes // most if most else 0
    title, word = in_language(line, "title"), confirmed_words.of_line(line)
    return Row(line, title, verdict, tone, works, tuple(why), bar, cut, word)
