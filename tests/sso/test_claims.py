"""What an ID token and a logout token must state, at the borders of what is taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.domain.identities import verified_email
from connector.sso.claims import LOGOUT_EVENT, Expected, identity_of, notice_of
from connector.web.issuers.failures import Fault, ProviderFailure
from connector.web.issuers.tokens import SignedClaims

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
EXPECTED = Expected("https://idp.example", "rp", "the-nonce", "the-access-token")
ABSENT = object()


def id_token(**changes: object) -> SignedClaims:
    claims: dict[str, Any] = {
        "iss": "https://idp.example",
        "aud": "rp",
        "sub": "ada",
        "nonce": "the-nonce",
        "iat": SECONDS,
        "exp": SECONDS + 300,
    } | changes
    return SignedClaims({"alg": "RS256"}, {name: value for name, value in claims.items() if value is not ABSENT})


def fault_of(**changes: object) -> Fault | None:
    try:
        identity_of(id_token(**changes), EXPECTED, NOW)
    except ProviderFailure as failure:
        return failure.fault
    return None


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"exp": SECONDS - 29}, None),
        ({"exp": SECONDS - 30}, Fault.EXPIRED),
        ({"iat": SECONDS + 30}, None),
        ({"iat": SECONDS + 31}, Fault.WRONG_ISSUE_TIME),
        ({"iat": SECONDS - 630}, None),
        ({"iat": SECONDS - 631}, Fault.WRONG_ISSUE_TIME),
        ({"nbf": SECONDS + 30}, None),
        ({"nbf": SECONDS + 31}, Fault.NOT_YET_VALID),
        ({"session_expiry": SECONDS + 1}, None),
        ({"session_expiry": SECONDS}, Fault.SESSION_OVER),
    ],
    ids=str,
)
def test_clocks_may_differ_by_thirty_seconds(changes: dict[str, int], fault: Fault | None) -> None:
    """The leeway is 30 s; the age of an ID token ends at ten minutes."""
    assert fault_of(**changes) is fault


@pytest.mark.parametrize("subject", ["", " \n", "a\x00b", "a" * 256, 1, None, ["ada"], {"id": "ada"}])
def test_a_subject_is_printable_text_of_bounded_length(subject: object) -> None:
    """`sub` is the name under which an identity is bound, so nothing odd becomes one."""
    assert fault_of(sub=subject) is Fault.NO_SUBJECT


@pytest.mark.parametrize("audience", ["other", ["other"], ["rp", "other"], ["rp", "rp"], [], "", None, {"rp": 1}, "RP"])
def test_a_token_is_for_us_alone(audience: object) -> None:
    """Whoever else a token is for could bring it here."""
    assert fault_of(aud=audience, azp="rp") is Fault.WRONG_AUDIENCE


def test_a_list_of_us_alone_is_us() -> None:
    """`aud` may be a list of one (RFC 7519 section 4.1.3)."""
    assert fault_of(aud=["rp"]) is None


@pytest.mark.parametrize("issuer", ["https://idp.example/", "https://IDP.example", "", None, ["https://idp.example"]])
def test_the_issuer_is_compared_as_a_string(issuer: object) -> None:
    """Neither case nor slash is forgiven."""
    assert fault_of(iss=issuer) is Fault.WRONG_ISSUER


@pytest.mark.parametrize("nonce", [ABSENT, "", None, "another", ["the-nonce"], ["another", "the-nonce"]])
def test_the_nonce_is_the_one_of_this_sign_in(nonce: object) -> None:
    """A list that contains it is not it."""
    assert fault_of(nonce=nonce) is Fault.WRONG_NONCE


@pytest.mark.parametrize("at_hash", ["", "AAAA", None, 1, ["AAAA"], "é"])
def test_an_odd_hash_of_the_access_token_fails(at_hash: object) -> None:
    """Stated and not right is refused, whatever it is."""
    assert fault_of(at_hash=at_hash) is Fault.WRONG_TOKEN_HASH


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", ["soon", True, [], {}, float("nan")])
def test_times_are_numbers(name: str, value: object) -> None:
    """A time that is no number is refused."""
    assert fault_of(**{name: value}) is not None


@pytest.mark.parametrize("value", ["1", True, -(10**20), float("inf"), [1]])
@pytest.mark.parametrize("name", ["auth_time", "session_expiry"])
def test_other_times_are_numbers_too(name: str, value: object) -> None:
    """`auth_time` and `session_expiry` become moments, or the token is refused."""
    assert fault_of(**{name: value}) in {Fault.CLAIMS_REFUSED, Fault.AUTHENTICATION_TOO_OLD}


@pytest.mark.parametrize(
    ("verified", "address"),
    [(True, "ada@x"), ("true", None), ("false", None), (1, None), (0, None), (None, None), ([], None), (False, None)],
)
def test_only_the_json_value_true_verifies_an_address(verified: object, address: str | None) -> None:
    """`"false"` is true in many languages; here only true is."""
    identity = identity_of(id_token(email="ada@x", email_verified=verified), EXPECTED, NOW)
    assert verified_email(identity.claims) == address


def logout_token(**changes: object) -> SignedClaims:
    claims: dict[str, Any] = {
        "iss": "https://idp.example",
        "aud": "rp",
        "sub": "ada",
        "sid": "s1",
        "iat": SECONDS,
        "exp": SECONDS + 120,
        "jti": "j1",
        "events": {LOGOUT_EVENT: {}},
    } | changes
    return SignedClaims({"alg": "RS256"}, {name: value for name, value in claims.items() if value is not ABSENT})


def test_a_logout_token_names_a_subject_a_session_or_both() -> None:
    """Either is enough."""
    for absent in ({"sub": ABSENT}, {"sid": ABSENT}, {}):
        notice = notice_of(logout_token(**absent), "https://idp.example", "rp", NOW)
        assert notice.subject == (None if "sub" in absent else "ada")
        assert notice.sid == (None if "sid" in absent else "s1")
        assert notice.token_id == "j1"
        assert notice.expires_at == NOW + timedelta(seconds=150)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"sub": ABSENT, "sid": ABSENT}, Fault.NO_SUBJECT),
        ({"sub": ""}, Fault.NO_SUBJECT),
        ({"sid": 1}, Fault.CLAIMS_REFUSED),
        ({"iss": "https://other.example"}, Fault.WRONG_ISSUER),
        ({"aud": "other"}, Fault.WRONG_AUDIENCE),
        ({"aud": ["rp", "other"]}, Fault.WRONG_AUDIENCE),
        ({"iat": ABSENT}, Fault.WRONG_ISSUE_TIME),
        ({"iat": SECONDS - 331}, Fault.WRONG_ISSUE_TIME),
        ({"iat": SECONDS + 31}, Fault.WRONG_ISSUE_TIME),
        ({"exp": ABSENT}, Fault.EXPIRED),
        ({"exp": SECONDS - 30}, Fault.EXPIRED),
        ({"jti": ABSENT}, Fault.CLAIMS_REFUSED),
        ({"jti": ""}, Fault.CLAIMS_REFUSED),
        ({"jti": 1}, Fault.CLAIMS_REFUSED),
        ({"events": ABSENT}, Fault.NO_LOGOUT_EVENT),
        ({"events": {}}, Fault.NO_LOGOUT_EVENT),
        ({"events": {"http://schemas.openid.net/event/other": {}}}, Fault.NO_LOGOUT_EVENT),
        ({"events": [LOGOUT_EVENT]}, Fault.NO_LOGOUT_EVENT),
        ({"events": {LOGOUT_EVENT: True}}, Fault.NO_LOGOUT_EVENT),
        ({"nonce": "n"}, Fault.WRONG_NONCE),
        ({"nonce": None}, Fault.WRONG_NONCE),
    ],
)
def test_a_wrong_logout_token(changes: dict[str, object], fault: Fault) -> None:
    """The rows of OpenID Connect Back-Channel Logout 1.0 section 2.6."""
    with pytest.raises(ProviderFailure) as caught:
        notice_of(logout_token(**changes), "https://idp.example", "rp", NOW)
    assert caught.value.fault is fault
