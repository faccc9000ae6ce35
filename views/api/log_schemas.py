"""The shapes of the open data about the log of ballots; hashes in lower-case hexadecimal digits."""

from marshmallow import Schema, fields, validate

_HASH = validate.Regexp(r"^[0-9a-f]{64}$")


class HeadSchema(Schema):
    """A signed head. Signed is the JSON of cycle, final, number, previous, root, size and time: keys sorted, no
    spaces."""

    cycle = fields.String(required=True)
    number = fields.Integer(required=True)
    size = fields.Integer(required=True, metadata={"description": "Leaves in the tree"})
    root = fields.String(required=True, validate=_HASH)
    time = fields.String(required=True, metadata={"description": "UTC, 2027-03-01T09:00:00Z"})
    previous = fields.String(
        required=True,
        validate=_HASH,
        metadata={"description": "Hash of the head before; of the first one, the hash of the frozen rules"},
    )
    final = fields.Boolean(required=True)
    hash = fields.String(required=True, validate=_HASH)
    signature = fields.String(required=True, metadata={"description": "Ed25519"})


class HeadsSchema(Schema):
    """All heads from the first, and the key that checks them."""

    cycle = fields.String(required=True)
    log_public_key = fields.String(allow_none=True, required=True)
    heads = fields.List(fields.Nested(HeadSchema), required=True)


class ProofQuerySchema(Schema):
    """Which leaf; without one the answer is 422, of a cycle that is not there 404."""

    leaf = fields.String(load_default="", validate=validate.Regexp(r"^[0-9a-fA-F]{64}$"))


class ProofSchema(Schema):
    """That a leaf hash stands at `index` (from 0) of the newest head's tree (RFC 6962, section 2.1.1)."""

    leaf = fields.String(required=True)
    index = fields.Integer(required=True)
    batch = fields.Integer(required=True, metadata={"description": "The batch that entered it"})
    head = fields.Nested(HeadSchema, required=True)
    proof = fields.List(fields.String(), required=True)


class ConsistencyQuerySchema(Schema):
    """Which two heads, by their numbers; by default the first and the newest."""

    first = fields.Integer(load_default=1, data_key="from", validate=validate.Range(1, 10**6))
    second = fields.Integer(load_default=None, data_key="to", validate=validate.Range(1, 10**6))


class ConsistencySchema(Schema):
    """That the tree of the first head is the beginning of the second's (RFC 6962, section 2.1.2)."""

    first = fields.Nested(HeadSchema, required=True, data_key="from")
    second = fields.Nested(HeadSchema, required=True, data_key="to")
    proof = fields.List(fields.String(), required=True)
