"""Signals: patterns of ballots that people should look at. Named rules find them, people decide, nothing is annulled
by a rule.

Blocking by address would shut out a block of flats behind one router (it did, in Warsaw); a farm of SIM cards would
not notice it. So the rules only open cases on the desk of the coordinator, where observers read along.
"""

from budget.signals.cases import decide
from budget.signals.rules import RULES, Finding, Trace, find
from budget.signals.scan import scan, scan_due

__all__ = ["RULES", "Finding", "Trace", "decide", "find", "scan", "scan_due"]
