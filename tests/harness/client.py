"""The client of view tests: checks every page it gets, and fills in the forms it finds."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from tests.harness.checks import check_page
from tests.harness.forms import fill
from tests.harness.pages import PageResponse, is_html
from tests.harness.texts import recorded_misses

IGNORES_UNTRANSLATED = "TESTS_IGNORE_UNTRANSLATED"


class PageClient(FlaskClient):
    """Flask's client; `open`, `get`, `post` … take `status`, the exact status expected (default: below 400)."""

    def __init__(self, application: Flask, _response: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(application, PageResponse, *args, **kwargs)
        self._depth = 0

    def open(self, *args: Any, status: int | None = None, **kwargs: Any) -> Any:
        """Send one request (and follow redirects when told) and check where it ends."""
        self._depth += 1
        try:
            with recorded_misses() as missing:
                response = super().open(*args, **kwargs)
        finally:
            self._depth -= 1
        if self._depth:  # a step of a redirect being followed: the end is what is judged
            return response
        check_status(response, status)
        if is_html(response):
            response.is_untranslated = self.application.config.get(IGNORES_UNTRANSLATED, False)
            check_page(response, self.application, [] if response.is_untranslated else missing)
        return response

    def submit(
        self,
        page: PageResponse,
        values: Mapping[str, Any] | None = None,
        *,
        form: int | str = 0,
        button: str | None = None,
        extra: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        """Fill in a form of the page and send it (see `forms.fill`); `status` and `follow_redirects` as in `get`."""
        filled = fill(page, values or {}, form=form, button=button, extra=extra)
        if filled.method == "GET":
            return self.get(filled.address, query_string=MultiDict(filled.data), **kwargs)
        content = {"content_type": "multipart/form-data"} if filled.is_multipart else {}
        return self.open(filled.address, method=filled.method, data=filled.data, **content, **kwargs)


def check_status(response: Any, expected: int | None) -> None:
    """The status that was asked for, or any that is no error."""
    right = response.status_code < 400 if expected is None else response.status_code == expected
    said = response.get_data(as_text=True)[:2000] if not right else ""
    wanted = "below 400" if expected is None else expected
    assert right, f"{response.request.path}: status {response.status_code}, {wanted} expected\n{said}"
