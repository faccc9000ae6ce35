"""The council's queue and one project on one page; an undecided review is seen by nobody else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from budget import projects, screening
from budget.permissions import VISITOR, Actor
from models.cycle import Cycle, Envelope
from models.database import Database
from models.enums import Language, Phase, ProjectState, Role, ScreeningOutcome
from models.project import Project, Screening
from tests.harness.client import PageClient
from tests.harness.projects import make_area, make_cycle, make_member, make_resident, proposal, sign_in

Sit = Callable[..., tuple[Cycle, list[Project]]]
ADMIT = {"meets_competence": "yes", "meets_regulation": "yes", "outcome": "admitted"}
REJECT = {
    "meets_competence": "no",
    "meets_regulation": "yes",
    "outcome": "rejected",
    "reason": "Бұл жер жеке меншікте.",
}


@pytest.fixture
def member(app_database: Database) -> Actor:
    with app_database.writing() as session:
        return make_member(session)


@pytest.fixture
def sit(app_database: Database, member: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sign the member in, with a cycle and some submitted projects."""

    def made(
        count: int = 3, changes: dict[str, Any] | None = None, **settings: Any
    ) -> tuple[Cycle, list[Project]]:
        with app_database.writing() as session:
            cycle = make_cycle(session, now, **settings)
            rows = [
                projects.submit(
                    session, make_resident(session), cycle, proposal(**changes or {}), None, now=now
                )
                for _ in range(count)
            ]
        sign_in(monkeypatch, member)
        return cycle, rows

    return made


def decided(database: Database, project: Project, outcome: ScreeningOutcome, now: datetime) -> None:
    with database.writing() as session:
        is_in = outcome is ScreeningOutcome.ADMITTED
        said = screening.Conclusion(outcome, True, is_in, Language.RU, "" if is_in else "Чужая земля.")
        screening.decide(session, make_member(session), session.get_one(Project, project.id), said, now=now)


def state_of(database: Database, project: Project) -> ProjectState:
    with database.reading() as session:
        return session.get_one(Project, project.id).state


def path_of(project: Project, lang: str = "en") -> str:
    return f"/{lang}/council/projects/{project.public_id}"


# --- the queue --------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_queue_shows_what_is_left_and_leads_to_the_first(client: PageClient, sit: Sit, lang: str) -> None:
    _, rows = sit()
    page = client.get(f"/{lang}/council")
    assert [path_of(row, lang) in page.links for row in rows] == [True] * 3
    gold = page.find_all("a", class_="govuk-button")
    assert [e.get("href") for e in gold] == [path_of(rows[0], lang)]


def test_the_queue_says_how_far_the_council_is(
    client: PageClient, sit: Sit, app_database: Database, now: datetime
) -> None:
    _, rows = sit(5)
    for row, outcome in zip(rows, ScreeningOutcome, strict=False):
        decided(app_database, row, outcome, now)
    page = client.get("/en/council")
    assert "2 of 5 projects decided." in page.visible
    assert "until 16\u00a0March 2027, 14:00, Astana time" in page.visible
    assert "To decide (2)" in page.visible
    assert "With the authors (1)" in page.visible
    assert "Decided (2)" in page.visible


@pytest.mark.parametrize(
    ("show", "numbers"), [("waiting", [4, 5]), ("returned", [2]), ("decided", [1, 3]), ("?", [4, 5])]
)
def test_the_queue_is_narrowed_by_the_address(
    client: PageClient, sit: Sit, app_database: Database, now: datetime, show: str, numbers: list[int]
) -> None:
    _, rows = sit(5)
    for row, outcome in zip(rows, ScreeningOutcome, strict=False):
        decided(app_database, row, outcome, now)
    page = client.get(f"/en/council?show={show}&page=7")
    listed = [
        row.number for row in rows if page.find("table").find(f".//a[@href='{path_of(row)}']") is not None
    ]
    assert listed == numbers


def test_the_queue_is_narrowed_to_an_area_and_says_when_nothing_is_there(
    client: PageClient, sit: Sit, app_database: Database
) -> None:
    _, rows = sit()
    with app_database.writing() as session:
        make_area(session, "agrogorodok")
    page = client.get("/en/council")
    empty = client.submit(page, {"area": "agrogorodok"})
    assert "Nothing here in this residential area." in empty.visible
    assert path_of(rows[0]) in client.submit(empty, {"area": "koktal-1"}).links


def test_an_empty_queue_says_so(client: PageClient, sit: Sit) -> None:
    sit(0)
    assert "Nothing waits for a decision." in client.get("/en/council").visible
    for show in ("returned", "decided"):
        client.get(f"/en/council?show={show}")


def test_when_no_cycle_is_screened_the_queue_says_so(client: PageClient, sit: Sit) -> None:
    sit(0, phase=Phase.ANNOUNCEMENT)
    assert "No projects are screened now." in client.get("/en/council").visible


