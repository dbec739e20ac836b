"""A log line is one line, says what happened with ids, and never holds an address or a token."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from connector.observability import about, configure_logging, mask, note

log = logging.getLogger("connector.lifecycle.example")


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    """Put the loggers back as pytest had them."""
    root, ours = logging.getLogger(), logging.getLogger("connector")
    handlers, levels = root.handlers[:], (root.level, ours.level)
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def written(style: str, level: str = "info") -> io.StringIO:
    stream = io.StringIO()
    configure_logging(level, style, stream)
    return stream


def test_a_use_case_is_one_line_of_keys_and_values() -> None:
    """The tag and the ids can be read by eye and cut by a program; what has a blank is quoted."""
    stream = written("text")
    note(log, "seat:released", account_id="a-1", waiting=3, why="person left")
    [line] = stream.getvalue().splitlines()
    assert line.startswith("time=20")
    assert line.endswith(
        "+00:00 level=info event=seat:released logger=connector.lifecycle.example account_id=a-1 waiting=3 "
        'why="person left"'
    )


def test_json_lines_hold_the_same_facts() -> None:
    """Numbers stay numbers."""
    stream = written("json")
    note(log, "seat:released", account_id="a-1", waiting=3)
    line = json.loads(stream.getvalue())
    assert (line["event"], line["account_id"], line["waiting"], line["level"]) == ("seat:released", "a-1", 3, "info")


@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.parametrize("value", ["a\nevent=forged", "a\r\n", "\x1b[2J", "a\u2028b", 'say "x=1"', ""])
def test_no_value_can_forge_a_line(style: str, value: str) -> None:
    """Line breaks and terminal controls in a value are written as escapes."""
    stream = written(style)
    note(log, "group:renamed", name=value)
    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in stream.getvalue()


def test_facts_about_the_request_are_on_every_line_inside() -> None:
    """A reference number shown to a person finds all lines of her request, and no other."""
    stream = written("json")
    with about(reference="r-1"), about(directory="okta"):
        log.warning("provider is slow")
    log.warning("later")
    inside, after = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (inside["reference"], inside["directory"]) == ("r-1", "okta")
    assert "reference" not in after


SECRETS = [
    "zoe.dupont@example.com",
    "Zoé <zoé@exämple.com>",
    "jst_" + "0123456789abcdef" * 4 + "deadbeef",
    "Authorization: Bearer short-one",
    "Basic dXNlcjpwYXNz",
    "postgresql+psycopg://jumpseat:hush@db/jumpseat",
    "smtps://j:hush@mail.example.com",
    "/invitations/" + "Ab-_" * 10 + "xyz",
    "eyJhbGciOiJSUzI1NiIsImtpZCI6Im15LWtleSJ9.eyJzdWIiOiJ6b2UiLCJpc3MiOiJodHRwczovL2lkcCJ9.c2ln",
]
TELLTALE = ("zoe", "zoé", "0123456789abcdef", "short-one", "dXNl", "hush", "Ab-_", "eyJ")


@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.parametrize("secret", SECRETS)
def test_addresses_and_secrets_are_masked_wherever_they_stand(style: str, secret: str) -> None:
    """In the message, in a fact, in an exception: a slip elsewhere does not become a leak here."""
    stream = written(style)
    log.info("got %s", secret)
    note(log, "x:y", fact=secret, listed=[secret])
    try:
        int(secret)
    except ValueError:
        log.exception("failed")
    assert not [found for found in TELLTALE if found in stream.getvalue()]


@pytest.mark.parametrize(
    "line", ["01998c4f-9a1b-7c3d-8e2f-0123456789ab", "GET /scim/okta/v2/Users", "connector/lifecycle/provisioning.py"]
)
def test_ids_paths_and_names_stay_readable(line: str) -> None:
    """The mask leaves what an operator needs."""
    assert mask(line) == line


def test_an_exception_is_told_whole() -> None:
    """Its trace is in the line, for the operator alone."""
    stream = written("json")
    try:
        int("no room")
    except ValueError:
        log.exception("settling failed")
    assert "no room" in json.loads(stream.getvalue())["exception"]


def test_libraries_speak_from_warnings_on() -> None:
    """What they tell for debugging is not for the operator, and may hold what no log must."""
    stream = written("text", level="debug")
    log.debug("ours")
    logging.getLogger("urllib3.connectionpool").info("theirs")
    logging.getLogger("urllib3.connectionpool").warning("grave")
    assert [word for word in ("ours", "theirs", "grave") if f"event={word}" in stream.getvalue()] == ["ours", "grave"]


def test_what_is_less_important_is_left_out() -> None:
    """The level of the settings holds for every logger of ours."""
    stream = written("text", level="warning")
    log.info("quiet")
    assert stream.getvalue() == ""
