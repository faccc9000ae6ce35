"""The verifier's own signature check, tree and allocation agree with the standards and with ours."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from budget.allocation import Candidate, EnvelopeSum, LotOrder, allocate
from budget.errors import UndecidedTie
from budget.log.merkle import Frontier, leaf_hash, root
from budget.published import verify
from models.enums import AllocationRule

# RFC 8032, section 7.1: public key, message, signature
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_signatures_are_those_of_rfc_8032(public: str, message: str, signature: str) -> None:
    key, text, signed = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert verify.is_signed(key, text, signed)
    assert not verify.is_signed(key, text + b"x", signed)


@settings(max_examples=25)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=40), st.integers(0, 511))
def test_it_takes_what_libsodium_signs_and_no_bit_of_it_changed(
    seed: bytes, message: bytes, bit: int
) -> None:
    key = SigningKey(seed)
    public, signature = bytes(key.verify_key), key.sign(message).signature
    assert verify.is_signed(public, message, signature)
    changed = (int.from_bytes(signature, "little") ^ 1 << bit).to_bytes(64, "little")
    assert not verify.is_signed(public, message, changed)
    assert not verify.is_signed(public, message, signature + b"\0")
    order = verify.L
    later = int.from_bytes(signature[32:], "little") + order
    assert not verify.is_signed(public, message, signature[:32] + later.to_bytes(32, "little"))


@given(st.integers(0, 70), st.integers(0, 70))
def test_a_growing_tree_has_the_roots_of_the_whole_one(first: int, second: int) -> None:
    leaves = [leaf_hash(str(number).encode()) for number in range(first + second)]
    peaks: list[bytes] = []
    ours = Frontier()
    size = verify.grow(peaks, 0, leaves[:first])
    for leaf in leaves[:first]:
        ours.append(leaf)
    assert verify.root_of(peaks) == root(leaves[:first]).hex() == ours.root().hex()
    size = verify.grow(peaks, size, leaves[first:])
    for leaf in leaves[first:]:
        ours.append(leaf)
    assert (
        (size, verify.root_of(peaks))
        == (first + second, root(leaves).hex())
        == (ours.size, ours.root().hex())
    )


PROJECTS = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 4), st.integers(0, 1), st.booleans()), min_size=1, max_size=9
)


@settings(max_examples=300)
@given(
    projects=PROJECTS,
    totals=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    rule=st.sampled_from(AllocationRule),
    minimum=st.integers(0, 2),
    leftovers=st.booleans(),
    drawn=st.booleans(),
)
def test_it_allocates_as_we_do(
    projects: list[tuple[int, int, int, bool]],
    totals: tuple[int, int],
    rule: AllocationRule,
    minimum: int,
    leftovers: bool,
    drawn: bool,
) -> None:
    ids = [f"p{number}" for number in range(len(projects))]
    ranks = {id_: len(ids) - place for place, id_ in enumerate(ids)} if drawn else {}
    rules = {
        "settings": {"rule": str(rule), "minimum_votes": minimum, "leftovers": leftovers},
        "envelopes": [{"id": f"e{place}", "total": total} for place, total in enumerate(totals)],
        "projects": [
            {"id": id_, "number": 1, "envelope": f"e{part}", "cost": cost}
            for id_, (cost, _, part, _) in zip(ids, projects, strict=True)
        ],
    }
    votes = {id_: project[1] for id_, project in zip(ids, projects, strict=True)}
    withdrawn = [id_ for id_, project in zip(ids, projects, strict=True) if project[3]]
    candidates = [
        Candidate(id_, cost, count, f"e{part}", withdrawn=gone)
        for id_, (cost, count, part, gone) in zip(ids, projects, strict=True)
    ]
    theirs = ours = None
    with contextlib.suppress(verify.Different):
        theirs = verify.allocate(rules, votes, withdrawn, ranks)
    with contextlib.suppress(UndecidedTie):
        result = allocate(
            candidates,
            [EnvelopeSum(f"e{place}", total) for place, total in enumerate(totals)],
            rule=rule, minimum_votes=minimum, leftovers=leftovers, order=LotOrder(ranks),
        )  # fmt: skip
        ours = [
            [v.id, v.place, v.votes, v.cost, v.remaining_before, v.remaining_after, str(v.kind)]
            for v in result.verdicts
        ]
    assert theirs == ours
