"""One project on one page: everything about it, the member's conclusion under it, and nothing that could lead it."""

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from budget import projects
from budget.council import appeals, criteria, members, mergers, returns, reviews
from budget.council.criteria import Body, Clause
from budget.permissions import VISITOR
from budget.settings import Text
from models.cycle import Cycle
from models.database import Database
from models.enums import Answer, ConflictKind, Criterion, Language, ProjectPart, ProjectState, Role
from models.project import Project
from models.screening import Review
from tests.harness import council
from tests.harness.client import PageClient
from tests.harness.council import COORDINATOR
from tests.harness.council_pages import Sitting
from tests.harness.pages import PageResponse, text_of
from tests.harness.projects import proposal, sign_in
from tests.harness.queries import counted

Sit = Callable[..., Sitting]
MEETS = {str(criterion): "meets" for criterion in Criterion}
NOTES = "Көршілер қарсы деп естідім."
REMARK = "Жер жеке меншікте."
FULL = {
    **MEETS,
    "land": "fails",
    "land_remark": REMARK,
    "admitted_tenge": "9 300 000",
    "cost_reason": "Шамдар арзанырақ.",
    "notes": NOTES,
}
FORM = {"form": "#conclusion-form"}


def path_of(project: Project, lang: str = "en") -> str:
    return f"/{lang}/council/projects/{project.public_id}"


def mine(world: Sitting, index: int = 0) -> tuple[Review, dict[Criterion, reviews.Said]]:
    """The member's review of a project, with its answers."""
    with world.database.reading() as session:
        found = reviews.of_member(session, session.get_one(Project, world.projects[index].id), world.me.row)
        assert found is not None
        return found, reviews.answers_of(session, [found.id or 0]).get(found.id or 0, {})


def kept(page: PageResponse, name: str) -> str:
    return "".join(page.find("textarea", name=name).itertext()).strip()


def chosen(page: PageResponse, name: str) -> list[str]:
    return [e.get("value", "") for e in page.find_all("input", name=name) if e.get("checked") is not None]


def others_conclude(world: Sitting, *who: int, notes: str = "Басқаның ескертпесі") -> None:
    with world.database.writing() as session:
        for index in who:
            said = council.conclusion(notes=notes)
            reviews.conclude(
                session, world.others[index].actor, world.projects[0].public_id, said, now=world.now
            )


# --- reading ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_everything_about_a_project_stands_on_one_page(client: PageClient, sit: Sit, lang: str) -> None:
    world = sit()
    page = client.get(path_of(world.projects[0], lang))
    assert page.h1 == proposal().title
    for words in (
        proposal().description,
        "Есенберлин к-сі, 7/1",
        "14\u00a0850\u00a0000\u00a0₸",
        "20\u00a0000\u00a0000\u00a0₸",
    ):
        assert words in page.visible
    assert page.find("input", name="admitted_tenge").get("value") == "14\u00a0850\u00a0000"
    for criterion in Criterion:
        assert len(page.find_all("input", name=str(criterion))) == 3
    assert page.find("p", class_="pb-actions").find("a").get("href") == path_of(world.projects[1], lang)


def test_a_criterion_has_its_clause_and_the_help_of_the_cycle_before_ours(
    client: PageClient, sit: Sit
) -> None:
    world = sit()
    ours = client.get(path_of(world.projects[0]))
    assert "May the district akimat pay for this work" in ours.visible
    with world.database.writing() as session:
        own = [
            Clause(Criterion.COMPETENCE, "12.3", "Өз мәтініміз", "Свой текст", ""),
            Clause(Criterion.CONFORMITY, "14"),
        ]
        criteria.set_criteria(session, COORDINATOR, world.cycle.slug, own, now=world.now)
        bodies = [Body(Text("Жол", "Дорога", "Roads"), Text("iKOMEK", "iKOMEK", "iKOMEK"), "109")]
        criteria.set_bodies(session, COORDINATOR, bodies, now=world.now)
    page = client.get(path_of(world.projects[0]))
    assert "Clause 12.3 of the Regulation." in page.visible
    assert [text_of(e) for e in page.find_all("span", lang="kk") if "мәтін" in text_of(e)] == ["Өз мәтініміз"]
    assert "May the district akimat pay" not in page.visible
    assert "Does the project keep to the Regulation" in page.visible
    assert "Roads" in page.visible
    assert "109" in page.visible
    assert page.find_all("input", name="land") == []
    assert "Свой текст" in client.get(path_of(world.projects[0], "ru")).visible


