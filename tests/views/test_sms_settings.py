"""The configuration of the gateway: whole or none, and half of it stops the start with the name of what is missing."""

import pytest

from budget.identity.sms import MobizonGateway, SmscGateway
from budget.sms_spending import Tariff
from views import outbox
from views.config import ConfigurationError, from_environment

BASE = {
    "DATABASE_URL": "sqlite:///x",
    "SECRET_KEY": "1" * 64,
    "VOTER_KEY": "2" * 64,
    "ROLL_KEY": "3" * 64,
    "KEY_DIR": "/var/lib/keys",
    "TRUSTED_HOSTS": "budget.example.kz",
}
MONEY = {"SMS_PRICE_TENGE": "18", "SMS_HOURLY_CAP_TENGE": "20000"}
SMSC = {"SMS_GATEWAY": "smsc", "SMS_LOGIN": "akimat", "SMS_PASSWORD": "s3cret", **MONEY}
MOBIZON = {"SMS_GATEWAY": "mobizon", "SMS_API_KEY": "k3y", **MONEY}


def test_without_a_gateway_there_is_no_sender():
    settings = from_environment(BASE)
    assert settings.sms is None
    assert outbox.sender_for(settings) is None


@pytest.mark.parametrize(("given", "kind"), [(SMSC, SmscGateway), (MOBIZON, MobizonGateway)])
def test_each_gateway_is_chosen_by_its_name(given, kind):
    settings = from_environment({**BASE, **given, "SMS_SENDER": "BUDGET"})
    assert settings.sms.tariff == Tariff(18, 20000)
    made = outbox.gateway_for(settings.sms)
    assert isinstance(made, kind)
    assert made.sender == "BUDGET"
    assert made.client.url in ("https://smsc.kz", "https://api.mobizon.kz")
    sender = outbox.sender_for(settings)
    assert (sender.shows_texts, sender.tariff) == (False, Tariff(18, 20000))


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        *((SMSC, name) for name in ("SMS_LOGIN", "SMS_PASSWORD", "SMS_PRICE_TENGE", "SMS_HOURLY_CAP_TENGE")),
        *((MOBIZON, name) for name in ("SMS_API_KEY", "SMS_PRICE_TENGE", "SMS_HOURLY_CAP_TENGE")),
    ],
)
def test_half_a_configuration_stops_the_start(given, missing):
    with pytest.raises(ConfigurationError, match=missing):
        from_environment({**BASE, **given, missing: ""})


def test_settings_without_a_gateway_are_a_mistake():
    with pytest.raises(ConfigurationError, match="SMS_LOGIN, SMS_PASSWORD without SMS_GATEWAY"):
        from_environment({**BASE, "SMS_LOGIN": "akimat", "SMS_PASSWORD": "s3cret"})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SMS_GATEWAY": "pigeon"}, "SMS_GATEWAY must be smsc or mobizon, not 'pigeon'"),
        ({"SMS_PRICE_TENGE": "0"}, "SMS_PRICE_TENGE"),
        ({"SMS_PRICE_TENGE": "18.5"}, "SMS_PRICE_TENGE must be a whole number"),
        ({"SMS_HOURLY_CAP_TENGE": "100"}, "must pay for at least 10 parts"),
        ({"SMS_URL": "http://smsc.kz"}, "SMS_URL must begin with https://"),
        ({"SMS_URL": "smsc.kz"}, "SMS_URL must begin with https://"),
        ({"DEMO": "1"}, "the demo, which sends nothing"),
    ],
)
def test_what_can_not_be_right_is_refused(changed, said):
    with pytest.raises(ConfigurationError, match=said):
        from_environment({**BASE, **SMSC, **changed})


@pytest.mark.parametrize("url", ["https://www2.smsc.kz", "http://127.0.0.1:8025"])
def test_another_address_of_the_gateway_is_taken(url):
    made = outbox.gateway_for(from_environment({**BASE, **SMSC, "SMS_URL": url}).sms)
    assert made.client.url == url


def test_no_secret_is_printed_with_the_settings():
    told = repr(from_environment({**BASE, **SMSC})) + repr(from_environment({**BASE, **MOBIZON}))
    assert [secret for secret in ("s3cret", "k3y", "akimat") if secret in told] == []
