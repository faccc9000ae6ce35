"""A key in three shares: any two give it back, one gives nothing; a share survives being written down."""

import itertools
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget import key_shares
from budget.errors import ShareWrong


def test_any_two_shares_give_the_key_and_so_do_three() -> None:
    key, shares = key_shares.split()
    numbered = dict(enumerate(shares, start=1))
    for pair in itertools.combinations(numbered, 2):
        assert key_shares.join({number: numbered[number] for number in pair}) == key
    assert key_shares.join(numbered) == key


def test_one_share_is_neither_the_key_nor_joins_to_it_with_a_foreign_one() -> None:
    key, shares = key_shares.split()
    _, foreign = key_shares.split()
    assert key not in shares
    assert key_shares.join({1: shares[0], 2: foreign[1]}) != key


def test_the_private_key_opens_under_its_key_only() -> None:
    private, key = secrets.token_bytes(32), secrets.token_bytes(16)
    wrapped = key_shares.wrap(private, key)
    assert len(wrapped) == key_shares.WRAPPED_BYTES
    assert private not in wrapped
    assert key_shares.unwrap(wrapped, key) == private
    assert key_shares.unwrap(wrapped, secrets.token_bytes(16)) is None


@given(st.binary(min_size=16, max_size=16), st.sampled_from(["kk", "ru", "en"]))
def test_words_are_read_back_whatever_the_language(share: bytes, language: str) -> None:
    words = key_shares.words(share, language)
    assert len(words) == key_shares.WORDS
    assert key_shares.read(" ".join(words)) == share


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_words_are_those_of_the_published_lists(language: str) -> None:
    from mnemonic import Mnemonic

    share = bytes(range(16))
    mnemonic = Mnemonic({"ru": "russian", "en": "english"}[language])
    assert (
        mnemonic.to_mnemonic(share).split()
        == mnemonic.normalize_string(" ".join(key_shares.words(share, language))).split()
    )


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_word_can_be_written_down_and_means_one_thing(language: str) -> None:
    listed = key_shares._list(language)
    assert len(set(listed)) == 2048
    assert all(word.isalpha() and word == word.lower() for word in listed)


def test_numbers_capitals_and_line_ends_do_not_matter() -> None:
    share = secrets.token_bytes(16)
    words = key_shares.words(share, "ru")
    typed = "\n".join(f"{place}. {word.upper()}," for place, word in enumerate(words, start=1))
    assert key_shares.read(typed) == share


def refused(text: str) -> dict[str, object]:
    with pytest.raises(ShareWrong) as wrong:
        key_shares.read(text)
    return wrong.value.facts


def test_what_is_wrong_with_a_share_is_named() -> None:
    words = list(key_shares.words(bytes(range(16)), "en"))
    assert refused(" ") == {"why": "empty"}
    assert refused(" ".join([*words[:3], "qazaqstan", *words[4:]])) == {"why": "word", "word": "qazaqstan"}
    assert refused(" ".join(words[:-1])) == {"why": "count", "count": 11}
    swapped = next(
        " ".join([other, *words[1:]]) for other in key_shares._list("en") if _fails([other, *words[1:]])
    )
    assert refused(swapped) == {"why": "checksum"}


def _fails(words: list[str]) -> bool:
    try:
        key_shares.read(" ".join(words))
    except ShareWrong:
        return True
    return False
