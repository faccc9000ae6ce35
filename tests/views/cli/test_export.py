"""`budget export`: the published files in a directory, and the program among them says "same"."""

from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from models.database import Database
from tests.harness.elections import Election, open_election
from tests.harness.published import published, run, voted
from tests.harness.voting import make_keyring
from views.cli import main


@pytest.fixture
def made(sqlite_url: str, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Election:
    """A published cycle in the database of the command, and another one still voting."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("DEMO", "1")
    monkeypatch.setenv("KEY_DIR", str(tmp_path / "keys"))
    keyring, database = make_keyring(tmp_path), Database(sqlite_url)
    with database.writing() as session:
        election = voted(session, keyring, now)
        open_election(session, keyring, now=now, slug="second")
        published(session, keyring, election, now)
    database.dispose()
    return election


def export(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["export", *map(str, arguments)])


def test_the_files_are_written_and_check_themselves(made: Election, tmp_path: Path) -> None:
    done = export("test-2027", "--to", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "Wrote 12 files" in done.output
    assert run(tmp_path / "out")[0] == 0
    assert not (tmp_path / "out" / "sealed.txt").exists()


def test_the_commission_gets_the_sealed_ballots_with_a_warning(made: Election, tmp_path: Path) -> None:
    done = export("test-2027", "--to", tmp_path / "out", "--sealed")
    assert done.exit_code == 0
    assert "Do not publish it." in done.output
    assert len((tmp_path / "out" / "sealed.txt").read_text().splitlines()) == 60


@pytest.mark.parametrize(
    ("slug", "said"), [("second", "there is nothing to export"), ("nowhere", "not found")]
)
def test_without_a_published_result_nothing_is_written(
    made: Election, tmp_path: Path, slug: str, said: str
) -> None:
    done = export(slug, "--to", tmp_path / "out")
    assert done.exit_code == 2
    assert said in done.output
    assert not (tmp_path / "out").exists()


def test_a_directory_that_is_not_empty_is_refused(made: Election, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("keep")
    done = export("test-2027", "--to", tmp_path / "out")
    assert done.exit_code == 2
    assert "is not empty" in done.output
