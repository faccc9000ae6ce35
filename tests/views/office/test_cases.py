"""Cases of the vote: observers read, the coordinator decides, a second person confirms, the owner sees it."""

from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter

import pytest
from flask import Flask
from sqlmodel import SQLModel, col, select

from budget import ballots, signals
from budget.ballots import Traces
from budget.permissions import Actor
from models.ballot import Participation
from models.case import Annulment, Objection, Signal
from models.enums import Role
from models.people import Staff
from tests.harness.ballots import IIN, SLUG, database_of, open_vote, sign_in_voter
from tests.harness.client import PageClient
from tests.harness.elections import impossible_iins
from tests.harness.paper import member
from tests.harness.projects import sign_in
from tests.harness.voting import choose, voter
from views.keys import keyring_for

CASES = f"/kk/office/cycles/{SLUG}/cases"
MY_VOTE = f"/kk/cycles/{SLUG}/my-vote"
LANGUAGES = ("kk", "ru", "en")


@pytest.fixture
def election(app: Flask, now: datetime) -> ballots.BallotBox:
    """An open vote with forty ballots from one network and one from elsewhere."""
    made = open_vote(app, now, objection_days=3)
    keyring = keyring_for(app.extensions["config"])
    with database_of(app).writing() as session:
        box = ballots.ballot_box(session, made.cycle)
        for number, iin in enumerate([IIN, *impossible_iins(40, 5000)]):
            house = Traces(network_key=b"house...") if number else Traces()
            who = replace(voter(keyring, made.cycle, iin), traces=house)
            at = now + timedelta(seconds=number)
            ballots.cast(session, box, who, choose(made.projects[0]), on=now.date(), now=at)
        signals.scan(session, made.cycle, now=now)
    return box


def as_staff(
    app: Flask, monkeypatch: pytest.MonkeyPatch, now: datetime, role: Role, name: str = "a"
) -> Actor:
    with database_of(app).writing() as session:
        row = Staff(
            email=f"{name}-{role}@example.kz",
            name=f"Demo {name}",
            role=role,
            password_hash="-",
            created_at=now,
        )
        session.add(row)
        session.flush()
        actor = Actor(role, row.id, row.name)
    sign_in(monkeypatch, actor)
    return actor


def rows(app: Flask, table: type[SQLModel]) -> list:
    with database_of(app).reading() as session:
        return list(session.exec(select(table)).all())


def object_in(client: PageClient, app: Flask) -> None:
    sign_in_voter(client, app, IIN)
    page = client.get(MY_VOTE)
    assert f"{MY_VOTE}/object" in page.links
    client.submit(client.get(f"{MY_VOTE}/object"), {"text": "Мен емес."})


