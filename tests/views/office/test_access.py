"""Who gets into the office, and what nobody may change while residents vote: walked from the routes."""

import json
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from budget import cycles
from budget.permissions import VISITOR, Action, Actor, has_role
from budget.settings import frozen_hash
from models.database import Database
from models.enums import Phase, Role
from tests.harness.client import PageClient
from tests.harness.cycles import frozen, instant_in
from tests.harness.office import typed, typed_cycle
from tests.harness.projects import make_district, sign_in
from views.access import declared
from views.keys import keyring_for

WRITES = {
    "office.new_cycle",
    "office.edit_cycle",
    "office.publish_cycle",
    "office.freeze",
    "office.extend",
    "office.count",
    "office.publish_results",
    "office.set_works",
    "office.invite",
    "office.withdraw_invitation",
    "office.disable_member",
    "office.enable_member",
    "office.reset_second_factor",
    "office.trustees_of",
    "office.rehearse_opening",
    "office.replace_shares",
    "office.make_new_key",
    "office.objection",
    "office.signal",
    "office.days",
    "office.take_back_day",
    "office.issue_paper",
    "office.paper_returned",
    "office.close_paper",
    "office.voters",
    "office.plan_session",
    "office.change_session",
    "office.fill_agenda",
    "office.put_project",
    "office.take_off",
    "office.announce_session",
    "office.begin_session",
    "office.attendance",
    "office.close_session",
    "office.motion",
    "office.order",
    "office.open_votes",
    "office.close_votes",
    "office.publish_session",
    "office.make_protocol",
    "office.correct_protocol",
    "office.fall_out",
    "office.appoint",
    "office.replace_member",
    "office.dismiss_member",
    "office.take_back_member",
    "office.publish_council",
    "office.criteria",
    "office.bodies",
    "office.checks",
    "office.check_project",
    "office.send_back",
    "office.assign",
    "office.propose_merger",
    "office.withdraw_merger",
    "office.appeal",
    "office.appeal_heard",
    "office.forward",
}
OTHERS = [Actor(Role.RESIDENT, 1), Actor(Role.COUNCIL, 1)]


def office_rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("office.")]


def pages(app: Flask) -> list[Rule]:
    """What can be looked at; the few that are only posted to stand in the matrix of roles."""
    return [rule for rule in office_rules(app) if "GET" in (rule.methods or ())]


def address(app: Flask, rule: Rule, **values: str) -> str:
    known = {"lang": "en", "slug": "2027", "phase": "submission", "public_id": "x"}
    known |= {"member_id": "999", "invitation_id": "999", "batch": "x", "serial": "1", "on": "2027-01-04"}
    known |= values
    with app.test_request_context():
        return app.url_for(rule.endpoint, **{name: known[name] for name in rule.arguments})


def test_the_walk_knows_every_route_that_writes(app: Flask) -> None:
    writing = {rule.endpoint for rule in office_rules(app) if "POST" in (rule.methods or ())}
    assert writing == WRITES


def test_every_office_route_is_the_coordinators(app: Flask) -> None:
    for rule in office_rules(app):
        action = declared(app.view_functions[rule.endpoint])
        assert isinstance(action, Action), rule.endpoint
        assert has_role(Role.COORDINATOR, action)
        assert not any(has_role(role, action) for role in (Role.VISITOR, Role.RESIDENT, Role.COUNCIL))


