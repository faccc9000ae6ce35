"""`budget import-pb`: an election of the Pabulib collection as a finished cycle."""

from datetime import UTC, datetime
from pathlib import Path

import click

from budget.errors import MalformedFile, RuleNotSupported, SettingFault, SlugTaken
from budget.imports import Imported, NotShownTruthfully, import_election, suggested_slug
from budget.pabulib import Election, read
from views.cli.edge import BadInput, opened, progress, settings
from views.cli.faults import describe

_MOST_IDS = 12


class FoundWrong(click.ClickException):
    """One line on stderr, exit code 1: the file is well-formed, and what it says does not hold."""

    exit_code = 1


@click.command("import-pb")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--slug", help="The address of the cycle; by default made of the file's unit, subunit and instance."
)
def import_pb(file: Path, slug: str | None) -> None:
    """Load a Pabulib FILE as a finished cycle.

    Its winners are derived by the file's own rule. Exit code 1 when they are not those the file itself names, 2 when
    the file is malformed or its rule is none of greedy, greedy-threshold, greedy-no-skip; nothing is imported then.
    """
    config = settings()
    election = _election(file)
    with opened(config) as database, progress(len(election.votes), "Votes") as bar:
        try:
            with database.writing() as session:
                done = import_election(session, election, slug=slug, now=datetime.now(UTC), heard=bar.update)
        except RuleNotSupported as refusal:
            raise BadInput(_rule_in_words(file, refusal)) from refusal
        except NotShownTruthfully as fault:
            raise _untrue(file, fault) from fault
        except SlugTaken as refusal:
            taken = slug or suggested_slug(election)
            raise BadInput(
                f"a cycle has the address {taken!r} already: choose another with --slug"
            ) from refusal
        except SettingFault as refusal:
            raise BadInput(
                "the address may have small letters a-z, digits and hyphens, at most 60"
            ) from refusal
    _report(election, done)


def _election(file: Path) -> Election:
    try:
        return read(file)
    except MalformedFile as refusal:
        raise BadInput(f"{file}: {describe(refusal)}") from refusal
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error


def _rule_in_words(file: Path, refusal: RuleNotSupported) -> str:
    line, rule = refusal.facts["line"], refusal.facts["rule"][:60]
    return (
        f"{file}: line {line}: the file's own rule {rule!r} is not built in, so its winners can't be derived"
    )


def _untrue(file: Path, fault: NotShownTruthfully) -> click.ClickException:
    match fault.reason:
        case "year":
            return BadInput(f"{file}: neither instance nor date_begin and date_end name a year")
        case "decimals":
            return FoundWrong(f"{file}: in whole units of the currency a project would get another verdict")
        case _:
            ours = sorted(set(fault.ours) - set(fault.official))[:_MOST_IDS]
            official = sorted(set(fault.official) - set(fault.ours))[:_MOST_IDS]
            return FoundWrong(
                f"{file}: the file's own rule gives other winners than its column selected "
                f"(only by the rule: {', '.join(ours) or '-'}; only in the file: {', '.join(official) or '-'})"
            )


def _report(election: Election, done: Imported) -> None:
    if done.is_rounded:
        click.echo(
            "Note: amounts are rounded to whole units of the currency; every verdict is the same.", err=True
        )
    for difference in done.differences[:_MOST_IDS]:
        click.echo(
            f"Note: project {difference.project}: the file says {difference.published} votes, "
            f"its ballots say {difference.counted}; the ballots count.",
            err=True,
        )
    click.echo(
        f"Imported as {done.cycle.slug} (projects: {len(election.projects)}, votes: {len(election.votes)}, "
        f"winners: {len(done.allocation.winners)})."
    )
