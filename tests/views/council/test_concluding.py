"""A member's conclusion: kept, told what it lacks, never led by the others', never about an unread text."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from budget import projects
from budget.council import criteria, returns, reviews
from budget.council.criteria import Clause
from budget.permissions import VISITOR
from models.cycle import Cycle
from models.enums import Answer, Criterion, Language, ProjectPart, Role
from models.project import Project
from tests.harness import council
from tests.harness.client import PageClient
from tests.harness.council import COORDINATOR
from tests.harness.member_pages import (
    FULL,
    MEETS,
    NOTES,
    REMARK,
    Sitting,
    chosen,
    kept,
    no_room,
    others_conclude,
    own_review,
    path_of,
)
from tests.harness.pages import PageResponse
from tests.harness.projects import proposal, sign_in
from views.council import project as view

Sit = Callable[..., Sitting]
FORM = {"form": "#conclusion-form"}


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
    review, said = own_review(world)
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
    assert own_review(world)[0].admitted_tenge == 14_850_000


def test_a_conclusion_may_be_written_anew_until_the_vote(client: PageClient, sit: Sit) -> None:
    world = sit()
    client.submit(client.get(path_of(world.projects[0])), FULL, **FORM)
    page = client.get(f"{path_of(world.projects[0])}?change=1")
    assert chosen(page, "land") == ["fails"]
    assert (kept(page, "land_remark"), kept(page, "notes")) == (REMARK, NOTES)
    client.submit(page, {"land": "meets"}, **FORM, status=303)
    assert own_review(world)[1][Criterion.LAND] == reviews.Said(Answer.MEETS)


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
    assert own_review(world)[0].concluded_at is None


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

    with monkeypatch.context() as patch:
        patch.setattr(reviews, "conclude", no_room)
        refused = client.submit(page, FULL, **FORM, status=503)
    assert refused.find("input", name="notes").get("value") == NOTES
    client.submit(refused, status=303)
    assert own_review(world)[0].notes == NOTES


# --- the form as it begins, drawn once for all projects ---------------------------------------------------


def drawn(page: PageResponse) -> str:
    """The form, without its token and the projects it names."""
    [form] = re.findall(r'<form[^>]*id="conclusion-form".*?</form>', page.text, re.DOTALL)
    return re.sub(r'value="[^"]{40,}"|[0-9a-z]{10}(?=")|(?<=">)[^<>]*\d+[^<>]*(?=</a>)', "*", form)


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_form_kept_for_all_projects_is_the_one_that_would_be_drawn_for_each(
    client: PageClient, sit: Sit, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sit()
    first, second = (drawn(client.get(path_of(project, lang))) for project in world.projects[:2])
    with monkeypatch.context() as patch:
        patch.setattr(view, "first_form", view.conclusion_form)
        assert first == second == drawn(client.get(path_of(world.projects[0], lang)))


def test_what_somebody_typed_is_in_nobody_elses_form(client: PageClient, sit: Sit) -> None:
    world = sit()
    clean = drawn(client.get(path_of(world.projects[0])))
    client.submit(client.get(path_of(world.projects[0])), {**FULL, "cost_reason": ""}, **FORM, status=422)
    assert drawn(client.get(path_of(world.projects[0]))) == clean


def test_a_changed_regulation_is_in_the_form_at_once(client: PageClient, sit: Sit) -> None:
    world = sit(count=1)
    page = client.get(path_of(world.projects[0]))
    assert page.find_all("input", name="land")
    asked = [Clause(Criterion.COMPETENCE, "14.7"), Clause(Criterion.CONFORMITY)]
    with world.database.writing() as session:
        criteria.set_criteria(session, COORDINATOR, world.cycle.slug, asked, now=world.now)
    page = client.get(path_of(world.projects[0]))
    assert "Clause 14.7 of the Regulation." in page.visible
    assert not page.find_all("input", name="land")
    client.submit(page, {"competence": "meets", "conformity": "meets"}, **FORM, status=303)


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
    assert own_review(world)[0].concluded_at is None
    client.submit(refused, **FORM, status=303)
    assert own_review(world)[0].version == 2


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
