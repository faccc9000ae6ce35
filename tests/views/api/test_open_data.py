"""The open data: the numbers of the source, one documented shape, nothing before its day."""

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from marshmallow import Schema, ValidationError
from sqlmodel import col, update

from models.cycle import Cycle
from models.database import Database
from models.enums import Phase
from seeds import saryarka
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
