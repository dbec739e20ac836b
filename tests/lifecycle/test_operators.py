"""Operators of the console: a link that opens it once."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from connector.lifecycle import operators

from .company import Company


def key_of(company: Company, name: str = "tess") -> str:
    """Make a link and return what it carries."""
    url = urlsplit(company.write(operators.console_link, name))
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://seats.example/console/enter"
    return parse_qs(url.query)["key"][0]


def test_a_link_starts_a_session_of_its_operator_once(empty: Company) -> None:
    """The second time it is worth nothing."""
    key = key_of(empty)
    token = empty.write(operators.enter, key)
    assert empty.read(operators.operator, token) == "tess"
    assert empty.write(operators.enter, key) is None


def test_a_link_is_good_for_ten_minutes(empty: Company) -> None:
    """A second later it is not."""
    early, late = key_of(empty), key_of(empty)
    empty.clock.forward(minutes=9, seconds=59)
    assert empty.write(operators.enter, early) is not None
    empty.clock.forward(seconds=1)
    assert empty.write(operators.enter, late) is None


def test_a_link_is_no_session_and_a_session_is_no_link(empty: Company) -> None:
    """Neither passes for the other, though both are rows of one table."""
    key = key_of(empty)
    assert empty.read(operators.operator, key) is None
    token = empty.write(operators.enter, key)
    assert token is not None
    assert empty.write(operators.enter, token) is None
    assert empty.read(operators.operator, token) == "tess"


def test_a_session_ends_when_the_operator_leaves_or_its_time_has_run(empty: Company) -> None:
    """Others' sessions go on."""
    first, second = (empty.write(operators.enter, key_of(empty, name)) for name in ("tess", "otto"))
    assert first is not None
    empty.write(operators.leave, first)
    assert empty.read(operators.operator, first) is None
    assert empty.read(operators.operator, second) == "otto"
    empty.clock.forward(hours=8)
    assert empty.read(operators.operator, second) is None


def test_nobody_is_an_operator_without_a_session(empty: Company) -> None:
    """No token, or one that nobody was given."""
    assert empty.read(operators.operator, None) is None
    assert empty.read(operators.operator, "x" * 43) is None


def test_no_key_and_no_token_is_kept_in_clear(empty: Company) -> None:
    """Whoever reads the database cannot enter."""
    key = key_of(empty)
    kept = str(empty.sql("SELECT * FROM operator_session"))
    assert "tess" in kept
    assert key not in kept
