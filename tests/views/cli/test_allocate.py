"""`budget allocate`: no database, one line for what is wrong, and a table or JSON for what is right."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from budget.pabulib import Fault
from views.cli.allocate import allocate_command
from views.cli.faults import FAULTS

SHARED = Path(__file__).parents[4] / "shared/data/pabulib"

SMALL = """META
key;value
description;Yards
instance;2027
num_projects;4
num_votes;3
budget;1000
vote_type;approval
rule;greedy-threshold
min_project_score_threshold;1
currency;KZT
PROJECTS
project_id;cost;votes;name;selected
a;600;3;Bench;1
b;500;2;Swing;0
c;400;1;Ramp;1
d;10;0;Lamp;0
VOTES
voter_id;vote
1;a,b
2;a,b
3;a,c
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "x.pb"


def run(path: Path, text: str | None, *options: str) -> Result:
    if text is not None:
        path.write_text(text, encoding="utf-8")
    return CliRunner().invoke(allocate_command, [str(path), *options])


def test_the_table_shows_winners_remainder_and_a_verdict_per_project(file):
    result = run(file, SMALL)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "Yards (2027)",
        "Rule: skip, at least 1 vote (the file says greedy-threshold, approval)",
        "Budget 1 000 KZT, spent 1 000, remaining 0",
        "Winners (2 of 4): a, c",
        "The official winners (selected = 1) are the same.",
        "",
        "Place  Project  Votes  Cost  Left before  Verdict                            Name",
        "    1  a            3   600        1 000  won                                Bench",
        "    2  b            2   500          400  does not fit, 100 missing          Swing",
        "    3  c            1   400          400  won                                Ramp",
        "    -  d            0    10            0  below the minimum, 1 vote missing  Lamp",
    ]


def test_the_json_has_exactly_the_promised_shape(file):
    result = run(file, SMALL, "--json")
    assert json.loads(result.stdout) == {
        "rule": "skip",
        "budget": 1000,
        "spent": 1000,
        "winners": ["a", "c"],
        "projects": [
            {"id": "a", "votes": 3, "cost": 600, "verdict": "won"},
            {"id": "b", "votes": 2, "cost": 500, "verdict": "does_not_fit"},
            {"id": "c", "votes": 1, "cost": 400, "verdict": "won"},
            {"id": "d", "votes": 0, "cost": 10, "verdict": "below_minimum"},
        ],
    }
    assert list(json.loads(result.stdout)) == ["rule", "budget", "spent", "winners", "projects"]


def test_another_rule_can_be_asked_for_and_the_difference_is_said(file):
    result = run(file, SMALL, "--rule", "stop")
    assert "Winners (1 of 4): a" in result.stdout
    assert "after the stop" in result.stdout
    assert "The official winners (selected = 1) are others.\n  officially only: c\n" in result.stdout
    assert json.loads(run(file, None, "--rule", "stop", "--json").stdout)["rule"] == "stop"


def test_a_recount_that_differs_is_said_aside_and_the_published_votes_decide(file):
    text = SMALL.replace("b;500;2", "b;500;9")
    result = run(file, text, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["winners"] == ["b", "c"]
    assert result.stderr.splitlines() == [
        "Warning: the published votes differ from a recount of the file's votes (projects: 1).",
        "  b: published 9, counted 2",
        "  By the recounted votes the winners would be others.",
    ]


def test_votes_that_name_a_project_twice_are_explained(file):
    result = run(file, SMALL.replace("3;a,c", "3;a,c,c").replace("c;400;1", "c;400;2"))
    assert "  c: published 2, counted 1" in result.stderr
    assert "  Votes that name a project more than once, counted once here: 1." in result.stderr
    assert "  By the recounted votes the winners would be the same." in result.stderr


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("b;500;2", "b;many;2", "line 15: cost is not a number: 'many'"),
        ("2;a,b", "2;a,z", "line 21: the voter '2' chose the project 'z', which is not listed"),
        ("num_votes;3", "num_votes;4", "line 6: num_votes says 4, the section VOTES has 3"),
        ("d;10;0;Lamp;0", "d;10;0;Lamp", "line 17: 5 fields are expected in PROJECTS, 4 found"),
        ("b;500;2", '"b\nb\x1b[2J";x;2', "line 15: cost is not a number: 'x'"),
        (
            "rule;greedy-threshold",
            "rule;equalshares",
            "line 9: the file's own rule 'equalshares' is not built in; choose --rule skip or --rule stop",
        ),
    ],
)
def test_a_wrong_file_is_one_line_naming_line_and_fault_and_exit_2(file, old, new, message):
    assert old in SMALL
    result = run(file, SMALL.replace(old, new, 1), "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == f"Error: {file}: {message}\n"


def test_a_file_that_is_not_there_is_one_line_and_exit_2(file):
    result = run(file, None)
    assert (result.exit_code, result.stderr) == (2, f"Error: {file}: No such file or directory\n")


def test_an_unknown_rule_on_the_command_line_is_bad_input(file):
    assert run(file, SMALL, "--rule", "dice").exit_code == 2


def test_a_foreign_rule_runs_when_one_of_ours_is_asked_for(file):
    result = run(file, SMALL.replace("greedy-threshold", "equalshares"), "--rule", "skip")
    assert (result.exit_code, "Winners (2 of 4): a, c" in result.stdout) == (0, True)


def test_text_of_a_file_does_not_steer_the_terminal(file):
    stdout = run(file, SMALL.replace("Bench", "\x07\u202eBench").replace("a;600;3", "a;600;4")).output
    assert not {"\x07", "\u202e"} & set(stdout)


def test_points_are_called_points_and_withdrawn_projects_withdrawn(file):
    text = (
        SMALL.replace("votes;name", "score;name").replace("b;500", "b;999999999").replace("c;400", "c;1001")
    )
    stdout = run(file, text.replace("d;10", "d;0")).stdout
    assert "at least 1 point" in stdout
    for verdict in ("withdrawn", "costs more than the budget", "has no cost"):
        assert verdict in stdout


def test_decimals_are_printed_as_in_the_file():
    path = SHARED / "Poland_Krakow_2023_Bienczyce.pb"
    assert "Budget 1 331 751.11 PLN, spent 1 306 900, remaining 24 851.11" in run(path, None).stdout
    assert '"budget": 1331751.11, "spent": 1306900,' in run(path, None, "--json").stdout


def test_every_fault_has_its_sentence():
    assert set(FAULTS) == set(Fault)


def test_it_needs_neither_flask_nor_a_database():
    program = (
        "import sys, views.cli.allocate; "
        "print([m for m in ('flask', 'sqlalchemy', 'sqlmodel', 'werkzeug') if m in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
