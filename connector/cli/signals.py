"""`jumpseat directory signals`."""

from __future__ import annotations

from pathlib import Path

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import document, json_option
from connector.lifecycle import signalling


@click.command()
@click.argument("name")
@click.option("--transmitter", metavar="ISSUER", help="Who signs the events, as its ssf-configuration says.")
@click.option("--audience", metavar="AUD", help="What it writes into `aud`; our address for events unless told.")
@click.option("--poll-url", metavar="URL", help="Where events are fetched; without it the transmitter pushes them.")
@click.option(
    "--token-file",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="Holds the bearer token for --poll-url; - is standard input.",
)
@click.option("--off", is_flag=True, help="Believe no events any more.")
@json_option
@pass_operator
def signals(
    operator: Operator,
    name: str,
    transmitter: str | None,
    audience: str | None,
    poll_url: str | None,
    token_file: Path | None,
    off: bool,
    as_json: bool,
) -> None:
    """Believe the security events of a directory's provider (Shared Signals); without an option, show whose.

    session-revoked ends sessions; account-disabled and account-purged end everything, as when the directory states that
    she is not active.
    """
    given = transmitter or audience or poll_url or token_file
    address = f"{operator.settings.public_url}/signals/{name}"
    if off and given:
        raise click.UsageError("--off believes nobody; leave the other options out.")
    if given and not transmitter:
        raise click.UsageError("--transmitter is needed: whose events are to be believed?")
    if token_file and not poll_url:
        raise click.UsageError("--token-file is shown to --poll-url, which is missing.")
    if off:
        operator.write(signalling.remove_stream, name, operator.cause)
    elif transmitter:
        operator.write(
            signalling.set_stream,
            name,
            operator.cause,
            transmitter=transmitter,
            audience=audience or address,
            poll_url=poll_url,
            poll_token=_token(token_file),
        )
    found = operator.read(signalling.shown, name)
    if as_json:
        facts = (
            {"transmitter": found.transmitter, "audience": found.audience, "poll_url": found.poll_url} if found else {}
        )
        document({"directory": name, "signals": facts or None, "push_url": address})
    elif found is None:
        click.echo(f"{name} believes nobody's security events.")
    elif found.poll_url:
        click.echo(f"{name} fetches events of {found.transmitter} for {found.audience} from {found.poll_url}.")
    else:
        click.echo(
            f"{name} believes events of {found.transmitter} for {found.audience}.\nLet it push them to\n  {address}"
        )


def _token(file: Path | None) -> str | None:
    if file is None:
        return None
    with click.open_file(str(file), encoding="utf-8") as opened:
        token = str(opened.read()).strip()
    if not token:
        raise click.BadParameter(f"{file} is empty.", param_hint="--token-file")
    return token
