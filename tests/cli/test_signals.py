"""`jumpseat directory signals`."""

from __future__ import annotations

from connector.lifecycle import signalling
from connector.lifecycle.tokens import unseal

from ..lifecycle.company import Company
from .conftest import SECRET_KEY, Terminal

PUSH_URL = "http://localhost:8080/signals/okta"
TRANSMITTER = "https://idp.example"


def test_events_are_believed_pushed_fetched_and_no_longer(terminal: Terminal, company: Company) -> None:
    """The token is read from a file, kept sealed, and shown nowhere."""
    assert "believes nobody" in terminal.read("directory", "signals", "okta")
    said = terminal.read("directory", "signals", "okta", "--transmitter", TRANSMITTER)
    assert PUSH_URL in said
    pushed = {"transmitter": TRANSMITTER, "audience": PUSH_URL, "poll_url": None}
    assert terminal.json("directory", "signals", "okta") == {
        "directory": "okta",
        "signals": pushed,
        "push_url": PUSH_URL,
    }
    fetch = ["--poll-url", f"{TRANSMITTER}/poll", "--token-file", terminal.file("a-token\n"), "--audience", "us"]
    assert f"from {TRANSMITTER}/poll" in terminal.read(
        "directory", "signals", "okta", "--transmitter", TRANSMITTER, *fetch
    )
    stream = company.read(signalling.shown, "okta")
    assert stream
    assert unseal(SECRET_KEY, stream.poll_token_sealed or "") == "a-token"
    assert "a-token" not in terminal.read("audit", "export")
    assert terminal.json("directory", "signals", "okta", "--off")["signals"] is None
    assert "no signal stream" in terminal.refused("directory", "signals", "okta", "--off")


def test_what_does_not_fit_together_is_refused(terminal: Terminal, company: Company) -> None:
    """Before anything is written."""
    file = terminal.file("")
    for options in (
        ["--off", "--transmitter", TRANSMITTER],
        ["--audience", "us"],
        ["--transmitter", TRANSMITTER, "--token-file", file],
        ["--transmitter", TRANSMITTER, "--poll-url", f"{TRANSMITTER}/poll", "--token-file", file],
    ):
        terminal.run("directory", "signals", "okta", *options, exit_code=2)
    assert "nobody signs in" in terminal.refused("directory", "signals", "main-local", "--transmitter", TRANSMITTER)
    assert "https address" in terminal.refused("directory", "signals", "okta", "--transmitter", "http://idp.example")
    assert company.read(signalling.shown, "okta") is None
