"""Refusals of people: identity, codes, accounts of staff."""

from budget.errors.base import BudgetRefusal


class IinInvalid(BudgetRefusal):
    """Twelve digits with a right check digit are expected."""

    code = "iin_invalid"
    field = "iin"


class PhoneInvalid(BudgetRefusal):
    """Not a mobile number of Kazakhstan. Facts: fault (unreadable|foreign|not_mobile)."""

    code = "phone_invalid"
    field = "phone"


class CodeWrong(BudgetRefusal):
    """Facts: tries_left."""

    code = "code_wrong"
    field = "code"


class CodeExpired(BudgetRefusal):
    """Expired, used, or tried too often: a new code is needed."""

    code = "code_expired"
    field = "code"


class TooManyCodes(BudgetRefusal):
    """Facts: wait_seconds."""

    code = "too_many_codes"
    field = "phone"


class SmsPaused(BudgetRefusal):
    """The hourly money cap of messages is reached. Facts: retry_at."""

    code = "sms_paused"


class NotConfirmed(BudgetRefusal):
    """The code was right, the person is not on the roll with this number. Said only after proof."""

    code = "not_confirmed"


class SignInRefused(BudgetRefusal):
    """Wrong e-mail or password; never says which."""

    code = "sign_in_refused"
    field = "password"


class TooManySignIns(BudgetRefusal):
    """Back-off after failures. Facts: wait_seconds. The field is that of the secret guessed (`back_off`)."""

    code = "too_many_sign_ins"
    field = "password"


class WeakPassword(BudgetRefusal):
    """Facts: minimum."""

    code = "weak_password"
    field = "password"


class EmailTaken(BudgetRefusal):
    """A member of staff has this e-mail already."""

    code = "email_taken"
    field = "email"


class PasswordWrong(BudgetRefusal):
    """Somebody signed in shows the own password again, and it is another one."""

    code = "password_wrong"
    field = "current_password"


class SecondFactorRefused(BudgetRefusal):
    """Neither a code of the app nor an unused recovery code. Facts: why (wrong|used)."""

    code = "second_factor_refused"
    field = "code"


class InvitationOver(BudgetRefusal):
    """The link makes no account any more. Facts: why (used|withdrawn|expired)."""

    code = "invitation_over"


class OwnAccount(BudgetRefusal):
    """What a coordinator does with the accounts of others, tried on the own one."""

    code = "own_account"


class LastCoordinator(BudgetRefusal):
    """Without this account nobody could manage the service."""

    code = "last_coordinator"


class NotOnRoll(BudgetRefusal):
    """Nobody on the roll of residents has this IIN. Said at the front office only, where a document was seen."""

    code = "not_on_roll"
    field = "iin"


class DocumentFault(BudgetRefusal):
    """Not the last characters of a document's number. Facts: count (how many are noted)."""

    code = "document_fault"
    field = "document_last"