def test_the_check_a_merger_and_the_deadline_are_told(client: PageClient, sit: Sit) -> None:
    world = sit()
    with world.database.writing() as session:
        mergers.propose(
            session, COORDINATOR, world.projects[0].public_id, world.projects[1].public_id,
            note_kk="Ұқсас.", note_ru="Похожи.", now=world.now,
        )  # fmt: skip
    page = client.get(path_of(world.projects[0]))
    assert "found complete on 1\u00a0March 2027" in page.visible
    assert "whether this project and project 2 become one" in page.visible
    third = client.get(path_of(world.projects[2]))
    assert "Your conclusion is awaited until 9\u00a0March 2027, 24:00, Astana time." in third.visible


def test_a_corrected_project_shows_what_was_asked_and_what_changed(client: PageClient, sit: Sit) -> None:
    world = sit()
    remarks = {ProjectPart.TITLE: "Атауын нақтылаңыз.", ProjectPart.ESTIMATE: "Қымбат."}
    first = world.projects[0]
    with world.database.writing() as session:
        said = council.conclusion({**council.MEETS, Criterion.COMPLETENESS: Answer.CORRECTABLE})
        reviews.conclude(session, world.me.actor, first.public_id, said, now=world.now)
        returns.send_back(
            session, world.me.actor, first.public_id, remarks, language=Language.KK, now=world.now
        )
    returned = client.get(path_of(first))
    assert "Returned for correction" in returned.visible
    assert "The author has until" in returned.visible
    assert returned.find_all("form", id="conclusion-form") == []
    with world.database.writing() as session:
        changed = proposal(title="Есенберлин 38: спорт алаңы", estimate_tenge=9_300_000)
        projects.correct(session, world.author(first), first.public_id, changed, None, now=world.now)
        row = session.get_one(Project, first.id)
        council.pass_check(session, world.cycle, row, now=world.now)
        reviews.assign(session, COORDINATOR, session.get_one(Cycle, world.cycle.id), now=world.now)
    page = client.get(path_of(first))
    assert "Атауын нақтылаңыз." in page.visible
    assert [text_of(e) for e in page.find_all("del")] == [
        "балалар",
        "мен жарық",
        "14\u00a0850\u00a0000\u00a0₸",
    ]
    assert [text_of(e) for e in page.find_all("ins")] == ["спорт", "9\u00a0300\u00a0000\u00a0₸"]
    assert "What you wrote about the text before" in page.visible
    assert chosen(page, "completeness") == []
    assert page.find("input", name="version").get("value") == "2"


def test_an_appeal_is_shown_in_the_authors_words(client: PageClient, sit: Sit) -> None:
    world = sit(reviewed=True)
    with world.database.writing() as session:
        row = world.held(session, {0: council.rejection(world.projects[0])})
        world.finish(session, row, publish=True)
        appeals.file(
            session, world.author(world.projects[0]), world.projects[0].public_id,
            text="Жер ортақ, құжаты бар.", language=Language.KK, wants_hearing=False, now=world.now,
        )  # fmt: skip
    page = client.get(path_of(world.projects[0], "kk"))
    assert "Жер ортақ, құжаты бар." in page.visible
    assert "№ 1: әкімдіктің құзыретіне кірмейді." in page.visible
    assert page.find_all("form", id="conclusion-form") == []


def test_a_withdrawn_project_keeps_its_text_to_itself(client: PageClient, sit: Sit) -> None:
    world = sit()
    with world.database.writing() as session:
        projects.withdraw(
            session, world.author(world.projects[0]), world.projects[0].public_id, now=world.now
        )
    page = client.get(path_of(world.projects[0]))
    assert proposal().description not in page.visible
    assert page.find_all("form", id="conclusion-form") == []


