"""Whom the operator serves, from page to page: the IIN stands in a sealed cookie and nowhere else, for 15 minutes,
bound to the operator and the cycle; so it is in no address, no form and no log."""

from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta

from budget import desk
from budget.desk import Person
from models.enums import DocumentKind
from views import sealed_cookies
from views.access import actor
from views.keys import keyring
from views.request_scope import now, reading

COOKIE = "served"
LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True)
class Serving:
    """A person at the desk of one cycle, and the document once the operator has noted it."""

    staff: int | None
    slug: str
    iin: str = field(repr=False)
    document_kind: str = ""
    document_last: str = field(default="", repr=False)

    @property
    def has_document(self) -> bool:
        """Did the operator note a document?"""
        return bool(self.document_kind and self.document_last)


def begin(slug: str, iin: str) -> None:
    """Somebody stands at the desk."""
    _keep(Serving(actor().id, slug, iin))


def current(slug: str) -> Serving | None:
    """Whom this operator serves in this cycle; None when nobody, or too long ago."""
    content = sealed_cookies.read(COOKIE)
    found = Serving(**content) if content else None
    return found if found and found.staff == actor().id and found.slug == slug else None


def note_document(serving: Serving, kind: DocumentKind, last: str) -> None:
    """The operator has seen the document."""
    _keep(replace(serving, document_kind=str(kind), document_last=last))


def end() -> None:
    """The person has the device, or has gone."""
    sealed_cookies.forget(COOKIE)


def person(serving: Serving) -> Person | None:
    """The person on the roll; None when nobody has this IIN."""
    return desk.find(reading(), keyring(), serving.slug, serving.iin, now=now())


def _keep(serving: Serving) -> None:
    sealed_cookies.write(COOKIE, asdict(serving), lifetime=LIFETIME)
