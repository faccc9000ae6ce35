"""A vote that is open, made through the domain functions, and a voter's browser signed in to it."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlmodel import SQLModel, select

from budget import cycles, web_sessions
from budget.ballot_rules import Choice, decode
from budget.ballots import ballot_box
from budget.sealing import unseal
from budget.settings import EnvelopeDraft, Text
from models.ballot import Participation
from models.database import Database
from models.enums import Phase, ProjectState
from models.people import Resident
from tests.harness.client import PageClient
from tests.harness.elections import COORDINATOR, Election, add_project, add_residents, draft, impossible_iins
from tests.harness.pages import PageResponse
from tests.harness.queries import asking_in
from views import sealed_cookies
from views.keys import keyring_for
from views.sessions import COOKIE

SLUG = "test-2027"
BALLOT = f"/en/cycles/{SLUG}/ballot"
RECEIPT = f"/en/cycles/{SLUG}/receipt"
IIN, OTHER_IIN, THIRD_IIN = impossible_iins(3)
SHARE = 10_000_000


def open_vote(
    app: Flask, now: datetime, *, projects: int = 4, envelopes: int = 1, freeze: bool = True, **settings: Any
) -> Election:
    """Voting is open at `now` since a day, till 13 days later. `projects` admitted ones in turn in each envelope,
    and after them one that was rejected."""
    names = [Text(f"{n}-бөлік", f"Часть {n}", f"Part {n}") for n in range(1, envelopes + 1)]
    values: dict[str, Any] = {
        "slug": SLUG,
        "allotted_tenge": SHARE * envelopes,
        "envelopes": tuple(EnvelopeDraft(name, SHARE) for name in names),
        **settings,
    }
    proposed = draft(now, values.pop("phase", Phase.VOTING), **values)
    starts_at = proposed.windows[0].starts_at
    with database_of(app).writing() as session:
        cycle = cycles.create(session, COORDINATOR, proposed, now=starts_at)
        add_residents(
            session, keyring_for(app.extensions["config"]), impossible_iins(1, 99000), now=starts_at
        )
        cycles.publish(session, COORDINATOR, cycle.slug, now=starts_at)
        parts = cycles.envelopes(session, cycle.id or 0)
        rows = [
            add_project(session, cycle, n + 1, envelope_id=parts[n % envelopes].id) for n in range(projects)
        ]
        rejected = {"state": ProjectState.REJECTED, "envelope_id": None, "cost_tenge": None}
        rows.append(add_project(session, cycle, projects + 1, **rejected))
        if freeze:
            opens_at = next(w.starts_at for w in proposed.windows if w.phase is Phase.VOTING)
            keyring = keyring_for(app.extensions["config"])
            cycle = cycles.freeze(session, COORDINATOR, SLUG, keyring, now=opens_at - timedelta(hours=1))
    return Election(cycle, tuple(rows))


def sign_in_voter(client: PageClient, app: Flask, iin: str = IIN, *, born: date = date(1985, 5, 17)) -> None:
    """Sign the person in, on the roll if not there yet, by the service's own session and cookie."""
    roll_key = keyring_for(app.extensions["config"]).roll_key_of(iin)
    at = app.extensions["clock"]()
    with database_of(app).writing() as session:
        row = session.exec(select(Resident).where(Resident.roll_key == roll_key)).first()
        if row is None:
            row = Resident(roll_key=roll_key, birth_on=born, imported_at=at)
            session.add(row)
            session.flush()
        resident_id = row.id
    open_session(client, app, iin, resident_id=resident_id)


def open_session(client: FlaskClient, app: Flask, iin: str | None = None, **owner: int | None) -> None:
    """Give the browser a session of `resident_id=` (with the IIN) or `staff_id=`, by the service's own code. One of
    staff has just shown password and code again."""
    content = {"iin": iin} if iin else {}
    with app.test_request_context("/kk/"), database_of(app).writing() as session:
        at = app.extensions["clock"]()
        token = web_sessions.start(session, now=at, **owner)
        found = web_sessions.find(asking_in(session), token, now=at)
        if found is not None and "staff_id" in owner:
            web_sessions.step_up(session, found.session_id, now=at)
        cookie = sealed_cookies._seal(COOKIE, {"token": token, **content}, web_sessions.RESIDENT_LONGEST)
    client.set_cookie(COOKIE, cookie)


def ids(election: Election) -> list[str]:
    """Public ids of the admitted projects, by number."""
    return [project.public_id for project in election.projects if project.state is ProjectState.ADMITTED]


def offered(page: PageResponse) -> list[str]:
    """What the ballot lets one choose, in its order."""
    return [box.get("value", "") for box in page.find_all("input", name="choices")]


def chosen(page: PageResponse) -> set[str]:
    """What is marked on the ballot."""
    boxes = page.find_all("input", name="choices")
    return {box.get("value", "") for box in boxes if box.get("checked") is not None}


def vote(client: PageClient, *choices: str, address: str = BALLOT, **kwargs: Any) -> Any:
    """Open the ballot of up to three votes and press the button."""
    return client.submit(client.get(address), {"choices": list(choices)}, button="Cast my vote", **kwargs)


def closes_at(now: datetime) -> datetime:
    """When the voting of `open_vote(app, now)` ends."""
    return next(w.ends_at for w in draft(now).windows if w.phase is Phase.VOTING and w.ends_at)


def ballots_in(app: Flask) -> list[Participation]:
    """The rows of the ballot box."""
    with database_of(app).reading() as session:
        return list(session.exec(select(Participation)).all())


def opened(app: Flask, election: Election) -> list[Choice | str]:
    """What the sealed ballots say, with the cycle's key."""
    keys = keyring_for(app.extensions["config"]).cycle_keys(election.cycle.slug)
    with database_of(app).reading() as session:
        rules = ballot_box(session, election.cycle).ballot_list
    plain = [unseal(row.sealed or b"", keys.ballot_private_key) for row in ballots_in(app)]
    return ["unreadable" if text is None else decode(text, rules) for text in plain]


def database_of(app: Flask) -> Database:
    """The application's database."""
    found: Database = app.extensions["database"]
    return found


def contents(database: Database) -> dict[str, list[str]]:
    """Every row of every table but those that only say that somebody was here."""
    passing = {"web_session", "login_code", "sign_in_failure", "notice"}
    with database.reading() as session:
        return {
            name: sorted(
                repr(tuple(row)) for row in session.connection().execute(text(f"SELECT * FROM {name}"))
            )
            for name in sorted(set(SQLModel.metadata.tables) - passing)
        }
