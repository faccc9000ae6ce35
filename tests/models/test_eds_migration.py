"""Sessions that were open when signatures came: residents had come by a code on the site, staff by neither."""

from sqlalchemy import text

from models.database import Database
from tests.models.test_migrations import migrate

RESIDENT = (
    "INSERT INTO resident (id, roll_key, birth_on, street, house, imported_at)"
    " VALUES (1, :key, '1980-01-01', '', '', :now)"
)
STAFF = (
    "INSERT INTO staff (id, email, name, role, language, password_hash, created_at)"
    " VALUES (1, 'a@example.kz', 'A', 'council', 'kk', '-', :now)"
)
SESSION = (
    "INSERT INTO web_session (token_hash, staff_id, resident_id, created_at, seen_at, expires_at)"
    " VALUES (:token, :staff, :resident, :now, :now, :now)"
)


def test_open_sessions_of_residents_are_of_a_code_on_the_site(database_url: str) -> None:
    migrate("downgrade", database_url, "20261121_sms")
    database, now = Database(database_url), "2027-03-01 09:00:00+00:00"
    with database.engine.begin() as connection:
        connection.execute(text(RESIDENT), {"key": b"k" * 32, "now": now})
        connection.execute(text(STAFF), {"now": now})
        for token, staff, resident in ((b"r", None, 1), (b"s", 1, None)):
            values = {"token": token, "staff": staff, "resident": resident, "now": now}
            connection.execute(text(SESSION), values)
    database.dispose()
    migrate("upgrade", database_url, "20261121_eds")
    with database.engine.connect() as connection:
        query = "SELECT resident_id, assurance, channel, operator_id FROM web_session ORDER BY id"
        rows = [tuple(row) for row in connection.execute(text(query))]
    database.dispose()
    assert rows == [(1, "sms", "web", None), (None, None, None, None)]
