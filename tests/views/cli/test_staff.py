"""`budget staff`: the first account, invitations, and a lost second step, as an operator sees them."""

import re

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlmodel import select

from budget.identity import totp
from models.database import Database
from models.enums import Language, Role
from models.people import Invitation, RecoveryCode, Staff
from models.service import AuditEvent
from views.cli import main


@pytest.fixture
def run(database_url, tmp_path):
    """Run one command; the result has exit_code, stdout, stderr."""
    environment = {"DEMO": "1", "DATABASE_URL": database_url, "KEY_DIR": str(tmp_path / "keys")}

    def invoke(*arguments, typed=None):
        return CliRunner().invoke(main, arguments, input=typed, env=environment, catch_exceptions=False)

    return invoke


@pytest.fixture
def stored(database_url):
    """All rows of a table, the oldest first."""

    def rows(table):
        database = Database(database_url)
        try:
            with database.reading() as session:
                return session.exec(select(table).order_by(*sa.inspect(table).primary_key)).all()
        finally:
            database.dispose()

    return rows


def add(run, *more, typed="correct horse battery\n", email="chair@demo.kz"):
    arguments = ["--email", email, "--name", "Demo", "--role", "council", "--password-stdin", *more]
    return run("staff", "add", *arguments, typed=typed)


def test_a_member_is_added_with_a_password_from_the_standard_input(run, stored):
    assert add(run, "--language", "ru").exit_code == 0
    [member] = stored(Staff)
    assert (member.email, member.role, member.language) == ("chair@demo.kz", Role.COUNCIL, Language.RU)


def test_the_password_is_asked_for_twice_and_not_shown(run, stored):
    result = run(
        "staff", "add", "--email", "o@demo.kz", "--name", "Demo", "--role", "coordinator",
        typed="correct horse battery\ncorrect horse battery\n",
    )  # fmt: skip
    assert result.exit_code == 0
    assert "horse" not in result.output
    assert stored(Staff)[0].role is Role.COORDINATOR


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"typed": "too short\n"}, "at least 12 characters"),
        ({"email": "no e-mail"}, "is not an e-mail address"),
        ({"typed": ""}, "at least 12 characters"),
    ],
)
def test_bad_input_is_told_in_one_line(run, stored, arguments, said):
    result = add(run, **arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert stored(Staff) == []


def test_an_e_mail_is_taken_once(run, stored):
    add(run)
    result = add(run, email="Chair@demo.kz")
    assert (result.exit_code, len(stored(Staff))) == (2, 1)
    assert "is taken" in result.stderr


def test_another_role_is_refused(run):
    assert add(run, "--role", "system").exit_code == 2


@pytest.mark.parametrize("role", ["operator", "observer"])
def test_every_role_of_staff_can_be_added(run, stored, role):
    result = run(
        "staff", "add", "--email", "a@demo.kz", "--name", "Demo", "--role", role, "--password-stdin",
        typed="correct horse battery\n",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert stored(Staff)[0].role is Role(role)


# --- invitations --------------------------------------------------------------------------------------------


def invite(run, *more, email="new@demo.kz", **environment):
    return run("staff", "invite", email, "--name", "Demo", "--role", "coordinator", *more, **environment)


def test_an_invitation_prints_a_link_that_the_site_opens(run, stored, make_app, database_url):
    result = invite(run, "--language", "ru", "--site", "https://budget.example.kz")
    assert result.exit_code == 0, result.stderr
    link = result.stdout.strip()
    assert re.fullmatch(r"https://budget\.example\.kz/ru/staff/invitations/[\w-]{43}", link)
    row = stored(Invitation)[0]
    assert (row.email, row.role, row.language, row.invited_by) == (
        "new@demo.kz",
        Role.COORDINATOR,
        Language.RU,
        None,
    )
    assert link not in repr(row)
    app = make_app(database_url)
    app.extensions["clock"].instant = row.created_at
    assert "new@demo.kz" in app.test_client().get(link.removeprefix("https://budget.example.kz")).text


def test_the_link_names_the_host_of_the_configuration(database_url, tmp_path):
    environment = {
        "DATABASE_URL": database_url, "KEY_DIR": str(tmp_path), "TRUSTED_HOSTS": "budget.example.kz, other.kz",
        "SECRET_KEY": "1" * 64, "VOTER_KEY": "2" * 64, "ROLL_KEY": "3" * 64,
    }  # fmt: skip
    arguments = ["staff", "invite", "a@demo.kz", "--name", "D", "--role", "observer"]
    result = CliRunner().invoke(main, arguments, env=environment, catch_exceptions=False)
    assert result.stdout.startswith("https://budget.example.kz/kk/staff/invitations/")


def test_who_has_an_account_is_not_invited(run, stored):
    add(run)
    result = invite(run, email="chair@demo.kz")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "email taken" in result.stderr
    assert stored(Invitation) == []


@pytest.mark.parametrize(
    ("email", "name", "said"), [("nobody", "D", "is not an e-mail"), ("a@b.kz", " ", "name is empty")]
)
def test_a_slip_in_an_invitation_is_told(run, stored, email, name, said):
    result = run("staff", "invite", email, "--name", name, "--role", "observer")
    assert result.exit_code == 2
    assert said in result.stderr
    assert stored(Invitation) == []


# --- a lost second step -------------------------------------------------------------------------------------


def test_a_lost_second_step_is_taken_away(run, stored, database_url):
    add(run)
    database = Database(database_url)
    with database.writing() as session:
        row = session.exec(select(Staff)).one()
        row.totp_secret = totp.new_secret().encode()
        session.add(RecoveryCode(staff_id=row.id, code_hash=b"x" * 32))
    database.dispose()
    result = run("staff", "reset-totp", "Chair@demo.kz", "--reason", "Lost the phone")
    assert result.exit_code == 0, result.stderr
    assert stored(Staff)[0].totp_secret is None
    assert stored(RecoveryCode) == []
    event = stored(AuditEvent)[-1]
    assert (event.action, event.role, event.facts) == (
        "staff.reset_totp",
        Role.SYSTEM,
        '{"reason":"Lost the phone"}',
    )


def test_an_unknown_e_mail_is_bad_input(run):
    result = run("staff", "reset-totp", "nobody@demo.kz")
    assert result.exit_code == 2
    assert "no member of staff" in result.stderr
