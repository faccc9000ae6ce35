"""The console script: help, configuration, exit codes (0 done, 1 found wrong, 2 bad input), one line for a fault."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from budget.jobs import JOBS
from models.cycle import Cycle
from models.database import Database, StorageBusy
from models.people import Resident
from models.service import JobClaim
from seeds import rehearsal, rehearsal_plan
from seeds.people import ACCOUNTS
from views.cli import COMMANDS, main
from views.cli.edge import BadInput, refusals

BUDGET = Path(sys.executable).with_name("budget")
ELECTION = """META
key;value
description;A small election
country;Kazakhstan
unit;Astana
instance;2024
num_projects;2
num_votes;2
budget;1000
vote_type;approval
rule;greedy
currency;KZT
PROJECTS
project_id;cost;votes;name;selected
p1;600;2;One;1
p2;500;1;Two;0
VOTES
voter_id;vote
1;p1,p2
2;p1
"""
Run = Callable[..., Result]


@pytest.fixture
def environment(sqlite_url: str, tmp_path: Path) -> dict[str, str]:
    return {"DEMO": "1", "DATABASE_URL": sqlite_url, "KEY_DIR": str(tmp_path / "keys")}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def call(*arguments: str, code: int = 0, **more: str) -> Result:
        result = CliRunner().invoke(main, list(arguments), env={**environment, **more})
        assert result.exit_code == code, f"{result.exit_code}: {result.output}\n{result.exception!r}"
        return result

    return call


def one_line(result: Result) -> str:
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


# --- the script ----------------------------------------------------------------------------------------------


def test_it_is_installed_and_lists_its_commands() -> None:
    done = subprocess.run([BUDGET, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    for name in (
        "upgrade", "seed", "rehearse", "import-roll", "import-pb", "allocate", "cycle", "staff", "jobs",
    ):  # fmt: skip
        assert f"  {name}" in done.stdout


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_and_needs_no_configuration_for_it(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"], env={"DEMO": "", "DATABASE_URL": ""})
    assert result.exit_code == 0, result.output
    assert len(result.output) > 100


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["seed", "nonsense"], ["rehearse", "--seed", "x"], ["import-pb"]]
)
def test_a_wrong_call_is_bad_input(run: Run, arguments: list[str]) -> None:
    run(*arguments, code=2)


@pytest.mark.parametrize(
    "arguments",
    [
        ["upgrade"],
        ["seed", "archive"],
        ["rehearse"],
        ["cycle", "list"],
        ["jobs"],
    ],
)
def test_without_configuration_one_line_names_the_variable(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments, env={"DEMO": ""})
    assert result.exit_code == 2
    assert "TRUSTED_HOSTS is not set" in one_line(result)


@pytest.mark.parametrize("arguments", [["seed", "demo"], ["demo-accounts"]])
def test_what_is_for_the_demo_runs_in_the_demo_only(
    run: Run, environment: dict[str, str], arguments: list[str]
) -> None:
    secrets = {
        name: f"{name}-a-secret-of-more-than-32-characters"
        for name in ("SECRET_KEY", "VOTER_KEY", "ROLL_KEY")
    }
    result = run(*arguments, code=2, DEMO="", TRUSTED_HOSTS="budget.example", **secrets)
    assert "DEMO=1" in one_line(result)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////nonexistent/directory/x.sqlite3", "budget upgrade"),
        ("sqlite://", "needs a file"),
        ("postgresql://nobody@127.0.0.1:1/none", "can't be reached"),
        ("nonsense", "can't be used"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(run: Run, url: str, said: str) -> None:
    assert said in one_line(run("cycle", "list", code=2, DATABASE_URL=url))


def test_a_database_without_tables_is_told_to_be_upgraded(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite3").touch()
    result = run("seed", "archive", code=2, DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    assert "budget upgrade" in one_line(result)


@pytest.mark.parametrize("arguments", [("upgrade",), ("cycle", "list")])
def test_a_file_that_is_no_database_is_one_line(run: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    file = tmp_path / "garbage.sqlite3"
    file.write_text("this is a letter, not a database\n" * 200)
    assert "can't be reached" in one_line(run(*arguments, code=2, DATABASE_URL=f"sqlite:///{file}"))


def test_upgrade_makes_the_directory_and_the_tables(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "new.sqlite3"
    environment = {**os.environ, "DEMO": "1", "DATABASE_URL": f"sqlite:///{file}", "KEY_DIR": str(tmp_path)}
    for _ in range(2):
        done = subprocess.run(
            [BUDGET, "upgrade"], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "The database is at" in done.stdout
    assert file.exists()


# --- seeds ------------------------------------------------------------------------------------------------------


def test_the_archive_is_loaded_once_and_listed(run: Run) -> None:
    assert "2019, 2020" in run("seed", "archive").stdout
    assert "already" in run("seed", "archive").stdout
    listed = json.loads(run("cycle", "list", "--json").stdout)
    assert [row["slug"] for row in listed] == ["2020", "2019"]
    assert {
        name: listed[0][name]
        for name in ("allotted_tenge", "received", "admitted", "rejected", "voters", "winners", "figures")
    } == {
        "allotted_tenge": 200_000_000,
        "received": 68,
        "admitted": 40,
        "rejected": 28,
        "voters": 8935,
        "winners": 13,
        "figures": "reported",
    }
    assert listed[0]["works"] == {"completed": 10, "underway": 3}
    assert listed[1]["voters"] is None


def test_the_keys_of_the_list_stay_as_they_are(run: Run) -> None:
    run("seed", "archive")
    assert list(json.loads(run("cycle", "list", "--json").stdout)[0]) == [
        "slug", "year", "title", "origin", "demo", "published", "phase", "currency", "allotted_tenge", "figures",
        "received", "admitted", "rejected", "voters", "winners", "works",
    ]  # fmt: skip


def test_the_list_for_people_has_a_line_a_cycle_and_dashes_for_what_is_unknown(run: Run) -> None:
    assert run("cycle", "list").stdout == "There are no cycles.\n"
    run("seed", "archive")
    lines = run("cycle", "list").stdout.splitlines()
    assert len(lines) == 3
    assert lines[0].split()[:3] == ["address", "year", "origin"]
    assert lines[2].split()[:6] == ["2019", "2019", "archive", "archive", "22", "14"]
    assert " - " in lines[2]


def test_an_archive_that_would_meet_a_cycle_of_ours_is_bad_input(run: Run, sqlite_url: str) -> None:
    from datetime import UTC, datetime

    with Database(sqlite_url).writing() as session:
        now = datetime.now(UTC)
        titles = {f"title_{language}": "x" for language in ("kk", "ru", "en")}
        session.add(Cycle(slug="2019", year=2019, allotted_tenge=1, created_at=now, **titles))
    assert "2019" in one_line(run("seed", "archive", code=2))


def test_the_demo_is_loaded_once_and_its_accounts_are_printed(run: Run) -> None:
    assert "not loaded" in one_line(run("demo-accounts", code=2))
    assert "loaded" in run("seed", "demo").stdout
    assert "already" in run("seed", "demo").stdout
    printed = run("demo-accounts").stdout
    for account in ACCOUNTS:
        assert account.iin in printed
        assert account.email in printed
        assert account.password in printed
    assert "+7 700 000 00 01" in printed


def test_the_rehearsal_ends_with_a_table_from_the_database(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal_plan, "BALLOTS", 300)
    monkeypatch.setattr(rehearsal, "ROLL", 320)
    told = run("rehearse", "--seed", "5", "--slug", "trial").stdout
    lines = {line.rsplit("  ", 1)[0].strip(): line.rsplit("  ", 1)[1].strip() for line in told.splitlines()}
    assert lines["Residents who voted"] == "300"
    assert lines["Winners"] == "13"
    [row] = json.loads(run("cycle", "list", "--json").stdout)
    assert (row["slug"], row["voters"], row["winners"], row["demo"]) == ("trial", 300, 13, True)
    assert "not empty" in one_line(run("rehearse", code=2))


def test_a_rehearsal_at_an_impossible_address_is_bad_input_and_leaves_nothing(
    run: Run, sqlite_url: str
) -> None:
    assert "slug" in one_line(run("rehearse", "--slug", "Not An Address", code=2))
    with Database(sqlite_url).reading() as session:
        assert session.exec(select(Resident.id).limit(1)).first() is None


# --- files --------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "election.pb"
    path.write_text(ELECTION, encoding="utf-8")
    return path


def test_an_election_is_imported_and_listed(run: Run, file: Path) -> None:
    assert (
        run("import-pb", str(file)).stdout
        == "Imported as pb-astana-2024 (projects: 2, votes: 2, winners: 1).\n"
    )
    [row] = json.loads(run("cycle", "list", "--json").stdout)
    assert (row["slug"], row["origin"], row["voters"], row["winners"]) == ("pb-astana-2024", "pabulib", 2, 1)
    assert "--slug" in one_line(run("import-pb", str(file), code=2))
    run("import-pb", str(file), "--slug", "another")
    assert "small letters" in one_line(run("import-pb", str(file), "--slug", "A B", code=2))


@pytest.mark.parametrize(
    ("wrong", "right", "code", "said"),
    [
        ("600", "much", 2, "line 15: cost is not a number: 'much'"),
        ("p1,p2", "p1,p9", 2, "line 19: the voter '1' chose the project 'p9', which is not listed"),
        ("num_votes;2", "num_votes;3", 2, "line 8: num_votes says 3, the section VOTES has 2"),
        ("rule;greedy", "rule;equalshares", 2, "line 11: the file's own rule 'equalshares' is not built in"),
        ("instance;2024", "instance;spring", 2, "name a year"),
        ("One;1", "One;0", 1, "only by the rule: p1; only in the file: -"),
    ],
)
def test_a_wrong_file_is_one_line_and_nothing_is_imported(
    run: Run, file: Path, sqlite_url: str, wrong: str, right: str, code: int, said: str
) -> None:
    file.write_text(ELECTION.replace(wrong, right), encoding="utf-8")
    line = one_line(run("import-pb", str(file), code=code))
    assert said in line
    assert str(file) in line
    with Database(sqlite_url).reading() as session:
        assert session.exec(select(Cycle)).all() == []


def test_a_file_that_is_not_there_is_bad_input(run: Run, tmp_path: Path) -> None:
    assert "No such file" in one_line(run("import-pb", str(tmp_path / "missing.pb"), code=2))
    assert "directory" in one_line(run("import-pb", str(tmp_path), code=2))


# --- the job process --------------------------------------------------------------------------------------------------


def test_the_job_process_runs_every_job_and_stops_politely(
    environment: dict[str, str], sqlite_url: str
) -> None:
    with subprocess.Popen(
        [BUDGET, "jobs"], env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True
    ) as process:
        database = Database(sqlite_url)
        end = time.monotonic() + 30
        names: set[str] = set()
        while time.monotonic() < end and len(names) < len(JOBS):
            time.sleep(0.2)
            with database.reading() as session:
                names = set(session.exec(select(JobClaim.job)).all())
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    assert names == {job.name for job in JOBS}
    assert process.returncode == 0, said
    assert "Traceback" not in said


def test_a_storage_that_others_go_on_reading_is_one_line() -> None:
    with pytest.raises(BadInput, match="could not be rewritten"), refusals():
        raise StorageBusy
