"""The open data: the numbers of the source, one documented shape, nothing before its day."""

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from marshmallow import Schema, ValidationError
from sqlmodel import col, update

from budget import projects
from budget.council import members, reserve
from models.cycle import Cycle
from models.database import Database
from models.enums import Phase
from seeds import saryarka
from tests.harness import council
from tests.harness.public_council import REASON_KK, REASON_RU, counted, plan_second, screened
from tests.harness.public_rows import add_cycle
from views.api.schemas import CycleSchema, CyclesSchema, ProblemSchema, ProjectsSchema, ResultsSchema

V1 = "/api/v1"


@pytest.fixture
def archive(app_database: Database, now: datetime) -> None:
    with app_database.writing() as session:
        saryarka.load(session, now=now)


@pytest.fixture
def published(app_database: Database, now: datetime) -> None:
    with app_database.writing() as session:
        add_cycle(session, now, phase=Phase.IMPLEMENTATION, results=True, projects=40, envelopes=2)


def answer(client: FlaskClient, address: str, schema: Schema, status: int = 200):
    """The JSON at an address, held against its schema: every key there, no key unknown, every type right."""
    response = client.get(V1 + address)
    assert response.status_code == status
    content = response.get_json()
    schema.load(content)
    return content


def test_2020_is_exactly_what_was_reported(raw_client: FlaskClient, archive: None) -> None:
    cycle = answer(raw_client, "/cycles/2020", CycleSchema())
    wanted = {
        "slug": "2020",
        "year": 2020,
        "origin": "archive",
        "phase": "archive",
        "currency": "KZT",
        "allotted_tenge": 200_000_000,
        "received": 68,
        "admitted": 40,
        "rejected": 28,
        "voters": 8935,
        "winners": 13,
        "works": {"completed": 10, "underway": 3},
        "figures": "reported",
    }
    assert {key: cycle[key] for key in wanted} == wanted
    assert set(cycle["title"]) == {"kk", "ru", "en"}


def test_2019_says_null_where_nothing_was_published(raw_client: FlaskClient, archive: None) -> None:
    cycle = answer(raw_client, "/cycles/2019", CycleSchema())
    assert (cycle["rejected"], cycle["voters"]) == (None, None)
    assert (cycle["received"], cycle["admitted"], cycle["winners"]) == (22, 14, 14)
    assert cycle["works"] == {"completed": 8, "underway": 0}


def test_the_list_says_the_same_as_each_cycle(raw_client: FlaskClient, archive, published) -> None:
    listed = answer(raw_client, "/cycles", CyclesSchema())["cycles"]
    assert [cycle["slug"] for cycle in listed] == ["2027", "2020", "2019"]
    for cycle in listed:
        assert answer(raw_client, f"/cycles/{cycle['slug']}", CycleSchema()) == cycle


def test_computed_figures_say_so(raw_client: FlaskClient, published: None) -> None:
    cycle = answer(raw_client, "/cycles/2027", CycleSchema())
    assert cycle["figures"] == "computed"
    assert (cycle["received"], cycle["admitted"], cycle["rejected"]) == (40, 28, 12)
    assert cycle["voters"] == 893
    assert sum(cycle["works"].values()) == cycle["winners"] == 4


def test_every_link_leads_somewhere(raw_client: FlaskClient, published: None) -> None:
    for address in answer(raw_client, "/cycles/2027", CycleSchema())["links"].values():
        assert raw_client.get(address).status_code == 200


def test_projects_come_twenty_a_page(raw_client: FlaskClient, published: None) -> None:
    first = answer(raw_client, "/cycles/2027/projects", ProjectsSchema())
    second = answer(raw_client, "/cycles/2027/projects?page=2", ProjectsSchema())
    assert (first["total"], first["pages"], second["page"]) == (40, 2, 2)
    numbers = [project["number"] for project in first["projects"] + second["projects"]]
    assert numbers == list(range(1, 41))
    assert first["projects"][0]["addresses"][0]["house"] == "7/1"
    assert first["projects"][0]["verdict"] == "won"


