"""structlog, imported with the first line that is written.

Importing it imports `rich` and `pygments`, 4 MB in every web worker, and a web worker writes a line only when
something went wrong.
"""

from typing import Any


class LazyLog:
    """A logger of structlog: `log.warning("what happened", fact=…)`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Any:
        import structlog  # see above

        return getattr(structlog.get_logger(self._name), method)
