"""Names that stand in URLs, and tokens that open directories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.domain.errors import InvalidValue
from connector.domain.tenancy import Directory, DirectoryToken, Idp, checked_slug

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", ["a", "7", "okta", "okta-eu", "a--b", "0-0", "a" * 63])
def test_a_name_of_small_letters_digits_and_hyphens_stands_in_a_url(name: str) -> None:
    """Up to 63 of them, as in a host name."""
    assert checked_slug("directory", name) == name


@pytest.mark.parametrize(
    "name",
    ["", "-", "-a", "a-", "A", "a_b", "a b", "a/b", "..", "é", "\uff41", "a\n", "\na", "a" * 64],
)
def test_anything_else_is_refused(name: str) -> None:
    """No slash, dot or space, no other alphabet, no line break at the end that a `$` would let through."""
    with pytest.raises(InvalidValue) as refused:
        checked_slug("directory", name)
    assert refused.value.attribute == "directory name"


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [("Okta EU", "okta-eu"), ("--A__b--", "a-b"), ("###", "acme"), ("x" * 62 + " y", "x" * 62)],
)
def test_a_refused_name_comes_with_one_that_would_do(name: str, suggestion: str) -> None:
    """The suggestion is a valid name itself."""
    with pytest.raises(InvalidValue, match=f"for example '{suggestion}'"):
        checked_slug("account", name)
    assert checked_slug("account", suggestion) == suggestion


def token(**times: datetime | None) -> DirectoryToken:
    given = {"expires_at": None, "revoked_at": None, "last_used_at": None, **times}
    return DirectoryToken("id", "directory", "jst_12345678…", NOON, **given)


def test_a_token_opens_until_it_is_revoked_or_expires() -> None:
    """The end is judged at the moment of use; the second of its expiry is too late."""
    assert token().valid(NOON)
    assert token(expires_at=NOON + timedelta(seconds=1)).valid(NOON)
    assert not token(expires_at=NOON).valid(NOON)
    assert not token(revoked_at=NOON - timedelta(days=1)).valid(NOON)


@pytest.mark.parametrize(
    ("issuer", "client_id", "signs_in"),
    [("https://idp.example", "jumpseat", True), ("https://idp.example", None, False), (None, "jumpseat", False)],
)
def test_a_directory_signs_people_in_once_issuer_and_client_are_set(
    issuer: str | None, client_id: str | None, signs_in: bool
) -> None:
    """Half of the settings sign nobody in."""
    directory = Directory("id", "tenant", "okta", Idp.OKTA, True, NOON, issuer, client_id)
    assert directory.signs_in is signs_in
