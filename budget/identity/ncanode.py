"""NCANode over HTTP: the server beside ours that checks electronic signatures (its libraries are closed).

Source of the shapes: NCANode 3's own code (controller/CmsController.java, dto/response), as its OpenAPI file has one
of them wrong. Two questions are asked of each signature: is it good (`/cms/verify`, the revocation asked from OCSP
at this moment), and what does it carry inside (`/cms/extract`). Where it carries nothing, a third one makes sure that
the document counts: over any other text the signature must be bad. Whatever else happens is EdsUnavailable: a signature
nobody could check is neither good nor bad. Nothing of a request or of an answer is logged.
"""

import base64
import binascii
import json
import threading
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from budget.identity.eds import Answer
from budget.identity.eds_refusals import EdsForeign, EdsInvalid, EdsUnavailable

if TYPE_CHECKING:
    import urllib3

CONNECT_SECONDS = 2.0
READ_SECONDS = 10.0
"""NCANode asks OCSP of the National Certification Authority meanwhile."""


class NcaNode:
    """A client of one NCANode; may be shared by threads."""

    def __init__(
        self, url: str, *, connect_seconds: float = CONNECT_SECONDS, read_seconds: float = READ_SECONDS
    ) -> None:
        self._url = url.rstrip("/")
        self._seconds = (connect_seconds, read_seconds)
        self._pool: urllib3.PoolManager | None = None
        self._making = threading.Lock()

    def check(self, cms: str, document: bytes) -> Answer:
        """Ask about a signature (base64) of `document`.

        Raises: EdsInvalid when it can't be read, EdsForeign when `document` does not matter to it, EdsUnavailable.
        """
        verification = self._verification(cms, document, ["OCSP"])
        if verification is None:
            raise EdsInvalid
        content = self._content(cms)
        if content is None:
            other = self._verification(cms, document + b"\n", [])
            if other is not None and other.get("valid") is not False:
                raise EdsForeign
        return Answer(verification, content)

    def is_up(self) -> bool:
        """Does NCANode answer at all?"""
        try:
            status, answer = self._ask("GET", "/actuator/health", None)
        except EdsUnavailable:
            return False
        return status == HTTPStatus.OK and answer.get("status") == "UP"

    def _verification(self, cms: str, document: bytes, revocation: list[str]) -> dict[str, Any] | None:
        """What NCANode says of the signature; None when it can't read it."""
        data = base64.b64encode(document).decode()
        asked = {"cms": cms, "revocationCheck": revocation, "data": data}
        status, verification = self._post("/cms/verify", asked)
        if status == HTTPStatus.BAD_REQUEST:
            return None
        if status != HTTPStatus.OK:
            raise EdsUnavailable
        return verification

    def _content(self, cms: str) -> bytes | None:
        status, answer = self._post("/cms/extract", {"cms": cms})
        if status == HTTPStatus.BAD_REQUEST:
            return None
        if status != HTTPStatus.OK:
            raise EdsUnavailable
        try:
            return base64.b64decode(answer["data"], validate=True)
        except (KeyError, TypeError, binascii.Error):
            raise EdsUnavailable from None

    def _post(self, path: str, content: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        return self._ask("POST", path, json.dumps(content).encode())

    def _ask(self, method: str, path: str, body: bytes | None) -> tuple[int, dict[str, Any]]:
        from urllib3.exceptions import HTTPError

        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        try:
            response = self._connections().request(method, self._url + path, body=body, headers=headers)
            answer = json.loads(response.data)
        except (HTTPError, ValueError):
            raise EdsUnavailable from None
        if not isinstance(answer, dict):
            raise EdsUnavailable
        return response.status, answer

    def _connections(self) -> "urllib3.PoolManager":
        """Made at the first signature: the HTTP client costs memory every web worker would pay for."""
        with self._making:
            if self._pool is None:
                import urllib3

                connect, read = self._seconds
                retries = urllib3.Retry(connect=1, read=False, redirect=False, status=False, other=False)
                self._pool = urllib3.PoolManager(
                    maxsize=8, retries=retries, timeout=urllib3.Timeout(connect=connect, read=read)
                )
            return self._pool
