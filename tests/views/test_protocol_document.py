"""The protocol as a document: read back from the PDF, in both languages, with everything that was said and voted."""

import io
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pypdf
from sqlmodel import Session

from budget import projects
from budget.council import agenda, members, protocols, sessions, votes
from budget.council.protocols import ProtocolFacts
from models.council_session import CouncilSession
from models.cycle import Cycle
from models.enums import (
    Answer,
    ConflictKind,
    CouncilChoice,
    Criterion,
    Language,
    Phase,
    SessionKind,
)
from models.project import Project
from tests.harness import council
from tests.harness.council import Member
from tests.harness.counting import AFTER
from tests.harness.deciding import counted_vote
from tests.harness.projects import make_cycle, make_resident, proposal
from tests.harness.voting import make_keyring
from views import documents
from views import protocols as document

KAZAKH = "Әлия Іңкәрбекова ӘәҒғҚқҢңӨөҰұҮүҺһІі"
EVIL = '#panic("markup") *bold* _it_ $x$ \\ <label> @ref'
AKIMAT = SimpleNamespace(akimat_kk="Сарыарқа ауданының әкімдігі", akimat_ru="Акимат района Сарыарка")


def submitted(session: Session, cycle: Cycle, *titles: str, now: datetime) -> list[Project]:
    return [
        projects.submit(session, make_resident(session), cycle, proposal(title=title), None, now=now)
        for title in titles
    ]


def reviewed(session: Session, cycle: Cycle, *titles: str, now: datetime, size: int = 5) -> list[Project]:
    """Projects that are ready for an agenda, and a council of `size`."""
    rows = submitted(session, cycle, *titles, now=now)
    council.make_council(session, cycle, now=now, size=size)
    for project in rows:
        council.review(session, cycle, project, now=now)
    return rows


