"""Differences between two texts of a project: nothing is invented and nothing lost."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from budget.differences import Change, Content, Piece, differences, pieces_of
from models.enums import ProjectPart

SAME, REMOVED, ADDED = Change
WORDS = st.lists(
    st.sampled_from(["аула", "жарық", "алаң", "7/1", " ", "  ", "\n", ",", "шам"]), max_size=14
).map("".join)
TEXTS = st.one_of(WORDS, st.text(max_size=40))


def content(**changes: Any) -> Content:
    values: Content = {
        "language": "kk", "title": "Ойын алаңы", "description": "Ескі алаң тозған.", "area": "koktal-1",
        "addresses": [["Есенберлин к-сі", "38"]], "direction": "playgrounds", "estimate_tenge": 5, "photo": "f1",
    }  # fmt: skip
    return {**values, **changes}


@given(TEXTS, TEXTS)
def test_the_pieces_are_both_texts(before: str, after: str) -> None:
    pieces = pieces_of(before, after)
    assert "".join(piece.text for piece in pieces if piece.change is not ADDED) == before
    assert "".join(piece.text for piece in pieces if piece.change is not REMOVED) == after


@given(TEXTS, TEXTS)
def test_no_piece_is_empty_and_no_two_of_a_kind_follow_each_other(before: str, after: str) -> None:
    pieces = pieces_of(before, after)
    assert all(piece.text for piece in pieces)
    assert all(one.change is not other.change for one, other in pairwise(pieces))


@given(TEXTS)
def test_a_text_that_did_not_change_is_one_piece(text: str) -> None:
    assert pieces_of(text, text) == ((Piece(SAME, text),) if text else ())


@given(TEXTS, TEXTS)
def test_read_backwards_what_came_went(before: str, after: str) -> None:
    turned = {SAME: SAME, REMOVED: ADDED, ADDED: REMOVED}
    there = "".join(piece.text for piece in pieces_of(before, after) if turned[piece.change] is not ADDED)
    assert there == after


def test_words_are_kept_whole() -> None:
    assert pieces_of("Ескі алаң тозған.", "Ескі жарық тозған.") == (
        Piece(SAME, "Ескі "),
        Piece(REMOVED, "алаң"),
        Piece(ADDED, "жарық"),
        Piece(SAME, " тозған."),
    )


def test_only_the_parts_that_changed_are_told_in_the_order_of_the_application() -> None:
    after = content(title="Жаңа алаң", addresses=[["Есенберлин к-сі", "40"]], estimate_tenge=6, photo=None)
    found = differences(content(), after)
    assert [(one.part, one.before, one.after) for one in found] == [
        (ProjectPart.TITLE, "Ойын алаңы", "Жаңа алаң"),
        (ProjectPart.ADDRESSES, [["Есенберлин к-сі", "38"]], [["Есенберлин к-сі", "40"]]),
        (ProjectPart.ESTIMATE, 5, 6),
        (ProjectPart.PHOTO, "f1", None),
    ]
    assert [bool(one.pieces) for one in found] == [True, False, False, False]


@given(st.dictionaries(st.sampled_from(["title", "description", "area", "direction"]), st.text(max_size=5)))
def test_the_same_content_has_no_differences(changes: dict[str, str]) -> None:
    assert differences(content(**changes), content(**changes)) == ()


def test_a_content_that_lacks_a_part_is_no_failure() -> None:
    """A version kept before a part existed."""
    before = {name: value for name, value in content().items() if name != "description"}
    [found] = differences(before, content())
    assert (found.part, found.before) == (ProjectPart.DESCRIPTION, None)
    assert "".join(piece.text for piece in found.pieces) == "Ескі алаң тозған."
