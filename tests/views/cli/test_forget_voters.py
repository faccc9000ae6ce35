"""`budget cycle forget-voters`: refused before the appeal period is over, done once, told in one line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import Session

from budget import cycles, results
from budget.keys import KeyRing
from models.database import Database
from tests.harness.elections import COORDINATOR, impossible_iins, open_election
from tests.harness.opening import opened
from tests.harness.voting import cast
from views.cli import main
from views.cli.edge import keyring as keyring_of
from views.config import from_environment

AFTER = timedelta(days=20)


@pytest.fixture
def environment(sqlite_url: str, tmp_path: Path) -> dict[str, str]:
    return {"DEMO": "1", "DATABASE_URL": sqlite_url, "KEY_DIR": str(tmp_path / "keys")}


def forget(environment: dict[str, str], slug: str, code: int) -> Result:
    found = CliRunner().invoke(main, ["cycle", "forget-voters", slug], env=environment)
    assert found.exit_code == code, f"{found.output}\n{found.exception!r}"
    return found


def publish(environment: dict[str, str], now: datetime) -> KeyRing:
    ring = keyring_of(from_environment(environment))
    database = Database(environment["DATABASE_URL"])
    with database.writing() as session:
        _hold(session, ring, now)
    database.dispose()
    return ring


def _hold(session: Session, ring: KeyRing, now: datetime) -> None:
    made = open_election(session, ring, now=now, projects=1)
    cast(session, ring, made.cycle, impossible_iins(1)[0], made.projects[0], now=now)
    opened(session, ring, made.cycle.slug, now=now + AFTER)
    results.count(session, COORDINATOR, made.cycle.slug, now=now + AFTER)
    results.publish(session, COORDINATOR, made.cycle.slug, now=now + AFTER)


def test_after_the_appeal_period_the_key_file_is_gone(environment: dict[str, str]) -> None:
    ring = publish(environment, datetime.now(UTC) - timedelta(days=80))
    file = ring.key_dir / "test-2027.json"
    assert file.exists()
    told = forget(environment, "test-2027", 0).output
    assert "are forgotten" in told
    assert "backups" in told
    assert not file.exists()
    assert "were forgotten before" in forget(environment, "test-2027", 0).output
    database = Database(environment["DATABASE_URL"])
    with database.reading() as session:
        assert cycles.by_slug(session, "test-2027").voters_forgotten_at is not None
    database.dispose()


def test_before_it_nothing_is_destroyed(environment: dict[str, str]) -> None:
    ring = publish(environment, datetime.now(UTC) - timedelta(days=22))
    told = forget(environment, "test-2027", 2).output
    assert "appeal open" in told
    assert (ring.key_dir / "test-2027.json").exists()


def test_a_cycle_nobody_knows_is_bad_input(environment: dict[str, str]) -> None:
    assert "not found" in forget(environment, "nowhere", 2).output
