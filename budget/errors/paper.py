"""Refusals of voting on paper."""

from budget.errors.base import BudgetRefusal


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
