"""The triggers over the council: what decided stays as it was, whoever holds the database."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from models.council_session import AgendaItem
from models.database import Database
from tests.models.test_guards import run

NEVER = [
    ("council_vote", "choice = 'against'"),
    ("council_vote", "dissent = 'x', language = 'kk'"),
    ("recusal", "kind = 'employer'"),
    ("project_version", "content = '{}'"),
    ("screening", "outcome = 'admitted'"),
    ("screening", "reason_kk = 'x'"),
    ("screening", "appeal_until = NULL"),
    ("screening_answer", "answer = 'meets'"),
    ("protocol", "sha256 = 'x'"),
    ("protocol", "number = 9"),
    ("protocol_signature", "certificate = 'x', method = 'eds'"),
    ("confirmation", "wins = false"),
    ("confirmation", "reason_kk = 'x'"),
    ("reserve_use", "document = 'x'"),
]


@pytest.mark.parametrize(("table", "change"), NEVER)
def test_what_decided_does_not_change(decided: Database, table: str, change: str) -> None:
    with decided.reading() as session:
        assert session.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() > 0
    with pytest.raises(DBAPIError, match=f"guard: {table}_no_update"):
        run(decided, f"UPDATE {table} SET {change}")


@pytest.mark.parametrize("table", sorted({table for table, _ in NEVER}))
def test_what_decided_is_not_deleted(decided: Database, table: str) -> None:
    with pytest.raises(DBAPIError, match=f"guard: {table}_no_delete"):
        run(decided, f"DELETE FROM {table}")


@pytest.mark.parametrize(
    "change",
    [
        "result = 'not_carried'", "votes_for = 99", "entitled = 1", "reason_ru = 'x'", "wins = NULL",
        "closed_at = NULL, result = NULL", "clause = 'x'", "position = position + 100",
    ],
)  # fmt: skip
def test_a_closed_item_does_not_change(decided: Database, change: str) -> None:
    with pytest.raises(DBAPIError, match="guard: agenda_item_"):
        run(decided, f"UPDATE agenda_item SET {change} WHERE closed_at IS NOT NULL")


@pytest.mark.parametrize(
    "change",
    [
        "outcome = 'rejected'", "cost_tenge = 5", "reason_kk = 'x'", "clause = 'x'", "criterion = 'land'",
        "content = '[1]'", "version = 9", "opened_at = NULL", "project_id = NULL, kind = 'order', outcome = NULL",
    ],
)  # fmt: skip
def test_a_motion_that_is_put_to_the_vote_does_not_change(decided: Database, change: str) -> None:
    with pytest.raises(DBAPIError, match="guard: agenda_item_opened"):
        run(decided, f"UPDATE agenda_item SET {change} WHERE opened_at IS NOT NULL AND closed_at IS NULL")


def test_neither_do_its_answers(decided: Database) -> None:
    under_vote = "(SELECT id FROM agenda_item WHERE opened_at IS NOT NULL)"
    criterion = f"(SELECT id, 'land', 'fails' FROM agenda_item WHERE id IN {under_vote} AND kind = 'order')"
    for name, statement in (
        ("update", f"UPDATE agenda_item_answer SET answer = 'fails' WHERE item_id IN {under_vote}"),
        ("delete", f"DELETE FROM agenda_item_answer WHERE item_id IN {under_vote}"),
        (
            "insert",
            f"INSERT INTO agenda_item_answer (item_id, criterion, answer) SELECT * FROM {criterion} AS x",
        ),
    ):
        with pytest.raises(DBAPIError, match=f"guard: agenda_item_answer_no_{name}"):
            run(decided, statement)


def test_an_item_that_was_put_to_the_vote_is_not_deleted(decided: Database) -> None:
    for when in ("closed_at IS NOT NULL", "opened_at IS NOT NULL AND closed_at IS NULL"):
        with pytest.raises(DBAPIError, match="guard: agenda_item_opened_no_delete"):
            run(decided, f"DELETE FROM agenda_item WHERE {when}")


def test_a_motion_that_waits_may_change_and_go(fresh: Database) -> None:
    with fresh.reading() as session:
        waits = session.exec(select(AgendaItem.id).where(sa.column("opened_at").is_(None))).one()
    run(fresh, f"UPDATE agenda_item SET clause = 'x', position = 70 WHERE id = {waits}")
    run(fresh, f"UPDATE agenda_item_answer SET answer = 'fails' WHERE item_id = {waits}")
    run(fresh, f"DELETE FROM agenda_item_answer WHERE item_id = {waits}")
    run(fresh, f"DELETE FROM agenda_item WHERE id = {waits}")


def test_an_open_vote_may_still_be_closed(fresh: Database) -> None:
    run(
        fresh,
        "UPDATE agenda_item SET closed_at = opened_at, result = 'carried', votes_for = 1"
        " WHERE opened_at IS NOT NULL AND closed_at IS NULL",
    )
