"""The inner envelope: only the cycle's key opens it, its length is that of the plain ballot, the receipt fits it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey

from budget.log.merkle import leaf_hash
from budget.sealing import receipt_of, seal, unseal

KEY = PrivateKey.generate()
PUBLIC, PRIVATE = bytes(KEY.public_key), bytes(KEY)


@given(st.binary(max_size=300))
def test_what_is_sealed_comes_out_again(plain: bytes) -> None:
    assert unseal(seal(plain, PUBLIC), PRIVATE) == plain


@given(st.binary(max_size=300))
def test_a_sealed_ballot_is_48_bytes_longer_whatever_it_says(plain: bytes) -> None:
    assert len(seal(plain, PUBLIC)) == len(plain) + 48


def test_the_same_choice_looks_different_each_time() -> None:
    sealed = {seal(b"the same choice", PUBLIC) for _ in range(20)}
    assert len(sealed) == 20


def test_another_key_opens_nothing() -> None:
    assert unseal(seal(b"choice", PUBLIC), bytes(PrivateKey.generate())) is None


@given(st.integers(min_value=0))
def test_a_changed_byte_is_noticed(place: int) -> None:
    sealed = bytearray(seal(b"a choice of this length", PUBLIC))
    sealed[place % len(sealed)] ^= 1
    assert unseal(bytes(sealed), PRIVATE) is None


@pytest.mark.parametrize("length", [0, 1, 31, 47])
def test_a_ballot_too_short_to_be_sealed_is_not_opened(length: int) -> None:
    assert unseal(bytes(length), PRIVATE) is None


def test_the_receipt_is_the_leaf_hash_of_the_sealed_ballot() -> None:
    sealed = seal(b"choice", PUBLIC)
    assert receipt_of(sealed) == leaf_hash(sealed)
    assert len(receipt_of(sealed)) == 32
