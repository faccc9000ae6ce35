"""The client of NCANode against a stand-in on this machine."""

import socket

import pytest

from budget.identity.eds_refusals import EdsForeign, EdsInvalid, EdsUnavailable
from budget.identity.ncanode import NcaNode
from tests.harness.ncanode import StandIn, sign
from tests.harness.people import test_iin
from tests.harness.postgresql import free_port

DOCUMENT = b'{"nonce":"n"}'
IIN = test_iin(1)


def client(ncanode: StandIn, **seconds: float) -> NcaNode:
    return NcaNode(ncanode.url + "/", **seconds)


def test_a_signature_with_its_content_comes_back_with_it(ncanode):
    answer = client(ncanode).check(sign(DOCUMENT, IIN), DOCUMENT)
    assert answer.content == DOCUMENT
    assert answer.verification["valid"] is True
    certificate = answer.verification["signers"][0]["certificates"][0]
    assert certificate["subject"]["iin"] == IIN
    assert [check["by"] for check in certificate["revocations"]] == ["OCSP"]


def test_a_signature_without_content_is_checked_over_the_document_and_over_another_one(ncanode):
    answer = client(ncanode).check(sign(DOCUMENT, IIN, attached=False), DOCUMENT)
    assert answer.content is None
    assert answer.verification["valid"] is True
    assert ncanode.asked == ["/cms/verify", "/cms/extract", "/cms/verify"]


def test_a_signature_that_is_good_over_any_document_is_foreign(ncanode, monkeypatch):
    usual = ncanode.answer

    def hides_content(path, sent):
        return (400, {"status": 400}) if path == "/cms/extract" else usual(path, sent)

    monkeypatch.setattr(ncanode, "answer", hides_content)
    with pytest.raises(EdsForeign):
        client(ncanode).check(sign(b"a contract", IIN), DOCUMENT)


def test_garbage_is_no_signature(ncanode):
    with pytest.raises(EdsInvalid):
        client(ncanode).check("QUJD", DOCUMENT)


@pytest.mark.parametrize("fault", ["500", "words"])
def test_an_ncanode_that_fails_is_unavailable(ncanode, fault):
    ncanode.fault = fault
    with pytest.raises(EdsUnavailable):
        client(ncanode).check(sign(DOCUMENT, IIN), DOCUMENT)
    assert not client(ncanode).is_up()


def test_a_slow_ncanode_is_not_waited_for(ncanode):
    ncanode.fault, ncanode.slow_seconds = "slow", 3.0
    with pytest.raises(EdsUnavailable):
        client(ncanode, read_seconds=0.3).check(sign(DOCUMENT, IIN), DOCUMENT)
    assert len(ncanode.asked) == 1  # a question that was heard is not asked twice


def test_an_ncanode_that_is_not_there_is_unavailable():
    nobody = NcaNode(f"http://127.0.0.1:{free_port()}", connect_seconds=0.5)
    with pytest.raises(EdsUnavailable):
        nobody.check(sign(DOCUMENT, IIN), DOCUMENT)
    assert not nobody.is_up()


def test_an_answer_that_is_not_http_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.raises(EdsUnavailable):
        NcaNode(f"http://127.0.0.1:{deaf.getsockname()[1]}", read_seconds=0.2).check("QUJD", DOCUMENT)


def test_its_health_is_asked(ncanode):
    assert client(ncanode).is_up()
    assert ncanode.asked == ["/actuator/health"]


def test_no_log_names_the_person_or_the_signature(ncanode, caplog):
    caplog.set_level("DEBUG")
    caplog.set_level("DEBUG", logger="urllib3")  # an SMS gateway in the same process keeps it silent
    cms = sign(DOCUMENT, IIN)
    client(ncanode).check(cms, DOCUMENT)
    with pytest.raises(EdsUnavailable):
        NcaNode(f"http://127.0.0.1:{free_port()}", connect_seconds=0.5).check(cms, DOCUMENT)
    assert "127.0.0.1" in caplog.text  # something was logged at all
    assert IIN not in caplog.text
    assert cms not in caplog.text
