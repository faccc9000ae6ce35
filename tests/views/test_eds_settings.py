"""The configuration of electronic signatures: without an NCANode they are off, and a wrong address stops the start."""

import pytest

from views.config import ConfigurationError, from_environment

BASE = {
    "DATABASE_URL": "sqlite:///x",
    "SECRET_KEY": "1" * 64,
    "VOTER_KEY": "2" * 64,
    "ROLL_KEY": "3" * 64,
    "KEY_DIR": "/var/lib/keys",
    "TRUSTED_HOSTS": "budget.example.kz",
}


def test_without_an_ncanode_signatures_are_off_in_the_demo_too():
    for environment in (BASE, {"DEMO": "1"}):
        settings = from_environment(environment)
        assert (settings.ncanode_url, settings.egov_bin) == ("", "")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:14579", "https://ncanode.example.kz/", "http://h:1/behind/a/path"]
)
def test_an_ncanode_is_named_by_its_address(url):
    settings = from_environment({**BASE, "NCANODE_URL": url, "EGOV_BIN": "123456789021"})
    assert (settings.ncanode_url, settings.egov_bin) == (url, "123456789021")


@pytest.mark.parametrize(
    "url", ["127.0.0.1:14579", "ftp://h", "http://", "http://h?x=1", "http://h/ x", "yes"]
)
def test_what_is_no_address_stops_the_start(url):
    with pytest.raises(ConfigurationError, match=r"^NCANODE_URL must be like"):
        from_environment({**BASE, "NCANODE_URL": url})


@pytest.mark.parametrize("bin_", ["12345678902", "1234567890211", "12345678902x", "١٢٣٤٥٦٧٨٩٠٢١"])
def test_a_bin_has_twelve_digits(bin_):
    with pytest.raises(ConfigurationError, match=r"^EGOV_BIN must have 12 digits"):
        from_environment({**BASE, "EGOV_BIN": bin_})
