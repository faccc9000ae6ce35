"""The log as open data: every proof a program gets leads to a signed head."""

from datetime import datetime
from itertools import combinations
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import Schema
from sqlmodel import select

from budget.log.heads import Head, is_signed
from budget.log.merkle import is_consistent, is_included
from models.database import Database
from models.log import LogLeaf
from tests.harness.elections import Election
from tests.harness.published import voted
from views.api.log_schemas import ConsistencySchema, HeadSchema, HeadsSchema, ProofSchema
from views.api.schemas import ProblemSchema
from views.keys import keyring_for

LOG = "/api/v1/cycles/test-2027/log"


@pytest.fixture
def made(app: Flask, app_database: Database, now: datetime) -> Election:
    with app_database.writing() as session:
        return voted(session, keyring_for(app.extensions["config"]), now)


def answer(client: FlaskClient, address: str, schema: Schema, status: int = 200) -> Any:
    response = client.get(LOG + address)
    assert response.status_code == status
    content = response.get_json()
    schema.load(content)
    return content


def test_every_head_is_signed_by_the_key_and_names_the_one_before(
    raw_client: FlaskClient, made: Election
) -> None:
    found = answer(raw_client, "", HeadsSchema())
    key, previous = bytes.fromhex(found["log_public_key"]), made.cycle.frozen_hash
    assert len(found["heads"]) == 3
    for row in found["heads"]:
        named = {name: row[name] for name in Head.__dataclass_fields__}
        head = Head(**named)
        assert (head.previous, row["hash"]) == (previous, head.hash)
        assert is_signed(head, bytes.fromhex(row["signature"]), key)
        assert answer(raw_client, f"/heads/{row['number']}", HeadSchema()) == row
        previous = row["hash"]
    for unknown in ("4", "0", "9" * 30):
        answer(raw_client, f"/heads/{unknown}", ProblemSchema(), 404)


def test_every_leaf_is_proven(raw_client: FlaskClient, made: Election, app_database: Database) -> None:
    with app_database.reading() as session:
        leaves = session.exec(select(LogLeaf).order_by(LogLeaf.position)).all()
    for row in leaves:
        found = answer(raw_client, f"/proof?leaf={row.leaf.hex()}", ProofSchema())
        proof = [bytes.fromhex(node) for node in found["proof"]]
        head = found["head"]
        assert (found["index"], found["batch"]) == (row.position, row.batch)
        assert is_included(row.leaf, found["index"], head["size"], proof, bytes.fromhex(head["root"]))


def test_any_two_heads_are_consistent(raw_client: FlaskClient, made: Election) -> None:
    whole = answer(raw_client, "/consistency", ConsistencySchema())
    assert whole == answer(raw_client, "/consistency?from=1&to=3", ConsistencySchema())
    for first, second in [*combinations((1, 2, 3), 2), (2, 2)]:
        found = answer(raw_client, f"/consistency?from={first}&to={second}", ConsistencySchema())
        old, new = found["from"], found["to"]
        proof = [bytes.fromhex(node) for node in found["proof"]]
        roots = bytes.fromhex(old["root"]), bytes.fromhex(new["root"])
        assert is_consistent(old["size"], new["size"], *roots, proof)


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        (f"/proof?leaf={'ab' * 32}", 404, "not_in_log"),
        ("/consistency?from=3&to=2", 404, "not_found"),
        ("/consistency?from=1&to=9", 404, "not_found"),
    ],
)
def test_what_is_not_there_is_said_so(
    raw_client: FlaskClient, made: Election, address: str, status: int, code: str
) -> None:
    assert answer(raw_client, address, ProblemSchema(), status)["code"] == code


@pytest.mark.parametrize("address", ["/proof", "/proof?leaf=xyz", "/consistency?from=0&to=x"])
def test_a_wrong_question_is_refused(raw_client: FlaskClient, made: Election, address: str) -> None:
    assert raw_client.get(LOG + address).status_code == 422


def test_before_the_freeze_there_are_no_heads_and_no_key(
    raw_client: FlaskClient, app: Flask, now: datetime
) -> None:
    from tests.harness.ballots import open_vote

    open_vote(app, now, freeze=False)
    assert answer(raw_client, "", HeadsSchema()) == {
        "cycle": "test-2027",
        "log_public_key": None,
        "heads": [],
    }


def test_the_log_is_described(raw_client: FlaskClient) -> None:
    paths = raw_client.get("/api/v1/openapi.json").get_json()["paths"]
    described = {path.removeprefix("/api/v1/cycles/{slug}") for path in paths if "/log" in path}
    assert described == {"/log", "/log/heads/{number}", "/log/proof", "/log/consistency"}
