"""What is signed, and which answers of NCANode are believed."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from budget.identity.eds import (
    LONGEST_CMS,
    PROTOCOL,
    Answer,
    Challenge,
    control_number,
    document,
    signer_of,
    tidy_cms,
)
from budget.identity.eds_refusals import EdsExpired, EdsForeign, EdsInvalid, EdsOrganisation, EdsRevoked
from tests.harness.ncanode import certificate, sign, verification
from tests.harness.people import test_iin

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
IIN = test_iin(1)
CHALLENGE = Challenge("nonce-of-this-browser", "2027", "budget.example.kz", NOW, NOW + timedelta(minutes=10))
SIGNED = document(CHALLENGE)


def answer(kind="individual", content=SIGNED, *, attached=True, **changes):
    """What NCANode says of a signature of `content` when we send `SIGNED` along."""
    cms = sign(content, IIN, kind, attached=attached)
    said = verification(cms, base64.b64encode(SIGNED).decode(), ["OCSP"])
    return Answer({**said, **changes}, content if attached else None)


def with_certificate(**changes):
    """The same answer with another certificate."""
    return answer(signers=[{"certificates": [{**certificate(IIN, "individual"), **changes}]}])


def test_the_document_says_what_is_allowed_and_never_a_choice():
    content = json.loads(SIGNED)
    assert content == {
        "cycle": "2027",
        "expires": "2027-03-01T09:10:00Z",
        "host": "budget.example.kz",
        "issued": "2027-03-01T09:00:00Z",
        "nonce": "nonce-of-this-browser",
        "purpose": "sign-in",
    }


def test_the_document_of_a_protocol_names_its_sha256():
    content = json.loads(document(replace(CHALLENGE, purpose=PROTOCOL, sha256="ab" * 32)))
    assert content == {**json.loads(SIGNED), "purpose": "protocol", "sha256": "ab" * 32}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "ТЕСТОВ ТЕСТ ТЕСТОВИЧ"),
        ({"lastName": None}, "ТЕСТОВ ТЕСТ"),
        ({"commonName": "  ТЕСТОВ   ТЕСТ ", "lastName": ""}, "ТЕСТОВ ТЕСТ"),
        ({"commonName": "", "lastName": 7}, ""),
        ({"commonName": f"ТЕСТОВ {IIN}"}, ""),
        ({"commonName": "Ж" * 500, "lastName": ""}, "Ж" * 200),
    ],
)
def test_of_a_certificate_the_name_is_shown_and_never_digits(changes, name):
    subject = {**certificate(IIN, "individual")["subject"], **changes}
    signer = signer_of(with_certificate(subject=subject), SIGNED, now=NOW)
    assert (signer.name, signer.iin) == (name, IIN)
    assert IIN not in repr(signer)


def test_the_document_is_the_same_bytes_wherever_it_is_made():
    almaty = CHALLENGE.issued_at.astimezone(tz=None)
    again = replace(CHALLENGE, issued_at=almaty.replace(microsecond=999_999))
    assert document(again) == SIGNED
    assert b" " not in SIGNED


@pytest.mark.parametrize(
    "change",
    [{"nonce": "x"}, {"cycle": ""}, {"host": "elsewhere.kz"}, {"purpose": "vote"}, {"expires_at": NOW}],
)
def test_any_other_challenge_is_another_document(change):
    assert document(replace(CHALLENGE, **change)) != SIGNED


def test_control_numbers_have_three_digits_and_differ():
    numbers = {control_number(f"nonce-{n}") for n in range(200)}
    assert all(len(number) == 3 and number.isdecimal() for number in numbers)
    assert len(numbers) > 150


@pytest.mark.parametrize("attached", [True, False])
def test_a_persons_signature_of_our_document_names_them(attached):
    assert signer_of(answer(attached=attached), SIGNED, now=NOW).iin == IIN


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        ("organisation", EdsOrganisation),
        ("expired", EdsExpired),
        ("revoked", EdsRevoked),
        ("broken", EdsInvalid),
        ("unknown", EdsInvalid),
        ("unchecked", EdsInvalid),
        ("nobody", EdsInvalid),
        ("twice", EdsInvalid),
    ],
)
def test_each_bad_signature_is_refused_by_its_own_name(kind, refusal):
    with pytest.raises(refusal):
        signer_of(answer(kind), SIGNED, now=NOW)


def test_a_good_signature_of_another_document_is_foreign_though_ncanode_calls_it_valid():
    other = answer(content=document(replace(CHALLENGE, nonce="of-another-browser")))
    assert other.verification["valid"] is True
    with pytest.raises(EdsForeign):
        signer_of(other, SIGNED, now=NOW)


def test_a_detached_signature_of_another_document_is_foreign():
    with pytest.raises(EdsForeign):
        signer_of(answer(content=b"a contract", attached=False), SIGNED, now=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"keyUser": ["ORGANIZATION", "INDIVIDUAL"]},
        {"keyUser": ["ORGANIZATION", "CEO"]},
        {"subject": {"iin": IIN, "bin": "123456789021"}},
    ],
)
def test_an_organisations_key_is_known_by_its_bin_or_by_its_use(changes):
    with pytest.raises(EdsOrganisation):
        signer_of(with_certificate(**changes), SIGNED, now=NOW)


@pytest.mark.parametrize(
    ("not_before", "not_after", "is_good"),
    [
        ("2027-03-01T14:00:00.000+05:00", "2027-03-01T09:00:01.000+00:00", True),
        ("2027-03-01T09:00:00.001Z", "2028-01-01T00:00:00Z", False),
        ("2026-01-01T00:00:00Z", "2027-03-01T09:00:00.000Z", False),
        (1_700_000_000_000, 1_900_000_000_000, True),
        (1_700_000_000_000, 1_700_000_000_001, False),
    ],
)
def test_a_certificate_is_good_from_its_first_instant_to_its_last(not_before, not_after, is_good):
    said = with_certificate(notBefore=not_before, notAfter=not_after)
    if is_good:
        assert signer_of(said, SIGNED, now=NOW).iin == IIN
        return
    with pytest.raises(EdsExpired) as refused:
        signer_of(said, SIGNED, now=NOW)
    assert refused.value.facts == {"what": "certificate"}


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": None}, {"subject": {}}, {"subject": {"iin": None}}, {"subject": {"iin": "99012345678"}},
        {"subject": {"iin": "٩٩٠١٢٣٤٥٦٧٨٩"}}, {"subject": {"iin": IIN + "\n"}}, {"keyUser": None}, {"keyUser": []},
        {"keyUser": "INDIVIDUAL"}, {"notBefore": None}, {"notAfter": "soon"}, {"valid": False}, {"valid": "true"},
        {"valid": None}, {"revocations": []}, {"revocations": None}, {"revocations": [{"revoked": False, "by": "CRL"}]},
    ],
)  # fmt: skip
def test_an_answer_that_lacks_anything_is_not_believed(changes):
    with pytest.raises(EdsInvalid):
        signer_of(with_certificate(**changes), SIGNED, now=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": 400},
        {"status": None},
        {"valid": None},
        {"valid": "true"},
        {"signers": []},
        {"signers": None},
    ],
)
def test_an_answer_that_does_not_say_valid_is_not_believed(changes):
    with pytest.raises(EdsInvalid):
        signer_of(answer(**changes), SIGNED, now=NOW)


def test_a_revocation_that_is_not_denied_is_one():
    with pytest.raises(EdsRevoked):
        signer_of(with_certificate(revocations=[{"by": "OCSP"}]), SIGNED, now=NOW)


@pytest.mark.parametrize(
    "sent", ["QUJD", "QUJ\nD", "-----BEGIN CMS-----\r\nQUJD\r\n-----END CMS-----\r\n", " QUJD "]
)
def test_signatures_come_as_base64_with_and_without_pem_lines(sent):
    assert tidy_cms(sent) == "QUJD"


@pytest.mark.parametrize("sent", ["", "-----BEGIN CMS-----", "QUJ", "%%%", "QUJD" * (LONGEST_CMS // 4 + 1)])
def test_what_is_no_base64_or_too_long_is_no_signature(sent):
    with pytest.raises(EdsInvalid):
        tidy_cms(sent)
