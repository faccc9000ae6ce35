"""The triggers: what voters were shown can't change after the freeze, and the audit chain only grows."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from budget.keys import KeyRing
from models.database import Database
from tests.harness.elections import Election, open_election


@pytest.fixture
def election(database: Database, tmp_path: Path, now: datetime) -> Election:
    keyring = KeyRing(tmp_path / "keys", b"v" * 32, b"r" * 32)
    with database.writing() as session:
        return open_election(session, keyring, now=now)


def run(database: Database, statement: str) -> None:
    with database.writing() as session:
        session.connection().exec_driver_sql(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cycle SET allotted_tenge = 1",
        "UPDATE cycle SET cost_cap_tenge = 5",
        "UPDATE cycle SET rule = 'stop'",
        "UPDATE cycle SET minimum_votes = 7",
        "UPDATE cycle SET votes_per_resident = 3",
        "UPDATE cycle SET frozen_hash = 'x'",
        "UPDATE cycle SET title_kk = 'x'",
        "UPDATE cycle SET build_year = 2031",
        "UPDATE cycle SET directions = '[]'",
        "UPDATE cycle SET methods = '[]'",
        "UPDATE cycle SET council_akimat_percent = 51",
        "UPDATE cycle SET council_quorum = 'two_thirds'",
        "UPDATE cycle SET council_majority = 'of_votes'",
        "UPDATE cycle SET reviewers_per_project = 9",
        "UPDATE cycle SET review_days = 9",
        "UPDATE cycle SET correction_days = 9",
        "UPDATE cycle SET appeal_days = 9",
        "UPDATE cycle SET appeal_decision_days = 9",
        "UPDATE cycle SET frozen_at = NULL, frozen_hash = NULL",
        "UPDATE envelope SET total_tenge = 1",
        "DELETE FROM envelope WHERE id > 0",
        "UPDATE project SET cost_tenge = cost_tenge - 1",
        "UPDATE project SET state = 'rejected'",
        "UPDATE audit_event SET facts = '{}'",
        "DELETE FROM audit_event",
    ],
)
def test_a_stray_statement_after_the_freeze_is_refused(
    database: Database, election: Election, statement: str
) -> None:
    with pytest.raises(DBAPIError, match=r"guard|violates foreign key|FOREIGN KEY"):
        run(database, statement)


def test_an_envelope_added_after_the_freeze_is_refused(database: Database, election: Election) -> None:
    columns = "public_id, cycle_id, position, name_kk, name_ru, name_en, total_tenge"
    with pytest.raises(DBAPIError, match="guard"):
        run(
            database,
            f"INSERT INTO envelope ({columns}) VALUES ('zzzzzzzzzz', {election.cycle.id}, 2, '', '', '', 1)",
        )


def test_a_project_may_still_be_withdrawn_after_the_freeze(database: Database, election: Election) -> None:
    run(database, f"UPDATE project SET state = 'withdrawn' WHERE id = {election.projects[0].id}")


def test_what_was_not_shown_to_voters_may_change(database: Database, election: Election) -> None:
    later = election.cycle.created_at + timedelta(days=90)
    run(database, f"UPDATE cycle SET separated_at = '{later:%Y-%m-%d %H:%M:%S}'")


def test_before_the_freeze_nothing_is_refused(database: Database, election: Election) -> None:
    statement = "INSERT INTO area (code, name_kk, name_ru, name_en) VALUES ('a', 'а', 'а', 'a')"
    run(database, statement)
    with database.writing() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO cycle (slug, origin, is_demo, year, title_kk, title_ru, title_en, currency, allotted_tenge, "
            "directions, projects_per_author, votes_per_resident, minimum_age, minimum_votes, rule, leftovers, "
            "methods, created_at) VALUES ('open', 'service', false, 2027, 'а', 'а', 'a', 'KZT', 5, '[]', 1, 1, 18, "
            "0, 'skip', false, '[]', '2027-01-01 00:00:00')"
        )
        session.connection().exec_driver_sql("UPDATE cycle SET allotted_tenge = 6 WHERE slug = 'open'")
