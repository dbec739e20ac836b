"""`jumpseat domain`."""

from __future__ import annotations

from typing import Any

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import document, json_option, listing
from connector.domain.mail_domains import MailDomain
from connector.lifecycle import domains

TITLES = {
    "domain": "Domain",
    "directory": "Directory",
    "state": "State",
    "record": "TXT record",
    "value": "Its text",
    "proved_at": "Proved",
    "checked_at": "Looked up",
}


@click.group()
def command() -> None:
    """Prove e-mail domains by a DNS record, so that people find their sign-in by their address.

    A domain belongs to one directory. It is looked up again every day; a record that is gone is told by `doctor`.
    """


@command.command()
@click.argument("domain")
@click.argument("directory")
@json_option
@pass_operator
def add(operator: Operator, domain: str, directory: str, as_json: bool) -> None:
    """Claim a domain for a directory, and show the record that proves it."""
    claim = operator.write(domains.add, domain, directory, operator.cause)
    if as_json:
        document(_facts(directory, claim))
        return
    click.echo(f"Let whoever looks after {claim.name} publish this TXT record:\n")
    click.echo(f"  Name   {claim.record}\n  Text   {claim.value}\n")
    click.echo(f"Then: jumpseat domain verify {claim.name} {directory}")


@command.command()
@click.argument("domain")
@click.argument("directory")
@json_option
@pass_operator
def verify(operator: Operator, domain: str, directory: str, as_json: bool) -> None:
    """Look the record up; where it is found, the domain is the directory's."""
    from connector.sso.dns import texts

    claim = operator.read(domains.named, domain, directory)
    found = texts(claim.record, operator.settings.dns_server)
    if found is None:
        raise click.ClickException(f"DNS could not be asked about {claim.record}; try again later.")
    stands = operator.write(domains.looked_up, claim, found, operator.cause)
    if as_json:
        document(_facts(directory, stands))
    if not claim.shown_by(found):
        there = f"{len(found)} other texts are there" if found else "no such record is there"
        raise click.ClickException(f"{claim.record} does not say {claim.value}: {there}. DNS may need an hour.")
    if not as_json:
        click.echo(f"{claim.name} is proved for {directory}.")


@command.command("list")
@json_option
@pass_operator
def list_(operator: Operator, as_json: bool) -> None:
    """List the domains that directories claim, and how each stands."""
    rows = [_facts(slug, one) for slug, one in operator.read(domains.listed)]
    listing(rows, TITLES, as_json, "No domain is claimed. Next: jumpseat domain add DOMAIN DIRECTORY")


@command.command()
@click.argument("domain")
@click.argument("directory")
@pass_operator
def remove(operator: Operator, domain: str, directory: str) -> None:
    """Give a domain up; addresses at it lead to no directory any more."""
    operator.write(domains.remove, domain, directory, operator.cause)
    click.echo(f"{domain} is {directory}'s no more.")


def _facts(slug: str, one: MailDomain) -> dict[str, Any]:
    state = "lost" if one.lost_at else "proved" if one.proved_at else "claimed"
    times = {"proved_at": one.proved_at, "checked_at": one.checked_at}
    return {"domain": one.name, "directory": slug, "state": state, "record": one.record, "value": one.value, **times}
