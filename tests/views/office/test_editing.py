"""Creating a cycle and changing its settings: every fault beside its field, everything typed kept."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from budget import cycles
from budget.cycle_drafts import draft_of
from budget.permissions import SYSTEM
from budget.settings import EnvelopeDraft, Text
from models.cycle import Cycle
from models.database import Database
from models.enums import AllocationRule, Assurance, Direction, Phase
from tests.harness.client import PageClient
from tests.harness.cycles import LENGTH, add_project, add_resident, calendar_from, proposal
from tests.harness.office import typed, typed_cycle

NEW = "/en/office/cycles/new"
EDIT = "/en/office/cycles/2027/edit"
DAY = timedelta(days=1)


def stored(database: Database) -> list[Cycle]:
    with database.reading() as session:
        return list(session.exec(select(Cycle)).all())


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_an_empty_desk_says_what_to_do(desk: PageClient, language: str) -> None:
    page = desk.get(f"/{language}/office")
    assert [link for link in page.links if link.endswith("/office/cycles/new")]
    desk.get(f"/{language}/office/cycles/new")


def test_a_cycle_is_created_as_typed(desk: PageClient, app_database: Database, now: datetime) -> None:
    page = desk.get(NEW)
    typed_in = typed_cycle(
        now + DAY, minimum_votes="50", cost_cap_tenge="2 500 000", rule="stop", build_year="2028"
    )
    answer = desk.submit(page, typed_in, button="Create the draft", follow_redirects=True)
    assert answer.h1 == "The cycle of 2027"
    assert "stored as a draft" in answer.visible
    with app_database.reading() as session:
        draft = draft_of(session, cycles.by_slug(session, "2027"))
    assert draft.windows == calendar_from(now + DAY)
    assert (draft.minimum_votes, draft.cost_cap_tenge, draft.build_year) == (50, 2_500_000, 2028)
    assert (draft.rule, draft.votes_per_resident, draft.minimum_age) == (AllocationRule.STOP, 1, 18)
    assert (draft.directions, draft.methods) == (tuple(Direction), (Assurance.SMS, Assurance.DESK))
    assert [envelope.total_tenge for envelope in draft.envelopes] == [10_000_000]


def test_the_address_is_proposed_from_the_year_and_may_be_left_empty(
    desk: PageClient, app_database: Database, now: datetime
) -> None:
    page = desk.get(NEW)
    assert page.find("input", id="slug").get("value") == "2027"
    desk.submit(page, typed_cycle(now + DAY, slug=""), button="Create the draft")
    assert [cycle.slug for cycle in stored(app_database)] == ["2027"]
    assert desk.get(NEW).find("input", id="slug").get("value") == "2028"


SHAPES: list[tuple[dict[str, Any], str, str]] = [
    ({"title_kk": ""}, "title_kk", "Write the name in Kazakh."),
    ({"title_ru": " "}, "title_ru", "Write the name in Russian."),
    ({"title_en": "x" * 121}, "title_en", "Shorten this to 120 characters."),
    ({"year": ""}, "year", "Write the year."),
    ({"year": "MMXXVII"}, "year", "Write a whole number in digits."),
    ({"year": "9" * 30}, "year", "This number is too large."),
    ({"allotted_tenge": ""}, "allotted_tenge", "Write the allotted sum."),
    ({"allotted_tenge": "much"}, "allotted_tenge", "Write the sum in digits"),
    ({"directions": None}, "directions", "Choose at least one direction."),
    ({"methods": None}, "methods", "Choose at least one way to sign in."),
    ({"minimum_age": ""}, "minimum_age", "Write the minimum age."),
    ({"announcement_starts_at": ""}, "announcement_starts_at", "Announcement: write when it begins."),
    ({"voting_ends_at": ""}, "voting_ends_at", "Voting: write when it ends."),
    ({"voting_ends_at": "31.02.2027 18:00"}, "voting_ends_at", "that exist"),
]
RULES: list[tuple[dict[str, Any], str, str]] = [
    ({"slug": "Кезең"}, "slug", "small Latin letters"),
    ({"slug": "new"}, "slug", "small Latin letters"),
    ({"year": "1999"}, "year", "from 2019 to 2100"),
    ({"allotted_tenge": "0"}, "allotted_tenge", "from 1\u00a0₸"),
    ({"allotted_tenge": "-5"}, "allotted_tenge", "from 1\u00a0₸"),
    ({"cost_cap_tenge": "0"}, "cost_cap_tenge", "from 1\u00a0₸"),
    ({"cost_cap_tenge": "10 000 001"}, "cost_cap_tenge", "to 10\u00a0000\u00a0000\u00a0₸"),
    ({"projects_per_author": "0"}, "projects_per_author", "from 1 to 20"),
    ({"minimum_age": "101"}, "minimum_age", "from 0 to 100"),
    ({"minimum_votes": "-1"}, "minimum_votes", "from 0 to"),
    ({"build_year": "2026"}, "build_year", "from 2027 to 2037"),
    ({"envelopes-0-total_tenge": "9 999 999"}, "envelopes-0-total_tenge", "9\u00a0999\u00a0999\u00a0₸"),
    ({"envelopes-0-name_kk": "Аула"}, "envelopes-0-total_tenge", "Write the sum of this envelope."),
]


@pytest.mark.parametrize(("changes", "field", "text"), SHAPES + RULES)
def test_each_fault_stands_beside_its_field_and_nothing_is_stored(
    desk: PageClient, app_database: Database, now: datetime, changes: dict[str, Any], field: str, text: str
) -> None:
    page = desk.get(NEW)
    answer = desk.submit(page, typed_cycle(now + DAY, **changes), button="Create the draft", status=422)
    assert set(answer.errors) == {field}, answer.errors
    assert text in answer.errors[field]
    assert stored(app_database) == []
    assert (
        answer.find("input", id="title_kk").get("value")
        == changes.get("title_kk", "2027 жылғы кезең").strip()
    )
    assert answer.find("input", id="decision_ends_at").get("value") == typed(now + DAY + 5 * LENGTH)


def test_what_the_form_does_not_offer_is_refused(
    desk: PageClient, app_database: Database, now: datetime
) -> None:
    forged = {"rule": "random", "votes_per_resident": "4", "methods": "eds", "directions": "bridges"}
    answer = desk.submit(
        desk.get(NEW), typed_cycle(now + DAY), extra=forged, button="Create the draft", status=422
    )
    assert set(answer.errors) == {"rule", "votes_per_resident", "methods", "directions"}
    assert stored(app_database) == []


def test_all_faults_are_told_at_once(desk: PageClient, now: datetime) -> None:
    wrong = {"slug": "!", "minimum_age": "900", "voting_ends_at": typed(now - LENGTH), "build_year": "1"}
    answer = desk.submit(
        desk.get(NEW), typed_cycle(now + DAY, **wrong), button="Create the draft", status=422
    )
    assert {"slug", "minimum_age", "voting_ends_at", "build_year"} <= set(answer.errors)


FIRST_AND_SECOND_ROUND: list[tuple[dict[str, str], set[str]]] = [
    ({"title_ru": "", "minimum_age": "900", "slug": "!"}, {"title_ru", "minimum_age", "slug"}),
    ({"year": "", "minimum_votes": "-1", "cost_cap_tenge": "0"}, {"year", "minimum_votes", "cost_cap_tenge"}),
    ({"allotted_tenge": "", "cost_cap_tenge": "-3"}, {"allotted_tenge", "cost_cap_tenge"}),
    ({"minimum_age": "", "envelopes-0-total_tenge": "5"}, {"minimum_age", "envelopes-0-total_tenge"}),
    ({"year": "?", "voting_ends_at": "2027-01-01T09:00"}, {"year", "voting_ends_at"}),
    ({"title_kk": "", "voting_ends_at": "", "decision_starts_at": "2027-01-01T09:00"}, {"title_kk", "voting_ends_at", "decision_starts_at"}),
    ({"voting_starts_at": "?", "voting_ends_at": "2027-01-01T09:00"}, {"voting_starts_at", "voting_ends_at"}),
    ({"projects_per_author": "", "slug": "taken"}, {"projects_per_author", "slug"}),
    ({"minimum_age": "900", "slug": "taken"}, {"minimum_age", "slug"}),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "fields"), FIRST_AND_SECOND_ROUND)
def test_an_empty_field_hides_no_other_fault(
    desk: PageClient, app_database: Database, now: datetime, wrong: dict[str, str], fields: set[str]
) -> None:
    with app_database.writing() as session:
        add_resident(session, now=now)
        cycles.create(session, SYSTEM, proposal(now + DAY, slug="taken"), now=now)
    answer = desk.submit(
        desk.get(NEW), typed_cycle(now + DAY, **wrong), button="Create the draft", status=422
    )
    assert set(answer.errors) == fields, answer.errors
    for name, text in wrong.items():
        assert answer.find("input", id=name).get("value") == text


def test_what_is_not_known_yet_accuses_no_other_field(desk: PageClient, now: datetime) -> None:
    empty = {"year": "", "allotted_tenge": "", "slug": "", "announcement_ends_at": "", "voting_ends_at": ""}
    rest = {"build_year": "2028", "cost_cap_tenge": "5 000", "envelopes-0-total_tenge": "7 000"}
    answer = desk.submit(
        desk.get(NEW), typed_cycle(now + DAY, **empty, **rest), button="Create the draft", status=422
    )
    assert set(answer.errors) == set(empty) - {"slug"}, answer.errors


def test_a_form_with_nothing_in_it_tells_every_field_that_is_needed_once(
    desk: PageClient, now: datetime
) -> None:
    page = desk.get(NEW)
    values = {field.get("name"): "" for field in page.find_all("input", type="text")}
    answer = desk.submit(page, {**values, "directions": None, "methods": None}, status=422)
    assert {"title_kk", "title_ru", "title_en", "year", "allotted_tenge", "directions"} <= set(answer.errors)
    assert {"announcement_starts_at", "voting_ends_at", "methods", "minimum_age"} <= set(answer.errors)
    assert not {"slug", "build_year", "cost_cap_tenge", "archive_starts_at"} & set(answer.errors)


def test_an_envelope_in_use_is_told_together_with_the_rest(
    desk: PageClient, app_database: Database, now: datetime
) -> None:
    names = (Text("А", "А", "A"), Text("Б", "Б", "B"))
    with app_database.writing() as session:
        add_resident(session, now=now)
        two = tuple(EnvelopeDraft(name, 5_000_000) for name in names)
        cycle = cycles.create(session, SYSTEM, proposal(now + DAY, envelopes=two), now=now)
        add_project(session, cycle, envelope=1, now=now)
    gone = {f"envelopes-1-{name}": "" for name in ("name_kk", "name_ru", "name_en", "total_tenge")}
    answer = desk.submit(
        desk.get(EDIT),
        {**gone, "envelopes-0-total_tenge": "10 000 000", "minimum_age": "900", "title_en": ""},
        button="Save the settings",
        status=422,
    )
    assert set(answer.errors) == {"title_en", "minimum_age", "envelopes-0-total_tenge"}
    assert "has projects" in answer.errors["envelopes-0-total_tenge"]


def calendar_fault(desk: PageClient, now: datetime, **changes: datetime) -> dict[str, str]:
    values = typed_cycle(now + DAY, **{name: typed(moment) for name, moment in changes.items()})
    answer = desk.submit(desk.get(NEW), values, button="Create the draft", status=422)
    assert answer.find("input", id="voting_ends_at").get("value") == values["voting_ends_at"]
    return dict(answer.errors)


def test_a_phase_in_the_past_is_refused(desk: PageClient, app_database: Database, now: datetime) -> None:
    errors = calendar_fault(desk, now, announcement_starts_at=now - 2 * DAY, announcement_ends_at=now - DAY)
    assert list(errors) == ["announcement_ends_at"]
    assert "over already" in errors["announcement_ends_at"]
    assert stored(app_database) == []


def test_a_phase_that_ends_before_it_begins_is_refused(
    desk: PageClient, app_database: Database, now: datetime
) -> None:
    begins = now + DAY + 3 * LENGTH
    errors = calendar_fault(desk, now, voting_starts_at=begins, voting_ends_at=begins)
    assert "must end after it begins" in errors["voting_ends_at"]
    assert stored(app_database) == []


def test_phases_that_overlap_are_refused(desk: PageClient, app_database: Database, now: datetime) -> None:
    errors = calendar_fault(desk, now, screening_starts_at=now + DAY + LENGTH)
    assert list(errors) == ["screening_starts_at"]
    assert "“Expert Council” begins before “Applications” has ended" in errors["screening_starts_at"]
    assert stored(app_database) == []


def test_an_address_that_is_taken_is_refused_beside_its_field(
    desk: PageClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        cycles.create(session, SYSTEM, proposal(now + DAY), now=now)
    answer = desk.submit(desk.get(NEW), typed_cycle(now + DAY), button="Create the draft", status=422)
    assert list(answer.errors) == ["slug"]


# --- envelopes ------------------------------------------------------------------------------------------

NAMES = ("name_kk", "name_ru", "name_en")


def envelope(place: int, name: str, sum_tenge: str) -> dict[str, str]:
    return {
        **{f"envelopes-{place}-{one}": name for one in NAMES},
        f"envelopes-{place}-total_tenge": sum_tenge,
    }


def test_another_envelope_is_added_without_a_script_and_keeps_what_was_typed(
    desk: PageClient, app_database: Database, now: datetime
) -> None:
    values = typed_cycle(now + DAY, **envelope(0, "A", "4 000 000"))
    page = desk.submit(desk.get(NEW), values, button="Add another envelope", status=200)
    assert not page.errors
    assert stored(app_database) == []
    assert page.find("input", id="envelopes-0-total_tenge").get("value") == "4 000 000"
    answer = desk.submit(
        page, envelope(1, "B", "6 000 000"), button="Create the draft", follow_redirects=True
    )
    assert answer.h1 == "The cycle of 2027"
    with app_database.reading() as session:
        rows = cycles.envelopes(session, 1)
        assert [(row.name_en, row.total_tenge) for row in rows] == [("A", 4_000_000), ("B", 6_000_000)]


def test_envelopes_that_do_not_add_up_are_refused(
    desk: PageClient, app_database: Database, now: datetime
) -> None:
    values = typed_cycle(now + DAY, **envelope(0, "A", "4 000 000"))
    page = desk.submit(desk.get(NEW), values, button="Add another envelope")
    answer = desk.submit(page, envelope(1, "B", "5 000 000"), button="Create the draft", status=422)
    assert list(answer.errors) == ["envelopes-0-total_tenge"]
    assert "9\u00a0000\u00a0000\u00a0₸" in answer.errors["envelopes-0-total_tenge"]
    nameless = envelope(1, "B", "6 000 000") | {"envelopes-1-name_ru": ""}
    answer = desk.submit(page, nameless, button="Create the draft", status=422)
    assert list(answer.errors) == ["envelopes-1-name_ru"]
    assert stored(app_database) == []


def test_an_envelope_left_empty_is_dropped(desk: PageClient, app_database: Database, now: datetime) -> None:
    page = desk.submit(desk.get(NEW), typed_cycle(now + DAY), button="Add another envelope")
    desk.submit(page, {}, button="Create the draft", follow_redirects=True)
    with app_database.reading() as session:
        assert [row.total_tenge for row in cycles.envelopes(session, 1)] == [10_000_000]


# --- edit -------------------------------------------------------------------------------------------------


def made(database: Database, now: datetime, *, publish: bool = False, **changes: Any) -> None:
    with database.writing() as session:
        add_resident(session, now=now)
        cycles.create(session, SYSTEM, proposal(now, **changes), now=now)
        if publish:
            cycles.publish(session, SYSTEM, "2027", now=now)


def test_a_draft_is_shown_as_it_is_and_saved_unchanged(
    desk: PageClient, app_database: Database, now: datetime
) -> None:
    made(app_database, now, minimum_votes=7, votes_per_resident=3, leftovers=True)
    with app_database.reading() as session:
        before = draft_of(session, cycles.by_slug(session, "2027"))
    desk.submit(desk.get(EDIT), {}, button="Save the settings")
    with app_database.reading() as session:
        assert draft_of(session, cycles.by_slug(session, "2027")) == before


def test_a_draft_can_change_everything(desk: PageClient, app_database: Database, now: datetime) -> None:
    made(app_database, now)
    changes = typed_cycle(now + DAY, slug="2028", year="2028", allotted_tenge="7", votes_per_resident="2")
    changes |= {f"{phase}_starts_at": "" for phase in list(Phase)[1:]}
    changes |= {f"envelopes-0-{name}": "" for name in (*NAMES, "total_tenge")}
    answer = desk.submit(desk.get(EDIT), changes, button="Save the settings")
    assert answer.location.endswith("/en/office/cycles/2028")
    with app_database.reading() as session:
        draft = draft_of(session, cycles.by_slug(session, "2028"))
    assert (draft.year, draft.votes_per_resident, draft.windows) == (2028, 2, calendar_from(now + DAY))
    assert [one.total_tenge for one in draft.envelopes] == [7]


def test_a_published_cycle_keeps_address_and_calendar(
    desk: PageClient, app_database: Database, now: datetime
) -> None:
    made(app_database, now, publish=True)
    page = desk.get(EDIT)
    assert not page.find_all("input", id="slug")
    assert not page.find_all("input", id="voting_ends_at")
    forged = {"slug": "2030", "voting_ends_at": typed(now + 90 * DAY)}
    desk.submit(page, {"minimum_votes": "50"}, extra=forged, button="Save the settings")
    with app_database.reading() as session:
        cycle = cycles.by_slug(session, "2027")
        assert cycle.minimum_votes == 50
        assert cycles.calendar(session, cycle.id or 0).windows == calendar_from(now)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_once_voting_has_begun_the_settings_are_shown_and_the_reason(
    desk: PageClient, app_database: Database, now: datetime, clock: Any, language: str
) -> None:
    made(app_database, now, publish=True)
    clock.instant = now + 3 * LENGTH
    page = desk.get(f"/{language}/office/cycles/2027/edit")
    assert not list(page.main.iter("form"))
    assert "10\u00a0000\u00a0000\u00a0₸" in page.visible


def test_a_form_opened_before_the_vote_and_sent_after_is_refused(
    desk: PageClient, app_database: Database, now: datetime, clock: Any
) -> None:
    made(app_database, now, publish=True)
    page = desk.get(EDIT)
    clock.instant = now + 3 * LENGTH
    answer = desk.submit(page, {"minimum_votes": "50"}, button="Save the settings", status=422)
    assert "Voting has begun" in answer.errors[""]
    assert stored(app_database)[0].minimum_votes == 0


def test_an_unknown_cycle_is_404(desk: PageClient) -> None:
    for page in (
        "",
        "/edit",
        "/publish",
        "/freeze",
        "/count",
        "/publish-results",
        "/works",
        "/extend/voting",
    ):
        desk.get(f"/en/office/cycles/nowhere{page}", status=404)
    desk.get("/en/office/cycles/2027/extend/party", status=404)


def test_every_phase_is_in_the_form(desk: PageClient) -> None:
    page = desk.get(NEW)
    for phase in Phase:
        page.find("input", id=f"{phase}_starts_at")
        assert len(page.find_all("input", id=f"{phase}_ends_at")) == (phase is not Phase.ARCHIVE)
