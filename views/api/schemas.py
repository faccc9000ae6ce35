"""The shapes of the open data (marshmallow -> OpenAPI). They only describe; the facts come from
`budget.reading` through `views/api/content.py`, as plain dicts with every key of the schema, and the tests load every
answer with its schema."""

from typing import ClassVar

from marshmallow import Schema, fields, validate

from budget.what_if import Outcome as WhatIfOutcome
from models.enums import (
    Direction,
    Figures,
    Language,
    Origin,
    Phase,
    ProjectState,
    VerdictKind,
    WorksStatus,
)
from views.api.council_schemas import ConfirmationSchema, CouncilSchema, DecidedSchema, DecisionSchema


class Texts(Schema):
    """A text in the three languages; null where there is none."""

    kk = fields.String(allow_none=True, required=True)
    ru = fields.String(allow_none=True, required=True)
    en = fields.String(allow_none=True, required=True)


def _whole(description: str, *, nullable: bool = True) -> fields.Integer:
    return fields.Integer(required=True, allow_none=nullable, metadata={"description": description})


class CycleSchema(Schema):
    """A cycle with its figures; null = not published."""

    slug = fields.String(required=True)
    year = fields.Integer(required=True)
    title = fields.Nested(Texts, required=True)
    origin = fields.Enum(Origin, by_value=True, required=True)
    is_demo = fields.Boolean(required=True)
    phase = fields.Enum(
        Phase, by_value=True, allow_none=True, required=True, metadata={"description": "null between phases"}
    )
    currency = fields.String(required=True)
    allotted_tenge = _whole("The sum allotted, in whole units of `currency`", nullable=False)
    figures = fields.Enum(
        Figures,
        by_value=True,
        required=True,
        metadata={"description": "reported = the akimat's word, computed = counted from rows"},
    )
    received = _whole("Applications received")
    admitted = _whole("Admitted to the vote")
    rejected = _whole("Rejected")
    voters = _whole("People who voted; null until the result is published")
    winners = _whole("Projects that won; null until the result is published")
    works = fields.Dict(
        keys=fields.String(validate=validate.OneOf([str(status) for status in WorksStatus])),
        values=fields.Integer(),
        required=True,
        metadata={"description": "Winners by the state of their works, as far as known"},
    )
    frozen_hash = fields.String(allow_none=True, required=True)
    council = fields.Nested(
        CouncilSchema,
        required=True,
        allow_none=True,
        metadata={"description": "null before its composition is published"},
    )
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class CyclesSchema(Schema):
    """All published cycles, the newest first."""

    cycles = fields.List(fields.Nested(CycleSchema), required=True)


class AddressSchema(Schema):
    """A house."""

    street = fields.Nested(Texts, required=True)
    house = fields.String(required=True)


class ProjectSchema(Schema):
    """A project as the public sees it."""

    id = fields.String(required=True)
    number = fields.Integer(required=True)
    language = fields.Enum(Language, by_value=True, required=True)
    title = fields.Nested(Texts, required=True)
    direction = fields.Enum(Direction, by_value=True, allow_none=True, required=True)
    area = fields.String(allow_none=True, required=True)
    addresses = fields.List(fields.Nested(AddressSchema), required=True)
    estimate_tenge = _whole("The author's estimate")
    cost_tenge = _whole("The admitted cost")
    state = fields.Enum(ProjectState, by_value=True, required=True)
    verdict = fields.Enum(VerdictKind, by_value=True, allow_none=True, required=True)
    works = fields.Enum(WorksStatus, by_value=True, allow_none=True, required=True)
    decision = fields.Nested(
        DecisionSchema, required=True, allow_none=True, metadata={"description": "null: none is published"}
    )
    confirmation = fields.Nested(
        ConfirmationSchema,
        required=True,
        allow_none=True,
        metadata={"description": "null: none is published"},
    )
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class ProjectsQuerySchema(Schema):
    """Which page of the list."""

    page = fields.Integer(load_default=1, validate=validate.Range(1, 10_000))


class ProjectsSchema(Schema):
    """A page of projects by number."""

    projects = fields.List(fields.Nested(ProjectSchema), required=True)
    total = fields.Integer(required=True)
    page = fields.Integer(required=True)
    pages = fields.Integer(required=True)