# --- concluding -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["kk", "ru"])
def test_a_conclusion_is_kept_and_the_next_project_is_one_click_away(
    client: PageClient, sit: Sit, lang: str
) -> None:
    world = sit()
    done = client.submit(client.get(path_of(world.projects[0], lang)), FULL, **FORM, follow_redirects=True)
    assert done.request.path == path_of(world.projects[0], lang)
    assert done.find("a", class_="govuk-button").get("href") == path_of(world.projects[1], lang)
    assert done.find_all("form", id="conclusion-form") == []
    review, said = mine(world)
    assert (review.concluded_at, review.language) == (world.now, Language(lang))
    assert (review.admitted_tenge, review.cost_reason, review.notes) == (
        9_300_000,
        "Шамдар арзанырақ.",
        NOTES,
    )
    assert said[Criterion.LAND] == reviews.Said(Answer.FAILS, REMARK)
    assert [one.answer for one in said.values()].count(Answer.MEETS) == 5


def test_without_a_change_the_estimate_is_what_one_would_admit(client: PageClient, sit: Sit) -> None:
    world = sit()
    client.submit(client.get(path_of(world.projects[0])), {**MEETS, "admitted_tenge": ""}, **FORM, status=303)
    assert mine(world)[0].admitted_tenge == 14_850_000


def test_a_conclusion_may_be_written_anew_until_the_vote(client: PageClient, sit: Sit) -> None:
    world = sit()
    client.submit(client.get(path_of(world.projects[0])), FULL, **FORM)
    page = client.get(f"{path_of(world.projects[0])}?change=1")
    assert chosen(page, "land") == ["fails"]
    assert (kept(page, "land_remark"), kept(page, "notes")) == (REMARK, NOTES)
    client.submit(page, {"land": "meets"}, **FORM, status=303)
    assert mine(world)[1][Criterion.LAND] == reviews.Said(Answer.MEETS)


def test_after_the_last_conclusion_the_page_says_that_nothing_is_left(client: PageClient, sit: Sit) -> None:
    world = sit(count=1)
    done = client.submit(client.get(path_of(world.projects[0])), MEETS, **FORM, follow_redirects=True)
    assert "Nothing of yours is left to review." in done.visible


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"competence": None}, "competence", "Answer this: within the competence of the akimat."),
        ({"cost": "correctable"}, "cost_remark", "Write what is wrong: the cost is within the cap."),
        ({"land_remark": " \n "}, "land_remark", "Write what is wrong"),
        ({"cost_reason": ""}, "cost_reason", "differs from the author's estimate"),
        ({"admitted_tenge": "0"}, "admitted_tenge", "The cost must be more than zero."),
        ({"admitted_tenge": "20000001"}, "admitted_tenge", "at most"),
        ({"admitted_tenge": "1,5"}, "admitted_tenge", "Write whole tenge"),
        ({"notes": "ж" * 2001}, "notes", "Shorten the text to 2000 characters."),
        ({"land_remark": "ж" * 2001}, "land_remark", "Shorten the text to 2000 characters."),
    ],
)
def test_what_is_missing_is_told_beside_its_field_and_everything_typed_is_kept(
    client: PageClient, sit: Sit, changes: dict[str, Any], field: str, message: str
) -> None:
    world = sit(count=1)
    typed = {**FULL, **changes}
    refused = client.submit(client.get(path_of(world.projects[0])), typed, **FORM, status=422)
    assert list(refused.errors) == [field]
    assert message in refused.errors[field]
    for name in ("land_remark", "cost_reason", "notes"):
        assert kept(refused, name) == typed[name].strip()
    for criterion in Criterion:
        assert chosen(refused, criterion) == [one for one in [typed[str(criterion)]] if one]
    assert refused.find("input", name="admitted_tenge").get("value") == typed["admitted_tenge"]
    assert mine(world)[0].concluded_at is None


def test_everything_that_is_missing_is_told_at_once(client: PageClient, sit: Sit) -> None:
    world = sit(count=1)
    nothing = client.submit(client.get(path_of(world.projects[0])), **FORM, status=422)
    assert list(nothing.errors) == [str(criterion) for criterion in Criterion]
    half = {**MEETS, "land": "fails", "cost": "correctable", "admitted_tenge": "1"}
    refused = client.submit(nothing, half, **FORM, status=422)
    assert set(refused.errors) == {"land_remark", "cost_remark", "cost_reason"}


