"""The verifier says "same" of what was published, and names every planted fault; it needs nothing of ours."""

import ast
import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.keys import KeyRing
from budget.published import verify
from budget.settings import EnvelopeDraft, Text
from models.ballot import Ballot, BallotChoice
from models.enums import AllocationRule, BallotStatus, Opening, ProjectState
from models.project import Project
from tests.harness.elections import Election
from tests.harness.published import AFTER, difference, exported, published, reseal, run, voted
from tests.harness.voting import make_keyring

SOURCE = Path(verify.__file__)


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return make_keyring(tmp_path)


@pytest.fixture
def election(session: Session, keyring: KeyRing, now: datetime) -> Election:
    made = voted(session, keyring, now)
    published(session, keyring, made, now)
    return made


@pytest.fixture
def files(session: Session, election: Election, tmp_path: Path) -> Path:
    return exported(session, election, tmp_path / "out")


@pytest.fixture
def in_public(session: Session, keyring: KeyRing, now: datetime, tmp_path: Path) -> Path:
    """The files of a cycle whose sealed ballots and key are published too."""
    made = voted(session, keyring, now, opening=Opening.PUBLIC)
    published(session, keyring, made, now)
    return exported(session, made, tmp_path / "public")


def key_file(keyring: KeyRing, directory: Path) -> Path:
    path = directory / "the.key"
    path.write_text((keyring.cycle_keys("test-2027").ballot_private_key or b"").hex() + "\n")
    return path


# --- the program ------------------------------------------------------------------------------------------


def test_it_is_one_short_file_of_the_standard_library() -> None:
    text = SOURCE.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 300
    tree = ast.parse(text)
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) == {"nacl"}


def test_anybody_runs_it_and_it_says_same(files: Path) -> None:
    code, said = run(files)
    assert code == 0
    assert said.splitlines()[-1] == "same"
    assert "log: 4 signed heads, 60 leaves" in said
    assert run(files.parent, str(files))[0] != 0  # no program there: the next line is no accident
    code, _ = run(files, str(files))
    assert code == 0


def test_with_a_difference_it_exits_with_1_and_names_it(files: Path) -> None:
    path = files / "leaves.txt"
    path.write_text(path.read_text()[65:])
    code, said = run(files)
    assert code == 1
    assert said.splitlines()[-1].startswith("DIFFERENT: leaves.txt:")


def test_a_missing_file_is_named(files: Path) -> None:
    (files / "lot.json").unlink()
    code, said = run(files)
    assert code == 1
    assert "lot.json: can't be read" in said


