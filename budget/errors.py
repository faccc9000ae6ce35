"""Refusals: everything the domain can say no to, each with a code and facts, never a sentence.

`views/messages.py` owns the sentences in three languages; a test walks all subclasses there.
`field` names the form field the refusal belongs to ("" = the whole form), so that the edge can put
the message beside what the person typed.
"""

from typing import Any, ClassVar


class BudgetRefusal(Exception):
    """Base of all refusals. `facts` are plain values used to word the message."""

    code: ClassVar[str] = "refused"
    field: str = ""

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code)
        self.facts = facts


class NotFound(BudgetRefusal):
    """Unknown, foreign and hidden are the same answer."""

    code = "not_found"


class NotPermitted(BudgetRefusal):
    """The role may not do this at all."""

    code = "not_permitted"


class WrongPhase(BudgetRefusal):
    """The act belongs to another phase. Facts: action, phase (or None), opens_at, closed_at."""

    code = "wrong_phase"


# --- the vote ---------------------------------------------------------------------------------


class VotingClosed(WrongPhase):
    """Voting is over. Facts: closed_at."""

    code = "voting_closed"
    field = "choices"


class VotingNotOpen(WrongPhase):
    """Voting has not begun or the cycle is not frozen yet. Facts: opens_at (may be None), waits_for_trustees."""

    code = "voting_not_open"
    field = "choices"


class PhoneUsed(BudgetRefusal):
    """This telephone number has already served another person in this cycle."""

    code = "phone_used"
    field = "choices"


class NothingToObject(BudgetRefusal):
    """No ballot was cast with this person's IIN."""

    code = "nothing_to_object"


class AlreadyObjected(BudgetRefusal):
    """The owner has objected already. Facts: at."""

    code = "already_objected"


class ObjectionsClosed(BudgetRefusal):
    """The time for objections and annulments is over. Facts: until."""

    code = "objections_closed"


class SecondPersonNeeded(BudgetRefusal):
    """Who proposed an annulment may not confirm it."""

    code = "second_person_needed"


class PaperUntraceable(BudgetRefusal):
    """A paper ballot can't be annulled: nobody can tell which one it is."""

    code = "paper_untraceable"


class AlreadyVoted(BudgetRefusal):
    """This person's ballot is in the box. Facts: cast_at, channel, receipt (hex or None)."""

    code = "already_voted"


class NotEligible(BudgetRefusal):
    """The person may not vote in this cycle. Facts: reason (an eligibility code), and its numbers."""

    code = "not_eligible"
    field = "choices"


class NothingChosen(BudgetRefusal):
    """Neither a project nor "none of these" was chosen."""

    code = "nothing_chosen"
    field = "choices"


class TooManyChoices(BudgetRefusal):
    """Facts: allowed, chosen."""

    code = "too_many_choices"
    field = "choices"


class SeveralEnvelopes(BudgetRefusal):
    """Choices of two envelopes on one ballot."""

    code = "several_envelopes"
    field = "choices"


class NotOnBallot(BudgetRefusal):
    """A choice that is not on the frozen ballot list."""

    code = "not_on_ballot"
    field = "choices"


class ChosenTwice(BudgetRefusal):
    """The same project twice on one ballot."""

    code = "chosen_twice"
    field = "choices"


class EmptyWithChoices(BudgetRefusal):
    """ "None of these" together with projects."""

    code = "empty_with_choices"
    field = "choices"


# --- the cycle --------------------------------------------------------------------------------


class CalendarFault(BudgetRefusal):
    """A calendar that can't be. Facts: fault (missing|reversed|overlap|past), phase, other."""

    code = "calendar_fault"

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        self.field = str(facts["phase"])


class SettingFault(BudgetRefusal):
    """A setting out of its range. Facts: setting, fault, and its limits."""

    code = "setting_fault"

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        self.field = str(facts["setting"])


class Frozen(BudgetRefusal):
    """Settings, ballot list and costs can't change after the freeze. Facts: frozen_at."""

    code = "frozen"


class NotReady(BudgetRefusal):
    """Unmet conditions before publishing or freezing. Facts: unmet (tuple of condition codes)."""

    code = "not_ready"


class SlugTaken(BudgetRefusal):
    """Another cycle has this address."""

    code = "slug_taken"
    field = "slug"


class ExtensionFault(BudgetRefusal):
    """A deadline can only move later, from a phase not yet over. Facts: fault, current."""

    code = "extension_fault"
    field = "new_end"


