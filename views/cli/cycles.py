"""`budget cycle list`: what is in the database, for people and for scripts; `budget cycle forget-voters`."""

import json
from datetime import UTC, datetime
from typing import Any

import click
from sqlmodel import Session, col, select

from budget import forgetting
from budget.permissions import SYSTEM
from budget.reading import cycles as reading_cycles
from budget.reading.cycles import CycleView
from models.cycle import Cycle
from views.cli.edge import keyring, opened, settings, transaction


@click.group()
def cycle() -> None:
    """Cycles of the participation budget."""


@cycle.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array instead of a table.")
def list_cycles(as_json: bool) -> None:
    """List all cycles, the newest year first; those not yet published are marked."""
    now = datetime.now(UTC)
    with opened(settings()) as database, database.reading() as session:
        rows = [_row(view) for view in _views(session, now)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not rows:
        click.echo("There are no cycles.")
        return
    names = ("slug", "year", "origin", "phase", "received", "admitted", "voters", "winners", "title")
    table = [["address", *names[1:]]]
    table += [["-" if row[name] is None else str(row[name]) for name in names] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


@cycle.command("forget-voters")
@click.argument("slug")
def forget(slug: str) -> None:
    """Destroy the key by which the voters of a cycle can be found, and what the desk noted of its visitors.

    15 working days after the results are published. Delete the backups of the key file too: they still know the voters.

    Exit codes: 0 forgotten, or forgotten before; 2 not yet, or no such cycle.
    """
    config = settings()
    with transaction(config) as session:
        is_fresh = forgetting.forget_voters(session, SYSTEM, slug, keyring(config), now=datetime.now(UTC))
    if not is_fresh:
        click.echo(f"The voters of {slug} were forgotten before.")
        return
    click.echo(f"The voters of {slug} are forgotten. Delete the backups of {config.key_dir / slug}.json too.")


def _views(session: Session, now: datetime) -> list[CycleView]:
    order = (col(Cycle.year).desc(), col(Cycle.id).desc())
    slugs = session.exec(select(Cycle.slug).order_by(*order)).all()
    return [reading_cycles.by_slug(session, slug, now=now, hidden=True) for slug in slugs]


def _row(view: CycleView) -> dict[str, Any]:
    """One cycle; None = not published or not yet. Names and order of the keys are stable."""
    numbers, about = view.numbers, view.settings
    return {
        "slug": about.slug,
        "year": about.year,
        "title": about.title_en,
        "origin": str(about.origin),
        "demo": about.is_demo,
        "published": about.published_at is not None,
        "phase": None if view.phase is None else str(view.phase),
        "currency": about.currency,
        "allotted_tenge": about.allotted_tenge,
        "figures": str(view.figures),
        "received": numbers.received,
        "admitted": numbers.admitted,
        "rejected": numbers.rejected,
        "voters": numbers.voters,
        "winners": numbers.winners,
        "works": {str(status): count for status, count in numbers.works.items()},
    }