SETTINGS = [
    {"votes_per_resident": 1},
    {"rule": AllocationRule.STOP},
    {"minimum_votes": 14},
    {"leftovers": True, "two": True},
    {"two": True, "rule": AllocationRule.STOP, "leftovers": True},
    {"opening": Opening.PUBLIC},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_every_kind_of_cycle_is_the_same(
    session: Session, keyring: KeyRing, now: datetime, tmp_path: Path, settings: dict[str, object]
) -> None:
    settings = dict(settings)
    if settings.pop("two", False):
        names = (Text("Шағын", "Малые", "Small"), Text("Үлкен", "Большие", "Large"))
        settings["envelopes"] = tuple(EnvelopeDraft(name, 5_000_000) for name in names)
    made = voted(session, keyring, now, **settings)
    published(session, keyring, made, now)
    assert difference(exported(session, made, tmp_path / "out")) == ""


def test_a_project_withdrawn_after_the_vote_is_the_same(
    session: Session, keyring: KeyRing, now: datetime, tmp_path: Path
) -> None:
    made = voted(session, keyring, now)
    row = session.get(Project, made.projects[0].id)
    assert row is not None
    row.state, row.withdrawn_at = ProjectState.WITHDRAWN, now + AFTER
    session.flush()
    published(session, keyring, made, now)
    files = exported(session, made, tmp_path / "out")
    assert "withdrawn" in (files / "result.json").read_text()
    assert difference(files) == ""


# --- planted faults, with the list of hashes made anew: whoever changes a file changes that too -----------------


def rewrite(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    path.write_text("".join(f"{line}\n" for line in change(path.read_text().splitlines())))


def ballot_added(files: Path) -> None:
    rewrite(files / "ballots.csv", lambda lines: [*lines, lines[-1]])


def ballot_removed(files: Path) -> None:
    rewrite(files / "ballots.csv", lambda lines: lines[:-1])


def ballot_changed(files: Path) -> None:
    """The last ballot says what the first valid one says."""
    rewrite(
        files / "ballots.csv",
        lambda lines: [*lines[:-1], next(line for line in lines if ",valid," in line)],
    )


def ballot_of_another_list(files: Path) -> None:
    rewrite(files / "ballots.csv", lambda lines: [*lines[:-1], lines[-1][:-1] + "!"])


def batch_reordered(files: Path) -> None:
    rewrite(files / "leaves.txt", lambda lines: [lines[1], lines[0], *lines[2:]])


def batches_swapped(files: Path) -> None:
    rewrite(files / "leaves.txt", lambda lines: [*lines[20:40], *lines[:20], *lines[40:]])


def leaf_swapped(files: Path) -> None:
    rewrite(files / "leaves.txt", lambda lines: ["ab" * 32, *lines[1:]])


def head_changed(files: Path) -> None:
    rewrite(files / "heads.jsonl", lambda lines: [lines[0].replace("T09:", "T08:"), *lines[1:]])


def head_left_out(files: Path) -> None:
    rewrite(files / "heads.jsonl", lambda lines: [lines[0], *lines[2:]])


def final_head_left_out(files: Path) -> None:
    rewrite(files / "heads.jsonl", lambda lines: lines[:-1])


def signed_by_another(files: Path) -> None:
    def change(lines: list[str]) -> list[str]:
        head = json.loads(lines[-1])
        return [*lines[:-1], lines[-1].replace(head["signature"], json.loads(lines[0])["signature"])]

    rewrite(files / "heads.jsonl", change)


def cost_changed(files: Path) -> None:
    path = files / "frozen.json"
    path.write_text(path.read_text().replace('"cost":3000000', '"cost":2999999', 1))


def listed_cost_changed(files: Path) -> None:
    path = files / "projects.csv"
    path.write_text(path.read_text().replace(",3000000,", ",2999999,", 1))


def winner_swapped(files: Path) -> None:
    path = files / "result.json"
    text = path.read_text()
    path.write_text(
        text.replace('"won"', '"WON"', 1)
        .replace('"does_not_fit"', '"won"', 1)
        .replace('"WON"', '"does_not_fit"')
    )


def winners_exchanged(files: Path) -> None:
    """Two projects change places."""
    result = json.loads((files / "result.json").read_text())
    result["projects"][0][0], result["projects"][-1][0] = result["projects"][-1][0], result["projects"][0][0]
    (files / "result.json").write_text(json.dumps(result) + "\n")


def lot_redrawn(files: Path) -> None:
    path = files / "lot.json"
    path.write_text(path.read_text().replace('"0417"', '"0418"'))


def lot_reordered(files: Path) -> None:
    lot = json.loads((files / "lot.json").read_text())
    lot["order"].reverse()
    (files / "lot.json").write_text(json.dumps(lot) + "\n")


def annulled_invented(files: Path) -> None:
    path = files / "sums.json"
    path.write_text(path.read_text().replace('"annulled": 0', '"annulled": 1'))


def pb_vote_changed(files: Path) -> None:
    rewrite(
        files / "1.pb", lambda lines: [*lines[:-1], lines[-1].split(";")[0] + ";" + lines[-20].split(";")[1]]
    )


def pb_budget_changed(files: Path) -> None:
    path = files / "1.pb"
    path.write_text(path.read_text().replace("budget;10000000", "budget;10000001"))


FAULTS = [
    (ballot_added, "ballots.csv: opened, valid"),
    (ballot_removed, "ballots.csv: opened, valid"),
    (ballot_changed, "result.json: "),
    (ballot_of_another_list, "is no ballot of this list"),
    (batch_reordered, "leaves.txt: leaves and root under head 1"),
    (batches_swapped, "leaves.txt: leaves and root under head 1"),
    (leaf_swapped, "leaves.txt: leaves and root under head 1"),
    (head_changed, "heads.jsonl: head 1: signed"),
    (head_left_out, "heads.jsonl: head 2: cycle, number"),
    (final_head_left_out, "heads.jsonl: head 3: cycle, number, final"),
    (signed_by_another, "heads.jsonl: head 4: signed"),
    (cost_changed, "heads.jsonl: head 1: the hash of frozen.json"),
    (listed_cost_changed, "projects.csv: the frozen list"),
    (winner_swapped, "result.json: "),
    (winners_exchanged, "result.json: "),
    (lot_redrawn, "lot.json: final root, seed, order"),
    (lot_reordered, "lot.json: final root, seed, order"),
    (annulled_invented, "sums.json: leaves; opened"),
    (pb_vote_changed, "1.pb: votes for"),
    (pb_budget_changed, "1.pb: budget"),
]


@pytest.mark.parametrize(("fault", "named"), FAULTS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_planted_fault_is_named(files: Path, fault: Callable[[Path], None], named: str) -> None:
    before = {path.name: path.read_bytes() for path in files.iterdir()}
    fault(files)
    assert {path.name: path.read_bytes() for path in files.iterdir()} != before
    reseal(files)
    assert named in difference(files)


def test_a_tie_without_a_draw_is_named(
    session: Session, keyring: KeyRing, now: datetime, tmp_path: Path
) -> None:
    made = voted(session, keyring, now, voters=0)
    published(session, keyring, made, now)
    files = exported(session, made, tmp_path / "out")
    assert difference(files) == ""
    lot = json.loads((files / "lot.json").read_text()) | {"draw": None, "seed": "", "order": []}
    (files / "lot.json").write_text(json.dumps(lot))
    reseal(files)
    assert "are equal, and no lot was drawn" in difference(files)


@pytest.mark.parametrize("change", ["drop", "double"])
def test_a_line_dropped_or_doubled_in_any_file_is_named(in_public: Path, change: str) -> None:
    missed = []
    for path in sorted(in_public.iterdir()):
        whole = path.read_bytes()
        lines = whole.splitlines(keepends=True)
        for place in {0, 1, len(lines) // 2, len(lines) - 2, len(lines) - 1} & set(range(len(lines))):
            again = [lines[place]] * (2 if change == "double" else 0)
            path.write_bytes(b"".join([*lines[:place], *again, *lines[place + 1 :]]))
            if path.read_bytes() == whole:
                continue
            if path.name not in (found := difference(in_public)):
                missed.append((path.name, place, found))
        path.write_bytes(whole)
    assert missed == []
    assert difference(in_public) == ""


# --- what somebody did in the database --------------------------------------------------------------------


def insert_a_ballot(session: Session, made: Election) -> None:
    row = Ballot(id=9999, cycle_id=made.cycle.id or 0, status=BallotStatus.EMPTY, assurance="sms")
    session.add(row)


def delete_a_ballot(session: Session, made: Election) -> None:
    first = session.exec(select(Ballot).where(Ballot.status == BallotStatus.EMPTY)).first()
    session.delete(first)


def change_a_choice(session: Session, made: Election) -> None:
    """Take a project off the first ballot that names several."""
    several = select(BallotChoice.ballot_id).group_by(col(BallotChoice.ballot_id)).having(sa.func.count() > 1)
    ballot = session.exec(several).first()
    session.delete(session.exec(select(BallotChoice).where(BallotChoice.ballot_id == ballot)).first())


@pytest.mark.parametrize(
    ("act", "named"),
    [(insert_a_ballot, "ballots.csv"), (delete_a_ballot, "ballots.csv"), (change_a_choice, "result.json")],
)
def test_what_was_changed_in_the_database_is_named(
    session: Session, election: Election, tmp_path: Path, act: Callable[[Session, Election], None], named: str
) -> None:
    act(session, election)
    session.flush()
    assert difference(exported(session, election, tmp_path / "out")).startswith(named)


# --- the audit --------------------------------------------------------------------------------------------


def test_the_commission_opens_every_sealed_ballot_again(
    session: Session, election: Election, keyring: KeyRing, tmp_path: Path
) -> None:
    files = exported(session, election, tmp_path / "audit", sealed=True)
    code, said = run(files, "--audit", str(key_file(keyring, tmp_path)))
    assert (code, said.splitlines()[-2:]) == (0, ["sealed ballots: 60 opened again", "same"])


def test_an_exchange_that_keeps_all_sums_is_found_by_the_audit_only(
    session: Session, election: Election, keyring: KeyRing, tmp_path: Path
) -> None:
    files = exported(session, election, tmp_path / "audit", sealed=True)
    valid = [line for line in (files / "ballots.csv").read_text().splitlines() if ",valid," in line]
    part = valid[0].split(",")[0]
    twos = [line for line in valid if len(line.split(",")[3].split()) == 2]
    one, other = next(
        (a.split(",")[3].split(), b.split(",")[3].split())
        for a in twos for b in twos if len({*a.split(",")[3].split(), *b.split(",")[3].split()}) == 4
    )  # fmt: skip
    crossed = [[one[0], other[1]], [other[0], one[1]]]
    text = (files / "ballots.csv").read_text()
    pb = (files / "1.pb").read_text()
    for old, new in zip((one, other), crossed, strict=True):
        line = next(row for row in valid if row.split(",")[3] == " ".join(old))
        text = text.replace(line + "\n", f"{part},{line.split(',')[1]},valid,{' '.join(sorted(new))}\n", 1)
        found = next(
            row
            for row in pb.splitlines()
            if ";" in row and sorted(row.split(";")[1].split(",")) == sorted(old)
        )
        pb = pb.replace(found + "\n", f"{found.split(';')[0]};{','.join(new)}\n", 1)
    (files / "ballots.csv").write_text(text)
    (files / "1.pb").write_text(pb)
    reseal(files)
    assert difference(files) == ""
    assert difference(files, key_file(keyring, tmp_path)).startswith("ballots.csv: ballots (")


def test_where_the_key_is_published_every_sealed_ballot_is_opened_without_asking(in_public: Path) -> None:
    code, said = run(in_public)
    assert (code, said.splitlines()[-2:]) == (0, ["sealed ballots: 60 opened again", "same"])


def test_a_sealed_ballot_that_is_not_in_the_log_is_named(in_public: Path) -> None:
    rewrite(in_public / "sealed.txt", lambda lines: ["ab" * 100, *lines[1:]])
    reseal(in_public)
    assert "sealed.txt: ballots, and how many of them are in the log" in difference(in_public)


def test_another_key_is_named(in_public: Path) -> None:
    (in_public / "key.txt").write_text("ab" * 32 + "\n")
    reseal(in_public)
    assert "key.txt: the public half of the key" in difference(in_public)


def test_without_pynacl_it_says_what_it_did_not_do(in_public: Path) -> None:
    shadow = in_public.parent / "shadow" / "nacl"
    shadow.mkdir(parents=True)
    (shadow / "__init__.py").write_text("raise ImportError\n")
    import os
    import subprocess

    done = subprocess.run(
        [sys.executable, str(in_public / "verify.py")], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(shadow.parent)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert (
        "PyNaCl is not installed: the sealed ballots are in the log, but were NOT opened again" in done.stdout
    )
