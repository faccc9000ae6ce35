"""`budget seed`, `budget demo-accounts`, `budget rehearse`: data loaded by command."""

from datetime import UTC, datetime

import click
from sqlmodel import select

from budget.identity.phone import readable
from models.database import Database
from models.enums import Role
from models.people import Staff
from views.cli.edge import BadInput, keyring, opened, progress, refusals, settings, transaction


@click.group()
def seed() -> None:
    """Load data that comes with the service."""


@seed.command("archive")
def seed_archive() -> None:
    """Load the district and its reported cycles of 2019 and 2020."""
    from seeds import saryarka

    try:
        with transaction(settings()) as session:
            loaded = saryarka.load(session, now=datetime.now(UTC))
    except saryarka.SlugTakenByOther as error:
        raise BadInput(
            f"a cycle of this service has the address {error}: the archive is not loaded"
        ) from error
    click.echo(
        f"Loaded: {', '.join(loaded)}." if loaded else "The archive is there already; nothing was changed."
    )


@seed.command("demo")
def seed_demo() -> None:
    """Load the archive and three invented cycles: in the vote, taking applications, finished (DEMO=1 only)."""
    from seeds import demo
    from views import protocols

    config = settings(demo_only=True)
    with opened(config) as database, refusals():
        fresh = demo.load(
            database, keyring(config), now=datetime.now(UTC), tell=_tell, document=protocols.pdf
        )
    click.echo("The demo is loaded." if fresh else "The demo is there already; nothing was changed.")


@click.command("demo-accounts")
def demo_accounts() -> None:
    """Print the demo's accounts, one line each (DEMO=1 only)."""
    from seeds.people import ACCOUNTS, COORDINATOR

    config = settings(demo_only=True)
    with opened(config) as database:
        _refuse_unseeded(database, COORDINATOR.email)
    click.echo("Demo accounts (invented; no such persons, numbers or telephones exist):")
    for account in ACCOUNTS:
        if account.role is Role.RESIDENT:
            secret = f"IIN {account.iin}, phone {readable(account.phone).replace(chr(0xA0), ' ')}"
        else:
            secret = f"{account.email}, password {account.password}"
        click.echo(f"  {account.role:<12} {secret}  ({account.note})")
    click.echo(
        "Residents sign in at /kk/sign-in, the code is shown at /kk/messages; staff at /kk/staff/sign-in."
    )


@click.command()
@click.option(
    "--seed", "number", type=int, default=2020, show_default=True, help="The same number, the same outcome."
)
@click.option("--slug", default="rehearsal", show_default=True, help="The address of the cycle.")
def rehearse(number: int, slug: str) -> None:
    """Run a whole cycle at the size of 2020 in an empty database.

    200,000,000 tenge, 68 projects, 40 admitted by the council, 8,935 ballots, cast, opened, counted, published and
    confirmed by the functions the service itself uses. Sealed ballots and ids differ every time; who wins with how many votes depends on
    --seed alone.
    """
    from seeds import rehearsal
    from views import protocols

    config = settings()
    with opened(config) as database, refusals():
        try:
            with progress(rehearsal.STEPS, "Rehearsal") as bar:
                rehearsal.rehearse(
                    database,
                    keyring(config),
                    number=number,
                    slug=slug,
                    now=datetime.now(UTC),
                    heard=bar.update,
                    document=protocols.pdf,
                )
        except rehearsal.NotEmpty as error:
            raise BadInput(
                f"the database is not empty ({error}): a rehearsal needs one of its own"
            ) from error
        with database.reading() as session:
            lines = rehearsal.summary(session, slug)
    for name, value in lines:
        click.echo(f"{name:<46} {value:>16}")


def _refuse_unseeded(database: Database, email: str) -> None:
    with database.reading() as session:
        if session.exec(select(Staff.id).where(Staff.email == email)).first() is None:
            raise BadInput("the demo is not loaded: run `budget seed demo` first")


def _tell(text: str) -> None:
    click.echo(text, err=True)
