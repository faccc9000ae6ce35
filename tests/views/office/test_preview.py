"""Before publishing, the coordinator sees the turnout, the sums and the winners without SMS as everybody will."""

from datetime import datetime

import pytest
from flask import Flask

from models.database import Database
from tests.harness.application import Clock
from tests.harness.client import PageClient
from tests.harness.mixed import AFTER, annul, count, mixed_vote
from views.keys import keyring_for


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_sums_stand_on_the_page_that_publishes(
    desk: PageClient, app: Flask, app_database: Database, now: datetime, clock: Clock, language: str
) -> None:
    ring = keyring_for(app.extensions["config"])
    with app_database.writing() as session:
        made = mixed_vote(session, ring, now, slug="2027", sms=[0] * 12, desk=[1] * 14, papers=[1] * 3)
        annul(session, made, 2, now=now)
        count(session, ring, made, now)
    clock.instant = now + AFTER
    page = desk.get(f"/{language}/office/cycles/2027/publish-results")
    assert len(page.find_all("table", class_="pb-turnout")) == 3
    sums = ["".join(table.itertext()) for table in page.find_all("table", class_="pb-sum")]
    assert [f"= {number}" in found for number, found in zip((29, 27, 26), sums, strict=True)] == [True] * 3
    if language == "en":
        assert "does not add up" not in page.visible
        assert "The winners would not be the same." in page.visible
