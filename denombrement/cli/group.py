"""The commands, each in a module of its own that is imported when it is called: ``--help`` must be instant."""

from __future__ import annotations

from gettext import gettext
from importlib import import_module

import click

from denombrement import __version__
from denombrement.cli.language import SPOKEN, say

COMMANDS = {
    "new": "new",
    "forms": "forms",
    "simulate": "simulate",
    "intake": "intake",
    "status": "status",
    "dedup": "dedup",
    "review": "review",
    "explain": "explain",
    "count": "count",
    "estimate": "estimate",
    "scenarios": "scenarios",
    "compare": "compare",
    "research": "research",
    "yearly": "yearly",
    "protect": "protect",
    "twin": "twin",
    "map": "map",
    "report": "report",
    "export": "export",
    "verify": "verify",
    "purge": "purge",
    "journal": "journal",
    "boundaries": "boundaries",
    "schema": "schema",
    "demo": "demo",
}


class LazyGroup(click.Group):
    """Imports a command's module when the command is called; lists them all without."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the flow."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"denombrement.cli.{COMMANDS[cmd_name]}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in ``--help``, from the texts alone."""
        del ctx
        with formatter.section(gettext("Commands")):
            formatter.write_dl([(name, say(name)) for name in COMMANDS])


def build_group() -> click.Group:
    """The command line in the language chosen."""
    group = LazyGroup(name="denombrement", help=say("app"), invoke_without_command=False)
    group.params.append(
        click.Option(["--lang"], type=click.Choice(SPOKEN), help=say("lang"), expose_value=False)
    )
    return click.version_option(__version__, prog_name="denombrement")(group)
