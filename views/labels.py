"""Words for every member of every enum: the vocabulary of the pages, in one place.

`label(member)` gives the translated word; a test walks all enums of models/enums.py, so that a new member can't be
forgotten. English is the msgid; the terms are those of the glossary.
"""

from enum import StrEnum

from models.enums import (
    AllocationRule,
    Answer,
    Assurance,
    BallotStatus,
    CaseOutcome,
    Channel,
    ConflictKind,
    CouncilChoice,
    Criterion,
    DecidedBy,
    Direction,
    DocumentKind,
    EdsWay,
    Figures,
    ItemKind,
    ItemResult,
    KeyHolder,
    Language,
    Majority,
    MemberKind,
    NoticeFailure,
    Opening,
    Origin,
    Phase,
    ProjectPart,
    ProjectState,
    Quorum,
    Role,
    ScreeningOutcome,
    SessionKind,
    SheetFault,
    SheetState,
    SignalRule,
    SigningMethod,
    VerdictKind,
    WorksStatus,
)
from views.texts import gettext
from views.texts import mark as _l

LABELS: dict[type[StrEnum], dict[str, str]] = {
    Language: {
        Language.KK: _l("Kazakh"),
        Language.RU: _l("Russian"),
        Language.EN: _l("English"),
    },
    Phase: {
        Phase.ANNOUNCEMENT: _l("Announcement"),
        Phase.SUBMISSION: _l("Applications"),
        Phase.SCREENING: _l("Expert Council"),
        Phase.VOTING: _l("Voting"),
        Phase.DECISION: _l("Results"),
        Phase.IMPLEMENTATION: _l("Implementation"),
        Phase.ARCHIVE: _l("Archive"),
    },
    Role: {
        Role.VISITOR: _l("Visitor"),
        Role.RESIDENT: _l("Resident"),
        Role.COUNCIL: _l("Member of the Expert Council"),
        Role.COORDINATOR: _l("Coordinator"),
        Role.OPERATOR: _l("Operator of the front office"),
        Role.OBSERVER: _l("Observer"),
        Role.SYSTEM: _l("The service itself"),
    },
    Origin: {
        Origin.SERVICE: _l("Run in this service"),
        Origin.ARCHIVE: _l("Archive of the akimat"),
        Origin.PABULIB: _l("Imported election"),
    },
    Figures: {
        Figures.REPORTED: _l("Reported by the akimat"),
        Figures.COMPUTED: _l("Computed by this service"),
    },
    Direction: {
        Direction.LANDSCAPING: _l("Landscaping"),
        Direction.PAVEMENTS: _l("Pavements"),
        Direction.RAMPS: _l("Ramps"),
        Direction.LIGHTING: _l("Lighting of common places"),
        Direction.KERBS: _l("Kerbs"),
        Direction.DUMPS: _l("Removal of dumps"),
        Direction.PLAYGROUNDS: _l("Benches and play equipment"),
        Direction.SPORTS: _l("Sports grounds"),
    },
    ProjectState: {
        ProjectState.SUBMITTED: _l("Being reviewed"),
        ProjectState.RETURNED: _l("Returned for correction"),
        ProjectState.ADMITTED: _l("Admitted to the vote"),
        ProjectState.REJECTED: _l("Rejected"),
        ProjectState.WITHDRAWN: _l("Withdrawn by the author"),
        ProjectState.MERGED: _l("Goes on as part of another project"),
    },
    ScreeningOutcome: {
        ScreeningOutcome.ADMITTED: _l("Admitted to the vote"),
        ScreeningOutcome.RETURNED: _l("Returned for correction"),
        ScreeningOutcome.REJECTED: _l("Rejected"),
    },
    Criterion: {
        Criterion.COMPETENCE: _l("Within the competence of the akimat"),
        Criterion.CONFORMITY: _l("Conforms to the Regulation"),
        Criterion.LAND: _l("On public land"),
        Criterion.COST: _l("The cost is within the cap"),
        Criterion.DIRECTION: _l("Of an accepted direction"),
        Criterion.COMPLETENESS: _l("The application is complete"),
    },
    Answer: {
        Answer.MEETS: _l("Meets it"),
        Answer.CORRECTABLE: _l("Can be corrected"),
        Answer.FAILS: _l("Does not meet it"),
    },
    DecidedBy: {
        DecidedBy.COUNCIL: _l("Expert Council"),
        DecidedBy.REVIEWER: _l("Reviewer of the council"),
        DecidedBy.COORDINATOR: _l("Coordinator"),
        DecidedBy.SILENCE: _l("Not corrected in time"),
    },
    ProjectPart: {
        ProjectPart.TITLE: _l("Title"),
        ProjectPart.DESCRIPTION: _l("Description"),
        ProjectPart.ADDRESSES: _l("Addresses"),
        ProjectPart.AREA: _l("Residential area"),
        ProjectPart.DIRECTION: _l("Direction"),
        ProjectPart.ESTIMATE: _l("Estimated cost"),
        ProjectPart.PHOTO: _l("Photo"),
        ProjectPart.WHOLE: _l("The application as a whole"),
    },
    MemberKind: {
        MemberKind.RESIDENT: _l("Active residents"),
        MemberKind.PUBLIC_ORGANISATION: _l("Public organisations"),
        MemberKind.AKIMAT: _l("Divisions of the akimat"),
    },
    ConflictKind: {
        ConflictKind.OWN: _l("My own project"),
        ConflictKind.RELATIVE: _l("A relative's project"),
        ConflictKind.EMPLOYER: _l("My employer's project"),
    },
    Quorum: {
        Quorum.MORE_THAN_HALF: _l("More than half of those who may decide"),
        Quorum.TWO_THIRDS: _l("At least two thirds of those who may decide"),
    },
    Majority: {
        Majority.OF_VOTES: _l("More votes for than against"),
        Majority.OF_PRESENT: _l("More than half of those present"),
        Majority.OF_MEMBERS: _l("More than half of all who may decide"),
    },
    SessionKind: {
        SessionKind.SCREENING: _l("Screening of projects"),
        SessionKind.DECISION: _l("Confirmation of the results"),
    },
    ItemKind: {
        ItemKind.SCREENING: _l("Project"),
        ItemKind.APPEAL: _l("Appeal"),
        ItemKind.CONFIRMATION: _l("Result of the vote"),
        ItemKind.ORDER: _l("Order of implementation"),
    },
    ItemResult: {
        ItemResult.CARRIED: _l("Carried"),
        ItemResult.NOT_CARRIED: _l("Not carried"),
        ItemResult.NO_QUORUM: _l("No quorum"),
    },
    CouncilChoice: {
        CouncilChoice.FOR: _l("For"),
        CouncilChoice.AGAINST: _l("Against"),
        CouncilChoice.ABSTAIN: _l("Abstained"),
    },
    SigningMethod: {
        SigningMethod.ACCOUNT: _l("In the account, with the password shown again"),
        SigningMethod.EDS: _l("Electronic signature"),
    },
    WorksStatus: {
        WorksStatus.PLANNED: _l("Works planned"),
        WorksStatus.UNDERWAY: _l("Works underway"),
        WorksStatus.COMPLETED: _l("Works completed"),
        WorksStatus.POSTPONED: _l("Works postponed"),
        WorksStatus.CANCELLED: _l("Will not be built"),
    },
    Channel: {
        Channel.WEB: _l("On the site"),
        Channel.DESK: _l("At the front office"),
        Channel.PAPER: _l("On paper"),
    },
    Assurance: {
        Assurance.EDS: _l("Electronic signature"),
        Assurance.DESK: _l("Document seen at the front office"),
        Assurance.SMS: _l("IIN and a code sent to a mobile phone"),
    },
    DocumentKind: {
        DocumentKind.ID_CARD: _l("Identity card"),
        DocumentKind.PASSPORT: _l("Passport"),
        DocumentKind.RESIDENCE_PERMIT: _l("Residence permit"),
        DocumentKind.DIGITAL: _l("Digital document (eGov Mobile or a bank's app)"),
    },
    KeyHolder: {
        KeyHolder.TRUSTEES: _l("Three trustees, in shares"),
        KeyHolder.FILE: _l("The server of the service, in a file"),
    },
    Opening: {
        Opening.COMMISSION: _l("The audit commission, in public"),
        Opening.PUBLIC: _l("Anybody"),
    },
    SheetState: {
        SheetState.ISSUED: _l("Not accounted for"),
        SheetState.UNUSED: _l("Unused"),
        SheetState.VALID: _l("Valid"),
        SheetState.SPOILED: _l("Spoiled"),
    },
    SheetFault: {
        SheetFault.UNSIGNED: _l("Not signed"),
        SheetFault.UNREADABLE: _l("Unreadable"),
        SheetFault.TOO_MANY: _l("Too many marks"),
        SheetFault.SEVERAL_ENVELOPES: _l("Several parts"),
        SheetFault.LATE: _l("Late"),
        SheetFault.IIN_USED: _l("IIN used"),
        SheetFault.NOT_ON_ROLL: _l("Person not on the roll"),
        SheetFault.DAMAGED: _l("Damaged"),
    },
    AllocationRule: {
        AllocationRule.SKIP: _l("Pass over what does not fit and go on"),
        AllocationRule.STOP: _l("Stop at the first project that does not fit"),
    },
    EdsWay: {
        EdsWay.NCALAYER: _l("NCALayer on a computer"),
        EdsWay.EGOV: _l("eGov Mobile on a telephone"),
    },
    NoticeFailure: {
        NoticeFailure.REJECTED: _l("The number was refused"),
        NoticeFailure.TEMPORARY: _l("The gateway was out of order"),
        NoticeFailure.UNKNOWN: _l("Nobody knows whether it arrived"),
        NoticeFailure.ACCOUNT: _l("The account at the gateway is out of order"),
    },
    CaseOutcome: {
        CaseOutcome.DISMISSED: _l("Dismissed"),
        CaseOutcome.UPHELD: _l("Upheld"),
    },
    SignalRule: {
        SignalRule.SUBNET: _l("Many ballots from one network"),
        SignalRule.PHONE_RUN: _l("Telephone numbers in a row"),
        SignalRule.AGE: _l("Impossible ages"),
        SignalRule.NIGHT_BURST: _l("Burst at night"),
        SignalRule.ROLL_ORDER: _l("In the order of the roll"),
    },
    VerdictKind: {
        VerdictKind.WON: _l("Won"),
        VerdictKind.WON_LEFTOVERS: _l("Won from the leftovers"),
        VerdictKind.DOES_NOT_FIT: _l("Does not fit"),
        VerdictKind.AFTER_STOP: _l("After the stop"),
        VerdictKind.BELOW_MINIMUM: _l("Below the minimum of votes"),
        VerdictKind.LOST_LOT: _l("Lost the lot"),
        VerdictKind.WITHDRAWN: _l("Withdrawn"),
        VerdictKind.INELIGIBLE: _l("Could not take part"),
    },
    BallotStatus: {
        BallotStatus.VALID: _l("Valid ballots"),
        BallotStatus.EMPTY: _l("Empty ballots"),
        BallotStatus.INVALID: _l("Invalid ballots"),
    },
}
"""By type first: members of two string enums with one value are equal (`admitted`, `desk`, `withdrawn`)."""

