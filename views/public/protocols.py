"""The council's protocols in public: the file, which never changes, and who signed it."""

from flask import Response, render_template, request

from budget.reading import council_protocols
from views.access import public
from views.filters import in_language
from views.page_cache import cacheable
from views.public.blueprint import bp
from views.request_scope import reading

_YEAR = "public, max-age=31536000, immutable"


@bp.get("/protocols/<public_id>")
@public
@cacheable
def protocol_page(public_id: str) -> str:
    """What a protocol is, its SHA-256, and its signatures."""
    found = council_protocols.by_public_id(reading(), public_id)
    return render_template("public/protocol.html", found=found, title=in_language(found, "title").text)


@bp.get("/protocols/<public_id>.pdf")
@public
def protocol(public_id: str) -> Response:
    """The very bytes the SHA-256 is of. A kept protocol never changes, so browsers may keep it for ever."""
    file = council_protocols.file_of(reading(), public_id)
    response = Response(file.content, mimetype="application/pdf")
    name = f"{file.slug}-protocol-{file.number}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = _YEAR
    response.set_etag(file.sha256)
    response.make_conditional(request)
    return response
