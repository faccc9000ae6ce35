"""`budget staff`: the first account of an installation, invitations, and a lost second factor, by command."""

import sys
from datetime import UTC, datetime

import click

from budget import invitations, staff_care
from budget import staff as members
from budget.errors import EmailTaken, WeakPassword
from budget.permissions import SYSTEM
from models.enums import Language, Role
from views.cli.edge import BadInput, opened, settings, transaction
from views.config import Config

_DEMO_SITE = "http://127.0.0.1:8000"
_ROLE = click.Choice([str(role) for role in members.ROLES])
_LANGUAGE = click.Choice([str(one) for one in Language])


@click.group()
def staff() -> None:
    """Accounts: council members, coordinators, operators of the front office, observers."""


@staff.command("add")
@click.option("--email", required=True, help="To sign in with.")
@click.option("--name", required=True, help="As the log and the protocols show it.")
@click.option("--role", required=True, type=_ROLE)
@click.option("--language", default="kk", show_default=True, type=_LANGUAGE)
@click.option("--password-stdin", is_flag=True, help="Read the password from the standard input, do not ask.")
def add_member(email: str, name: str, role: str, language: str, password_stdin: bool) -> None:
    """Add a member of staff; the password (12 characters or more) is asked for twice and not shown.

    The first sign-in sets up the second step (an authenticator app).

    Exit codes: 0 added, 2 not added: the e-mail is taken or no e-mail, the password too short, the name empty.
    """
    _check(email, name)
    config = settings()
    password = _password(from_stdin=password_stdin)
    with opened(config) as database:
        try:
            with database.writing() as session:
                member = members.add(
                    session,
                    email=email,
                    name=name,
                    role=Role(role),
                    language=Language(language),
                    password=password,
                    now=datetime.now(UTC),
                )
        except WeakPassword as refusal:
            raise BadInput(f"the password needs at least {refusal.facts['minimum']} characters") from refusal
        except EmailTaken as refusal:
            raise BadInput(f"{email} is taken by a member of staff") from refusal
    click.echo(f"Added {member.email} as {role}.")


@staff.command("invite")
@click.argument("email")
@click.option("--name", required=True, help="As the log and the protocols show it.")
@click.option("--role", required=True, type=_ROLE)
@click.option("--language", default="kk", show_default=True, type=_LANGUAGE)
@click.option(
    "--site", help="The address of the site, like https://budget.example.kz. Default: TRUSTED_HOSTS."
)
def invite(email: str, name: str, role: str, language: str, site: str | None) -> None:
    """Invite EMAIL: print a link by which the person sets the password; good once, for seven days.

    Exit codes: 0 invited, 2 not invited: the e-mail is taken or no e-mail, the name empty.
    """
    _check(email, name)
    config = settings()
    with transaction(config) as session:
        row, token = invitations.invite(
            session,
            SYSTEM,
            email=email,
            name=name,
            role=Role(role),
            language=Language(language),
            now=datetime.now(UTC),
        )
    click.echo(f"{site or _site(config)}/{language}/staff/invitations/{token}")
    click.echo(
        f"Good once, until {row.expires_at:%Y-%m-%d %H:%M} UTC. Hand it to {row.email} only.", err=True
    )


@staff.command("reset-totp")
@click.argument("email")
@click.option("--reason", default="by command", show_default=True, help="For the log.")
def reset_totp(email: str, reason: str) -> None:
    """Take the second step of EMAIL away, when phone and recovery codes are lost.

    Every session of the account ends; the next sign-in sets the second step up anew.

    Exit codes: 0 done, 2 there is no such account.
    """
    with transaction(settings()) as session:
        member = members.by_email(session, email)
        if member is None:
            raise BadInput(f"no member of staff has the e-mail {email}")
        staff_care.reset_second_factor(session, SYSTEM, member.id or 0, reason=reason, now=datetime.now(UTC))
    click.echo(f"The next sign-in of {member.email} sets up the second step anew.")


def _check(email: str, name: str) -> None:
    if not members.is_email(email):
        raise BadInput(f"{email!r} is not an e-mail address")
    if not name.strip():
        raise BadInput("the name is empty")


def _site(config: Config) -> str:
    if not config.trusted_hosts:
        return _DEMO_SITE
    return f"{'https' if config.secure_cookies else 'http'}://{config.trusted_hosts[0]}"


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    given: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same once more")
    return given
