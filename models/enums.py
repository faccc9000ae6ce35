"""The vocabulary: plain string enums shared by tables, rules and pages.

They carry no behaviour and import nothing, so that the pure modules of `budget` may use them.
Labels for people live in `views/labels.py`.
"""

from enum import StrEnum


class Language(StrEnum):
    """Languages of the service, Kazakh first (law on languages)."""

    KK = "kk"
    RU = "ru"
    EN = "en"


class Phase(StrEnum):
    """Phases of a cycle in their order; see `budget.phases`."""

    ANNOUNCEMENT = "announcement"
    SUBMISSION = "submission"
    SCREENING = "screening"
    VOTING = "voting"
    DECISION = "decision"
    IMPLEMENTATION = "implementation"
    ARCHIVE = "archive"


class Role(StrEnum):
    """Who acts. A visitor has not signed in; the system is a job or a command."""

    VISITOR = "visitor"
    RESIDENT = "resident"
    COUNCIL = "council"
    COORDINATOR = "coordinator"
    OPERATOR = "operator"
    OBSERVER = "observer"
    SYSTEM = "system"


class Origin(StrEnum):
    """Where a cycle comes from: run in this service, reported in the akimat's archive, or a Pabulib file."""

    SERVICE = "service"
    ARCHIVE = "archive"
    PABULIB = "pabulib"


class Figures(StrEnum):
    """Where the numbers of a cycle come from."""

    REPORTED = "reported"
    COMPUTED = "computed"


class Direction(StrEnum):
    """Kinds of yard improvement accepted by the regulation (a setting of each cycle)."""

    LANDSCAPING = "landscaping"
    PAVEMENTS = "pavements"
    RAMPS = "ramps"
    LIGHTING = "lighting"
    KERBS = "kerbs"
    DUMPS = "dumps"
    PLAYGROUNDS = "playgrounds"
    SPORTS = "sports"


