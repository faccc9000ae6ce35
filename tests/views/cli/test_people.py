"""`budget import-roll`, as an operator sees it."""

import pytest
from click.testing import CliRunner
from sqlmodel import select

from models.database import Database
from models.people import Resident
from tests.harness.people import test_iin
from views.cli import main

HEADER = "iin;birth_date;area;street;house;phone"


@pytest.fixture
def run(database_url, tmp_path):
    """Run one command; the result has exit_code, stdout, stderr."""
    environment = {"DEMO": "1", "DATABASE_URL": database_url, "KEY_DIR": str(tmp_path / "keys")}

    def invoke(*arguments, typed=None):
        return CliRunner().invoke(main, arguments, input=typed, env=environment, catch_exceptions=False)

    return invoke


@pytest.fixture
def stored(database_url):
    """All rows of a table."""

    def rows(table):
        database = Database(database_url)
        try:
            with database.reading() as session:
                return session.exec(select(table)).all()
        finally:
            database.dispose()

    return rows


def write(tmp_path, *lines, encoding="utf-8"):
    path = tmp_path / "roll.csv"
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return str(path)


def line(serial, **other):
    given = {"birth": "1990-05-17", "street": "Есенберлин", "house": "7/1", "phone": "", **other}
    return f"{test_iin(serial)};{given['birth']};;{given['street']};{given['house']};{given['phone']}"


def test_a_good_roll_is_imported_and_its_size_told(run, stored, tmp_path):
    path = write(tmp_path, "\ufeff" + HEADER, line(1), line(2, phone="87011234567"))
    result = run("import-roll", path)
    assert (result.exit_code, result.stdout) == (0, "2 new, 0 updated, 0 lines were bad and left out.\n")
    assert len(stored(Resident)) == 2
    assert run("import-roll", path).stdout.startswith("0 new, 2 updated")


def test_every_bad_line_is_told_without_iin_or_phone_and_good_ones_are_imported(run, stored, tmp_path):
    twice = test_iin(1)
    path = write(
        tmp_path,
        HEADER,
        line(1),
        line(2, birth="31.02.1990"),
        line(3, phone="+79161234567"),
        line(1),
        line(4),
    )
    result = run("import-roll", path)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "line 3: the birth date is no date, or can't be right: write 1990-05-17 or 17.05.1990: 31.02.1990",
        "line 4: the phone is of another country: +•••••••••••",
        "line 5: the same person stands in line 2",
        "2 new, 0 updated, 3 lines were bad and left out.",
    ]
    assert twice not in result.output
    assert len(stored(Resident)) == 2


@pytest.mark.parametrize(
    ("lines", "encoding", "said"),
    [
        ([], "utf-8", "the file is empty"),
        ([line(1), line(2)], "utf-8", "the first line does not name iin"),
        ([HEADER, line(1)], "cp1251", "is not UTF-8"),
    ],
)
def test_what_is_no_roll_is_refused_whole(run, stored, tmp_path, lines, encoding, said):
    result = run("import-roll", write(tmp_path, *lines, encoding=encoding))
    assert result.exit_code == 2
    assert said in result.stderr
    assert stored(Resident) == []


def test_a_file_that_is_not_there_is_bad_input(run, tmp_path):
    assert run("import-roll", str(tmp_path / "none.csv")).exit_code == 2
