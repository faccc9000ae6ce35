"""Which roles the tables take, on both databases: the CHECKs were widened on tables that had rows and triggers."""

import subprocess

import pytest
from sqlalchemy.exc import DBAPIError

from models.database import Database
from models.enums import Role
from tests.models.test_migrations import migrate

STAFF = {Role.COUNCIL, Role.COORDINATOR, Role.OPERATOR, Role.OBSERVER}
BEFORE = "20261121_folded_texts"


def insert(database: Database, table: str, role: str) -> None:
    statements = {
        "staff": "INSERT INTO staff (email, name, role, language, password_hash, created_at)"
        f" VALUES ('{role}@demo.kz', 'x', '{role}', 'kk', '-', '2027-01-01')",
        "invitation": "INSERT INTO invitation (token_hash, email, name, role, language, created_at, expires_at)"
        f" VALUES (CAST('{role}' AS {'BLOB' if database.is_sqlite else 'BYTEA'}), 'x', 'x', '{role}', 'kk',"
        " '2027-01-01', '2027-01-08')",
        "audit_event": "INSERT INTO audit_event (at, role, action, subject, facts, previous_hash, hash)"
        f" VALUES ('2027-01-01', '{role}', 'x', '', '{{}}', '', '{role}')",
    }
    with database.writing() as session:
        session.connection().exec_driver_sql(statements[table])


@pytest.mark.parametrize("role", [*Role, "nobody"])
def test_accounts_and_invitations_are_of_staff_and_the_log_knows_everybody(
    database: Database, role: str
) -> None:
    for table, known in (("staff", STAFF), ("invitation", STAFF), ("audit_event", set(Role))):
        if role in known:
            insert(database, table, role)
        else:
            with pytest.raises(DBAPIError, match=r"(?i)check"):
                insert(database, table, role)


def test_the_chain_of_the_log_is_still_guarded(database: Database) -> None:
    insert(database, "audit_event", "operator")
    for statement in ("UPDATE audit_event SET facts = 'x'", "DELETE FROM audit_event"):
        with pytest.raises(DBAPIError, match="guard"), database.writing() as session:
            session.connection().exec_driver_sql(statement)


def test_there_is_no_way_back_past_what_operators_did(database_url: str, database: Database) -> None:
    insert(database, "audit_event", "operator")
    database.dispose()
    with pytest.raises(subprocess.CalledProcessError):
        migrate("downgrade", database_url, BEFORE)
    insert(database, "staff", "operator")  # and nothing was taken back halfway


def test_on_the_way_up_rows_stay_and_sessions_of_staff_end(database_url: str, database: Database) -> None:
    database.dispose()
    migrate("downgrade", database_url, BEFORE)
    with pytest.raises(DBAPIError, match=r"(?i)check"):
        insert(database, "staff", "operator")
    insert(database, "staff", "council")
    with database.writing() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO web_session (token_hash, staff_id, created_at, seen_at, expires_at)"
            f" SELECT CAST('x' AS {'BLOB' if database.is_sqlite else 'BYTEA'}), id, '2027-01-01', '2027-01-01',"
            " '2027-01-02' FROM staff"
        )
    database.dispose()
    migrate("upgrade", database_url, "head")
    with database.reading() as session:
        names = session.connection().exec_driver_sql("SELECT role FROM staff").scalars().all()
        left = session.connection().exec_driver_sql("SELECT COUNT(*) FROM web_session").scalar_one()
    assert (names, left) == (["council"], 0)
    insert(database, "staff", "observer")