def reader(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def text_of(content: bytes) -> str:
    """All the words, line ends as spaces."""
    return " ".join(" ".join(page.extract_text() for page in reader(content).pages).split())


def made(facts: ProtocolFacts, now: datetime) -> str:
    return text_of(document.pdf(facts, AKIMAT, made_at=now))


def held(session: Session, cycle: Cycle, present: list[Member], *, now: datetime) -> CouncilSession:
    row = council.plan_session(session, cycle, now=now)
    agenda.fill(session, council.COORDINATOR, row.public_id, now=now)
    return council.hold(session, row, present, now=now, publish=False)


def test_a_protocol_says_who_was_there_what_was_moved_who_voted_how_and_who_stood_aside(
    session: Session, now: datetime
) -> None:
    cycle = make_cycle(session, now, Phase.SUBMISSION)
    first, second = reviewed(session, cycle, "Есенберлин 38: жарық", EVIL, now=now)
    five = council.members_of(session, cycle, now=now)
    for number, member in enumerate(five):
        member.row.name_kk, member.row.name_ru = f"{KAZAKH} {number}", f"Член Совета {number}"
        member.row.organisation_kk, member.row.organisation_ru = "«Жасыл аула» ҚБ", "ОО «Зелёный двор»"
    members.declare(session, five[1].actor, cycle, {first.public_id: ConflictKind.EMPLOYER}, now=now)
    row = council.plan_session(session, cycle, now=now)
    agenda.fill(session, council.COORDINATOR, row.public_id, now=now)
    motion = council.rejection(second, Criterion.LAND, clause="14.2", reason_kk=f"Жеке жер. {EVIL}")
    item = agenda.items_of(session, row)[1]
    agenda.change_motion(session, council.COORDINATOR, item.public_id, motion, revision=row.revision, now=now)
    council.begin(session, row, five[:4], now=now)
    votes.open_items(session, council.COORDINATOR, row.public_id, now=now)
    both = agenda.items_of(session, row)
    council.vote(session, both[0], [five[0], five[2], five[3]], now=now)
    council.vote(session, both[1], five[:3], now=now)
    votes.cast(
        session, five[3].actor, both[1].public_id, CouncilChoice.AGAINST, dissent=f"Келіспеймін {EVIL}",
        language=Language.KK, now=now,
    )  # fmt: skip
    votes.close_items(session, council.COORDINATOR, row.public_id, now=now)
    sessions.close(session, council.COORDINATOR, row.public_id, now=now)

    content = document.pdf(protocols.facts_of(session, row), AKIMAT, made_at=now)
    said = text_of(content)
    for number in range(5):
        assert f"{KAZAKH} {number}" in said
        assert f"Член Совета {number}" in said
    assert AKIMAT.akimat_kk in said
    assert AKIMAT.akimat_ru in said
    assert said.count(EVIL) >= 4
    assert "14\u00a0850\u00a0000\u00a0₸" in said.replace("14 850 000 ₸", "14\u00a0850\u00a0000\u00a0₸")
    assert "14.2" in said
    assert "2027 ж. 1 наурыз" in said
    assert "1 марта 2027 г." in said
    assert "«Жасыл аула» ҚБ" in said
    data = document.data_of(protocols.facts_of(session, row), AKIMAT, made_at=now)
    kk, ru = data["parts"]
    assert (kk["lang"], ru["lang"]) == ("kk", "ru")
    lines = {line["label"]: line for line in ru["decisions"]["items"][0]["lines"]}
    aside = next(line["text"] for line in lines.values() if line["text"].startswith("Член Совета 1 ("))
    assert aside.endswith(")")
    dissent = ru["decisions"]["items"][1]["lines"][-1]
    assert (dissent["text"], dissent["lang"]) == (f"Келіспеймін {EVIL}", "kk")
    assert [row[0] for row in ru["people"][1]["rows"]] == ["Член Совета 4"]
    assert ru["decisions"]["items"][1]["title"] == EVIL
    assert ru["decisions"]["items"][1]["lang"] == "kk"


def test_it_is_an_accessible_document_with_a_title_tags_and_the_language_of_each_part(
    session: Session, now: datetime
) -> None:
    cycle = make_cycle(session, now, Phase.SUBMISSION)
    reviewed(session, cycle, "Аула", now=now)
    row = held(session, cycle, council.members_of(session, cycle, now=now), now=now)
    content = document.pdf(protocols.facts_of(session, row), AKIMAT, made_at=now)
    found = reader(content)
    root: Any = found.trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert root["/Lang"] == "kk"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "№ 1" in found.metadata.title
    tags, languages = walked(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/L"} <= tags
    assert "ru" in languages
    assert document.pdf(protocols.facts_of(session, row), AKIMAT, made_at=now) == content
    data = document.data_of(protocols.facts_of(session, row), AKIMAT, made_at=now)
    assert documents.compiled("protocol", data).compile_with_warnings(format="pdf")[1] == []


def walked(node: Any) -> tuple[set[str], set[str]]:
    """The tags under a structure element, and the languages they declare."""
    tags, languages, left = set(), set(), [node]
    while left:
        one = left.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, list):
            left += one
        elif isinstance(one, dict):
            tags.add(str(one.get("/S", "")))
            languages.add(str(one.get("/Lang", "")))
            left += [one[key] for key in ("/K",) if key in one]
    return tags, languages


def test_the_title_is_the_one_that_was_voted_on(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now, Phase.SUBMISSION)
    [project] = reviewed(session, cycle, "Ескі атау", now=now)
    row = held(session, cycle, council.members_of(session, cycle, now=now), now=now)
    project.title_kk = "Жаңа атау"
    session.flush()
    said = made(protocols.facts_of(session, row), now)
    assert "Ескі атау" in said
    assert "Жаңа атау" not in said


def test_what_was_not_put_to_the_vote_is_on_the_agenda_and_nowhere_else(
    session: Session, now: datetime
) -> None:
    cycle = make_cycle(session, now, Phase.SUBMISSION)
    reviewed(session, cycle, "Бірінші", "Екінші", now=now)
    five = council.members_of(session, cycle, now=now)
    row = council.plan_session(session, cycle, now=now)
    agenda.fill(session, council.COORDINATOR, row.public_id, now=now)
    council.begin(session, row, five, now=now)
    first = agenda.items_of(session, row)[0]
    votes.open_items(session, council.COORDINATOR, row.public_id, [first.public_id], now=now)
    members.declare(session, five[0].actor, cycle, {}, now=now)
    council.vote(session, first, five[:2], now=now)
    sessions.mark_present(
        session, council.COORDINATOR, row.public_id, [one.row.public_id for one in five[:2]],
        now=now + timedelta(minutes=5),
    )  # fmt: skip
    votes.close_items(session, council.COORDINATOR, row.public_id, now=now + timedelta(minutes=6))
    sessions.close(session, council.COORDINATOR, row.public_id, now=now + timedelta(minutes=7))
    part = document.data_of(protocols.facts_of(session, row), AKIMAT, made_at=now)["parts"][1]
    assert [bool(line["note"]) for line in part["agenda"]["lines"]] == [False, True]
    assert len(part["decisions"]["items"]) == 1
    assert len(part["people"][0]["columns"]) == 4
    assert part["people"][0]["rows"][2][3].endswith("14:05")


def test_a_vote_of_who_stood_aside_later_is_told_apart(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now, Phase.SUBMISSION)
    [project] = reviewed(session, cycle, "Аула", now=now)
    five = council.members_of(session, cycle, now=now)
    row = council.plan_session(session, cycle, now=now)
    agenda.fill(session, council.COORDINATOR, row.public_id, now=now)
    council.begin(session, row, five, now=now)
    votes.open_items(session, council.COORDINATOR, row.public_id, now=now)
    [item] = agenda.items_of(session, row)
    council.vote(session, item, five, now=now)
    members.declare(session, five[0].actor, cycle, {project.public_id: ConflictKind.OWN}, now=now)
    votes.close_items(session, council.COORDINATOR, row.public_id, now=now)
    sessions.close(session, council.COORDINATOR, row.public_id, now=now)
    one = document.data_of(protocols.facts_of(session, row), AKIMAT, made_at=now)["parts"][1]["decisions"]
    texts = [line["text"] for line in one["items"][0]["lines"]]
    assert "4: Член 2, Член 3, Член 4, Член 5" in texts
    assert "Член 1" in texts  # voted, and does not count
    assert item.votes_for == 4


def test_a_correction_names_the_protocol_it_corrects(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now, Phase.SUBMISSION)
    reviewed(session, cycle, "Аула", now=now)
    row = held(session, cycle, council.members_of(session, cycle, now=now), now=now)
    facts = protocols.facts_of(session, row)
    first = protocols.keep(
        session, council.COORDINATOR, facts, document.pdf(facts, AKIMAT, made_at=now), now=now
    )
    again = protocols.facts_of(
        session,
        row,
        corrects=first,
        correction_kk="Ұйым атауы түзетілді.",
        correction_ru="Исправлено название.",
    )
    said = made(again, now)
    assert "№ 2" in said
    assert "Ұйым атауы түзетілді." in said
    assert "Исправлено название." in said
    parts = document.data_of(again, AKIMAT, made_at=now)["parts"]
    assert all("№ 1" in part["correction"]["which"] or "№ 1" in part["correction"]["which"] for part in parts)


def test_criteria_that_are_not_met_are_named(session: Session, now: datetime) -> None:
    cycle = make_cycle(session, now, Phase.SUBMISSION)
    [project] = submitted(session, cycle, "Аула", now=now)
    answers = {**council.MEETS, Criterion.COST: Answer.CORRECTABLE}
    council.review(session, cycle, project, answers=answers, now=now)
    row = held_with_reasons(session, cycle, now=now)
    part = document.data_of(protocols.facts_of(session, row), AKIMAT, made_at=now)["parts"][0]
    [item] = part["decisions"]["items"]
    assert any(line["text"].count(";") == 1 and line["text"].count(",") >= 4 for line in item["lines"])


def held_with_reasons(session: Session, cycle: Cycle, *, now: datetime) -> CouncilSession:
    row = council.plan_session(session, cycle, now=now)
    agenda.fill(session, council.COORDINATOR, row.public_id, now=now)
    for item in agenda.items_of(session, row):
        item.reason_kk, item.reason_ru = "Себебі", "Причина"
    session.flush()
    return council.hold(session, row, council.members_of(session, cycle, now=now), now=now, publish=False)


# --- the second session ---------------------------------------------------------------------------------------


def test_the_second_protocol_has_the_rules_the_log_the_sums_the_ranking_and_departures(
    session: Session, now: datetime, tmp_path: Path
) -> None:
    later = now + AFTER
    cycle = counted_vote(session, make_keyring(tmp_path), now, 5, 3, 2, 1).cycle
    nine = council.members_of(session, cycle, now=later)
    row = council.plan_session(session, cycle, SessionKind.DECISION, now=later)
    agenda.fill(session, council.COORDINATOR, row.public_id, now=later)
    dropped = agenda.items_of(session, row)[2]
    agenda.change_word(
        session, council.COORDINATOR, dropped.public_id,
        council.motions.Word(wins=False, reason_kk="Жер дауы", reason_ru="Спор о земле"),
        revision=row.revision, now=later,
    )  # fmt: skip
    council.hold(session, row, nine, now=later)
    facts = protocols.facts_of(session, row)
    said = made(facts, later)
    assert facts.count is not None
    assert facts.count.head is not None
    squeezed = said.replace(" ", "")
    assert cycle.frozen_hash is not None
    assert squeezed.count(cycle.frozen_hash) == 2
    assert squeezed.count(facts.count.head.root) == 2
    assert "Жер дауы" in said
    assert "Спор о земле" in said
    part = document.data_of(facts, AKIMAT, made_at=later)["parts"][1]
    [table] = part["count"]["ranking"]["tables"]
    assert [line["votes"] for line in table["rows"]] == ["5", "3", "2", "1"]
    assert [line["departs"] for line in table["rows"]] == [False, False, True, False]
    assert any("11" in line for line in part["count"]["sums"]["lines"])
    order = next(line for item in part["decisions"]["items"] for line in item["lines"] if "list" in line)
    assert [one["title"] for one in order["list"]] == ["Двор 1", "Двор 2"]
    assert "1. № 1. Двор 1 2. № 2. Двор 2" in said


def test_three_hundred_items_fill_one_document(session: Session, now: datetime) -> None:
    """How long it takes is measured by `make bench`."""
    cycle = make_cycle(session, now, Phase.SUBMISSION)
    reviewed(session, cycle, "Есенберлин 38: балалар алаңы мен жарық", now=now, size=9)
    row = held(session, cycle, council.members_of(session, cycle, now=now), now=now)
    facts = protocols.facts_of(session, row)
    many = document.data_of(facts, AKIMAT, made_at=now)
    for part in many["parts"]:
        part["decisions"]["items"] *= 300
        part["agenda"]["lines"] *= 300
    content = documents.accessible_pdf("protocol", many, made_at=now)
    assert len(reader(content).pages) > 30
