"""The protocol of a long session, made as the office makes it, in a process of its own: rows, words, pages, PDF/UA.

`python -m tests.bench.heavy_protocol DATABASE_URL` prints as JSON the seconds of the first protocol of a process, which
loads fonts and texts, of the fastest of three that follow, and the bytes and items of the document.
"""

import json
import sys
import time
from datetime import UTC, datetime

from sqlmodel import select

from budget.council import protocols
from models.council_session import CouncilSession
from models.database import Database
from models.district import District
from models.enums import Phase
from tests.harness import council_rows, public_rows
from views import protocols as documents

ITEMS = 300
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


def prepare(database: Database) -> int:
    """A published session that decided on 300 projects by seven of nine members; its id."""
    with database.writing() as session:
        cycle = public_rows.add_cycle(session, NOW, slug="long", phase=Phase.VOTING, projects=ITEMS)
        council = council_rows.add_council(session, cycle, NOW)
        return council_rows.add_session(session, cycle, council, NOW).id or 0


def make(database: Database, session_id: int) -> tuple[float, bytes, int]:
    """Seconds, the document, its items."""
    began = time.perf_counter()
    with database.reading() as session:
        facts = protocols.facts_of(session, session.get_one(CouncilSession, session_id))
        akimat = session.exec(select(District)).first()
        content = documents.pdf(facts, akimat, made_at=NOW)
    return time.perf_counter() - began, content, len(facts.items)


def main(url: str) -> None:
    """Measure and print."""
    database = Database(url)
    session_id = prepare(database)
    first, content, items = make(database, session_id)
    again = min(make(database, session_id)[0] for _ in range(3))
    database.dispose()
    sys.stdout.write(json.dumps({"first": first, "again": again, "bytes": len(content), "items": items}))


if __name__ == "__main__":
    main(*sys.argv[1:])