def test_a_wrong_page_is_told_in_json(raw_client: FlaskClient, published: None) -> None:
    response = raw_client.get(V1 + "/cycles/2027/projects?page=0")
    assert response.status_code == 422
    assert response.content_type == "application/problem+json"


def test_results_have_every_verdict_with_its_numbers(raw_client: FlaskClient, published: None) -> None:
    results = answer(raw_client, "/cycles/2027/results", ResultsSchema())
    lines = [line for envelope in results["envelopes"] for line in envelope["projects"]]
    assert len(lines) == 28
    assert results["ballots"] == {"valid": 880, "empty": 8, "invalid": 5}
    won = [line for line in lines if line["verdict"] == "won"]
    assert sum(line["cost_tenge"] for line in won) == sum(e["spent_tenge"] for e in results["envelopes"])


def test_nothing_leaks_before_the_publication(raw_client: FlaskClient, app_database, published) -> None:
    with app_database.writing() as session:
        session.exec(update(Cycle).where(col(Cycle.slug) == "2027").values(results_published_at=None))
    problem = answer(raw_client, "/cycles/2027/results", ProblemSchema(), status=404)
    assert problem["code"] == "not_published"
    cycle = answer(raw_client, "/cycles/2027", CycleSchema())
    assert (cycle["voters"], cycle["winners"], cycle["works"]) == (None, None, {})
    assert "results" not in cycle["links"]
    projects = answer(raw_client, "/cycles/2027/projects", ProjectsSchema())["projects"]
    assert {project["verdict"] for project in projects} == {None}
    assert {project["works"] for project in projects} == {None}


@pytest.mark.parametrize("address", ["/cycles/none", "/cycles/none/projects", "/cycles/none/results", "/zz"])
def test_what_is_not_there_is_a_problem_in_json(raw_client: FlaskClient, address: str) -> None:
    problem = answer(raw_client, address, ProblemSchema(), status=404)
    assert problem["status"] == 404


def test_a_method_that_is_not_allowed_is_told_in_json(raw_client: FlaskClient) -> None:
    response = raw_client.post(V1 + "/cycles")
    assert response.status_code in (400, 405)
    assert response.content_type == "application/problem+json"


def test_the_description_names_every_address(raw_client: FlaskClient) -> None:
    described = raw_client.get(V1 + "/openapi.json").get_json()
    assert {path for path in described["paths"] if "/log" not in path} == {  # the log has a test of its own
        f"{V1}/cycles",
        f"{V1}/cycles/{{slug}}",
        f"{V1}/cycles/{{slug}}/projects",
        f"{V1}/cycles/{{slug}}/results",
    }
    assert {"Cycle", "Project", "Results", "Problem"} <= set(described["components"]["schemas"])


def test_a_missing_key_would_be_seen(raw_client: FlaskClient, published: None) -> None:
    content = answer(raw_client, "/cycles/2027", CycleSchema())
    del content["winners"]
    with pytest.raises(ValidationError):
        CycleSchema().load(content)


