"""The lot, against numbers computed by hand with sha256sum."""

import subprocess
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from budget.allocation import lot_ranks, lot_seed

ROOT = sha256(b"final head").digest()


def test_the_seed_is_the_hash_of_root_and_draw_as_anybody_can_compute_it():
    digest = subprocess.run(["sha256sum"], input=ROOT + b"4711", capture_output=True, check=True).stdout[:64]
    assert lot_seed(ROOT, "4711").hex() == digest.decode()


def test_projects_are_ordered_by_the_hash_of_seed_and_id():
    seed = sha256(ROOT + b"4711").digest()
    expected = sorted(["a", "ё", "c"], key=lambda project: sha256(seed + project.encode()).hexdigest())
    ranks = lot_ranks(ROOT, "4711", ["a", "ё", "c"])
    assert sorted(ranks, key=ranks.__getitem__) == expected
    assert sorted(ranks.values()) == [1, 2, 3]


@given(st.lists(st.text(min_size=1), unique=True), st.text(), st.randoms(use_true_random=False))
def test_the_lot_does_not_depend_on_the_order_of_the_projects(ids, draw, dice):
    shuffled = ids.copy()
    dice.shuffle(shuffled)
    assert lot_ranks(ROOT, draw, shuffled) == lot_ranks(ROOT, draw, ids)


def test_another_draw_or_another_root_is_another_lot():
    ids = [str(n) for n in range(40)]
    assert lot_ranks(ROOT, "1", ids) != lot_ranks(ROOT, "2", ids)
    assert lot_ranks(ROOT, "1", ids) != lot_ranks(bytes(32), "1", ids)
