"""The coordinator is told when residents get no codes, and why."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from budget import notices
from budget.notices import NoticeKind
from budget.permissions import Actor
from budget.sms_spending import Tariff
from models.database import Database
from models.enums import Language, NoticeFailure, Role
from tests.harness.client import PageClient
from tests.harness.projects import make_district, sign_in
from views.config import SmsSettings


@pytest.fixture
def office(
    make_app: Callable[..., Flask], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[PageClient, Database]:
    """The coordinator at an installation with a gateway, which is never spoken to here."""
    settings = SmsSettings("smsc", Tariff(20, 200), login="a", password="b", url="https://127.0.0.1:9")
    app = make_app(sqlite_url, demo=False, sms=settings)
    database: Database = app.extensions["database"]
    with database.writing() as session:
        make_district(session)
    sign_in(monkeypatch, Actor(Role.COORDINATOR, None, "A. Coordinator"))
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client, database


def queue(database: Database, now: datetime, *, cost_tenge: int) -> int:
    with database.writing() as session:
        notice = notices.queue(
            session, NoticeKind.LOGIN_CODE, "+77011234567", language=Language.KK,
            facts={"code": "012345"}, now=now, cost_tenge=cost_tenge,
        )  # fmt: skip
    return notice.id or 0


def banners(client: PageClient, language: str = "en") -> list[str]:
    page = client.get(f"/{language}/office")
    found = [" ".join("".join(each.itertext()).split()) for each in page.find_all("div", role="alert")]
    return [text for text in found if "SMS" in text]


def test_while_codes_come_nothing_is_said(office: tuple[PageClient, Database]) -> None:
    assert banners(office[0]) == []


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_reached_cap_is_told_with_its_end(
    office: tuple[PageClient, Database], now: datetime, language: str
) -> None:
    client, database = office
    queue(database, now, cost_tenge=200)
    [said] = banners(client, language)
    assert "15:00" in said
    if language == "en":
        assert "The hourly limit of spending is reached" in said


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_failing_gateway_is_told(office: tuple[PageClient, Database], now: datetime, language: str) -> None:
    client, database = office
    notice = queue(database, now, cost_tenge=20)
    with database.writing() as session:
        notices.claim(session, notice, attempts=0, now=now)
        notices.mark_failed(session, notice, NoticeFailure.ACCOUNT)
    [said] = banners(client, language)
    if language == "en":
        assert said.startswith("Codes by SMS may come late now, or not at all.")
