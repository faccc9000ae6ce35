"""Settings of a cycle: what is in range, and the document that is frozen."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.errors import SettingFault
from budget.settings import EnvelopeDraft, FrozenProject, Text, check_settings, frozen_document, frozen_hash
from tests.harness.cycles import proposal

DRAFT = proposal(datetime(2027, 3, 1, tzinfo=UTC))
NAMED = Text("Аулалар", "Дворы", "Yards")
NAMELESS = Text("", "", "")


def fault_of(**changes: Any) -> dict[str, Any]:
    with pytest.raises(SettingFault) as refusal:
        check_settings(replace(DRAFT, **changes))
    assert refusal.value.field == refusal.value.facts["setting"]
    return refusal.value.facts


def test_the_known_practice_is_in_range() -> None:
    check_settings(DRAFT)


@pytest.mark.parametrize(
    ("setting", "low", "high"),
    [
        ("year", 2019, 2100),
        ("votes_per_resident", 1, 3),
        ("projects_per_author", 1, 20),
        ("minimum_age", 0, 100),
        ("minimum_votes", 0, 1_000_000),
        ("cost_cap_tenge", 1, 10_000_000),
        ("build_year", 2027, 2037),
        ("council_akimat_percent", 0, 100),
        ("reviewers_per_project", 1, 9),
        ("review_days", 1, 60),
        ("correction_days", 1, 60),
        ("appeal_days", 1, 90),
        ("appeal_decision_days", 1, 60),
    ],
)
def test_a_number_is_accepted_to_its_limits_and_refused_beyond(setting: str, low: int, high: int) -> None:
    for value in (low, high):
        check_settings(replace(DRAFT, **{setting: value}))
    for value in (low - 1, high + 1):
        assert fault_of(**{setting: value}) == {
            "setting": setting,
            "fault": "range",
            "low": low,
            "high": high,
        }


def test_an_allotted_sum_is_more_than_nothing_and_less_than_a_trillion() -> None:
    for sum_tenge in (0, -1, 10**12 + 1):
        assert fault_of(allotted_tenge=sum_tenge)["setting"] == "allotted_tenge"


@pytest.mark.parametrize(
    "slug", ["", "2027 ", "Кезең", "2027/x", "-2027", "2027-", "A", "new", "x" * 61, "a\n"]
)
def test_an_address_that_would_break_a_link_is_refused(slug: str) -> None:
    assert fault_of(slug=slug) == {"setting": "slug", "fault": "shape"}


@given(
    st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True).filter(lambda slug: slug != "new")
)
def test_letters_digits_and_hyphens_make_an_address(slug: str) -> None:
    check_settings(replace(DRAFT, slug=slug))


@pytest.mark.parametrize("title", [Text("", "б", "c"), Text("а", "", "c"), Text("а", "б", "")])
def test_a_title_is_given_in_all_three_languages(title: Text) -> None:
    assert fault_of(title=title) == {"setting": "title", "fault": "missing"}


def test_something_must_be_accepted_and_some_way_to_sign_in_too() -> None:
    assert fault_of(directions=()) == {"setting": "directions", "fault": "missing"}
    assert fault_of(methods=()) == {"setting": "methods", "fault": "missing"}


def test_envelopes_must_add_up_to_the_allotted_sum() -> None:
    assert fault_of(envelopes=())["fault"] == "missing"
    facts = fault_of(envelopes=(EnvelopeDraft(NAMED, 4_000_000), EnvelopeDraft(NAMED, 5_000_000)))
    assert facts == {"setting": "envelopes", "fault": "sum", "total": 9_000_000, "allotted": 10_000_000}
    negative = (EnvelopeDraft(NAMED, 11_000_000), EnvelopeDraft(NAMED, -1_000_000))
    assert fault_of(envelopes=negative)["fault"] == "sum"


def test_the_only_envelope_needs_no_name_and_several_do() -> None:
    check_settings(replace(DRAFT, envelopes=(EnvelopeDraft(NAMELESS, 10_000_000),)))
    several = (EnvelopeDraft(NAMED, 5_000_000), EnvelopeDraft(NAMELESS, 5_000_000))
    assert fault_of(envelopes=several) == {"setting": "envelopes", "fault": "unnamed"}


PROJECTS = (FrozenProject("aa", 1, "e1", 500), FrozenProject("bb", 2, "e1", 700))


def document(projects: tuple[FrozenProject, ...] = PROJECTS, **changes: Any) -> bytes:
    values: dict[str, Any] = {
        "settings": {"rule": "skip"},
        "envelopes": [("e1", 1000)],
        "public_key": b"k" * 32,
        "log_public_key": b"l" * 32,
    }
    values |= changes
    return frozen_document(projects=projects, **values)


def test_the_frozen_document_does_not_depend_on_the_order_of_rows() -> None:
    assert document(PROJECTS) == document(PROJECTS[::-1])
    assert document(settings={"a": 1, "b": 2}) == document(settings={"b": 2, "a": 1})


@pytest.mark.parametrize(
    "changes",
    [
        {"settings": {"rule": "stop"}},
        {"envelopes": [("e1", 1001)]},
        {"public_key": b"K" * 32},
        {"projects": PROJECTS[:1]},
        {"projects": (PROJECTS[0], replace(PROJECTS[1], cost=701))},
        {"projects": (PROJECTS[0], replace(PROJECTS[1], envelope="e2"))},
    ],
)
def test_the_frozen_hash_changes_with_every_part(changes: dict[str, Any]) -> None:
    assert frozen_hash(document()) != frozen_hash(document(**changes))


def test_the_frozen_hash_is_that_of_the_canonical_text() -> None:
    """The text is fixed to the letter: anyone can write it down and hash it."""
    text = (
        '{"ballot_public_key":"6b6b","envelopes":[{"id":"e1","total":1000}],"log_public_key":"6c6c",'
        '"projects":[{"cost":500,"envelope":"e1","id":"aa","number":1}],"settings":{"title_kk":"Кезең"}}'
    )
    made = document(PROJECTS[:1], settings={"title_kk": "Кезең"}, public_key=b"kk", log_public_key=b"ll")
    assert made == text.encode()
    assert frozen_hash(made) == hashlib.sha256(text.encode()).hexdigest()
