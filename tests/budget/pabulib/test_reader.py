"""Reading `.pb` files: what is meant by them, and every way in which they can be wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.pabulib import (
    Election,
    Fault,
    MalformedFile,
    RuleNotSupported,
    official_rule,
    read,
    reallocate,
    recount,
)
from models.enums import AllocationRule

GOOD = '''META
key;value
description;Yards
num_projects;3
num_votes;2
budget;100
vote_type;approval
rule;greedy
max_length;2
PROJECTS
project_id;cost;votes;name;selected
a;60;2;"Bench; lamp";1
b;50;1;"""Swing""";0
c;40;0;Ramp;1
VOTES
voter_id;vote;voting_method
1;a,b;internet
2;a;paper
'''


def replaced(old: str, new: str, text: str = GOOD) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_a_file_is_read_as_it_stands():
    election = read(GOOD)
    assert [(p.id, p.cost, p.votes, p.score, p.selected, p.name) for p in election.projects] == [
        ("a", 60, 2, None, 1, "Bench; lamp"),
        ("b", 50, 1, None, 0, '"Swing"'),
        ("c", 40, 0, None, 1, "Ramp"),
    ]
    assert [(v.voter, v.projects, v.points, v.method, v.line) for v in election.votes] == [
        ("1", ("a", "b"), (), "internet", 17),
        ("2", ("a",), (), "paper", 18),
    ]
    assert (election.budget, election.scale, election.rule, election.minimum_votes) == (100, 0, "greedy", 0)
    assert election.meta["description"] == "Yards"
    assert reallocate(election).winners == ("a", "c")


SPACED = "\n".join(line if '"' in line else line.replace(";", " ; ") for line in GOOD.split("\n"))


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD,
        SPACED,
        GOOD.replace("VOTES\n", "\nVOTES\n\n"),
        GOOD.rstrip("\n"),
        GOOD.replace("a,b", "a, b"),
    ],
    ids=["crlf", "byte order mark", "spaces", "empty lines", "no newline at the end", "spaces in a vote"],
)
def test_what_means_nothing_changes_nothing(text):
    election, plain = read(text), read(GOOD)
    assert (election.meta, election.budget) == (plain.meta, plain.budget)
    assert [p.name for p in election.projects] == [p.name for p in plain.projects]
    assert [vote.projects for vote in election.votes] == [vote.projects for vote in plain.votes]


def test_a_path_is_opened_and_a_text_is_not(tmp_path):
    path = tmp_path / "x.pb"
    path.write_text(GOOD, encoding="utf-8")
    assert read(path) == read(GOOD)
    with pytest.raises(MalformedFile):
        read(str(path))


def test_the_old_name_of_beneficiaries_is_understood():
    with_target = [
        f"{line};{'target' if line.startswith('project_id') else 'seniors'}" if line.count(";") > 3 else line
        for line in GOOD.splitlines()
    ]
    assert [p.fields for p in read("\n".join(with_target)).projects] == [{"beneficiaries": "seniors"}] * 3


def test_money_with_decimals_is_scaled_exactly():
    election = read(replaced("budget;100", "budget;100.10").replace("a;60", "a;60.05"))
    assert election.scale == 2
    assert election.budget == 10010
    assert [project.cost for project in election.projects] == [6005, 5000, 4000]
    assert reallocate(election).winners == ("a", "c")


def test_zeros_after_the_point_are_no_decimals():
    assert read(replaced("budget;100", "budget;100.00")).scale == 0


def test_the_cost_of_a_withdrawn_project_is_recognised_at_any_scale():
    election = read(replaced("a;60", "a;999999999").replace("budget;100", "budget;100.5"))
    assert [project.withdrawn for project in election.projects] == [True, False, False]
    assert reallocate(election, AllocationRule.STOP).winners == ("b", "c")


def test_a_file_without_results_is_ranked_by_its_votes():
    text = replaced("cost;votes;name", "cost;proposer;name")
    assert reallocate(read(text)).winners == ("a", "c")
    assert recount(read(text)) == ()


CUMULATIVE = (
    GOOD.replace("approval", "cumulative")
    .replace("votes;name;selected", "votes;score;name")
    .replace('a;60;2;"Bench; lamp";1', "a;60;2;3;Bench")
    .replace('b;50;1;"""Swing""";0', "b;50;1;7;Swing")
    .replace("c;40;0;Ramp;1", "c;40;0;0;Ramp")
    .replace("vote;voting_method", "vote;points")
    .replace("a,b;internet", 'a,b;"1,7"')
    .replace("a;paper", "a;2")
)


def test_points_rank_before_votes_where_the_file_has_them():
    election = read(CUMULATIVE)
    assert [vote.points for vote in election.votes] == [(1, 7), (2,)]
    assert reallocate(election).winners == ("b", "c")


def test_points_are_not_recounted():
    assert recount(read(CUMULATIVE.replace("a;60;2", "a;60;9"))) == ()


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("greedy", AllocationRule.SKIP),
        ("greedy-threshold", AllocationRule.SKIP),
        ("greedy-no-skip", AllocationRule.STOP),
    ],
)
def test_the_files_rule_is_one_of_ours_with_the_files_minimum(rule, expected):
    election = read(replaced("rule;greedy", f"rule;{rule}\nmin_project_score_threshold;1"))
    assert (official_rule(election).rule, official_rule(election).minimum_votes) == (expected, 1)
    assert reallocate(election).verdicts[-1].kind == "below_minimum"


@pytest.mark.parametrize("rule", ["greedy-exclusive", "greedy-custom", "equalshares/add1", "unknown", "dice"])
def test_a_rule_we_do_not_have_is_refused_unless_another_is_asked_for(rule):
    election = read(replaced("rule;greedy", f"rule;{rule}"))
    with pytest.raises(RuleNotSupported) as refused:
        reallocate(election)
    assert refused.value.facts == {"line": 8, "rule": rule}
    assert reallocate(election, AllocationRule.STOP).winners == ("a",)


def test_ties_stand_in_the_order_of_the_rows():
    text = replaced("b;50;1", "b;50;2")
    assert reallocate(read(text)).winners == ("a", "c")
    lines = text.splitlines(keepends=True)
    lines[11], lines[12] = lines[12], lines[11]
    assert reallocate(read("".join(lines))).winners == ("b", "c")


def test_a_published_number_that_the_ballots_do_not_give_is_reported():
    differences = recount(read(replaced("a;60;2", "a;60;3")))
    assert [(d.project, d.published, d.counted) for d in differences] == [("a", 3, 2)]


WRONG = {
    "no META": ("x" + GOOD, 1, Fault.TEXT_BEFORE_META, {}),
    "empty": ("", 1, Fault.MISSING_SECTION, {"section": "META"}),
    "no VOTES": (GOOD.split("VOTES", maxsplit=1)[0], 14, Fault.MISSING_SECTION, {"section": "VOTES"}),
    "no PROJECTS": (
        GOOD.split("PROJECTS", maxsplit=1)[0] + "VOTES" + GOOD.split("VOTES")[1],
        10,
        Fault.SECTION_OUT_OF_ORDER,
        {"section": "VOTES"},
    ),
    "VOTES twice": (GOOD + "VOTES\nvoter_id;vote\n", 19, Fault.SECTION_OUT_OF_ORDER, {"section": "VOTES"}),
    "no key;value": (replaced("key;value\n", ""), 2, Fault.BAD_HEADER, {"section": "META"}),
    "no header in PROJECTS": (
        replaced("project_id;cost;votes;name;selected\n", ""),
        11,
        Fault.BAD_HEADER,
        {"section": "PROJECTS"},
    ),
    "VOTES ends at once": (GOOD.split("voter_id", maxsplit=1)[0], 15, Fault.BAD_HEADER, {"section": "VOTES"}),
    "no cost": (
        replaced("cost", "price"),
        11,
        Fault.MISSING_COLUMN,
        {"section": "PROJECTS", "column": "cost"},
    ),
    "no vote": (replaced("voter_id;vote;", "voter_id;choice;"), 16, Fault.MISSING_COLUMN, {"column": "vote"}),
    "column twice": (replaced("name;selected", "name;name"), 11, Fault.DUPLICATE_COLUMN, {"column": "name"}),
    "no points": (
        CUMULATIVE.replace("vote;points", "vote;score"),
        16,
        Fault.MISSING_COLUMN,
        {"column": "points"},
    ),
    "nothing to rank by": (
        replaced("approval", "ordinal").replace("cost;votes;name", "cost;proposer;name"),
        11,
        Fault.MISSING_COLUMN,
        {"section": "PROJECTS", "column": "score"},
    ),
    "short row": (replaced("c;40;0;Ramp;1", "c;40;0;Ramp"), 14, Fault.WRONG_NUMBER_OF_FIELDS, {"found": 4}),
    "long row": (
        replaced("2;a;paper", "2;a;paper;x"),
        18,
        Fault.WRONG_NUMBER_OF_FIELDS,
        {"expected": 3, "found": 4},
    ),
    "long META": (replaced("Yards", "Yards;x"), 3, Fault.WRONG_NUMBER_OF_FIELDS, {"section": "META"}),
    "open quote": (replaced("Ramp;1", '"Ramp;1'), 14, Fault.BAD_QUOTING, {}),
    "text after quote": (replaced("Ramp", '"Ra"mp'), 14, Fault.BAD_QUOTING, {}),
    "key twice": (
        replaced("rule;greedy", "budget;7\nrule;greedy"),
        8,
        Fault.DUPLICATE_KEY,
        {"key": "budget"},
    ),
    "no budget": (replaced("budget;100\n", ""), 1, Fault.MISSING_KEY, {"key": "budget"}),
    "empty rule": (replaced("rule;greedy", "rule;"), 8, Fault.MISSING_KEY, {"key": "rule"}),
    "budget in words": (replaced("budget;100", "budget;much"), 6, Fault.NOT_A_NUMBER, {"name": "budget"}),
    "decimal comma": (replaced("budget;100", 'budget;"1,5"'), 6, Fault.NOT_A_NUMBER, {"value": "1,5"}),
    "no budget at all": (replaced("budget;100", "budget;0"), 6, Fault.OUT_OF_RANGE, {"name": "budget"}),
    "cost in words": (
        replaced("b;50", "b;fifty"),
        13,
        Fault.NOT_A_NUMBER,
        {"name": "cost", "value": "fifty"},
    ),
    "empty cost": (replaced("b;50", "b;"), 13, Fault.NOT_A_NUMBER, {"value": ""}),
    "cost as a power": (replaced("b;50", "b;5e1"), 13, Fault.NOT_A_NUMBER, {"value": "5e1"}),
    "cost as infinity": (replaced("b;50", "b;inf"), 13, Fault.NOT_A_NUMBER, {}),
    "negative cost": (replaced("b;50", "b;-50"), 13, Fault.OUT_OF_RANGE, {"name": "cost", "value": "-50"}),
    "endless cost": (replaced("b;50", f"b;{'9' * 5000}"), 13, Fault.OUT_OF_RANGE, {"name": "cost"}),
    "votes in words": (replaced("b;50;1", "b;50;one"), 13, Fault.NOT_A_WHOLE_NUMBER, {"name": "votes"}),
    "half a vote": (replaced("b;50;1", "b;50;0.5"), 13, Fault.NOT_A_WHOLE_NUMBER, {"value": "0.5"}),
    "negative votes": (replaced("b;50;1", "b;50;-1"), 13, Fault.OUT_OF_RANGE, {"name": "votes"}),
    "endless votes": (
        replaced("b;50;1", f"b;50;{'9' * 5000}"),
        13,
        Fault.OUT_OF_RANGE,
        {"name": "votes"},
    ),
    "selected 4": (replaced("Ramp;1", "Ramp;4"), 14, Fault.OUT_OF_RANGE, {"name": "selected"}),
    "unknown kind of vote": (
        replaced("approval", "shouting"),
        7,
        Fault.UNKNOWN_VOTE_TYPE,
        {"value": "shouting"},
    ),
    "project without id": (replaced("b;50", ";50"), 13, Fault.EMPTY_ID, {"section": "PROJECTS"}),
    "comma in an id": (replaced("b;50", "b,x;50"), 13, Fault.COMMA_IN_ID, {"project": "b,x"}),
    "project twice": (replaced("b;50", "a;50"), 13, Fault.DUPLICATE_PROJECT, {"project": "a"}),
    "voter without id": (replaced("2;a;paper", ";a;paper"), 18, Fault.EMPTY_ID, {"section": "VOTES"}),
    "voter twice": (replaced("2;a;paper", "1;a;paper"), 18, Fault.DUPLICATE_VOTER, {"voter": "1"}),
    "unlisted project": (replaced("2;a;", "2;z;"), 18, Fault.UNKNOWN_PROJECT, {"voter": "2", "project": "z"}),
    "comma at the end": (replaced("2;a;", '2;"a,";'), 18, Fault.UNKNOWN_PROJECT, {"project": ""}),
    "too many choices": (
        replaced("2;a;", "2;a,b,c;"),
        18,
        Fault.TOO_MANY_CHOICES,
        {"allowed": 2, "found": 3},
    ),
    "too few choices": (
        replaced("max_length;2", "min_length;2"),
        18,
        Fault.TOO_FEW_CHOICES,
        {"voter": "2", "required": 2, "found": 1},
    ),
    "two of choose-1": (
        replaced("approval", "choose-1"),
        17,
        Fault.TOO_MANY_CHOICES,
        {"allowed": 1, "found": 2},
    ),
    "points missing": (
        CUMULATIVE.replace('"1,7"', "1"),
        17,
        Fault.POINTS_MISMATCH,
        {"voter": "1", "projects": 2, "points": 1},
    ),
    "points in words": (
        CUMULATIVE.replace('"1,7"', '"1,x"'),
        17,
        Fault.NOT_A_WHOLE_NUMBER,
        {"name": "points"},
    ),
    "projects differ": (
        replaced("num_projects;3", "num_projects;4"),
        4,
        Fault.PROJECTS_DIFFER,
        {"announced": 4, "found": 3},
    ),
    "votes differ": (
        replaced("num_votes;2", "num_votes;1"),
        5,
        Fault.VOTES_DIFFER,
        {"announced": 1, "found": 2},
    ),
    "votes not a number": (replaced("num_votes;2", "num_votes;two"), 5, Fault.NOT_A_WHOLE_NUMBER, {}),
    "minimum not a number": (
        replaced("rule;greedy", "rule;greedy\nmin_project_score_threshold;x"),
        9,
        Fault.NOT_A_WHOLE_NUMBER,
        {"name": "min_project_score_threshold"},
    ),
}


@pytest.mark.parametrize(("text", "line", "fault", "facts"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_file_is_refused_with_its_line_and_its_fault(text, line, fault, facts):
    with pytest.raises(MalformedFile) as refused:
        read(text)
    assert (refused.value.facts["line"], refused.value.facts["fault"]) == (line, fault)
    assert facts.items() <= refused.value.facts.items()


def test_text_that_is_not_utf8_is_refused_with_its_line(tmp_path):
    path = tmp_path / "x.pb"
    path.write_bytes(GOOD.encode().replace(b"Ramp", b"Ramp\xe9"))
    with pytest.raises(MalformedFile) as refused:
        read(path)
    assert refused.value.facts == {"line": 14, "fault": Fault.NOT_UTF8}


def test_every_fault_is_tried_above():
    assert {fault for _, _, fault, _ in WRONG.values()} | {Fault.NOT_UTF8} == set(Fault)


def test_a_field_over_several_lines_keeps_the_lines_right():
    text = replaced('"Bench; lamp"', '"Bench\nand lamp"').replace("2;a;paper", "2;z;paper")
    with pytest.raises(MalformedFile) as refused:
        read(text)
    assert refused.value.facts["line"] == 19


@given(
    st.integers(0, len(GOOD)), st.integers(0, 12), st.text(alphabet=';,"\n\r9a-. METAVOTES\x00', max_size=6)
)
def test_whatever_is_damaged_is_read_or_refused_but_never_crashes(start, length, text):
    damaged = GOOD[:start] + text + GOOD[start + length :]
    election = refused = None
    try:
        election = read(damaged)
    except MalformedFile as malformed:
        refused = malformed
    if refused:
        assert 1 <= refused.facts["line"] <= damaged.count("\n") + damaged.count("\r") + 1
        assert refused.facts["fault"] in set(Fault)
    else:
        assert isinstance(election, Election)
        reallocate(election, AllocationRule.SKIP)
