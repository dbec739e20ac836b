"""`make demo`: a company of sixty joins, moves and leaves, against the running connector.

An operator's set-up goes through the use cases, on the connector's database; all that follows goes over HTTP, as the
directories' clients, people's browsers and a reverse proxy speak. Every claim is checked: the exit status is 1, with a
sentence, when one does not hold.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from contextlib import ExitStack

import requests
from rich.console import Console

from connector.domain.errors import DomainError
from connector.lifecycle import Lifecycle
from connector.settings import SettingsError, development_settings
from connector.storage.database import Database, DatabaseState
from demo.answering import gates_are_tried, invitations_are_answered
from demo.books import Watch
from demo.claims import NotSo, hold
from demo.closing import the_books_are_closed
from demo.joining import groups_are_pushed, people_join
from demo.leaving import people_leave
from demo.letters import Letters
from demo.moving import people_move
from demo.offers import ACCOUNTS, RULES
from demo.play import Play
from demo.setting_up import Estate, set_up
from demo.stage import Stage


def main(argv: Sequence[str] | None = None, console: Console | None = None) -> int:
    """Play the company; return 0, or 1 after a sentence when something is not so or not there."""
    stage = Stage(console or Console())
    url = _parser().parse_args(argv).url
    try:
        with ExitStack() as stack:
            _perform(stage, url, stack)
    except (NotSo, DomainError, SettingsError) as problem:
        stage.failed(str(problem))
        return 1
    except requests.RequestException as problem:
        stage.failed(f"The connector stopped answering ({type(problem).__name__}). See what `make run` says.")
        return 1
    except KeyboardInterrupt:
        stage.failed("Interrupted.")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jumpseat demo", description="Play a company against a running connector.")
    parser.add_argument("--url", help="where the connector answers; JUMPSEAT_PUBLIC_URL unless given")
    return parser


def _perform(stage: Stage, url: str | None, stack: ExitStack) -> None:
    begun = time.perf_counter()
    lifecycle = _connect(url, stack)
    stage.title(
        "Jumpseat demo",
        f"Lumen, on Okta, has bought Brightwater, on Entra ID: sixty people, and fewer seats than people who are due "
        f"one. The connector at {lifecycle.settings.public_url} does the rest.",
    )
    estate = _set_up(stage, lifecycle, stack)
    play = Play(estate, stage, Letters(estate), stack)
    with Watch(estate) as watch:
        people_join(play)
        groups_are_pushed(play)
        unanswered = invitations_are_answered(play)
        gates_are_tried(play)
        people_move(play)
        people_leave(play, unanswered)
        the_books_are_closed(play, watch)
    _bow(play, time.perf_counter() - begun)


def _connect(url: str | None, stack: ExitStack) -> Lifecycle:
    """Return the use cases on the connector's database, once the connector answers."""
    settings = development_settings()
    hold(
        settings.on_this_machine,
        f"The connector's address is {settings.public_url}; the demo fills a database with people who do not exist and "
        f"signs them in without TLS, so it plays only where JUMPSEAT_PUBLIC_URL is on this machine.",
    )
    if url is not None and url.rstrip("/") != settings.public_url:
        raise NotSo(
            f"Links in letters begin with {settings.public_url}, so people would not end up at {url}: "
            f"start the connector and the demo with JUMPSEAT_PUBLIC_URL={url.rstrip('/')}."
        )
    try:
        requests.get(f"{settings.public_url}/me", timeout=10, allow_redirects=False)
    except requests.ConnectionError:
        raise NotSo(f"Nothing answers at {settings.public_url}. Type `make run` in another terminal first.") from None
    database = Database(settings.database_url)
    stack.callback(database.dispose)
    hold(
        database.state() is DatabaseState.READY,
        f"A connector answers at {settings.public_url}, but the database {database.url.render_as_string()} is not "
        f"ready: start both in one folder, with the same JUMPSEAT_* settings.",
    )
    return Lifecycle(database, settings)


def _set_up(stage: Stage, lifecycle: Lifecycle, stack: ExitStack) -> Estate:
    stage.chapter(
        "An operator connects two directories",
        "Accounts are opened from the vendors' catalogues, with the seats that were bought; rules say who is due what. "
        "Each directory has its SCIM token and its OpenID provider, which the demo plays.",
    )
    estate = set_up(lifecycle, stack)
    stage.fact(
        f"{len(estate.clients)} directories, {len(ACCOUNTS)} accounts and {len(RULES) * len(estate.clients)} rules "
        f"are there, all named …-{estate.company.run}; both connection tests pass."
    )
    return estate


def _bow(play: Play, seconds: float) -> None:
    requests_sent = sum(client.requests for client in play.estate.clients.values())
    leaver = play.departures[0].one
    play.stage.bow(
        f"Everything held, in {seconds:.0f} seconds and {requests_sent} SCIM requests",
        "The two providers end with the demo, and what was done stays. Look at it:",
        (
            f".venv/bin/jumpseat account show {play.estate.account('brevo')}",
            f".venv/bin/jumpseat person explain {play.estate.directory(leaver.house)} {leaver.user_name}",
            ".venv/bin/jumpseat workorder list",
        ),
    )
