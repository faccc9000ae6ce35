"""Pabulib `.pb` files in and out: the exchange format of participatory budgeting elections.

Format: pabulib.org/format as of April 2026 (`beneficiaries` replaced `target`); Faliszewski et al.,
"Participatory Budgeting: Data, Tools, and Analysis", IJCAI 2023. No database here: text in, values out, and back.
"""

from budget.pabulib.elections import Election, Fault, MalformedFile, Project, RuleNotSupported, Vote
from budget.pabulib.reader import read
from budget.pabulib.rules import (
    Difference,
    OfficialRule,
    official_rule,
    reallocate,
    recount,
    repeated_choices,
)
from budget.pabulib.writer import ExportProject, write

__all__ = [
    "Difference",
    "Election",
    "ExportProject",
    "Fault",
    "MalformedFile",
    "OfficialRule",
    "Project",
    "RuleNotSupported",
    "Vote",
    "official_rule",
    "read",
    "reallocate",
    "recount",
    "repeated_choices",
    "write",
]
