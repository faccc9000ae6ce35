"""Who gets where: every role at every route, as declared; objects that are foreign, hidden or unknown; forged posts.

Walked from the url_map, so a new route is in it by itself. The table below is a second hand that writes down who may:
a changed `@requires` or rule of `budget.permissions` shows up here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from budget import cycles, invitations, paper, projects
from budget.council import reviews
from budget.permissions import VISITOR, Action, Actor, has_role
from models.ballot import Participation
from models.case import Annulment, Objection, Signal
from models.database import Database
from models.district import MovedDay
from models.enums import Assurance, Channel, KeyHolder, Language, Phase, Role, SignalRule
from models.people import Staff
from models.project import Photo, Project
from tests.harness import council
from tests.harness.application import Clock
from tests.harness.ballots import IIN, contents, open_session, open_vote
from tests.harness.elections import COORDINATOR as MAKER
from tests.harness.elections import Election, add_project, draft
from tests.harness.projects import make_cycle, make_member, make_resident, photo_file, proposal
from views.access import declared
from views.sessions import COOKIE

STAFF = (Role.COUNCIL, Role.COORDINATOR, Role.OPERATOR, Role.OBSERVER)
ROLES = (Role.VISITOR, Role.RESIDENT, *STAFF)
DOORS = {
    "resident": ({Role.RESIDENT}, "/en/sign-in"),
    "council": ({Role.COUNCIL}, "/en/staff/sign-in"),
    "office": ({Role.COORDINATOR}, "/en/staff/sign-in"),
    "desk": ({Role.OPERATOR}, "/en/staff/sign-in"),
}
OF_STAFF = {
    "staff.account", "staff.change_language", "staff.change_password", "staff.sign_out_others", "staff.set_up",
    "staff.new_recovery_codes", "staff.recovery_codes",
}  # fmt: skip
OF_CASES = {"office.case_index", "office.cases", "office.objection", "office.signal"}
EXACT = {
    **{key: {Role.COORDINATOR, Role.OBSERVER} for key in ("office.log", *OF_CASES)},
    **{key: {Role.COORDINATOR, Role.COUNCIL} for key in ("staff.annulments", "staff.annulment")},
    **{key: set(STAFF) for key in OF_STAFF},
}
"""Routes that do not go by their audience."""
OPEN = {
    "resident.sign_in", "resident.code", "resident.sign_out", "resident.start_eds", "resident.ncalayer",
    "resident.egov", "staff.sign_in", "staff.sign_out", "desk.finish", "desk.lock",
    "desk.sign_in_anew",
}  # fmt: skip
TELEPHONES = {"egov.signing"}
"""No browser's forms: a telephone has no token of a page, but one of its own."""
UNKNOWN = {
    "slug": "nowhere",
    "public_id": "0000000000",
    "token": "nothing",
    "member_id": "999",
    "invitation_id": "999",
    "batch": "0000000000",
    "serial": "999",
    "on": "2027-02-01",
}
UNKNOWN_NAME = {"name": "no-such-file.css"}


@dataclass(frozen=True)
class World:
    """An open vote, a cycle that takes projects, a hidden one; one person of each role."""

    election: Election
    submission: str
    hidden: str
    own: str
    foreign: str
    hidden_project: str
    people: dict[Role, Actor]
    spare: str
    """Somebody of staff to try things on."""
    invitation: tuple[str, str]
    """Number and token."""
    batch: str
    """Papers of a polling point."""
    cases: dict[str, str]
    """Public ids by the route that shows them."""


