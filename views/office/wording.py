"""Sentences of the coordinator's pages: what is missing, what an act in the log means.

The codes are those of `budget.cycles.unmet_for_publishing`, `unmet_for_freezing` and of the audit chain; tests walk
both, so that a new code can't go without words.
"""

from dataclasses import dataclass

from flask import url_for

from models.enums import Phase, ProjectState
from views.messages import UNMET
from views.texts import gettext as _
from views.texts import lazy as _l

PUBLISHING = ("calendar", "envelopes", "directions", "methods", "roll")
FREEZING = ("published", "submission_over", "undecided", "appeals", "admitted", "costs", "trustees")

_MET = {
    "calendar": _l("The calendar has every phase, in order, and none of them is over."),
    "envelopes": _l("The allotted sum is set, and the money adds up to it."),
    "directions": _l("Directions are chosen."),
    "methods": _l("There is a way for residents to sign in."),
    "roll": _l("There are residents on the roll."),
    "published": _l("The cycle is published."),
    "submission_over": _l("The time for applications is over."),
    "undecided": _l("The council has decided on every project."),
    "appeals": _l("No appeal waits for an answer, and the time to appeal is over."),
    "admitted": _l("There are projects to vote for."),
    "costs": _l("Every admitted project has its cost, and the money it is paid from."),
    "trustees": _l("The three trustees of the key are named."),
}
ACTS = {
    "cycle.create": _l("Created a cycle"),
    "cycle.edit": _l("Changed the settings"),
    "cycle.publish": _l("Published the cycle"),
    "cycle.extend": _l("Extended a phase"),
    "cycle.freeze": _l("Froze the ballot list"),
    "trustees.name": _l("Named the trustees of the key"),
    "trustees.split": _l("Split the key among the trustees"),
    "trustees.key_anew": _l("Made the key of the ballots anew"),
    "trustees.show": _l("A trustee was shown their share"),
    "trustees.rehearse": _l("Rehearsed the opening with the trustees"),
    "cycle.forget_voters": _l("Destroyed the keys by which voters are found"),
    "count.close_log": _l("Closed the log of ballots"),
    "count.separate": _l("Separated the ballots from the voters"),
    "count.open": _l("Opened the ballots"),
    "count.tally": _l("Counted the ballots"),
    "desk.visit": _l("Opened a ballot at the front office"),
    "desk.objection": _l("Filed an objection at the front office"),
    "paper.issue": _l("Issued ballot papers"),
    "paper.return": _l("Noted ballot papers as returned"),
    "paper.settle": _l("Decided between two readings of a paper"),
    "paper.close": _l("Closed a batch of ballot papers"),
    "paper.voters": _l("Took the printed list of voters"),
    "objection.decide": _l("Decided an objection"),
    "signal.decide": _l("Decided a signal"),
    "annulment.propose": _l("Proposed to set a ballot aside"),
    "annulment.confirm": _l("Set a ballot aside, as the second person"),
    "annulment.decline": _l("Declined to set a ballot aside"),
    "moved_day.put": _l("Wrote down a moved day off"),
    "moved_day.take_back": _l("Took a moved day off back"),
    "results.publish": _l("Published the results"),
    "project.submit": _l("Submitted a project"),
    "project.correct": _l("Corrected a project"),
    "project.withdraw": _l("Withdrew a project"),
    "screening.admitted": _l("Admitted a project to the vote"),
    "screening.returned": _l("Returned a project for correction"),
    "screening.rejected": _l("Rejected a project"),
    "works.status": _l("Changed the status of works"),
    "council.appoint": _l("Appointed a member of the council"),
    "council.replace": _l("Replaced a member of the council"),
    "council.dismiss": _l("Ended a membership in the council"),
    "council.take_back": _l("Took an appointment back"),
    "council.publish": _l("Published the composition of the council"),
    "council.declare": _l("Declared interests"),
    "council.criteria": _l("Wrote down the criteria of the Regulation"),
    "council.bodies": _l("Wrote down who is competent for the rest"),
    "screening.formal_check": _l("Checked whether an application is complete"),
    "screening.assign": _l("Assigned projects to reviewers"),
    "screening.review": _l("Wrote a conclusion on a project"),
    "merger.propose": _l("Asked two authors whether their projects become one"),
    "merger.agree": _l("Agreed to a merger of projects"),
    "merger.decline": _l("Declined a merger of projects"),
    "merger.withdraw": _l("Took the question of a merger back"),
    "merger.merge": _l("Merged two projects"),
    "project.forward": _l("Sent a project on to the competent body"),
    "appeal.file": _l("Appealed against a rejection"),
    "appeal.hearing": _l("Invited an author to be heard"),
    "appeal.heard": _l("Noted that an author was heard"),
    "session.plan": _l("Planned a session of the council"),
    "session.change": _l("Changed the time or place of a session"),
    "session.announce": _l("Announced a session of the council"),
    "session.begin": _l("Opened a session of the council"),
    "session.attendance": _l("Noted who is at a session"),
    "session.open_votes": _l("Put motions to the vote"),
    "session.close_votes": _l("Closed votes of the council"),
    "session.close": _l("Closed a session of the council"),
    "session.publish": _l("Published the decisions of a session"),
    "agenda.fill": _l("Put everything that is ready on an agenda"),
    "agenda.put": _l("Put a project on an agenda"),
    "agenda.take_off": _l("Took an item off an agenda"),
    "agenda.change": _l("Changed a motion"),
    "results.confirm": _l("Confirmed the results of the vote"),
    "results.reserve": _l("Recorded that a winner fell out"),
    "protocol.make": _l("Made a protocol"),
    "protocol.sign": _l("Signed a protocol"),
    "roll.import": _l("Imported the roll of residents"),
    "staff.add": _l("Added a member of staff"),
    "staff.invite": _l("Invited a member of staff"),
    "staff.withdraw_invitation": _l("Withdrew an invitation"),
    "staff.accept": _l("Accepted an invitation"),
    "staff.disable": _l("Disabled an account"),
    "staff.enable": _l("Enabled an account"),
    "staff.reset_totp": _l("Took the second factor of an account away"),
    "staff.second_factor": _l("Set up the second factor"),
    "staff.recovery_codes": _l("Made new recovery codes"),
    "staff.recovery_code": _l("Used a recovery code"),
    "staff.change_password": _l("Changed the own password"),
    "staff.language": _l("Changed the language of the own account"),
    "archive.load": _l("Loaded a cycle of the archive"),
    "import.pabulib": _l("Imported an election from a Pabulib file"),
}


