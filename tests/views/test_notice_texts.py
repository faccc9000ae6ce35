"""What stands in a message: short, in the person's language, by the district's clock, and never a choice."""

import pytest

from budget import notices
from budget.identity.sms import parts_of
from budget.notices import NoticeKind
from models.database import Database
from models.enums import CaseOutcome, Channel, Language
from models.service import Notice
from tests.harness.client import PageClient
from tests.harness.pages import text_of as words_of
from views.notice_texts import text_of

LONG_URL = "https://budget.saryarka.astana.gov.kz/kk/objections"
AT = "2027-03-31T20:05:00+00:00"
UNTIL = "2027-03-05T19:00:00+00:00"  # the end of 5 March in Astana
PROJECT = {"number": 2681}
FACTS = [
    (NoticeKind.LOGIN_CODE, {"code": "012345"}),
    *((NoticeKind.BALLOT_CAST, {"at": AT, "channel": channel, "url": LONG_URL}) for channel in Channel),
    *((NoticeKind.OBJECTION_DECIDED, {"outcome": outcome, "url": LONG_URL}) for outcome in CaseOutcome),
    (NoticeKind.PROJECT_RETURNED, {**PROJECT, "until": UNTIL}),
    (NoticeKind.CORRECTION_REMINDER, {**PROJECT, "until": UNTIL}),
    (NoticeKind.PROJECT_DECIDED, PROJECT),
    (NoticeKind.MERGER_PROPOSED, PROJECT),
    (NoticeKind.APPEAL_HEARING, {**PROJECT, "at": AT}),
    *((NoticeKind.APPEAL_DECIDED, {**PROJECT, "outcome": outcome}) for outcome in CaseOutcome),
]
NAMED = ("url", "code", "number")
"""One of these facts must be told."""


def text(kind, facts, language, now):
    return text_of(
        Notice(kind=kind, recipient="+77011234567", language=language, facts=facts, created_at=now)
    )


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_is_among_the_texts_tested_here(kind):
    assert kind in {known for known, _ in FACTS}


@pytest.mark.parametrize(("kind", "facts"), FACTS)
def test_every_text_is_short_and_in_its_own_language(kind, facts, now):
    texts = {language: text(kind, facts, language, now) for language in Language}
    assert len(set(texts.values())) == 3
    for told in texts.values():
        assert parts_of(told) <= (1 if kind is NoticeKind.LOGIN_CODE else 2), told
        assert len(told) <= 2 * 70 or "url" in facts, told
        assert "%" not in told
        assert [str(facts[name]) in told for name in NAMED if name in facts] == [True]


@pytest.mark.parametrize("language", Language)
def test_a_code_is_one_part_whatever_the_language(language, now):
    told = text(NoticeKind.LOGIN_CODE, {"code": "012345"}, language, now)
    assert "012345" in told
    assert len(told) <= 70


@pytest.mark.parametrize("language", Language)
def test_the_moment_is_told_by_the_clock_of_the_district(language, now):
    facts = {"at": AT, "channel": "web", "url": LONG_URL}
    assert "01.04 01:05" in text(NoticeKind.BALLOT_CAST, facts, language, now)


@pytest.mark.parametrize("language", Language)
def test_each_channel_and_each_outcome_is_told_apart(language, now):
    told = [text(kind, facts, language, now) for kind, facts in FACTS]
    assert len(set(told)) == len(FACTS)


@pytest.mark.parametrize("kind", NoticeKind)
def test_without_facts_there_is_no_text(kind, now):
    assert text(kind, {}, Language.KK, now) == ""


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", [NoticeKind.PROJECT_RETURNED, NoticeKind.CORRECTION_REMINDER])
def test_a_deadline_is_told_by_its_last_day(kind, language, now):
    assert "05.03" in text(kind, {**PROJECT, "until": UNTIL}, language, now)


def test_the_demo_shows_every_message_in_its_own_language(
    client: PageClient, app_database: Database, now
) -> None:
    with app_database.writing() as session:
        for kind, facts in FACTS:
            notices.queue(session, kind, "+77011234567", language=Language.RU, facts=facts, now=now)
    page = client.get("/kk/messages")
    shown = [words_of(one) for one in page.find_all("span", lang="ru")]
    assert shown[::-1] == [text(kind, facts, Language.RU, now) for kind, facts in FACTS]