@pytest.fixture
def world(app: Flask, app_database: Database, now: Any) -> World:
    election = open_vote(app, now, paper=True)
    with app_database.writing() as session:
        resident, member = make_resident(session), make_member(session)
        taking = make_cycle(session, now, Phase.SUBMISSION)
        own = projects.submit(session, resident, taking, proposal(), None, now=now)
        foreign = projects.submit(session, make_resident(session), taking, proposal(), None, now=now)
        for cycle in (taking, election.cycle):
            council.seat_alone(session, cycle, member, now=now)
        council.pass_check(session, taking, own, foreign, now=now)
        reviews.assign(session, MAKER, taking, now=now)
        hidden = cycles.create(
            session,
            MAKER,
            draft(now, slug="zhasyryn", key_holder=KeyHolder.TRUSTEES),
            now=now - timedelta(days=70),
        )
        secret = add_project(session, hidden, 1)
        for public_id, project in (("hiddenfoto", secret), ("publicfoto", own)):
            add_photo(session, public_id, project, now)
        people = {Role.VISITOR: VISITOR, Role.RESIDENT: resident, Role.COUNCIL: member}
        for role in (Role.COORDINATOR, Role.OPERATOR, Role.OBSERVER):
            people[role] = make_staff(session, now, role)
        spare = make_staff(session, now, Role.COUNCIL)
        row, token = invitations.invite(
            session,
            MAKER,
            email="new@example.kz",
            name="Test",
            role=Role.COUNCIL,
            language=Language.KK,
            now=now,
        )
        chief, slug = people[Role.COORDINATOR], election.cycle.slug
        batch = paper.issue(session, chief, slug, point="№ 5 мектеп", first=1, last=2, now=now)
        cases = add_cases(session, election, chief, now)
    invitation = str(row.id), token
    ids = own.public_id, foreign.public_id, secret.public_id
    return World(
        election, taking.slug, hidden.slug, *ids, people, str(spare.id), invitation, batch.public_id, cases
    )


def make_staff(session: Session, now: Any, role: Role) -> Actor:
    row = Staff(email=f"{role}-{now}@example.kz", name="Test", role=role, password_hash="-", created_at=now)
    session.add(row)
    session.flush()
    return Actor(role, row.id, row.name)


def add_cases(session: Session, election: Election, chief: Actor, now: Any) -> dict[str, str]:
    """A ballot with an objection, a signal and a proposal to set it aside; and a moved day."""
    ballot = Participation(
        cycle_id=election.cycle.id or 0,
        voter_key=b"v" * 32,
        channel=Channel.WEB,
        assurance=Assurance.SMS,
        cast_at=now,
    )
    session.add(ballot)
    session.flush()
    about = {"cycle_id": ballot.cycle_id, "participation_id": ballot.id or 0}
    objection = Objection(
        public_id="object0001", channel=Channel.WEB, text="x", language=Language.KK, created_at=now, **about
    )
    signal = Signal(
        public_id="signal0001",
        cycle_id=ballot.cycle_id,
        rule=SignalRule.AGE,
        subject="age",
        ballots=1,
        found_at=now,
    )
    annulment = Annulment(
        public_id="annul00001", reason="x", proposed_by=chief.id or 0, proposed_at=now, **about
    )
    session.add_all([objection, signal, annulment, MovedDay(on=date(2027, 1, 4), is_working=False)])
    session.flush()
    routes = {"office.objection": objection, "office.signal": signal, "staff.annulment": annulment}
    return {route: row.public_id for route, row in routes.items()}


def add_photo(session: Session, public_id: str, project: Project, now: Any) -> None:
    content = photo_file((8, 8))
    session.add(
        Photo(
            public_id=public_id,
            project_id=project.id or 0,
            width=8,
            height=8,
            content=content,
            thumbnail=content,
            added_at=now,
        )
    )


@pytest.fixture
def become(world: World, app: Flask, raw_client: FlaskClient) -> Callable[[Role], None]:
    """Sign a person of this role in; the token of the browser's forms stays."""

    def made(role: Role) -> None:
        person = world.people[role]
        if role is Role.VISITOR:
            raw_client.delete_cookie(COOKIE)
        elif role is Role.RESIDENT:
            open_session(raw_client, app, IIN, resident_id=person.id)
        else:
            open_session(raw_client, app, staff_id=person.id)

    return made


def rules(app: Flask) -> Iterator[Rule]:
    yield from sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint)


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def address(app: Flask, rule: Rule, **values: str) -> str:
    known = {"lang": "en", "phase": "voting", "name": "main.css", "way": "egov", "number": "1"}
    known |= {"batch": "0000000000", "serial": "1", "on": "2027-02-01", **values}
    with app.test_request_context():
        return app.url_for(rule.endpoint, **{name: known[name] for name in rule.arguments})


def known_to(world: World, rule: Rule) -> dict[str, str]:
    """Values that exist, for this route."""
    name = "publicfoto" if rule.endpoint == "service.photo" else world.cases.get(rule.endpoint, world.own)
    slug = world.submission if rule.endpoint == "resident.submit" else world.election.cycle.slug
    number, token = world.invitation
    return {
        "slug": slug,
        "public_id": name,
        "token": token,
        "member_id": world.spare,
        "invitation_id": number,
        "batch": world.batch,
        "serial": "1",
        "on": "2027-01-04",
    }