class VerdictSchema(Schema):
    """What the allocation says of a project, with the numbers it follows from."""

    id = fields.String(required=True)
    place = _whole("Place in its envelope; null when not in the running")
    votes = fields.Integer(required=True)
    cost_tenge = fields.Integer(required=True)
    remaining_before_tenge = fields.Integer(required=True)
    remaining_after_tenge = fields.Integer(required=True)
    verdict = fields.Enum(VerdictKind, by_value=True, required=True)
    missing_votes = _whole("Votes it was short of")
    missing_tenge = _whole("Money it was short of")
    confirmation = fields.Nested(
        ConfirmationSchema,
        required=True,
        allow_none=True,
        metadata={"description": "null: none is published"},
    )


class EnvelopeSchema(Schema):
    """An envelope's part of the result."""

    id = fields.String(required=True)
    name = fields.Nested(Texts, required=True)
    total_tenge = fields.Integer(required=True)
    spent_tenge = fields.Integer(required=True)
    projects = fields.List(fields.Nested(VerdictSchema), required=True)


class BallotsSchema(Schema):
    """Ballots by kind; valid + empty + invalid = all that were opened."""

    valid = fields.Integer(required=True)
    empty = fields.Integer(required=True)
    invalid = fields.Integer(required=True)


class TurnoutCellSchema(Schema):
    """People of one kind; `others` are small groups taken together, `no_area` people whose area is not known."""

    key = fields.String(
        required=True,
        metadata={"description": "A channel, an assurance or the code of an area; others, no_area"},
    )
    voters = fields.Integer(required=True)


class TurnoutSchema(Schema):
    """Who took part, largest groups first, without ballots set aside. No group of 1 to 9 people is shown, unless
    it is everybody; `channel`: web, desk, paper; `assurance` (proof of identity): sms, eds, desk."""

    channel = fields.List(fields.Nested(TurnoutCellSchema), required=True)
    assurance = fields.List(fields.Nested(TurnoutCellSchema), required=True)
    area = fields.List(fields.Nested(TurnoutCellSchema), required=True)


class SumsSchema(Schema):
    """leaves = opened + replaced + annulled; opened = valid + empty + invalid;
    leaves - replaced - papers = electronic."""

    leaves = _whole("Ballots in the log", nullable=False)
    replaced = _whole("Replaced by a later ballot of the same voter", nullable=False)
    annulled = _whole("Set aside unopened after a case", nullable=False)
    papers = _whole("Valid papers, entered like the others", nullable=False)
    opened = _whole("Opened ballots", nullable=False)
    valid = fields.Integer(required=True)
    empty = fields.Integer(required=True)
    invalid = fields.Integer(required=True)
    electronic = _whole("People who voted by web and desk, those set aside included", nullable=False)
    on_paper = _whole(
        "People who took a paper; those beyond `papers` are spoiled or not handed in", nullable=False
    )
    leaves_add_up = fields.Boolean(required=True)
    people_add_up = fields.Boolean(required=True)


class WithoutSmsSchema(Schema):
    """Who would win without the ballots by SMS; analysis, never the result."""

    outcome = fields.Enum(
        WhatIfOutcome,
        by_value=True,
        required=True,
        metadata={"description": "too_few: fewer than ten valid ballots on one side, so it is not asked"},
    )
    ballots = _whole("Valid ballots left")
    winners = fields.List(fields.String(), required=True, metadata={"description": "Public ids"})


class ResultsSchema(Schema):
    """A published result."""

    cycle = fields.String(required=True)
    rule = fields.String(required=True)
    minimum_votes = fields.Integer(required=True)
    participations = fields.Integer(required=True)
    ballots = fields.Nested(BallotsSchema, required=True)
    ballots_root = fields.String(allow_none=True, required=True)
    draw = fields.String(allow_none=True, required=True)
    turnout = fields.Nested(
        TurnoutSchema, required=True, allow_none=True, metadata={"description": "null: not counted here"}
    )
    sums = fields.Nested(
        SumsSchema, required=True, allow_none=True, metadata={"description": "null: no log of ballots"}
    )
    without_sms = fields.Nested(
        WithoutSmsSchema, required=True, allow_none=True, metadata={"description": "null: never asked"}
    )
    council = fields.Nested(
        DecidedSchema,
        required=True,
        allow_none=True,
        metadata={"description": "null before the council's decision is published"},
    )
    envelopes = fields.List(fields.Nested(EnvelopeSchema), required=True)


class ProblemSchema(Schema):
    """An error (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String()

    media_type: ClassVar[str] = "application/problem+json"
