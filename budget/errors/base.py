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
