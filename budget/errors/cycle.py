"""Refusals of a cycle's settings, calendar and steps."""

from typing import Any

from budget.errors.base import BudgetRefusal


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
    """Objections, signals or proposed annulments wait for a decision. Facts: objections, signals, annulments (numbers)."""

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
