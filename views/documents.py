"""Documents to print: PDF by typst from a template in templates/documents and data.

The data goes in as JSON and is never markup, so nothing a resident wrote can change a document. The fonts are the ones
typst brings along: a document looks the same on every machine, and has the Kazakh letters and the tenge sign (a test
looks at each).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Response

from models.enums import Language
from views.filters import date_time, long_date
from views.labels import LABELS
from views.texts import catalog

FOLDER = Path(__file__).resolve().parents[1] / "templates" / "documents"
PRINTED = (Language.KK, Language.RU)
"""Documents speak both languages side by side (law on languages)."""


def compiled(name: str, data: Mapping[str, Any]) -> Any:
    """A typst compiler of this template over this data."""
    import typst  # a few pages of a few people need it: not every web worker pays for it

    return typst.Compiler(
        str(FOLDER / f"{name}.typ"),
        root=str(FOLDER),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )


def pdf(name: str, data: Mapping[str, Any]) -> bytes:
    """The document. Untagged: hundreds of equal papers for a printer would double in size."""
    made: bytes = compiled(name, data).compile(format="pdf", pdf_tags=False)
    return made


def accessible_pdf(name: str, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """The document for reading on a screen and aloud: PDF/UA-1, tagged, with a title and languages. The same data and
    instant give the same bytes."""
    made: bytes = compiled(name, data).compile(
        format="pdf", pdf_standards=["ua-1"], timestamp=int(made_at.timestamp())
    )
    return made


def shown(content: bytes, name: str) -> Response:
    """The document to look at in the browser, under this name when it is saved."""
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def download(content: bytes, name: str) -> Response:
    """The document as a file to keep; nobody in between may."""
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def gettext(message: str) -> dict[str, str]:
    """A text in the languages of a document: {"kk": …, "ru": …}. Called so for the collection of texts."""
    return {str(lang): catalog(lang).gettext(message) for lang in PRINTED}


def ngettext(one: str, many: str, count: int) -> dict[str, str]:
    """The same for a number."""
    return {str(lang): catalog(lang).ngettext(one, many, count) % {"count": count} for lang in PRINTED}


@dataclass(frozen=True)
class Words:
    """The words of a document in one language: texts, labels and days. Asks no request for anything."""

    language: Language

    def gettext(self, message: str, **values: Any) -> str:
        """The text with its named places filled."""
        text = catalog(self.language).gettext(message)
        return text % values if values else text

    def ngettext(self, one: str, many: str, count: int, **values: Any) -> str:
        """The form for `count`, which is also `%(count)s`."""
        return catalog(self.language).ngettext(one, many, count) % {"count": count, **values}

    def label(self, member: StrEnum) -> str:
        """The word for an enum member."""
        return self.gettext(LABELS[type(member)][member])

    def day(self, moment: datetime) -> str:
        """The day in the district."""
        return long_date(moment, self.language)

    def moment(self, moment: datetime) -> str:
        """Day and clock with the zone."""
        return self.gettext("%(moment)s, Astana time", moment=date_time(moment, self.language))

    def own(self, row: Any, name: str) -> str:
        """`row.<name>_<language>`."""
        return str(getattr(row, f"{name}_{self.language}") or "")


def qr_svg(text: str) -> str:
    """A QR code as a picture for a document, with a margin; blank paper is around it."""
    import segno

    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False, nl=False)
    return out.getvalue().decode()
