"""Codes of authenticator apps: RFC 6238's own numbers, the clocks of phones, and what an app reads."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from budget.identity import totp

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""Base32 of "12345678901234567890", the secret of RFC 6238, appendix B."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
    ],
)
def test_the_numbers_of_the_rfc(seconds, code):
    now = datetime.fromtimestamp(seconds, UTC)
    assert totp.code_of(SECRET, totp.step_at(now)) == code
    assert totp.matching_steps(SECRET, code, now=now) == [seconds // 30]


@pytest.mark.parametrize(("late", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off_and_not_two(now, late, is_good):
    here = totp.step_at(now)
    code = totp.code_of(SECRET, here + late)
    assert (here + late in totp.matching_steps(SECRET, code, now=now)) is is_good


def test_a_step_lasts_thirty_seconds():
    start = datetime.fromtimestamp(1_800_000_000, UTC)
    assert totp.step_at(start + timedelta(seconds=29)) == totp.step_at(start) == 60_000_000
    assert totp.step_at(start + timedelta(seconds=30)) == 60_000_001


@pytest.mark.parametrize("code", ["", "12345", "1234567", "абвгде", "١٢٣٤٥٦"])
def test_what_is_no_code_matches_nothing(now, code):
    assert totp.matching_steps(SECRET, code, now=now) == []


def test_secrets_are_fresh_and_of_160_bits():
    secrets = {totp.new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert {len(secret) for secret in secrets} == {32}


def test_an_app_reads_secret_account_and_site():
    parts = urlsplit(totp.address(SECRET, account="chair@demo.kz", issuer="budget.example.kz"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parts.path == "/budget.example.kz:chair%40demo.kz"
    assert parse_qs(parts.query) == {"secret": [SECRET], "issuer": ["budget.example.kz"]}