def token_of(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/en/staff/sign-in").text)
    assert found
    return found.group(1)


def who_may(endpoint: str) -> set[Role]:
    """The table: everything that is not a door is open to all."""
    if endpoint in EXACT:
        return EXACT[endpoint]
    audience = endpoint.split(".", maxsplit=1)[0]
    return set(ROLES) if endpoint in OPEN or audience not in DOORS else DOORS[audience][0]


def door_of(endpoint: str) -> str:
    return DOORS.get(endpoint.split(".", maxsplit=1)[0], DOORS["office"])[1]


def judged(answer: TestResponse) -> str:
    if answer.status_code == 403:
        return "403"
    if answer.status_code == 303 and "sign-in?next=" in answer.location:
        return answer.location.split("?")[0]
    assert answer.status_code != 400, answer.text
    assert answer.status_code < 500, answer.text
    return "allowed"


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_where_it_may_and_nowhere_else(
    app: Flask, raw_client: FlaskClient, world: World, become: Callable[[Role], None], role: Role
) -> None:
    become(Role.VISITOR)
    token = token_of(raw_client)
    become(role)
    wrong = []
    for rule in rules(app):
        if rule.endpoint.endswith("sign_out"):  # ends the session the walk is in; open to all by declaration
            continue
        for method in methods(rule):
            data = {"csrf_token": token} if method != "GET" else None
            answer = raw_client.open(address(app, rule, **known_to(world, rule)), method=method, data=data)
            if role in who_may(rule.endpoint):
                wanted = "allowed"
            else:
                wanted = door_of(rule.endpoint) if role is Role.VISITOR else "403"
            if judged(answer) != wanted:
                wrong.append((rule.endpoint, method, judged(answer), wanted))
    assert wrong == []


def test_the_declarations_are_the_table(app: Flask) -> None:
    for rule in rules(app):
        action = declared(app.view_functions[rule.endpoint])
        if action == "public":
            allowed = set(ROLES)
        else:
            assert isinstance(action, Action), rule.endpoint
            allowed = {role for role in ROLES if has_role(role, action)}
        assert allowed == who_may(rule.endpoint), rule.endpoint


def test_every_action_for_people_has_a_door(app: Flask) -> None:
    used = {declared(view) for view in app.view_functions.values()}
    # done on a page that others read as well, asked for by the domain
    screened = {Action.SCREEN_PROJECT, Action.CONFIRM_RESULTS, Action.DECIDE_CASES}
    assert set(Action) - used == screened


# --- objects ------------------------------------------------------------------------------------------------


ACTS = [("edit", "GET"), ("edit", "POST"), ("withdraw", "GET"), ("withdraw", "POST"), ("submitted", "GET")]


@pytest.mark.parametrize(("act", "method"), ACTS)
def test_somebody_elses_project_is_not_found(
    raw_client: FlaskClient,
    world: World,
    become: Callable[[Role], None],
    app_database: Database,
    act: str,
    method: str,
) -> None:
    become(Role.VISITOR)
    token = token_of(raw_client)
    become(Role.RESIDENT)
    before = contents(app_database)
    foreign = raw_client.open(
        f"/en/my/projects/{world.foreign}/{act}", method=method, data={"csrf_token": token}
    )
    assert foreign.status_code == 404
    unknown = raw_client.open(f"/en/my/projects/0000000000/{act}", method=method, data={"csrf_token": token})
    assert same(foreign.text, world.foreign) == same(unknown.text, "0000000000")
    assert contents(app_database) == before
    assert raw_client.get(f"/en/my/projects/{world.own}/submitted").status_code == 200


def same(text: str, public_id: str) -> str:
    """A page without what differs by its address and its token."""
    return re.sub(r'value="[^"]{40,}"', "", text.replace(public_id, "ID"))


@pytest.mark.parametrize("role", ROLES)
def test_a_hidden_cycle_is_not_found_but_in_the_office(
    app: Flask, raw_client: FlaskClient, world: World, become: Callable[[Role], None], role: Role
) -> None:
    become(Role.VISITOR)
    token = token_of(raw_client)
    become(role)
    hidden = {"slug": world.hidden, "public_id": world.hidden_project}
    checked = set()
    for rule in rules(app):
        if not rule.arguments & {"slug", "public_id"} or role not in who_may(rule.endpoint):
            continue
        values = {**hidden, "public_id": "hiddenfoto"} if rule.endpoint == "service.photo" else hidden
        for method in methods(rule):
            data = {"csrf_token": token} if method != "GET" else None
            answer = raw_client.open(address(app, rule, **values), method=method, data=data)
            if rule.endpoint == "resident.receipt" and answer.status_code == 303:
                answer = raw_client.get(answer.location)
            if role is not Role.COORDINATOR:
                assert answer.status_code == 404, (rule.endpoint, method)
            elif rule.endpoint.startswith("office.") and rule.endpoint not in (
                ON_WINNERS | ON_SUBMITTED | WITH_IDS
            ):
                assert answer.status_code != 404, (rule.endpoint, method)
            checked.add(rule.endpoint)
    assert {"public.cycle", "public.project", "service.photo", "api.cycle", "api.results"} <= checked
    listed = raw_client.get("/en/").text + raw_client.get("/api/v1/cycles").text
    assert world.hidden not in listed


WITH_IDS = {
    "office.objection", "office.signal", "office.replace_member", "office.dismiss_member", "office.take_back_member",
    "office.withdraw_merger", "office.appeal", "office.appeal_heard", "office.council_session", "office.change_session",
    "office.fill_agenda", "office.put_project", "office.announce_session", "office.begin_session", "office.attendance",
    "office.close_session", "office.open_votes", "office.close_votes", "office.publish_session", "office.motion",
    "office.order", "office.take_off", "office.protocol", "office.protocol_draft", "office.make_protocol",
    "office.correct_protocol", "office.protocol_file", "office.fall_out",
}  # fmt: skip
"""Cases, members, mergers, appeals, sessions, items and protocols have ids of their own: a project's is unknown there.
And only what is built falls out."""
ON_SUBMITTED = {"office.check_project", "office.send_back", "office.forward"}
"""They are about projects somebody submitted: a draft has none."""
ON_WINNERS = {"office.works", "office.set_works"}
"""They are about the winners of a counted cycle: a draft has none."""


@pytest.mark.parametrize("role", ROLES)
def test_what_does_not_exist_is_not_found(
    app: Flask, raw_client: FlaskClient, world: World, become: Callable[[Role], None], role: Role
) -> None:
    become(Role.VISITOR)
    token = token_of(raw_client)
    become(role)
    for rule in rules(app):
        if rule.arguments <= {"lang"} or role not in who_may(rule.endpoint):
            continue
        for method in methods(rule):
            data = {"csrf_token": token} if method != "GET" else None
            path = address(app, rule, **UNKNOWN, **UNKNOWN_NAME)
            answer = raw_client.open(path, method=method, data=data, follow_redirects=method == "GET")
            assert answer.status_code == 404, (rule.endpoint, method, answer.status_code)


# --- forged posts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_posted_without_the_token_of_the_page(
    app: Flask,
    raw_client: FlaskClient,
    world: World,
    become: Callable[[Role], None],
    app_database: Database,
    role: Role,
) -> None:
    become(role)
    before = contents(app_database)
    posted = 0
    for rule in rules(app):
        for method in methods(rule):
            if method == "GET" or rule.endpoint in TELEPHONES:
                continue
            for data in ({}, {"csrf_token": ""}, {"csrf_token": "IjAi.aaaaaa.bbbbbb"}):
                path = address(app, rule, **known_to(world, rule))
                answer = raw_client.open(path, method=method, data=data)
                assert answer.status_code == 400, (rule.endpoint, method)
            posted += 1
    assert posted >= 17
    assert contents(app_database) == before


def test_the_token_of_another_browser_is_worth_nothing(
    app: Flask, raw_client: FlaskClient, world: World, become: Callable[[Role], None], clock: Clock
) -> None:
    become(Role.VISITOR)
    token = token_of(FlaskClient(app, app.response_class))
    assert token != token_of(raw_client)
    become(Role.RESIDENT)
    path = f"/en/my/projects/{world.own}/withdraw"
    assert raw_client.post(path, data={"csrf_token": token}).status_code == 400
