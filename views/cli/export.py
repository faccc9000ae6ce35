"""`budget export`: the published files of a cycle, for whoever checks the count without the site."""

from pathlib import Path

import click

from budget import cycles
from budget.errors import NotFound
from budget.published.bundle import SEALED, write_directory
from models.enums import Opening
from views.cli.edge import BadInput, opened, refusals, settings


@click.command("export")
@click.argument("cycle")
@click.option(
    "--to",
    "directory",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="An empty or new directory.",
)
@click.option("--sealed", is_flag=True, help="Add the sealed ballots, for the audit commission only.")
def export(cycle: str, directory: Path, sealed: bool) -> None:
    """Write what is published of the finished CYCLE (its address) into a directory.

    verify.py among the files checks the others: run `python3 verify.py` there. With --sealed and the private key the
    audit commission opens every ballot again: `python3 verify.py --audit KEYFILE`.
    """
    with opened(settings()) as database, refusals(), database.reading() as session:
        found = cycles.by_slug(session, cycle)
        try:
            names = write_directory(session, found, directory, sealed=sealed)
        except NotFound as refusal:
            raise BadInput(
                "there is nothing to export: the result is not published, or the cycle has no log of ballots"
            ) from refusal
        except FileExistsError as error:
            raise BadInput(f"{directory} is not empty") from error
        except OSError as error:
            raise BadInput(f"{directory}: {error.strerror}") from error
    click.echo(f"Wrote {len(names)} files to {directory}. Check them: python3 {directory / 'verify.py'}")
    if sealed and found.opening is Opening.COMMISSION:
        click.echo(f"{SEALED} is for the audit commission. Do not publish it.", err=True)
