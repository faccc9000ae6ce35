"""Fields the coordinator's forms share: whole numbers in a range a column can hold."""

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import Field
from wtforms.widgets import TextInput

_LONGEST = 9


class WholeField(Field):
    """A whole number, written in digits. Data: int or None; what range it must be in, the domain says."""

    widget = TextInput()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["render_kw"] = {"inputmode": "numeric", "autocomplete": "off", **kwargs.get("render_kw", {})}
        super().__init__(*args, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the number; a complaint says what to write instead."""
        text = re.sub(r"\s", "", str(valuelist[0])) if valuelist else ""
        self.data = None
        if not text:
            return
        if not re.fullmatch(r"-?[0-9]+", text):
            raise ValueError(_("Write a whole number in digits."))
        if len(text) > _LONGEST:
            raise ValueError(_("This number is too large."))
        self.data = int(text)
