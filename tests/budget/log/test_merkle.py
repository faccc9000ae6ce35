"""The Merkle tree against the test vectors of Certificate Transparency, and against every planted lie."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.log.merkle import (
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
    root,
)

# google/certificate-transparency, merkletree tests: eight leaves and the roots of their first 1..8
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): INCLUSION[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
LEAVES = [leaf_hash(bytes.fromhex(data)) for data in INPUTS]


def test_the_empty_tree_has_the_hash_of_nothing():
    assert root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_certificate_transparency(size):
    assert root(LEAVES[:size]).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_inclusion_proofs_are_those_of_certificate_transparency(index, size):
    proof = inclusion_proof(LEAVES[:size], index)
    assert [node.hex() for node in proof] == INCLUSION[index, size]
    assert is_included(LEAVES[index], index, size, proof, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "size"), CONSISTENCY)
def test_the_consistency_proofs_are_those_of_certificate_transparency(old, size):
    proof = consistency_proof(LEAVES[:size], old)
    assert [node.hex() for node in proof] == CONSISTENCY[old, size]
    assert is_consistent(old, size, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[size - 1]), proof)


def test_a_node_never_passes_for_a_leaf():
    left, right = LEAVES[:2]
    assert leaf_hash(left + right) != node_hash(left, right)


def logs(size: int) -> list[bytes]:
    return [leaf_hash(str(n).encode()) for n in range(size)]


@given(st.integers(1, 70), st.data())
def test_every_leaf_can_be_proven_and_only_at_its_place(size, data):
    leaves = logs(size)
    index = data.draw(st.integers(0, size - 1))
    proof, head = inclusion_proof(leaves, index), root(leaves)
    assert is_included(leaves[index], index, size, proof, head)
    assert not is_included(leaf_hash(b"other"), index, size, proof, head)
    assert not is_included(leaves[index], index, size, [*proof, head], head)
    assert not is_included(leaves[index], size, size, proof, head)
    assert not is_included(leaves[index], index, size, proof, root(leaves[1:]))
    elsewhere = data.draw(st.integers(0, size - 1))
    assert is_included(leaves[index], elsewhere, size, proof, head) == (elsewhere == index)
    if proof:
        assert not is_included(leaves[index], index, size, proof[:-1], head)
        assert not is_included(leaves[index], index, size, [leaf_hash(b"x"), *proof[1:]], head)


@given(st.integers(1, 70), st.data())
def test_every_beginning_can_be_proven_and_no_changed_one(size, data):
    leaves = logs(size)
    old = data.draw(st.integers(1, size))
    proof, old_head, head = consistency_proof(leaves, old), root(leaves[:old]), root(leaves)
    assert is_consistent(old, size, old_head, head, proof)
    assert not is_consistent(old, size, leaf_hash(b"swapped"), head, proof)
    assert not is_consistent(old, size, old_head, leaf_hash(b"swapped"), proof)
    assert not is_consistent(old, size, old_head, head, [*proof, head])
    assert not is_consistent(0, size, old_head, head, proof)
    assert not is_consistent(size + 1, size, old_head, head, proof)
    for place in range(len(proof)):
        assert not is_consistent(
            old, size, old_head, head, [*proof[:place], leaf_hash(b"x"), *proof[place + 1 :]]
        )
        assert not is_consistent(old, size, old_head, head, proof[:place] + proof[place + 1 :])


@given(st.integers(2, 40), st.data())
def test_a_log_that_changed_an_old_leaf_cannot_prove_its_beginning(size, data):
    leaves = logs(size)
    old = data.draw(st.integers(1, size - 1))
    changed = leaves.copy()
    changed[data.draw(st.integers(0, old - 1))] = leaf_hash(b"swapped")
    proof = consistency_proof(changed, old)
    assert not is_consistent(old, size, root(leaves[:old]), root(changed), proof)


@pytest.mark.parametrize("index", [-1, 8])
def test_a_leaf_outside_the_tree_has_no_proof(index):
    with pytest.raises(IndexError):
        inclusion_proof(LEAVES, index)


@pytest.mark.parametrize("old", [0, 9])
def test_a_tree_that_is_no_beginning_has_no_proof(old):
    with pytest.raises(IndexError):
        consistency_proof(LEAVES, old)