RECUSALS: dict[ConflictKind, str] = {
    ConflictKind.OWN: _l("own project"),
    ConflictKind.RELATIVE: _l("a relative's project"),
    ConflictKind.EMPLOYER: _l("the employer's project"),
}
"""Why somebody else stands aside, to stand in brackets behind a name; the labels are in the member's own words."""

UNPUBLISHED: dict[str, str] = {
    "costs": _l("what each project cost"),
    "votes": _l("how many votes each project received"),
    "voters": _l("how many people voted"),
    "dates": _l("the dates of the phases"),
    "rejected": _l("how many projects were rejected"),
    "rejection_reasons": _l("why each rejected project was rejected"),
    "regulation": _l("the text of the Regulation"),
    "applications": _l("the applications that did not win"),
    "yards_complete": _l("a complete list of the yards: only some of them are named"),
    "spent": _l("how much of the money was spent"),
    "works_dates": _l("when the works began and ended"),
}
"""What an archive may say was not published; the codes stand in `ReportedFigures.unpublished`."""


_BY_VALUE = {kind: {f"{member}": text for member, text in words.items()} for kind, words in LABELS.items()}
"""A page asks for dozens: a string is hashed by C, a member of an enum by Python."""


def label(member: StrEnum) -> str:
    """The word for an enum member in the language of this request. Raises KeyError for an unknown one."""
    return gettext(_BY_VALUE[type(member)][member.value])


def recusal(kind: ConflictKind) -> str:
    """Why a member stands aside, in words about somebody else."""
    return gettext(RECUSALS[kind])


def named_criterion(criterion: StrEnum | str) -> str:
    """The words of a criterion by its member or value, to stand inside a sentence."""
    word = label(Criterion(criterion))
    return word[:1].lower() + word[1:]


def unpublished(code: str) -> str:
    """Words for what was not published. Raises KeyError for a code that nobody explained."""
    return gettext(UNPUBLISHED[code])