class ReasonRequired(BudgetRefusal):
    """A decision that needs its reason in words."""

    code = "reason_required"
    field = "reason"


class VotingUnderway(BudgetRefusal):
    """Ballots can't be opened before voting is over. Facts: closes_at."""

    code = "voting_underway"


class CountsDiffer(BudgetRefusal):
    """The recount before publication did not give the stored numbers; nothing is published."""

    code = "counts_differ"


class NotCounted(BudgetRefusal):
    """Results can't be published before the count."""

    code = "not_counted"


class AlreadyDone(BudgetRefusal):
    """A once-only step was done before. Facts: at."""

    code = "already_done"


class KeyMissing(BudgetRefusal):
    """The cycle's key file is not where it must be."""

    code = "key_missing"


class TrusteesFault(BudgetRefusal):
    """Not three different people as trustees. Facts: why (missing|twice)."""

    code = "trustees_fault"


class ShareShown(BudgetRefusal):
    """A share is shown once. Facts: at."""

    code = "share_shown"


class ShareWrong(BudgetRefusal):
    """A share that opens nothing. Facts: why (empty|word|count|checksum|foreign|other|pair), position and name of
    the trustee, and what the reason names: word, count, or other (the trustee whose share it is)."""

    code = "share_wrong"

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        self.field = f"share_{facts['position']}" if facts.get("position") else ""


class ObjectionsOpen(BudgetRefusal):
    """Owners may still object to a ballot. Facts: until."""

    code = "objections_open"


class CasesOpen(BudgetRefusal):
    """Objections or proposed annulments wait for a decision. Facts: objections, annulments (numbers)."""

    code = "cases_open"


class SumsDiffer(BudgetRefusal):
    """The sums of a count do not add up. Facts: term (electronic|leaves|opened), said and found (numbers)."""

    code = "sums_differ"


class AppealOpen(BudgetRefusal):
    """The voters' keys are kept until the appeal period is over. Facts: until (None before the results)."""

    code = "appeal_open"


class UndecidedTie(BudgetRefusal):
    """Equal votes and equal cost, and no lot drawn. Facts: groups (tuple of tuples of project ids)."""

    code = "undecided_tie"
    field = "draw"


class LogDiffers(BudgetRefusal):
    """The stored leaves do not give the last signed head: somebody changed the log. Facts: number."""

    code = "log_differs"


class StorageNotRewritten(BudgetRefusal):
    """Somebody went on reading, so the link between voters and ballots may still be in the files: nothing is opened."""

    code = "storage_not_rewritten"


# --- projects and screening ---------------------------------------------------------------------


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
    """Admitted with a criterion not met, or rejected with both met. Facts: outcome."""

    code = "criteria_contradict"
    field = "outcome"


# --- people and signing in ----------------------------------------------------------------------


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


# --- files --------------------------------------------------------------------------------------


class MalformedFile(BudgetRefusal):
    """A `.pb` file that is wrong. Facts: line, fault (a `budget.pabulib.Fault`), and what the fault names."""

    code = "malformed_file"


class RuleNotSupported(BudgetRefusal):
    """The file's own rule is none we can run. Facts: line, rule."""

    code = "rule_not_supported"


# --- paper --------------------------------------------------------------------------------------


class PaperNotAccepted(BudgetRefusal):
    """The cycle's rules have no paper ballots."""

    code = "paper_not_accepted"


class SerialsFault(BudgetRefusal):
    """The serials of a batch can't be issued. Facts: fault="order"|"too_many"|"taken", most."""

    code = "serials_fault"
    field = "last_serial"


class NoPapersLeft(BudgetRefusal):
    """Every paper of the batch is with somebody already."""

    code = "no_papers_left"


class BatchClosed(BudgetRefusal):
    """The batch is accounted for; nothing in it changes. Facts: at."""

    code = "batch_closed"


class SheetFaulty(BudgetRefusal):
    """What was typed about a paper can't be taken. Facts: fault="serial"|"same_person"|"settled"|"third_person"|
    "shape"|"project", serial, number (of a project)."""

    code = "sheet_faulty"
    field = "lines"


class BatchUnsettled(BudgetRefusal):
    """A batch can't close: papers without two readings, papers whose readings differ, more ballots than people.
    Facts: missing, differing, papers, handed."""

    code = "batch_unsettled"
