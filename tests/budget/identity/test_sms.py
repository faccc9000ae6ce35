"""The gateways: every documented answer, every kind of silence, and that no secret leaves with an error."""

import logging
import socket
import traceback

import pytest

from budget.identity import sms
from budget.identity.sms import Sent, SmsFailed
from models.enums import NoticeFailure
from tests.harness.gateways import Act, drop, garbage, refuse, status, take

PHONE, TEXT = "+77011234567", "012345 – кіру коды. Ешкімге айтпаңыз."
SECRETS = ("s3cret-password", "k3y-of-the-api", PHONE, PHONE[1:], "012345")


@pytest.fixture(params=["smsc", "mobizon"])
def adapter(request, gateway):
    return make(request.param, gateway.url)


def make(kind, url, **seconds):
    if kind == "smsc":
        return sms.smsc(login="akimat", password=SECRETS[0], sender="BUDGET", url=url, **seconds)
    return sms.mobizon(api_key=SECRETS[1], sender="BUDGET", url=url, **seconds)


def failure_of(adapter):
    with pytest.raises(SmsFailed) as caught:
        adapter.send(PHONE, TEXT)
    return caught.value


def test_smsc_is_asked_as_its_documents_say(gateway):
    sent = make("smsc", gateway.url).send(PHONE, TEXT)
    assert sent == Sent("1", 1)
    [seen] = gateway.seen
    assert (seen.method, seen.path, seen.query) == ("POST", "/sys/send.php", {})
    assert seen.form == {
        "login": "akimat", "psw": SECRETS[0], "phones": PHONE, "mes": TEXT,
        "fmt": "3", "charset": "utf-8", "sender": "BUDGET",
    }  # fmt: skip


def test_mobizon_is_asked_as_its_documents_say(gateway):
    sent = make("mobizon", gateway.url).send(PHONE, TEXT)
    assert sent == Sent("111000001", 1)
    [seen] = gateway.seen
    assert (seen.method, seen.path) == ("POST", "/service/message/sendSmsMessage")
    assert seen.query == {"output": "json", "api": "v1", "apiKey": SECRETS[1]}
    assert seen.form == {"recipient": "77011234567", "text": TEXT, "from": "BUDGET"}


def test_without_a_sender_the_gateway_chooses(gateway):
    sms.smsc(login="a", password="b", url=gateway.url).send(PHONE, TEXT)
    sms.mobizon(api_key="c", url=gateway.url).send(PHONE, TEXT)
    assert "sender" not in gateway.seen[0].form
    assert "from" not in gateway.seen[1].form


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (1, NoticeFailure.ACCOUNT),
        (2, NoticeFailure.ACCOUNT),
        (3, NoticeFailure.ACCOUNT),
        (4, NoticeFailure.ACCOUNT),
        (6, NoticeFailure.ACCOUNT),
        (7, NoticeFailure.REJECTED),
        (8, NoticeFailure.REJECTED),
        (9, NoticeFailure.TEMPORARY),
        (77, NoticeFailure.UNKNOWN),
    ],
)
def test_every_refusal_of_smsc_is_understood(gateway, code, failure):
    gateway.acts = [refuse(code)]
    failed = failure_of(make("smsc", gateway.url))
    assert (failed.failure, failed.reason) == (failure, f"SMSC {code}")


@pytest.mark.parametrize(
    ("act", "failure"),
    [
        (refuse(1, recipient="wrong"), NoticeFailure.REJECTED),
        (refuse(1, **{"from": "wrong"}), NoticeFailure.ACCOUNT),
        (refuse(8), NoticeFailure.ACCOUNT),
        (refuse(9), NoticeFailure.ACCOUNT),
        (refuse(12), NoticeFailure.ACCOUNT),
        (refuse(14), NoticeFailure.ACCOUNT),
        (refuse(30), NoticeFailure.TEMPORARY),
        (refuse(99), NoticeFailure.TEMPORARY),
        (refuse(3), NoticeFailure.UNKNOWN),
        (refuse(10), NoticeFailure.UNKNOWN),
        (refuse(100), NoticeFailure.UNKNOWN),
        (refuse(999), NoticeFailure.UNKNOWN),
        (garbage(b'{"code": 0, "data": [], "message": ""}'), NoticeFailure.UNKNOWN),
    ],
)
def test_every_refusal_of_mobizon_is_understood(gateway, act, failure):
    gateway.acts = [act]
    assert failure_of(make("mobizon", gateway.url)).failure is failure