def test_a_long_queue_has_pages(client: PageClient, sit: Sit) -> None:
    cycle, rows = sit(screening.PER_PAGE + 1)
    second = client.get(f"/en/council?cycle={cycle.slug}&page=2")
    assert path_of(rows[-1]) in second.links
    assert path_of(rows[1]) not in second.links


def test_several_cycles_have_a_queue_each(client: PageClient, sit: Sit) -> None:
    old, old_rows = sit(1)
    _, new_rows = sit(1)
    page = client.get("/en/council")
    assert path_of(new_rows[0]) in page.links
    assert f"/en/council?cycle={old.slug}" in page.links
    assert path_of(old_rows[0]) in client.get(f"/en/council?cycle={old.slug}").links


# --- one project ------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_everything_about_a_project_stands_on_one_page(client: PageClient, sit: Sit, lang: str) -> None:
    _, rows = sit()
    page = client.get(path_of(rows[0], lang))
    assert page.h1 == proposal().title
    for words in (
        proposal().description,
        "Есенберлин к-сі, 7/1",
        "14\u00a0850\u00a0000\u00a0₸",
        "20\u00a0000\u00a0000\u00a0₸",
    ):
        assert words in page.visible
    assert page.find("input", name="cost_tenge").get("value") == "14\u00a0850\u00a0000"


def test_a_project_is_admitted_and_the_next_is_one_click_away(
    client: PageClient, sit: Sit, app_database: Database, member: Actor
) -> None:
    _, rows = sit()
    done = client.submit(
        client.get(path_of(rows[0])), {**ADMIT, "cost_tenge": "9 300 000"}, follow_redirects=True
    )
    assert done.request.path == path_of(rows[0])
    assert "The decision is recorded: project 1." in done.visible
    assert "Admitted to the vote" in done.visible
    assert done.find("a", class_="govuk-button").get("href") == path_of(rows[1])
    assert done.find_all("input", name="outcome") == []
    with app_database.reading() as session:
        row = session.exec(select(Screening)).one()
        assert (row.staff_id, row.outcome, row.language) == (
            member.id,
            ScreeningOutcome.ADMITTED,
            Language.EN,
        )
        assert session.get_one(Project, rows[0].id).cost_tenge == 9_300_000


def test_after_the_last_one_the_page_says_that_nothing_waits(client: PageClient, sit: Sit) -> None:
    _, rows = sit(1)
    done = client.submit(client.get(path_of(rows[0])), ADMIT, follow_redirects=True)
    assert "Nothing more waits for a decision." in done.visible


def test_a_rejection_carries_its_reason_in_its_language(
    client: PageClient, sit: Sit, app_database: Database
) -> None:
    _, rows = sit(1)
    done = client.submit(client.get(path_of(rows[0], "kk")), REJECT, follow_redirects=True)
    assert REJECT["reason"] in done.visible
    assert state_of(app_database, rows[0]) is ProjectState.REJECTED
    with app_database.reading() as session:
        assert session.exec(select(Screening.language)).one() is Language.KK


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"meets_competence": None}, "meets_competence", "Answer whether it is within the competence."),
        ({"meets_regulation": None}, "meets_regulation", "Answer whether it conforms to the Regulation."),
        ({"outcome": None}, "outcome", "Choose a decision."),
        ({"outcome": "rejected", "reason": "Себебі бар."}, "outcome", "can't be rejected"),
        ({"meets_competence": "no"}, "outcome", "can't be admitted"),
        ({"outcome": "returned", "reason": ""}, "reason", "Write what the author must correct."),
        ({"outcome": "returned", "reason": "  \n "}, "reason", "Write what the author must correct."),
        ({"outcome": "rejected", "meets_regulation": "no", "reason": ""}, "reason", "reason"),
        ({"reason": "ж" * 2001}, "reason", "Shorten the text to 2000 characters."),
        ({"cost_tenge": "0"}, "cost_tenge", "The cost must be more than zero."),
        ({"cost_tenge": "20000001"}, "cost_tenge", "at most"),
        ({"cost_tenge": "1,5"}, "cost_tenge", "Write whole tenge"),
    ],
)
def test_a_wrong_decision_is_told_beside_its_field_and_kept(
    client: PageClient, sit: Sit, app_database: Database, changes: dict[str, Any], field: str, message: str
) -> None:
    _, rows = sit(1)
    typed = {**ADMIT, "reason": "Жақсы жоба.", **changes}
    refused = client.submit(client.get(path_of(rows[0])), typed, status=422)
    assert list(refused.errors) == [field]
    assert message in refused.errors[field]
    kept = "".join(refused.find("textarea", name="reason").itertext())
    assert kept.strip() == typed["reason"].strip()
    assert state_of(app_database, rows[0]) is ProjectState.SUBMITTED
    with app_database.reading() as session:
        assert session.exec(select(Screening)).all() == []


