"""What an electronic signature can be refused for; beside `budget.errors`, by the same rules."""

from budget.errors import BudgetRefusal


class EdsOrganisation(BudgetRefusal):
    """The certificate is an organisation's; a person signs with their own."""

    code = "eds_organisation"


class EdsExpired(BudgetRefusal):
    """Too late. Facts: what ("certificate" is out of its dates, or the time to sign this "challenge" is over)."""

    code = "eds_expired"


class EdsRevoked(BudgetRefusal):
    """The certificate was revoked."""

    code = "eds_revoked"


class EdsReused(BudgetRefusal):
    """This signature, or another one of the same challenge, has been used."""

    code = "eds_reused"


class EdsForeign(BudgetRefusal):
    """The signature is of something else than what this browser asked for."""

    code = "eds_foreign"


class EdsInvalid(BudgetRefusal):
    """Not a signature of a person that can be confirmed."""

    code = "eds_invalid"


class EdsUnavailable(BudgetRefusal):
    """Signatures can't be checked at the moment; nothing is used up."""

    code = "eds_unavailable"


class EdsNotSigned(BudgetRefusal):
    """No signature has come from the phone yet."""

    code = "eds_not_signed"
