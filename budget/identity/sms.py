"""Gateways that bring a text to a phone: SMSC.kz and Mobizon, spoken to over HTTP, and nothing else known here.

A gateway either takes a message (`Sent`) or fails in one of four ways (`NoticeFailure`), because each asks for
something else: REJECTED (this number never), TEMPORARY (nothing was sent, try later), UNKNOWN (the answer was lost, so
it may have been sent), ACCOUNT (no money, wrong password, blocked: a person must act). What a gateway says that is not
in its documents counts as UNKNOWN.

Sources: smsc.kz/api/http (send.php, fmt=3), mobizon.kz/help/api-docs (Message/SendSmsMessage, ApiCode). Always POST:
a GET leaves the text in the logs on the way. Mobizon's documents put the key into the address all the same, so no
address appears in an exception or log line of ours, and the HTTP client's own log is shut.
"""

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from models.enums import NoticeFailure

if TYPE_CHECKING:
    import urllib3

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
_LONGEST_ANSWER = 64 * 1024
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)


@dataclass(frozen=True)
class Sent:
    """The gateway took the message: its own number for it, and how many parts it counts."""

    message_id: str
    parts: int


class SmsFailed(Exception):
    """The message was not taken, or nobody knows. `reason` is a code of the gateway or the name of an error: neither
    number nor text nor secret."""

    def __init__(self, failure: NoticeFailure, reason: str) -> None:
        super().__init__(f"{failure}: {reason}")
        self.failure, self.reason = failure, reason


class Gateway(Protocol):
    """Takes a message for one phone (E.164). Raises SmsFailed."""

    def send(self, phone: str, text: str) -> Sent:
        """Hand the message over; returns within some 15 seconds."""