def test_the_owner_objects_and_sees_what_became_of_it(
    app: Flask, client: PageClient, election: object, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    object_in(client, app)
    assert "Қаралып жатыр" in client.get(MY_VOTE).visible
    owner = client
    with pytest.MonkeyPatch.context() as office:
        as_staff(app, office, now, Role.COORDINATOR, "first")
        desk = app.test_client()
        assert "2 іс шешім күтіп тұр" in desk.get("/kk/office").visible
        [case] = rows(app, Objection)
        page = desk.get(f"/kk/office/objections/{case.public_id}")
        desk.submit(page, {"outcome": "upheld", "reason": "Шетелде болған."}, status=303)
        [proposal] = rows(app, Annulment)
        own = desk.get(f"/kk/staff/annulments/{proposal.public_id}")
        assert own.find_all("button", name="confirm") == []
    with pytest.MonkeyPatch.context() as office:
        as_staff(app, office, now, Role.COUNCIL, "second")
        desk = app.test_client()
        page = desk.get(f"/kk/staff/annulments/{proposal.public_id}")
        desk.submit(page, button="Бюллетеньді алып тастау", status=303)
    assert [row.annulled_at for row in rows(app, Participation) if row.annulled_at] == [now]
    shown = owner.get(MY_VOTE).visible
    assert "Шетелде болған." in shown
    assert "ашылмай алып тасталды" in shown
    assert "ешкім дауыс берген жоқ" not in shown, "somebody has: that ballot was set aside"
    ballot = owner.get(f"/kk/cycles/{SLUG}/ballot")
    owner.submit(ballot, {"choices": ["none"]}, status=303)


def test_a_second_press_of_the_second_person_changes_nothing(
    app: Flask, client: PageClient, election: object, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = as_staff(app, monkeypatch, now, Role.COORDINATOR, "first")
    [case] = rows(app, Signal)
    page = client.get(f"/kk/office/signals/{case.public_id}")
    chosen = [box.get("value") for box in page.find_all("input", name="ballots")][:2]
    client.submit(page, {"outcome": "upheld", "reason": "Бір үй.", "ballots": chosen}, status=303)
    assert len(rows(app, Annulment)) == 2
    again = client.submit(page, {"outcome": "dismissed", "reason": "x"}, status=303)
    assert again.location.endswith(case.public_id)
    as_staff(app, monkeypatch, now, Role.COUNCIL, "second")
    proposal = rows(app, Annulment)[0]
    assert proposal.proposed_by == first.id
    page = client.get(f"/kk/staff/annulments/{proposal.public_id}")
    client.submit(page, button="Бюллетень қалады", status=303)
    client.submit(page, button="Бюллетеньді алып тастау", status=303)
    assert not [row for row in rows(app, Participation) if row.annulled_at]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"reason": "x"}, "Шешімді таңдаңыз"),
        ({"outcome": "upheld", "reason": ""}, "Себепті жазыңыз"),
        ({"outcome": "upheld", "reason": "Мен қарадым"}, "Кемінде бір жобаны"),
    ],
)
def test_a_decision_without_its_parts_is_refused_and_keeps_what_was_typed(
    app: Flask,
    client: PageClient,
    election: object,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, str],
    message: str,
) -> None:
    as_staff(app, monkeypatch, now, Role.COORDINATOR)
    [case] = rows(app, Signal)
    page = client.submit(client.get(f"/kk/office/signals/{case.public_id}"), values, status=422)
    assert message in page.visible or "бюллетень" in page.visible
    assert values.get("reason", "") in page.text
    assert rows(app, Annulment) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_observers_read_and_decide_nothing(
    app: Flask,
    client: PageClient,
    election: object,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    as_staff(app, monkeypatch, now, Role.OBSERVER)
    client.get(CASES.replace("/kk/", f"/{language}/"))
    [case] = rows(app, Signal)
    address = f"/{language}/office/signals/{case.public_id}"
    page = client.get(address)
    assert page.find_all("textarea") == []
    assert "40" in page.visible
    sent = {"outcome": "dismissed", "reason": "x"}
    client.submit(page, extra=sent, form="decision-form", status=403)
    assert f"/{language}/office/cycles/{SLUG}/cases" in client.get(f"/{language}/office/cases").links
    client.get(f"/{language}/staff/annulments", status=403)
    assert rows(app, Signal)[0].outcome is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_stand_in_every_language(
    app: Flask,
    client: PageClient,
    election: object,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    object_in(client, app)
    as_staff(app, monkeypatch, now, Role.COORDINATOR)
    case, objection = rows(app, Signal)[0], rows(app, Objection)[0]
    page = client.get(f"/{language}/office/signals/{case.public_id}")
    chosen = [page.find_all("input", name="ballots")[0].get("value")]
    client.submit(page, {"outcome": "upheld", "reason": "x", "ballots": chosen}, status=303)
    for path in (
        f"office/cycles/{SLUG}/cases",
        f"office/signals/{case.public_id}",
        f"office/objections/{objection.public_id}",
        "staff/annulments",
        f"staff/annulments/{rows(app, Annulment)[0].public_id}",
    ):
        client.get(f"/{language}/{path}")


@pytest.mark.parametrize(
    ("role", "first", "page"),
    [(Role.COUNCIL, "council", "staff/annulments"), (Role.OBSERVER, "office/log", "office/cases")],
)
def test_the_menu_leads_whoever_confirms_or_observes_to_the_cases(
    app: Flask, role: Role, first: str, page: str
) -> None:
    menu = member(app, "somebody", role).get(f"/kk/{first}").find("details", class_="pb-menu")
    assert f"/kk/{page}" in [link.get("href") for link in menu.iter("a")]


def test_nobody_voted_is_said_to_the_owner_alone(
    app: Flask, client: PageClient, election: object, now: datetime
) -> None:
    anonymous = client.get(MY_VOTE, status=303)
    assert "/sign-in" in anonymous.location
    sign_in_voter(client, app, impossible_iins(1, 77000)[0])
    assert "ешкім дауыс берген жоқ" in client.get(MY_VOTE).visible
    assert client.get(f"{MY_VOTE}/object", status=303).location.endswith("/my-vote")


def test_a_cast_ballot_queues_the_notice_to_the_number_on_the_roll(
    app: Flask, client: PageClient, now: datetime
) -> None:
    from models.people import Resident
    from models.service import Notice

    open_vote(app, now)
    sign_in_voter(client, app, IIN)
    with database_of(app).writing() as session:
        person = session.exec(select(Resident).order_by(col(Resident.id).desc())).first()
        assert person is not None
        person.phone = "+77011234567"
        session.add(person)
    client.submit(client.get(f"/ru/cycles/{SLUG}/ballot"), {"choices": ["none"]}, status=303)
    [notice] = rows(app, Notice)
    assert (notice.kind, notice.recipient, notice.language) == ("ballot_cast", "+77011234567", "ru")
    assert notice.facts["url"].endswith(f"/ru/cycles/{SLUG}/my-vote")
    [row] = rows(app, Participation)
    assert row.phone_key is not None
    assert row.age is not None
    assert row.network_key is not None


def test_an_address_written_in_the_newer_way_is_the_same_network(
    app: Flask, client: PageClient, now: datetime
) -> None:
    open_vote(app, now)
    seen = ("203.0.113.7", "::ffff:203.0.113.9", "::ffff:198.51.100.7", "2001:db8:1:2::3")
    for address, iin in zip(seen, impossible_iins(4, 88000), strict=True):
        client.environ_base["REMOTE_ADDR"] = address
        sign_in_voter(client, app, iin)
        client.submit(client.get(f"/ru/cycles/{SLUG}/ballot"), {"choices": ["none"]}, status=303)
    plain, mapped, *others = (
        row.network_key for row in sorted(rows(app, Participation), key=attrgetter("id"))
    )
    assert plain == mapped
    assert len({plain, *others}) == 3
