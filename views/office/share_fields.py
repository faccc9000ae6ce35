"""The shares on the coordinator's pages: the three fields in which trustees enter them, and the fresh links."""

from collections.abc import Sequence

from flask import url_for
from wtforms import TextAreaField

from budget.trustees import Entered, Link
from models.trustee import Trustee
from views.access import actor
from views.forms import BaseForm
from views.i18n import current_language
from views.staff import shown_once
from views.texts import lazy as _l

_KW = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_HINT = _l("12 words in their order; the numbers before them do not matter.")


class SharesForm(BaseForm):
    """A field for each trustee, named after them; nothing typed is kept anywhere but on the page."""

    share_1 = TextAreaField(description=_HINT, render_kw=_KW)
    share_2 = TextAreaField(description=_HINT, render_kw=_KW)
    share_3 = TextAreaField(description=_HINT, render_kw=_KW)

    def named(self, trustees: Sequence[Trustee]) -> "SharesForm":
        """The same form with the trustees' names on its fields."""
        for row in trustees:
            field = self[f"share_{row.position}"]
            field.label.text = f"{row.position}. {row.name}, {row.organisation}"
        return self

    def entered(self) -> Entered:
        """The words typed, by the trustee's position."""
        return {position: self[f"share_{position}"].data or "" for position in (1, 2, 3)}


def keep_links(slug: str, links: Sequence[Link]) -> None:
    """Let the next page show the links, once."""
    language = str(current_language())
    told = [slug]
    for link in links:
        told += [link.name, url_for("public.share", lang=language, token=link.token, _external=True)]
    shown_once.keep(shown_once.SHARES, actor().id, told)