def test_without_a_cost_the_estimate_is_admitted(
    client: PageClient, sit: Sit, app_database: Database
) -> None:
    _, rows = sit(1)
    client.submit(client.get(path_of(rows[0])), {**ADMIT, "cost_tenge": ""})
    with app_database.reading() as session:
        assert session.get_one(Project, rows[0].id).cost_tenge == 14_850_000


def test_the_envelope_is_the_authors_unless_the_council_changes_it(
    client: PageClient, sit: Sit, app_database: Database
) -> None:
    cycle, _ = sit(0, envelopes=2)
    with app_database.writing() as session:
        first, second = session.exec(select(Envelope).where(Envelope.cycle_id == cycle.id)).all()
        row = session.get_one(Cycle, cycle.id)
        project = projects.submit(
            session, make_resident(session), row, proposal(envelope=first.public_id), None, now=row.created_at + timedelta(days=12)
        )  # fmt: skip
    page = client.get(path_of(project))
    chosen = [e.get("value") for e in page.find_all("input", name="envelope") if e.get("checked") is not None]
    assert chosen == [first.public_id]
    client.submit(page, {**ADMIT, "envelope": second.public_id})
    with app_database.reading() as session:
        assert session.get_one(Project, project.id).envelope_id == second.id


def test_whoever_decides_second_is_told_politely_and_keeps_the_text(
    client: PageClient, sit: Sit, app_database: Database, now: datetime
) -> None:
    _, rows = sit(1)
    page = client.get(path_of(rows[0]))
    decided(app_database, rows[0], ScreeningOutcome.ADMITTED, now)
    refused = client.submit(page, REJECT, status=422)
    assert "This can't be done any more." in refused.errors[""]
    assert REJECT["reason"] in "".join(refused.find("textarea", name="reason").itertext())
    assert state_of(app_database, rows[0]) is ProjectState.ADMITTED


def test_a_corrected_project_comes_back_with_what_was_said_before(
    client: PageClient, sit: Sit, app_database: Database, now: datetime
) -> None:
    _, rows = sit(1)
    decided(app_database, rows[0], ScreeningOutcome.RETURNED, now)
    assert client.get(path_of(rows[0])).find_all("input", name="outcome") == []
    with app_database.writing() as session:
        author = Actor(Role.RESIDENT, rows[0].author_id)
        projects.correct(session, author, rows[0].public_id, proposal(title="Жөнделген"), None, now=now)
    page = client.get(path_of(rows[0]))
    assert page.h1 == "Жөнделген"
    assert "Чужая земля." in page.visible
    assert len(page.find_all("input", name="outcome")) == 3


def test_after_screening_a_project_can_be_read_and_not_decided(
    client: PageClient, sit: Sit, app_database: Database, clock: Any
) -> None:
    _, rows = sit(1)
    page = client.get(path_of(rows[0]))
    clock.instant += timedelta(days=15)
    assert client.get(path_of(rows[0])).find_all("input", name="outcome") == []
    refused = client.submit(page, ADMIT, status=422)
    assert "The time to review projects is over." in refused.errors[""]
    assert state_of(app_database, rows[0]) is ProjectState.SUBMITTED


def test_a_withdrawn_project_keeps_its_text_to_itself(
    client: PageClient, sit: Sit, app_database: Database, now: datetime
) -> None:
    _, rows = sit(1)
    with app_database.writing() as session:
        projects.withdraw(session, Actor(Role.RESIDENT, rows[0].author_id), rows[0].public_id, now=now)
    page = client.get(path_of(rows[0]))
    assert proposal().description not in page.visible
    assert page.find_all("input", name="outcome") == []


def test_only_the_council_reads_the_queue(
    client: PageClient, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, rows = sit(1)
    for path in ("/kk/council", path_of(rows[0], "kk")):
        sign_in(monkeypatch, VISITOR)
        assert "/kk/staff/sign-in?next=" in client.get(path, status=303).location
        for role in (Role.RESIDENT, Role.COORDINATOR):
            sign_in(monkeypatch, Actor(role, 1))
            client.get(path, status=403)


def test_unknown_projects_are_not_found(client: PageClient, sit: Sit, app_database: Database) -> None:
    cycle, rows = sit(1)
    client.get("/en/council/projects/nosuchproj", status=404)
    with app_database.writing() as session:
        session.get_one(Cycle, cycle.id).published_at = None
    client.get(path_of(rows[0]), status=404)


def test_nothing_of_an_undecided_review_is_visible_outside(
    client: PageClient, sit: Sit, app_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle, rows = sit(1)
    refused = client.submit(client.get(path_of(rows[0])), {**REJECT, "outcome": None}, status=422)
    assert REJECT["reason"] in "".join(refused.find("textarea", name="reason").itertext())
    for who in (VISITOR, Actor(Role.RESIDENT, rows[0].author_id)):
        sign_in(monkeypatch, who)
        paths = [f"/en/projects/{rows[0].public_id}", f"/en/cycles/{cycle.slug}/projects"]
        for path in (*paths, *(["/en/my"] if who.role is Role.RESIDENT else [])):
            assert REJECT["reason"] not in client.get(path).visible