def test_data_are_kept_and_revalidated_like_pages(raw_client: FlaskClient, published: None) -> None:
    first = raw_client.get(V1 + "/cycles/2027")
    again = raw_client.get(V1 + "/cycles/2027", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_kazakh_is_written_as_itself(raw_client: FlaskClient, published: None) -> None:
    assert "Қатысу бюджеті" in raw_client.get(V1 + "/cycles/2027").get_data(as_text=True)


# --- the council -------------------------------------------------------------------------------------------


def test_a_council_is_told_by_kind_once_it_is_published(
    raw_client: FlaskClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        cycle = add_cycle(session, now, phase=Phase.SCREENING)
        council.make_council(session, cycle, now=now, publish=False)
    before = answer(raw_client, "/cycles/2027", CycleSchema())
    assert before["council"] is None
    assert "council" not in before["links"]
    with app_database.writing() as session:
        members.publish(session, council.COORDINATOR, "2027", now=now)
    told = answer(raw_client, "/cycles/2027", CycleSchema())
    assert told["council"] == {
        "members": {"resident": 1, "public_organisation": 2, "akimat": 2},
        "akimat_percent_at_most": 50,
        "quorum": "more_than_half",
        "majority": "of_present",
        "published_at": "2027-03-01T09:00:00Z",
    }
    assert answer(raw_client, "/cycles", CyclesSchema())["cycles"] == [told]
    assert raw_client.get(told["links"]["council"]).status_code == 200
    unchanged = {key: told[key] for key in told if key not in ("council", "links")}
    assert unchanged == {key: before[key] for key in before if key not in ("council", "links")}


def test_a_decision_is_told_with_criterion_clause_and_reasons(
    raw_client: FlaskClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        slug = screened(session, now).cycle.slug
    listed = answer(raw_client, f"/cycles/{slug}/projects", ProjectsSchema())["projects"]
    outcomes = [one["decision"] and one["decision"]["outcome"] for one in listed]
    assert outcomes == ["admitted", "rejected", "returned", None]
    assert listed[1]["decision"] == {
        "outcome": "rejected",
        "decided_by": "council",
        "criterion": "land",
        "clause": "27-3",
        "reason": {"kk": REASON_KK, "ru": REASON_RU},
        "decided_at": "2027-03-01T09:00:00Z",
        "appeal_until": "2027-03-09T19:00:00Z",
    }
    assert {one["confirmation"] for one in listed} == {None}


def test_the_word_on_the_result_stands_beside_the_verdict(
    raw_client: FlaskClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        cycle = counted(session, now)
    before = answer(raw_client, "/cycles/2027/results", ResultsSchema())
    assert before["council"] is None
    with app_database.writing() as session:
        held = plan_second(session, session.merge(cycle), now=now, left_out="p202700002")
        council.hold(session, held, council.members_of(session, cycle, now=now), now=now)
        reasons = {"reason_kk": "Су.", "reason_ru": "Вода.", "document": "№ 5"}
        reserve.use(session, council.COORDINATOR, "p202700001", now=now, **reasons)
    told = answer(raw_client, "/cycles/2027/results", ResultsSchema())
    assert told["council"] == {
        "order": ["p202700001", "p202700003", "p202700004"],
        "fallen_out": [
            {
                "id": "p202700001",
                "came_in": "p202700005",
                "reason": {"kk": "Су.", "ru": "Вода."},
                "document": "№ 5",
                "recorded_at": "2027-03-01T09:00:00Z",
            }
        ],
        "reserve": ["p202700006", "p202700007", "p202700011", "p202700012"],
    }
    words = {one["id"]: one["confirmation"] for one in told["envelopes"][0]["projects"]}
    assert words["p202700002"] == {
        "wins": False,
        "departs": True,
        "reason": {"kk": REASON_KK, "ru": REASON_RU},
        "order": None,
        "decided_at": "2027-03-01T09:00:00Z",
    }
    assert words["p202700003"]["order"] == 2
    assert words["p202700005"] is None
    listed = answer(raw_client, "/cycles/2027/projects", ProjectsSchema())["projects"]
    assert listed[1]["confirmation"] == words["p202700002"]
    assert [one["verdict"] for one in listed[:4]] == ["won"] * 4  # the computed verdicts stay
    for part, earlier in zip(told["envelopes"], before["envelopes"], strict=True):
        assert [{**one, "confirmation": None} for one in part["projects"]] == earlier["projects"]


def test_a_withdrawn_project_keeps_its_decision_to_itself(
    raw_client: FlaskClient, app_database: Database, now: datetime
) -> None:
    with app_database.writing() as session:
        world = screened(session, now)
        projects.withdraw(session, world.authors[0], world.projects[0].public_id, now=now)
    listed = answer(raw_client, f"/cycles/{world.cycle.slug}/projects", ProjectsSchema())["projects"]
    assert (listed[0]["state"], listed[0]["decision"]) == ("withdrawn", None)


def test_the_shapes_of_the_council_are_described(raw_client: FlaskClient) -> None:
    described = raw_client.get(V1 + "/openapi.json").get_json()["components"]["schemas"]
    assert {"Council", "Decision", "Confirmation", "Decided", "FallenOut"} <= set(described)
    assert set(described["Decision"]["properties"]) == {
        "outcome", "decided_by", "criterion", "clause", "reason", "decided_at", "appeal_until",
    }  # fmt: skip
