"""The program: which commands there are, and what becomes of an error."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from connector.cli.operator import Operator
from connector.domain.errors import DomainError
from connector.settings import SettingsError

COMMANDS: Mapping[str, Mapping[str, str]] = {
    "Set up": {
        "tenant": "Customer organisations.",
        "directory": "Connections to identity providers: SCIM in, sign-in through OpenID Connect.",
        "domain": "E-mail domains of directories, proved by DNS records.",
        "token": "SCIM tokens of a directory.",
        "client": "OAuth 2.0 client secrets of a directory, for SCIM clients that want short-lived tokens.",
        "operator-token": "Tokens with which programs use the operator API.",
        "keycloak": "A Keycloak realm, set up for a directory.",
        "gate": "The keys that the gate signs with.",
        "account": "Accounts at vendors, or of your own product, and their seats.",
        "set": "Permission sets of an account's own, for rules and grants to name.",
        "rule": "Who is due a seat: members of a group, or people whom a filter matches.",
    },
    "All of it as one file": {
        "export": "Write tenants, directories, accounts and rules as one YAML file.",
        "plan": "Show what a file would change, for whom, for how many seats and for how much.",
        "apply": "Make everything as a file says, all of it or nothing.",
        "schema": "The JSON schema of the file, for editors.",
    },
    "Day to day": {
        "person": "People, and why they hold what they hold.",
        "member": "Members of an account: given by hand, suspended, removed.",
        "reservation": "Seats kept for people who are expected.",
        "invitation": "Invitations: sent again, taken back, handed over.",
        "access": "Ending somebody's access by hand.",
        "break-glass": "One person let in past an identity provider that is down.",
        "workorder": "What is still to be done by hand at a vendor.",
        "handover": "What leavers leave behind at vendors, and who takes it over.",
        "history": "Who held what when, given by whom and why, and at what price.",
        "audit": "The audit trail.",
        "journal": "What a directory asked over SCIM, and was answered.",
        "console": "The operators' status page.",
        "doctor": "Look for what is wrong, and say how to mend it.",
    },
    "Run": {
        "start": "Set everything up under var/, serve, and say what to type next: for a first look.",
        "serve": "Answer requests, with a worker behind.",
        "worker": "Deliver letters and let time pass, without answering requests.",
        "migrate": "Bring the database to the schema that this version needs.",
        "demo": "Play a company joining, moving and leaving against a running connector.",
    },
}
NAMES = [name for section in COMMANDS.values() for name in section]


class Program(click.Group):
    """The commands by name, each loaded when it is asked for; errors become a sentence and exit status 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the help."""
        return NAMES

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; only its own module is imported."""
        if cmd_name not in NAMES:
            return None
        command: click.Command = import_module(f"connector.cli.{cmd_name.replace('-', '_')}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed, or the one that was probably meant."""
        close = get_close_matches(args[0], NAMES, n=1)
        if args[0] not in NAMES and close and not args[0].startswith("-"):
            ctx.fail(f"No such command {args[0]!r}. Did you mean {close[0]!r}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without loading any."""
        for title, section in COMMANDS.items():
            with formatter.section(title):
                formatter.write_dl(list(section.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whatever is refused or breaks is told in one sentence, never as a stack trace."""
        try:
            return super().invoke(ctx)
        except click.NoSuchOption as unknown:
            if not unknown.option_name[1:2].isdecimal():
                raise
            said = "A number begins with '-': nothing that is stated here is below zero."
            raise click.UsageError(said, unknown.ctx) from unknown
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except (DomainError, SettingsError) as refusal:
            raise click.ClickException(str(refusal)) from refusal
        except Exception as error:
            if ctx.params["debug"]:
                raise
            raise click.ClickException(ctx.ensure_object(Operator).what_broke(error)) from error


@click.command(cls=Program, context_settings={"help_option_names": ["-h", "--help"]}, epilog="Settings: JUMPSEAT_*.")
@click.option("--debug", is_flag=True, help="Show the stack trace of an unexpected error.")
@click.version_option(package_name="jumpseat", prog_name="jumpseat")
@click.pass_context
def program(ctx: click.Context, debug: bool) -> None:
    """Jumpseat: people and groups of your directory become seats, invitations and sign-ins, and leavers lose them."""
    ctx.obj = Operator()
    ctx.call_on_close(ctx.obj.leave)
