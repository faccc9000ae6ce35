"""The shapes of what open data tells of the council (see `views/api/council_facts.py`)."""

from marshmallow import Schema, fields, validate

from models.enums import Criterion, DecidedBy, Majority, MemberKind, Quorum, ScreeningOutcome

_UTC = {"description": "UTC, 2027-03-01T09:00:00Z"}


class ReasonSchema(Schema):
    """Reasons in Kazakh and Russian; empty where none were needed."""

    kk = fields.String(required=True)
    ru = fields.String(required=True)


class CouncilSchema(Schema):
    """The Expert Council of a cycle: members in office by kind, and how it decides."""

    members = fields.Dict(
        keys=fields.String(validate=validate.OneOf([str(kind) for kind in MemberKind])),
        values=fields.Integer(),
        required=True,
        metadata={"description": "Members in office now, by kind"},
    )
    akimat_percent_at_most = fields.Integer(
        required=True, metadata={"description": "The most the akimat may have of the members, in percent"}
    )
    quorum = fields.Enum(
        Quorum,
        by_value=True,
        required=True,
        metadata={"description": "Of the members who may decide; whoever has an interest is not counted"},
    )
    majority = fields.Enum(Majority, by_value=True, required=True)
    published_at = fields.String(required=True, metadata=_UTC)


class DecisionSchema(Schema):
    """The newest published decision on a project before the vote."""

    outcome = fields.Enum(ScreeningOutcome, by_value=True, required=True)
    decided_by = fields.Enum(DecidedBy, by_value=True, required=True)
    criterion = fields.Enum(
        Criterion,
        by_value=True,
        allow_none=True,
        required=True,
        metadata={"description": "What a rejection rests on"},
    )
    clause = fields.String(required=True, metadata={"description": "Of the Regulation"})
    reason = fields.Nested(ReasonSchema, required=True)
    decided_at = fields.String(required=True, metadata=_UTC)
    appeal_until = fields.String(allow_none=True, required=True, metadata=_UTC)


class ConfirmationSchema(Schema):
    """The council's word on a project after the vote; the verdict of the count stays beside it."""

    wins = fields.Boolean(required=True, metadata={"description": "Is it built?"})
    departs = fields.Boolean(
        required=True, metadata={"description": "Does the council say what the count did not?"}
    )
    reason = fields.Nested(ReasonSchema, required=True)
    order = fields.Integer(
        allow_none=True, required=True, metadata={"description": "Place in the order of implementation"}
    )
    decided_at = fields.String(required=True, metadata=_UTC)


class FallenOutSchema(Schema):
    """A winner that is not built after all, and who came in from the reserve."""

    id = fields.String(required=True)
    came_in = fields.String(allow_none=True, required=True)
    reason = fields.Nested(ReasonSchema, required=True)
    document = fields.String(required=True)
    recorded_at = fields.String(required=True, metadata=_UTC)


class DecidedSchema(Schema):
    """What the council made of a result, by the ids of the projects."""

    order = fields.List(fields.String(), required=True, metadata={"description": "Order of implementation"})
    fallen_out = fields.List(fields.Nested(FallenOutSchema), required=True)
    reserve = fields.List(fields.String(), required=True, metadata={"description": "Who comes in next"})
