"""Refusals of projects and of the council's screening."""

from budget.errors.base import BudgetRefusal


class TooManyProjects(BudgetRefusal):
    """More projects by one author than the cycle allows. Facts: allowed."""

    code = "too_many_projects"


class CostAboveCap(BudgetRefusal):
    """Facts: cap_tenge."""

    code = "cost_above_cap"
    field = "estimate_tenge"


class CostNotPositive(BudgetRefusal):
    """A cost of zero or less."""

    code = "cost_not_positive"
    field = "estimate_tenge"


class DirectionNotAccepted(BudgetRefusal):
    """The cycle does not accept this direction."""

    code = "direction_not_accepted"
    field = "direction"


class UnknownArea(BudgetRefusal):
    """No such residential area."""

    code = "unknown_area"
    field = "area"


class UnknownEnvelope(BudgetRefusal):
    """No such envelope in this cycle."""

    code = "unknown_envelope"
    field = "envelope"


class AddressWithoutHouse(BudgetRefusal):
    """Facts: street."""

    code = "address_without_house"
    field = "addresses"


class AddressFault(BudgetRefusal):
    """An address we can't read. Facts: part ("street", "house", or "number" of addresses with `allowed`),
    street, house."""

    code = "address_fault"
    field = "addresses"


class AddressMissing(BudgetRefusal):
    """A project has at least one address."""

    code = "address_missing"
    field = "addresses"


class NotThisState(BudgetRefusal):
    """The project is not in a state that allows this. Facts: state, wanted."""

    code = "not_this_state"


class PhotoTooLarge(BudgetRefusal):
    """Facts: by ("bytes" or "pixels"), limit_bytes, limit_pixels."""

    code = "photo_too_large"
    field = "photo"


class PhotoUnreadable(BudgetRefusal):
    """The file is not a picture we can read, whatever its name claims."""

    code = "photo_unreadable"
    field = "photo"


class CriteriaContradict(BudgetRefusal):
    """Admitted with a criterion not met, or returned or rejected with all met. Facts: outcome."""

    code = "criteria_contradict"
    field = "outcome"
