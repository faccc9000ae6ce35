"""Which test runs in which of the two processes: files stay together, and what a busy neighbour disturbs runs in one.

Chromium's walks and the faults (storms, races, the closing second) take both cores and watch the clock, so they are one
group, never beside each other, and begin first, for nothing else takes as long. xdist's own groups (`--dist loadgroup`) are
without effect under pytest 9.2: it changes a name of the test that pytest does not read any more.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

ALONE = ("tests/e2e/", "tests/faults/", "tests/harness/test_browser.py")
_GROUP = "alone"


def group_of(nodeid: str) -> str:
    """The group of a test: its file, or the one group of those that run alone."""
    file = nodeid.split("::", 1)[0]
    return _GROUP if file.startswith(ALONE) else file


class Groups(LoadScopeScheduling):
    """Gives a process one group after the other."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Instead of the one that `--dist` names."""
    return Groups(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest group first."""
    items.sort(key=lambda item: group_of(item.nodeid) != _GROUP)