def test_a_visitor_is_sent_to_sign_in_and_back(
    app: Flask, client: PageClient, app_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(monkeypatch, VISITOR)
    for rule in pages(app):
        answer = client.get(address(app, rule), status=303)
        assert "/en/staff/sign-in?next=" in answer.location, rule.endpoint


@pytest.mark.parametrize("actor", OTHERS, ids=lambda actor: actor.role)
def test_other_roles_are_shown_the_door(
    app: Flask, client: PageClient, app_database: Database, monkeypatch: pytest.MonkeyPatch, actor: Actor
) -> None:
    with app_database.writing() as session:
        make_district(session)
    sign_in(monkeypatch, actor)
    for rule in pages(app):
        client.get(address(app, rule), status=403)


# --- frozen while residents vote ----------------------------------------------------------------------------

FROZEN_TABLES = ("cycle", "envelope", "project", "project_address", "ballot_count", "verdict", "works")


def dump(database: Database) -> str:
    """Everything voters were shown, and everything that counts."""
    with database.reading() as session:
        rows = {
            table: [list(row) for row in session.execute(sa.text(f"SELECT * FROM {table}"))]
            for table in FROZEN_TABLES
        }
    return json.dumps(rows, default=str)


def bodies(now: datetime) -> list[dict[str, Any]]:
    """What a coordinator, or somebody at her desk, could send to any of the routes."""
    everything = typed_cycle(
        now,
        minimum_votes="50",
        allotted_tenge="1",
        rule="stop",
        votes_per_resident="3",
        directions=["ramps"],
        methods=["sms"],
        minimum_age="0",
        projects_per_author="9",
        slug="2027",
        draw="1",
        note="x",
        status="completed",
    )
    return [{}, everything, everything | {"add_envelope": "1"}, {"status": "completed", "reason": "x"}]


@pytest.mark.parametrize("moment", ["first", "middle", "last"])
def test_while_residents_vote_no_office_route_changes_what_they_vote_on(
    desk: PageClient,
    app: Flask,
    app_database: Database,
    now: datetime,
    clock: Any,
    moment: str,
) -> None:
    with app_database.writing() as session:
        cycle = frozen(session, now, keyring_for(app.extensions["config"]), 1_000_000, 2_000_000)
        public_id = str(session.execute(sa.text("SELECT public_id FROM project LIMIT 1")).scalar_one())
        window = cycles.calendar(session, cycle.id or 0).window(Phase.VOTING)
    assert window is not None
    assert window.ends_at is not None
    middle = instant_in(Phase.VOTING, now)
    clock.instant = {"first": window.starts_at, "middle": middle, "last": window.ends_at - (now.resolution)}[
        moment
    ]
    before = dump(app_database)
    token = desk.get("/en/office/cycles/new").find("input", id="csrf_token").get("value")
    client = FlaskClient(app, app.response_class)
    client._cookies = desk._cookies
    for rule in office_rules(app):
        if "POST" not in (rule.methods or ()):
            continue
        for phase in Phase if "phase" in rule.arguments else [Phase.VOTING]:
            for body in bodies(clock.instant):
                path = address(app, rule, phase=phase.value, public_id=public_id)
                answer = client.post(path, data=body | {"csrf_token": token})
                refused = answer.status_code in (403, 404, 409, 422)
                told = answer.status_code == 303 and rule.endpoint in (
                    "office.publish_cycle",
                    "office.freeze",
                )
                asked = answer.status_code == 200 and "add_envelope" in body
                assert refused or told or asked, (rule.endpoint, phase, answer.status_code)
    assert dump(app_database) == before
    with app_database.reading() as session:
        row = cycles.by_slug(session, "2027")
        assert frozen_hash(cycles.document_to_freeze(session, row)) == row.frozen_hash


def test_a_deadline_may_still_move_while_residents_vote_and_nothing_else(
    desk: PageClient, app: Flask, app_database: Database, now: datetime, clock: Any
) -> None:
    with app_database.writing() as session:
        cycle = frozen(session, now, keyring_for(app.extensions["config"]))
        window = cycles.calendar(session, cycle.id or 0).window(Phase.VOTING)
    assert window is not None
    assert window.ends_at is not None
    clock.instant = instant_in(Phase.VOTING, now)
    before = dump(app_database)
    values = {
        "new_end": typed(window.ends_at + (now - now.replace(hour=1))),
        "reason": "Сайт бір күн істемеді",
    }
    desk.submit(desk.get("/en/office/cycles/2027/extend/voting"), values, button="Extend the deadline")
    assert dump(app_database) == before
    with app_database.reading() as session:
        moved = cycles.calendar(session, cycle.id or 0).window(Phase.VOTING)
    assert moved is not None
    assert moved.ends_at is not None
    assert moved.ends_at > window.ends_at