@pytest.mark.parametrize(
    ("act", "failure"),
    [
        (status(429), NoticeFailure.TEMPORARY),
        (status(503), NoticeFailure.TEMPORARY),
        (status(500), NoticeFailure.UNKNOWN),
        (status(502), NoticeFailure.UNKNOWN),
        (status(504), NoticeFailure.UNKNOWN),
        (status(302), NoticeFailure.ACCOUNT),
        (status(403), NoticeFailure.ACCOUNT),
        (status(404), NoticeFailure.ACCOUNT),
        (garbage(), NoticeFailure.UNKNOWN),
        (garbage(b""), NoticeFailure.UNKNOWN),
        (garbage(b"[]"), NoticeFailure.UNKNOWN),
        (garbage(b"{}"), NoticeFailure.UNKNOWN),
        (garbage(b"\xff\xfe"), NoticeFailure.UNKNOWN),
        (garbage(b" " * 200_000), NoticeFailure.UNKNOWN),
        (drop(), NoticeFailure.UNKNOWN),
    ],
)
def test_what_is_no_answer_of_a_gateway_is_never_taken_for_one(gateway, adapter, act, failure):
    gateway.acts = [act]
    assert failure_of(adapter).failure is failure


@pytest.mark.parametrize("kind", ["smsc", "mobizon"])
def test_a_closed_port_means_that_nothing_was_sent(kind):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert failure_of(make(kind, f"http://127.0.0.1:{port}")).failure is NoticeFailure.TEMPORARY


@pytest.mark.parametrize("kind", ["smsc", "mobizon"])
def test_an_answer_too_late_leaves_it_unknown_and_the_phone_may_have_it(gateway, kind):
    gateway.acts = [take(after_seconds=60)]
    failed = failure_of(make(kind, gateway.url, read_seconds=0.3))
    assert failed.failure is NoticeFailure.UNKNOWN
    assert len(gateway.taken) == 1


def test_an_answer_that_drips_in_is_left_at_the_deadline(gateway):
    gateway.acts = [Act(takes=True, drip_seconds=0.2)]
    assert failure_of(make("smsc", gateway.url, read_seconds=0.5)).reason == "endless answer"


def test_a_server_without_tls_is_not_believed_to_have_it(gateway):
    failed = failure_of(make("smsc", gateway.url.replace("http://", "https://"), read_seconds=1))
    assert failed.failure is NoticeFailure.TEMPORARY
    assert gateway.seen == []


@pytest.mark.parametrize("act", [refuse(2), status(500), garbage(), drop(), take(after_seconds=5)])
def test_no_secret_number_or_text_is_in_an_error_a_log_or_a_repr(gateway, caplog, capfd, act):
    caplog.set_level(logging.DEBUG)
    for kind in ("smsc", "mobizon"):
        gateway.acts = [act]
        made = make(kind, gateway.url, read_seconds=0.3)
        failed = failure_of(made)
        told = (
            "".join(traceback.format_exception(failed))
            + repr(made)
            + caplog.text
            + "".join(capfd.readouterr())
        )
        # a traceback shows our lines of code, never values
        assert [secret for secret in SECRETS if secret in told] == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 307, 3),
        ("қ" * 70, 1),
        ("қ" * 71, 2),
        ("қ" * 134, 2),
        ("қ" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("–" + "a" * 70, 2),
    ],
)
def test_parts_are_counted_as_phone_companies_do(text, parts):
    assert sms.parts_of(text) == parts
