"""Proofs made from stretches are those of the whole tree, leaf by leaf."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.log import long_tree
from budget.log.long_tree import LongTree
from budget.log.merkle import Hash, consistency_proof, inclusion_proof, leaf_hash


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretches of four, so that small trees have many."""
    monkeypatch.setattr(long_tree, "STRETCH", 4)


def leaves_of(size: int) -> list[Hash]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


@pytest.mark.parametrize("size", range(1, 40))
def test_every_proof_is_that_of_the_whole_tree(size: int) -> None:
    leaves = leaves_of(size)
    tree = LongTree(size, lambda start, end: leaves[start:end])
    for place in range(size):
        assert tree.inclusion(place) == inclusion_proof(leaves, place)
        assert tree.consistency(place + 1) == consistency_proof(leaves, place + 1)


@given(st.lists(st.integers(1, 30), min_size=2, max_size=2, unique=True))
def test_kept_stretches_serve_a_longer_log_and_an_earlier_head(sizes: list[int]) -> None:
    leaves, kept = leaves_of(max(sizes)), ()
    for size in [*sizes, min(sizes)]:
        tree = LongTree(size, lambda start, end: leaves[start:end], kept)
        kept = tree.stretches
        for place in range(size):
            assert tree.inclusion(place) == inclusion_proof(leaves[:size], place)
            assert tree.consistency(place + 1) == consistency_proof(leaves[:size], place + 1)


def test_a_proof_reads_a_few_stretches_and_not_the_log() -> None:
    leaves, read = leaves_of(39), []  # type: tuple[list[Hash], list[int]]

    def spy(start: int, end: int) -> list[Hash]:
        read.append(end - start)
        return leaves[start:end]

    kept = LongTree(39, spy).stretches
    read.clear()
    LongTree(39, spy, kept).inclusion(17)
    assert sum(read) <= 8
    read.clear()
    LongTree(39, spy, kept).consistency(18)
    assert sum(read) <= 12


@pytest.mark.parametrize("index", [-1, 8])
def test_a_leaf_outside_has_no_proof(index: int) -> None:
    leaves = leaves_of(8)
    with pytest.raises(IndexError):
        LongTree(8, lambda start, end: leaves[start:end]).inclusion(index)
    with pytest.raises(IndexError):
        LongTree(8, lambda start, end: leaves[start:end]).consistency(max(index, 0) + (index > 0))
