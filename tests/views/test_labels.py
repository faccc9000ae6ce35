"""Every member of every enum has a word, in every language."""

from enum import StrEnum

import pytest
from flask import Flask

from models import enums
from views import labels

KINDS = [kind for kind in vars(enums).values() if isinstance(kind, type) and issubclass(kind, StrEnum)]
MEMBERS = [member for kind in KINDS if kind is not StrEnum for member in kind]


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: f"{type(member).__name__}.{member.name}")
def test_every_member_has_a_label(app: Flask, member: StrEnum) -> None:
    with app.test_request_context("/en/"):
        assert labels.label(member)


def test_members_with_one_value_keep_their_own_labels(app: Flask) -> None:
    with app.test_request_context("/en/"):
        assert labels.label(enums.Channel.DESK) != labels.label(enums.Assurance.DESK)


def test_no_label_is_left_over() -> None:
    told = {(kind, value) for kind, words in labels.LABELS.items() for value in words}
    assert told == {(type(member), member) for member in MEMBERS}


def test_what_nobody_explained_is_not_shown(app: Flask) -> None:
    with app.test_request_context("/en/"), pytest.raises(KeyError):
        labels.unpublished("unheard_of")