def test_a_full_disk_keeps_the_form(client: PageClient, sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    world = sit(count=1)
    page = client.get(path_of(world.projects[0]))

    def full(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise OperationalError("INSERT", {}, error)

    with monkeypatch.context() as patch:
        patch.setattr(reviews, "conclude", full)
        refused = client.submit(page, FULL, **FORM, status=503)
    assert refused.find("input", name="notes").get("value") == NOTES
    client.submit(refused, status=303)
    assert mine(world)[0].notes == NOTES


# --- nobody leans on another ------------------------------------------------------------------------------


def test_the_others_conclusions_are_shown_after_ones_own(client: PageClient, sit: Sit) -> None:
    world = sit()
    others_conclude(world, 0)
    before = client.get(path_of(world.projects[0]))
    assert "Басқаның ескертпесі" not in before.text
    assert "Written so far: 1 of 3." in before.visible
    refused = client.submit(before, {**MEETS, "land": None}, **FORM, status=422)
    assert "Басқаның ескертпесі" not in refused.text
    after = client.submit(refused, MEETS, **FORM, follow_redirects=True)
    assert "Басқаның ескертпесі" in after.visible
    assert world.others[0].row.name_ru in after.visible
    assert world.others[1].row.name_ru not in after.visible


def test_who_has_none_to_write_reads_them_when_all_are_written(
    client: PageClient, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sit(size=4, reviewers_per_project=2)
    with world.database.reading() as session:
        assigned = {row.member_id for row in reviews.of_project(session, world.projects[0])}
    readers = [one for one in world.members if one.row.id in assigned]
    outsider = next(one for one in world.members if one.row.id not in assigned)
    sign_in(monkeypatch, outsider.actor)
    for number, reader in enumerate(readers):
        page = client.get(path_of(world.projects[0]))
        assert "Ішкі" not in page.text
        assert f"Conclusions written: {number} of 2." in page.visible
        assert page.find_all("form", id="conclusion-form") == []
        with world.database.writing() as session:
            said = council.conclusion(notes="Ішкі")
            reviews.conclude(session, reader.actor, world.projects[0].public_id, said, now=world.now)
    assert "Ішкі" in client.get(path_of(world.projects[0])).visible


def test_nothing_of_a_review_is_visible_outside(
    client: PageClient, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sit()
    client.submit(client.get(path_of(world.projects[0])), FULL, **FORM)
    for who in (VISITOR, world.author(world.projects[0])):
        sign_in(monkeypatch, who)
        own = ["/en/my"] if who.role is Role.RESIDENT else []
        paths = (
            f"/en/projects/{world.projects[0].public_id}",
            f"/en/cycles/{world.cycle.slug}/projects",
            *own,
        )
        for path in paths:
            page = client.get(path)
            assert NOTES not in page.text
            assert REMARK not in page.text
            assert "9\u00a0300\u00a0000" not in page.text


# --- who may not -----------------------------------------------------------------------------------------


def test_who_stands_aside_reads_but_gets_no_conclusions_and_no_form(client: PageClient, sit: Sit) -> None:
    world = sit()
    page = client.get(path_of(world.projects[0]))
    back = client.get(f"{path_of(world.projects[0])}/send-back")
    others_conclude(world, 0, 1)
    with world.database.writing() as session:
        said = council.conclusion()
        reviews.conclude(session, world.me.actor, world.projects[0].public_id, said, now=world.now)
        interest = {world.projects[0].public_id: ConflictKind.RELATIVE}
        members.declare(session, world.me.actor, world.cycle, interest, now=world.now)
    aside = client.get(f"{path_of(world.projects[0])}?change=1")
    assert "You stand aside: a relative's project." in aside.visible
    assert proposal().description in aside.visible
    assert "Басқаның ескертпесі" not in aside.text
    assert aside.find_all("form", id="conclusion-form") == []
    client.submit(page, FULL, **FORM, status=403)
    client.submit(page, **FORM, status=403)
    client.get(f"{path_of(world.projects[0])}/send-back", status=403)
    client.submit(back, {"whole": "Түзетіңіз."}, status=403)
    with world.database.reading() as session:
        assert session.get_one(Project, world.projects[0].id).state is ProjectState.SUBMITTED


def test_who_is_not_assigned_reads_only(
    client: PageClient, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sit()
    page = client.get(path_of(world.projects[0]))
    back = client.get(f"{path_of(world.projects[0])}/send-back")
    with world.database.writing() as session:
        late = council.make_account(session)
        who = council.appointment(late, 9)
        row = members.appoint(session, COORDINATOR, world.cycle.slug, who, now=world.now)
        row.declared_at = world.now
    sign_in(monkeypatch, late)
    shown = client.get(path_of(world.projects[0]))
    assert "not assigned to you" in shown.visible
    assert shown.find_all("form", id="conclusion-form") == []
    client.submit(page, FULL, **FORM, status=403)
    client.submit(page, **FORM, status=403)
    client.submit(back, {"whole": "Түзетіңіз."}, status=403)


def test_before_the_declaration_every_page_leads_there(client: PageClient, sit: Sit) -> None:
    world = sit(declared=False, assigned=False)
    for path in (path_of(world.projects[0]), f"{path_of(world.projects[0])}/send-back"):
        assert client.get(path, status=303).location == f"/en/council/{world.cycle.slug}/interests"


def test_a_foreign_council_and_unknown_projects_stay_closed(
    client: PageClient, sit: Sit, monkeypatch: pytest.MonkeyPatch, app_database: Database
) -> None:
    world = sit()
    with app_database.writing() as session:
        stranger = council.make_account(session)
    paths = (path_of(world.projects[0]), f"{path_of(world.projects[0])}/send-back")
    sign_in(monkeypatch, stranger)
    for path in paths:
        client.get(path, status=403)
    sign_in(monkeypatch, world.me.actor)
    for path in ("/en/council/projects/nosuchproj", "/en/council/projects/nosuchproj/send-back"):
        client.get(path, status=404)
    with app_database.writing() as session:
        session.get_one(Cycle, world.cycle.id).published_at = None
    for path in paths:
        client.get(path, status=404)


# --- what changed meanwhile --------------------------------------------------------------------------------


def test_a_text_sent_in_meanwhile_is_never_concluded_on_unread(client: PageClient, sit: Sit) -> None:
    world = sit(count=1)
    first = world.projects[0]
    page = client.get(path_of(first))
    with world.database.writing() as session:
        remarks = {ProjectPart.WHOLE: "Толықтырыңыз."}
        returns.send_back(
            session, world.others[0].actor, first.public_id, remarks, language=Language.KK, now=world.now
        )
        projects.correct(
            session, world.author(first), first.public_id, proposal(title="Жаңа"), None, now=world.now
        )
        council.pass_check(session, world.cycle, session.get_one(Project, first.id), now=world.now)
        reviews.assign(session, COORDINATOR, session.get_one(Cycle, world.cycle.id), now=world.now)
    refused = client.submit(page, FULL, **FORM, status=422)
    assert "Somebody else changed this meanwhile" in refused.errors[""]
    assert refused.h1 == "Жаңа"
    assert kept(refused, "notes") == NOTES
    assert mine(world)[0].concluded_at is None
    client.submit(refused, **FORM, status=303)
    assert mine(world)[0].version == 2


@pytest.mark.parametrize("version", ["", "x", "9" * 30, "0"])
def test_a_tampered_version_is_refused(client: PageClient, sit: Sit, version: str) -> None:
    world = sit(count=1)
    page = client.get(path_of(world.projects[0]))
    client.submit(page, FULL, **FORM, extra={"version": version}, status=422)


def test_what_is_put_to_the_vote_is_no_longer_concluded_on(client: PageClient, sit: Sit) -> None:
    world = sit(reviewed=True)
    page = client.get(f"{path_of(world.projects[0])}?change=1")
    with world.database.writing() as session:
        world.opened(session, 1)
    refused = client.submit(page, FULL, **FORM, status=422)
    assert "on the agenda of session 1" in refused.errors[""]
    assert kept(refused, "notes") == NOTES
    shown = client.get(f"{path_of(world.projects[0])}?change=1")
    assert "put to the vote in session 1" in shown.visible
    assert shown.find_all("form", id="conclusion-form") == []
    back = client.get(f"{path_of(world.projects[0])}/send-back", status=303)
    assert back.location == path_of(world.projects[0])


def test_after_screening_a_project_is_read_and_not_concluded_on(
    client: PageClient, sit: Sit, clock: Any
) -> None:
    world = sit()
    page = client.get(path_of(world.projects[0]))
    clock.instant = world.now + timedelta(days=20)
    refused = client.submit(page, FULL, **FORM, status=422)
    assert kept(refused, "notes") == NOTES
    assert client.get(path_of(world.projects[0])).find_all("form", id="conclusion-form") == []


# --- sending back -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_a_project_goes_back_to_its_author_with_remarks_by_part(
    client: PageClient, sit: Sit, lang: str
) -> None:
    world = sit()
    page = client.get(f"{path_of(world.projects[0], lang)}/send-back")
    typed = {"title": "Атауын нақтылаңыз.", "estimate": "Қымбат.\nҚайта есептеңіз."}
    client.submit(page, typed, status=303)
    with world.database.reading() as session:
        row = session.get_one(Project, world.projects[0].id)
        assert row.state is ProjectState.RETURNED
        [correction] = returns.corrections.of_project(session, row.id)
        remarks = returns.corrections.remarks_of(session, [correction.id or 0])[correction.id or 0]
    assert correction.language is Language(lang)
    assert remarks == {ProjectPart.TITLE: typed["title"], ProjectPart.ESTIMATE: typed["estimate"]}
    done = client.get(path_of(world.projects[0], lang))
    assert done.find("a", class_="govuk-button").get("href") == path_of(world.projects[1], lang)


def test_the_page_says_until_when_the_author_has_time_and_takes_over_ones_own_remarks(
    client: PageClient, sit: Sit
) -> None:
    world = sit()
    said = {**MEETS, "cost": "correctable", "cost_remark": "Қымбат.", "completeness": "correctable", "completeness_remark": "Сызба жоқ."}  # fmt: skip
    client.submit(client.get(path_of(world.projects[0])), said, **FORM)
    page = client.get(f"{path_of(world.projects[0])}/send-back")
    assert "The author gets 5 working days, until 9\u00a0March 2027, 24:00, Astana time" in page.visible
    assert (kept(page, "estimate"), kept(page, "whole"), kept(page, "title")) == ("Қымбат.", "Сызба жоқ.", "")
    assert "Now: 14\u00a0850\u00a0000\u00a0₸" in page.visible


def test_without_a_remark_nothing_goes_back(client: PageClient, sit: Sit) -> None:
    world = sit()
    page = client.get(f"{path_of(world.projects[0])}/send-back")
    refused = client.submit(page, {"photo": "  "}, status=422)
    assert list(refused.errors) == ["whole"]
    long = client.submit(page, {"photo": "ж" * 2001, "title": "Атауы"}, status=422)
    assert list(long.errors) == ["photo"]
    assert kept(long, "title") == "Атауы"


def test_who_sends_back_second_is_told_and_keeps_the_remarks(client: PageClient, sit: Sit) -> None:
    world = sit()
    page = client.get(f"{path_of(world.projects[0])}/send-back")
    with world.database.writing() as session:
        remarks = {ProjectPart.WHOLE: "Толықтырыңыз."}
        returns.send_back(
            session,
            world.others[0].actor,
            world.projects[0].public_id,
            remarks,
            language=Language.KK,
            now=world.now,
        )
    refused = client.submit(page, {"title": "Атауы"}, status=422)
    assert "This can't be done any more." in refused.errors[""]
    assert kept(refused, "title") == "Атауы"


# --- speed ---------------------------------------------------------------------------------------------------


def test_the_number_of_statements_is_the_same_whatever_happened(
    raw_client: FlaskClient, sit: Sit, app_database: Database, now: datetime
) -> None:
    found = set()
    for count in (3, 12):
        world = sit(count=count, size=3 if count == 3 else 9)
        others_conclude(world, *range(len(world.others)))
        path = path_of(world.projects[0], "kk")
        raw_client.get(path)
        with counted(app_database.engine) as statements:
            assert raw_client.get(path).status_code == 200
        found.add(len(statements))
    assert len(found) == 1, found
    assert max(found) <= 16, found


def test_the_reviews_of_another_project_are_nobodys_here(client: PageClient, sit: Sit) -> None:
    world = sit()
    others_conclude(world, 0)
    with world.database.reading() as session:
        assert len(session.exec(select(Review).where(Review.project_id == world.projects[1].id)).all()) == 3
    client.submit(client.get(path_of(world.projects[1])), MEETS, **FORM)
    assert "Басқаның ескертпесі" not in client.get(path_of(world.projects[1])).text
