"""The console script `budget`: everything an operator does without a browser.

Configuration comes from the environment only (deploy/environment.example). Commands are loaded when they are
called, so that `budget allocate` needs neither a database nor the web framework.
"""

from collections.abc import Mapping
from importlib import import_module

import click

COMMANDS: Mapping[str, str] = {
    "allocate": "views.cli.allocate:allocate_command",
    "cycle": "views.cli.cycles:cycle",
    "demo-accounts": "views.cli.seeding:demo_accounts",
    "export": "views.cli.export:export",
    "import-pb": "views.cli.files:import_pb",
    "import-roll": "views.cli.people:import_roll",
    "jobs": "views.cli.service:jobs",
    "rehearse": "views.cli.seeding:rehearse",
    "seed": "views.cli.seeding:seed",
    "staff": "views.cli.staff:staff",
    "upgrade": "views.cli.service:upgrade",
}
"""Name of each command and where it is."""


class LazyGroup(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """All names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load one command; None when there is no such name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The participation budget of a district.

    Configuration comes from environment variables; see deploy/environment.example. DEMO=1 needs none.
    Exit codes: 0 done, 1 something was found wrong, 2 bad input.
    """
