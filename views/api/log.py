"""Open data of the log of ballots: signed heads, inclusion and consistency proofs (RFC 6962)."""

from dataclasses import asdict
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from budget.ballot_log import head_of, last_head
from budget.reading import log
from models.log import LogHead
from views.access import public
from views.api.log_schemas import (
    ConsistencyQuerySchema,
    ConsistencySchema,
    HeadSchema,
    HeadsSchema,
    ProofQuerySchema,
    ProofSchema,
)
from views.api.schemas import ProblemSchema
from views.errors import problem
from views.page_cache import cacheable
from views.public.log import stretches, with_log
from views.request_scope import reading

bp = Blueprint(
    "api_log", __name__, url_prefix="/api/v1/cycles/<slug>/log", description="The public log of ballots"
)


@bp.get("", endpoint="heads")
@public
@cacheable
@bp.response(200, HeadsSchema)
@bp.alt_response(404, schema=ProblemSchema, content_type=ProblemSchema.media_type)
def list_heads(slug: str) -> Response:
    """All signed heads of a cycle."""
    cycle = with_log(slug).settings
    key = log.public_key(reading(), cycle.id)
    rows = [_head(row, slug) for row in log.all_heads(reading(), cycle.id)]
    return jsonify({"cycle": slug, "log_public_key": key.hex() if key else None, "heads": rows})


@bp.get("/heads/<int(max=999999999):number>")
@public
@cacheable
@bp.response(200, HeadSchema)
@bp.alt_response(404, schema=ProblemSchema, content_type=ProblemSchema.media_type)
def head(slug: str, number: int) -> Any:
    """One head."""
    row = log.head(reading(), with_log(slug).settings.id, number)
    return problem(404, "not_found") if row is None else jsonify(_head(row, slug))


@bp.get("/proof")
@public
@bp.arguments(ProofQuerySchema, location="query")
@bp.response(200, ProofSchema)
@bp.alt_response(404, schema=ProblemSchema, content_type=ProblemSchema.media_type)
def proof(query: dict[str, str], slug: str) -> Any:
    """Where a receipt is in the newest tree; 404 with the code `not_in_log` while it is in no batch."""
    cycle = with_log(slug).settings
    if not query["leaf"]:
        return problem(422, "leaf_missing")
    found = log.inclusion(reading(), cycle.id, bytes.fromhex(query["leaf"]), stretches())
    if found is None:
        return problem(404, "not_in_log")
    return jsonify(
        {
            "leaf": found.leaf.hex(),
            "index": found.index,
            "batch": found.batch,
            "head": _head(found.head, slug),
            "proof": [node.hex() for node in found.proof],
        }
    )


@bp.get("/consistency")
@public
@bp.arguments(ConsistencyQuerySchema, location="query")
@bp.response(200, ConsistencySchema)
@bp.alt_response(404, schema=ProblemSchema, content_type=ProblemSchema.media_type)
def consistency(query: dict[str, int | None], slug: str) -> Any:
    """That the log of an earlier head is the beginning of a later one's."""
    cycle = with_log(slug).settings
    newest = last_head(reading(), cycle.id)
    first = log.head(reading(), cycle.id, query["first"] or 1)
    second = log.head(reading(), cycle.id, query["second"]) if query["second"] else newest
    if first is None or second is None or first.number > second.number:
        return problem(404, "not_found")
    found = log.consistency(reading(), first, second, stretches())
    nodes = [node.hex() for node in found.proof]
    return jsonify({"from": _head(first, slug), "to": _head(second, slug), "proof": nodes})


def _head(row: LogHead, slug: str) -> dict[str, Any]:
    return asdict(head_of(row, slug)) | {"hash": row.hash, "signature": row.signature}
