"""Refusals of the Expert Council: its composition, reviews, sessions, appeals, protocols, and its second decision."""

from typing import Any

from budget.errors.base import BudgetRefusal, NotPermitted


class CompositionFault(BudgetRefusal):
    """A council that can't be published. Facts: why (too_few|no_chair|several_chairs|too_many_akimat), count, limit."""

    code = "composition_fault"

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        by_field = {"no_chair": "is_chair", "several_chairs": "is_chair", "too_many_akimat": "kind"}
        self.field = by_field.get(facts["why"], "")


class MemberTaken(BudgetRefusal):
    """This account is in the council already."""

    code = "member_taken"
    field = "staff"


class NotDeclared(BudgetRefusal):
    """A member declares interests, or that there are none, before the queue opens."""

    code = "not_declared"


class Recused(NotPermitted):
    """The member declared an interest in the project. Facts: kind."""

    code = "recused"


class CouncilMissing(BudgetRefusal):
    """The composition of the council is not published yet."""

    code = "council_missing"


class RemarksRequired(BudgetRefusal):
    """A project goes back to its author with remarks, at least one."""

    code = "remarks_required"
    field = "whole"


class CorrectionOver(BudgetRefusal):
    """The time to correct is over. Facts: due_at."""

    code = "correction_over"


class AnswerMissing(BudgetRefusal):
    """A conclusion answers every criterion. Facts: criterion."""

    code = "answer_missing"

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        self.field = str(facts["criterion"])


class RemarkRequired(BudgetRefusal):
    """What is not met is explained. Facts: criterion."""

    code = "remark_required"

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        self.field = f"{facts['criterion']}_remark"


class CostReasonRequired(BudgetRefusal):
    """An admitted cost that differs from the author's estimate is explained. Facts: estimate_tenge."""

    code = "cost_reason_required"
    field = "cost_reason"


class OnAgenda(BudgetRefusal):
    """The project is put to the vote in a session. Facts: number (of the session)."""

    code = "on_agenda"


class NotReviewed(BudgetRefusal):
    """Nobody has written a review of the project's text as it is now. Facts: number (of the project)."""

    code = "not_reviewed"


class MotionOutdated(BudgetRefusal):
    """The project is not any more what the motion is about: corrected, sent back, withdrawn or merged since. Facts: number
    (of the project)."""

    code = "motion_outdated"


class MergerFault(BudgetRefusal):
    """Two projects that can't become one. Facts: why (same|cycle|state|open|agenda)."""

    code = "merger_fault"
    field = "joined"


class MergerOpen(BudgetRefusal):
    """The authors have not both answered whether their projects become one. Facts: number (of the project)."""

    code = "merger_open"


class NotAppealable(BudgetRefusal):
    """Only a rejection can be appealed."""

    code = "not_appealable"


class AppealOver(BudgetRefusal):
    """The time to appeal is over. Facts: until."""

    code = "appeal_over"


class AlreadyAppealed(BudgetRefusal):
    """A rejection is appealed once. Facts: at."""

    code = "already_appealed"


class HearingFault(BudgetRefusal):
    """A hearing has to be ahead, before the appeal is decided. Facts: decide_by."""

    code = "hearing_fault"
    field = "hearing_at"


class SessionFault(BudgetRefusal):
    """A session that can't be as proposed. Facts: why (past|place|empty|undecided|votes)."""

    code = "session_fault"

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        self.field = {"past": "starts_at", "place": "place_kk"}.get(facts["why"], "")


class SessionChanged(BudgetRefusal):
    """Somebody else changed the session meanwhile; nothing was overwritten."""

    code = "session_changed"


class SessionStep(BudgetRefusal):
    """The session is not at a step for this. Facts: step; wanted, last: the first and the last step at which it can be
    done (draft|announced|underway|closed|published)."""

    code = "session_step"


class MotionIncomplete(BudgetRefusal):
    """A motion is put to the vote complete. Facts: number (of the project or None), missing (names of fields)."""

    code = "motion_incomplete"

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        self.field = next(iter(facts["missing"]), "")


class NobodyEntitled(BudgetRefusal):
    """Nobody of the council may decide this: all took part in the first decision or stand aside. Facts: number."""

    code = "nobody_entitled"


class NoQuorum(BudgetRefusal):
    """Too few of those who may decide are there. Facts: number (of the project or None), present, needed."""

    code = "no_quorum"


class ItemNotOpen(BudgetRefusal):
    """The motion is not put to the vote, or its vote is over."""

    code = "item_not_open"


class NotPresent(BudgetRefusal):
    """Who votes is in the list of those present."""

    code = "not_present"


class NotEntitled(NotPermitted):
    """The member decided the rejection that is appealed, or is no longer in the council."""

    code = "not_entitled"


class ItemVoted(BudgetRefusal):
    """A member votes once on a motion. Facts: at."""

    code = "item_voted"


class OrderFault(BudgetRefusal):
    """The order of implementation has each winner once."""

    code = "order_fault"
    field = "order"


class OrderVoted(BudgetRefusal):
    """The order of implementation is put to the vote: in this session no other projects can become winners."""

    code = "order_voted"


class OverBudget(BudgetRefusal):
    """The winners would cost more than there is. Facts: cost_tenge, total_tenge."""

    code = "over_budget"


class WinnersUndecided(BudgetRefusal):
    """The council has not decided on every winner of the count. Facts: numbers (of projects)."""

    code = "winners_undecided"


class NotAWinner(BudgetRefusal):
    """Only a confirmed winner can fall out, once."""

    code = "not_a_winner"


class ProtocolCorrected(BudgetRefusal):
    """Another protocol has corrected this one. Facts: number."""

    code = "protocol_corrected"


class AlreadySigned(BudgetRefusal):
    """A member signs a protocol once. Facts: at."""

    code = "already_signed"


class NotAttended(BudgetRefusal):
    """Whoever was at the session signs its protocol."""

    code = "not_attended"