class ProjectState(StrEnum):
    """Where a project stands before the vote; transitions in `budget.projects`."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    ADMITTED = "admitted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class ScreeningOutcome(StrEnum):
    """What the Expert Council decided on a project."""

    ADMITTED = "admitted"
    RETURNED = "returned"
    REJECTED = "rejected"


class Criterion(StrEnum):
    """What a project is held against. Competence and conformity stand in the akimat's report; the rest is what
    regulations of districts ask for."""

    COMPETENCE = "competence"
    CONFORMITY = "conformity"
    LAND = "land"
    COST = "cost"
    DIRECTION = "direction"
    COMPLETENESS = "completeness"


class Answer(StrEnum):
    """What a reviewer, and then the council, says of one criterion."""

    MEETS = "meets"
    CORRECTABLE = "correctable"
    FAILS = "fails"


class DecidedBy(StrEnum):
    """Whose decision on a project it was: the council in a session, a reviewer or the coordinator who sent it back, or
    the service when the author was silent."""

    COUNCIL = "council"
    REVIEWER = "reviewer"
    COORDINATOR = "coordinator"
    SILENCE = "silence"


class ProjectPart(StrEnum):
    """The part of an application a remark is about."""

    TITLE = "title"
    DESCRIPTION = "description"
    ADDRESSES = "addresses"
    AREA = "area"
    DIRECTION = "direction"
    ESTIMATE = "estimate"
    PHOTO = "photo"
    WHOLE = "whole"


class MemberKind(StrEnum):
    """Whom a member of the Expert Council comes from (the akimat's report)."""

    RESIDENT = "resident"
    PUBLIC_ORGANISATION = "public_organisation"
    AKIMAT = "akimat"


class ConflictKind(StrEnum):
    """Why a member takes no part in a decision on a project."""

    OWN = "own"
    RELATIVE = "relative"
    EMPLOYER = "employer"


class Quorum(StrEnum):
    """How many of the members who may decide must be there."""

    MORE_THAN_HALF = "more_than_half"
    TWO_THIRDS = "two_thirds"


class Majority(StrEnum):
    """When a motion is carried: more votes for than against, or more than half of those present, or of all members
    who may decide."""

    OF_VOTES = "of_votes"
    OF_PRESENT = "of_present"
    OF_MEMBERS = "of_members"


class SessionKind(StrEnum):
    """The council acts twice: it screens before the vote and confirms after it."""

    SCREENING = "screening"
    DECISION = "decision"


class ItemKind(StrEnum):
    """What an item of the agenda decides."""

    SCREENING = "screening"
    APPEAL = "appeal"
    CONFIRMATION = "confirmation"
    ORDER = "order"


class ItemResult(StrEnum):
    """What came of putting a motion to the vote."""

    CARRIED = "carried"
    NOT_CARRIED = "not_carried"
    NO_QUORUM = "no_quorum"


class CouncilChoice(StrEnum):
    """A member's vote on a motion."""

    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


class SigningMethod(StrEnum):
    """How a member signed a protocol."""

    ACCOUNT = "account"
    EDS = "eds"


class WorksStatus(StrEnum):
    """Implementation of a winner."""

    PLANNED = "planned"
    UNDERWAY = "underway"
    COMPLETED = "completed"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


class Channel(StrEnum):
    """How a ballot reached us."""

    WEB = "web"
    DESK = "desk"
    PAPER = "paper"


class Assurance(StrEnum):
    """How the voter was identified; recorded with every participation."""

    EDS = "eds"
    DESK = "desk"
    SMS = "sms"


class KeyHolder(StrEnum):
    """Who holds the key that opens the ballots: three trustees in shares, or a file beside the service."""

    TRUSTEES = "trustees"
    FILE = "file"


class Opening(StrEnum):
    """Who opens the ballots anew after the count: the audit commission, or anybody with the published key."""

    COMMISSION = "commission"
    PUBLIC = "public"


class SheetState(StrEnum):
    """Where a paper ballot stands: issued to a polling point, then accounted for."""

    ISSUED = "issued"
    UNUSED = "unused"
    VALID = "valid"
    SPOILED = "spoiled"


class SheetFault(StrEnum):
    """Why a returned paper does not count."""

    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"
    TOO_MANY = "too_many"
    SEVERAL_ENVELOPES = "several_envelopes"
    LATE = "late"
    IIN_USED = "iin_used"
    NOT_ON_ROLL = "not_on_roll"
    DAMAGED = "damaged"


class CaseOutcome(StrEnum):
    """How an objection or a signal was decided."""

    DISMISSED = "dismissed"
    UPHELD = "upheld"


class SignalRule(StrEnum):
    """A named pattern that makes people look; never a verdict. See `budget/signals/`."""

    SUBNET = "subnet"
    PHONE_RUN = "phone_run"
    AGE = "age"
    NIGHT_BURST = "night_burst"
    ROLL_ORDER = "roll_order"


class DocumentKind(StrEnum):
    """The document the front-office operator has seen."""

    ID_CARD = "id_card"
    PASSPORT = "passport"
    RESIDENCE_PERMIT = "residence_permit"
    DIGITAL = "digital"


class EdsWay(StrEnum):
    """What a person signs with: NCALayer on the computer, or the telephone through eGov Mobile."""

    NCALAYER = "ncalayer"
    EGOV = "egov"


class AllocationRule(StrEnum):
    """Greedy allocation: pass over what does not fit, or end at it."""

    SKIP = "skip"
    STOP = "stop"


class VerdictKind(StrEnum):
    """What the allocation says of one project."""

    WON = "won"
    WON_LEFTOVERS = "won_leftovers"
    DOES_NOT_FIT = "does_not_fit"
    AFTER_STOP = "after_stop"
    BELOW_MINIMUM = "below_minimum"
    LOST_LOT = "lost_lot"
    WITHDRAWN = "withdrawn"
    INELIGIBLE = "ineligible"


WINNING = (VerdictKind.WON, VerdictKind.WON_LEFTOVERS)
"""The verdicts of winners."""


class BallotStatus(StrEnum):
    """An opened ballot: counted, empty on purpose, or not countable (with a reason)."""

    VALID = "valid"
    EMPTY = "empty"
    INVALID = "invalid"


class NoticeFailure(StrEnum):
    """Why a message was not sent, and so what to do: never again, later, once more at most, or call the payer."""

    REJECTED = "rejected"
    TEMPORARY = "temporary"
    UNKNOWN = "unknown"
    ACCOUNT = "account"