@dataclass(frozen=True)
class Condition:
    """A line of a checklist; `href` is where it is mended, None where nothing can be done on a page."""

    text: str
    is_met: bool
    href: str | None = None
    link: str = ""


def conditions(slug: str, codes: tuple[str, ...], unmet: tuple[str, ...]) -> list[Condition]:
    """The checklist: what is there and what is missing, each missing thing with where it is mended."""
    return [
        _missing(slug, code) if code in unmet else Condition(str(_MET[code]), is_met=True) for code in codes
    ]


def _missing(slug: str, code: str) -> Condition:
    text = str(UNMET[code])
    match code:
        case "calendar" | "envelopes" | "directions" | "methods":
            href = url_for("office.edit_cycle", slug=slug, _anchor=f"section-{code}")
            return Condition(text, False, href, _("Change it"))
        case "published":
            return Condition(text, False, url_for("office.publish_cycle", slug=slug), _("Publish"))
        case "undecided":
            href = url_for("office.extend", slug=slug, phase=Phase.SCREENING)
            return Condition(text, False, href, _("Give the council more time"))
        case "costs" | "admitted":
            state = ProjectState.ADMITTED if code == "costs" else None
            href = url_for("office.cycle", slug=slug, state=state, _anchor="projects")
            return Condition(text, False, href, _("See the projects"))
        case "trustees":
            return Condition(text, False, url_for("office.trustees_of", slug=slug), _("Name the trustees"))
        case _:
            return Condition(text, False)


def act(action: str) -> str:
    """What an act in the log was; its own code where nobody found words."""
    return str(ACTS[action]) if action in ACTS else action
