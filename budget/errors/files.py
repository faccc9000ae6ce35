"""Refusals of files that are read in."""

from budget.errors.base import BudgetRefusal


class MalformedFile(BudgetRefusal):
    """A `.pb` file that is wrong. Facts: line, fault (a `budget.pabulib.Fault`), and what the fault names."""

    code = "malformed_file"


class RuleNotSupported(BudgetRefusal):
    """The file's own rule is none we can run. Facts: line, rule."""

    code = "rule_not_supported"