def parts_of(text: str) -> int:
    """How many parts a phone company bills: 160 (153 each in a longer one) of the GSM alphabet, else 70 (67)."""
    if set(text) <= _GSM:
        length, single, each = len(text), 160, 153
    else:
        length, single, each = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= single else -(-length // each)


@dataclass(frozen=True)
class _Client:
    """POSTs a form and returns the JSON of the answer, within a deadline, or says how it failed."""

    url: str = field(repr=False)
    read_seconds: float = READ_SECONDS

    @cached_property
    def _pool(self) -> "urllib3.PoolManager":
        import urllib3  # here: a web worker that sends nothing need not hold it in memory

        logging.getLogger("urllib3").setLevel(logging.CRITICAL)
        return urllib3.PoolManager(num_pools=1, maxsize=4, retries=False)

    def post(self, path: str, fields: Mapping[str, str], query: Mapping[str, str] | None = None) -> Any:
        from urllib3.exceptions import HTTPError

        address = f"{self.url.rstrip('/')}{path}" + (f"?{urlencode(query)}" if query else "")
        answer = self._request(address, fields)
        try:
            body = self._body(answer)
        except (HTTPError, OSError) as error:
            raise SmsFailed(NoticeFailure.UNKNOWN, type(error).__name__) from None
        finally:
            answer.close()
        _check_status(answer.status)
        try:
            return json.loads(body)
        except ValueError:
            raise SmsFailed(NoticeFailure.UNKNOWN, "not JSON") from None

    def _request(self, address: str, fields: Mapping[str, str]) -> "urllib3.BaseHTTPResponse":
        from urllib3 import Timeout
        from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

        try:
            return self._pool.request(
                "POST",
                address,
                body=urlencode(fields),
                headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
                timeout=Timeout(connect=CONNECT_SECONDS, read=self.read_seconds),
                redirect=False,
                preload_content=False,
            )
        except (ConnectTimeoutError, NewConnectionError, SSLError) as error:  # before anything was said
            raise SmsFailed(NoticeFailure.TEMPORARY, type(error).__name__) from None
        except (HTTPError, OSError) as error:
            raise SmsFailed(NoticeFailure.UNKNOWN, type(error).__name__) from None

    def _body(self, answer: "urllib3.BaseHTTPResponse") -> bytes:
        """The answer, unless it drips in too slowly or is no answer of a gateway by its size."""
        deadline = time.monotonic() + self.read_seconds
        body = b""
        while chunk := answer.read1(_LONGEST_ANSWER):
            body += chunk
            if len(body) > _LONGEST_ANSWER or time.monotonic() > deadline:
                raise SmsFailed(NoticeFailure.UNKNOWN, "endless answer")
        return body


def _check_status(status: int) -> None:
    """429 and 503 say that nothing was taken; other 5xx may come from a proxy in between after it was."""
    match status:
        case 200:
            return
        case 429 | 503:
            raise SmsFailed(NoticeFailure.TEMPORARY, f"HTTP {status}")
        case _ if status >= 500:
            raise SmsFailed(NoticeFailure.UNKNOWN, f"HTTP {status}")
        case _:  # a wrong address or a closed account
            raise SmsFailed(NoticeFailure.ACCOUNT, f"HTTP {status}")


@dataclass(frozen=True)
class SmscGateway:
    """SMSC.kz: `send.php` with fmt=3 answers {id, cnt} or {error, error_code}."""

    client: _Client
    login: str
    password: str = field(repr=False)
    sender: str = ""

    def send(self, phone: str, text: str) -> Sent:
        """See Gateway. The number keeps its "+": without it SMSC "corrects" numbers by itself."""
        fields = {"login": self.login, "psw": self.password, "phones": phone, "mes": text}
        fields |= {"fmt": "3", "charset": "utf-8"} | ({"sender": self.sender} if self.sender else {})
        answer = self.client.post("/sys/send.php", fields)
        match answer:
            case {"error_code": int() as code}:
                raise SmsFailed(_SMSC.get(code, NoticeFailure.UNKNOWN), f"SMSC {code}")
            case {"id": int() | str() as number, "cnt": int() as parts}:
                return Sent(str(number)[:40], parts)
            case _:
                raise SmsFailed(NoticeFailure.UNKNOWN, "SMSC: undocumented answer")


_SMSC = {
    1: NoticeFailure.ACCOUNT,  # a parameter is wrong: ours, as the number was checked before
    2: NoticeFailure.ACCOUNT,  # login or password
    3: NoticeFailure.ACCOUNT,  # no money
    4: NoticeFailure.ACCOUNT,  # our address is blocked for its many errors
    5: NoticeFailure.ACCOUNT,  # format of the date
    6: NoticeFailure.ACCOUNT,  # this text or sender's name is not allowed
    7: NoticeFailure.REJECTED,  # format of the number
    8: NoticeFailure.REJECTED,  # this number can't be reached
    9: NoticeFailure.TEMPORARY,  # the same twice within a minute, or too many requests at once
}


@dataclass(frozen=True)
class MobizonGateway:
    """Mobizon: `sendSmsMessage` answers {code, data, message}; code 0 comes with data.messageId."""

    client: _Client
    api_key: str = field(repr=False)
    sender: str = ""

    def send(self, phone: str, text: str) -> Sent:
        """See Gateway. Mobizon wants the number without "+"."""
        fields = {"recipient": phone.removeprefix("+"), "text": text}
        fields |= {"from": self.sender} if self.sender else {}
        query = {"output": "json", "api": "v1", "apiKey": self.api_key}
        answer = self.client.post("/service/message/sendSmsMessage", fields, query)
        match answer:
            case {"code": 0, "data": {"messageId": int() | str() as number}} if number:
                return Sent(str(number)[:40], parts_of(text))
            case {"code": 1, "data": {"recipient": _}}:
                raise SmsFailed(NoticeFailure.REJECTED, "Mobizon 1 recipient")
            case {"code": int() as code}:
                raise SmsFailed(_MOBIZON.get(code, NoticeFailure.UNKNOWN), f"Mobizon {code}")
            case _:
                raise SmsFailed(NoticeFailure.UNKNOWN, "Mobizon: undocumented answer")


_MOBIZON = {
    **dict.fromkeys((1, 2, 4, 5, 6, 11, 12), NoticeFailure.ACCOUNT),  # our request is not as they want it
    **dict.fromkeys((8, 9, 13, 14), NoticeFailure.ACCOUNT),  # key, rights, wrong server, closed account
    **dict.fromkeys((30, 99), NoticeFailure.TEMPORARY),  # too many requests; nothing was processed
}  # 3, 10, 98, 100, 999 and others: an error on their side, perhaps after it was taken


def smsc(
    *, login: str, password: str, sender: str = "", url: str = "", read_seconds: float = READ_SECONDS
) -> Gateway:
    """A gateway of SMSC.kz, at its own address unless another is given."""
    return SmscGateway(_Client(url or "https://smsc.kz", read_seconds), login, password, sender)


def mobizon(*, api_key: str, sender: str = "", url: str = "", read_seconds: float = READ_SECONDS) -> Gateway:
    """A gateway of Mobizon, at its own address unless another is given."""
    return MobizonGateway(_Client(url or "https://api.mobizon.kz", read_seconds), api_key, sender)
