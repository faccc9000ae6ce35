"""What a test measured, printed below the report of the run: `record_property(FIGURES, "30 kills, 0 lost")`.

The property of a report, because a test may run in a process of its own whose output nobody sees.
"""

import pytest

FIGURES = "figures"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line a test that told figures, in the order in which they ended."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    told = [
        (report.nodeid.rpartition("/")[2], value)
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == FIGURES
    ]
    if told:
        terminalreporter.section(FIGURES)
    for test, value in told:
        terminalreporter.write_line(f"{test}: {value}")
