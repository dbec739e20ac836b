"""Okta Universal Logout: `/revoke/<directory>` (draft-parecki-oauth-global-token-revocation-04)."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import select
from werkzeug.test import TestResponse

from connector.lifecycle import directories
from connector.storage.tables import event, session
from demo.deviations import Deviation

from ..installation import CAUSE, PUBLIC_URL, Browser, Installation
from .conftest import ADA, BOB, Clock

HERE = f"{PUBLIC_URL}/revoke/acme"


def order(
    installation: Installation,
    subject: Any = None,
    directory: str = "acme",
    token: str | None = None,
    **changes: object,
) -> TestResponse:
    """Order a revocation as Okta does, of Ada by her address unless told otherwise."""
    bearer = token if token is not None else installation.idp.revocation_token(HERE, **changes)
    body = {"sub_id": subject or {"format": "email", "email": ADA.email}}
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return installation.app.test_client().post(f"/revoke/{directory}", json=body, headers=headers)


def reason(browser: Browser) -> str | None:
    return browser.get("/gate/crm").headers.get("X-Jumpseat-Reason")


@pytest.fixture
def browsers(installation: Installation) -> list[Browser]:
    """Return two browsers of Ada's and one of Bob's, all let in."""
    found = []
    for person in (ADA, BOB):
        installation.state(person)
        browser = installation.browser()
        browser.accept(person)
        found.append(browser)
    second = installation.browser()
    second.sign_in(ADA)
    return [found[0], second, found[1]]


SUBJECTS = {
    "email": {"format": "email", "email": "ADA@acme.example"},
    "iss_sub": {"format": "iss_sub", "iss": "ISSUER", "sub": ADA.id},
    "opaque": {"format": "opaque", "id": ADA.id},
    "account": {"format": "account", "uri": "acct:ada@acme.example"},
    "aliases": {
        "format": "aliases",
        "identifiers": [{"format": "opaque", "id": "x"}, {"format": "email", "email": ADA.email}],
    },
    "complex": {"user": {"format": "opaque", "id": ADA.id}, "session": {"format": "opaque", "id": "unheard-of"}},
}


@pytest.mark.parametrize("form", SUBJECTS)
def test_every_session_of_hers_is_over_and_nobody_elses(
    installation: Installation, browsers: list[Browser], form: str
) -> None:
    """By whichever of her names; the next click is refused, and she signs in anew with her seat as it was."""
    subject = {**SUBJECTS[form]}
    if form == "iss_sub":
        subject["iss"] = installation.idp.issuer
    answer = order(installation, subject)
    assert (answer.status_code, answer.data) == (204, b"")
    assert [reason(one) for one in browsers] == ["session-ended", "session-ended", None]
    browsers[0].sign_in(ADA)
    assert reason(browsers[0]) is None
    with installation.lifecycle.database.engine.connect() as connection:
        told = connection.execute(select(event).where(event.c.kind == "sessions:ended")).one()
    assert (told.cause, told.actor, told.after) == ("provider", "directory:acme", {"sessions": 2})


def test_the_same_order_again_ends_nothing_new(installation: Installation, browsers: list[Browser]) -> None:
    """Okta may try again when it got no answer; meanwhile she may have signed in anew."""
    token = installation.idp.revocation_token(HERE)
    assert order(installation, token=token).status_code == 204
    browsers[0].sign_in(ADA)
    assert order(installation, token=token).status_code == 204
    assert reason(browsers[0]) is None


def test_a_token_that_was_used_names_nobody_else(installation: Installation, browsers: list[Browser]) -> None:
    """Whoever saw it pass cannot sign others out with it."""
    token = installation.idp.revocation_token(HERE)
    assert order(installation, token=token).status_code == 204
    again = order(installation, {"format": "email", "email": BOB.email}, token=token)
    assert again.status_code == 401
    assert reason(browsers[2]) is None


def test_a_token_that_named_somebody_unknown_is_used_too(installation: Installation, browsers: list[Browser]) -> None:
    """The same order is 404 each time, and another one under its token ends nothing."""
    token = installation.idp.revocation_token(HERE)
    nobody = {"format": "email", "email": "nobody@acme.example"}
    assert [order(installation, nobody, token=token).status_code for _ in range(3)] == [404, 404, 404]
    assert order(installation, token=token).status_code == 401
    assert reason(browsers[0]) is None


@pytest.mark.parametrize(
    "subject",
    [
        {"format": "email", "email": "nobody@acme.example"},
        {"format": "iss_sub", "iss": "https://other.example", "sub": ADA.id},
        {"format": "opaque", "id": "0"},
    ],
    ids=lambda one: one["format"],
)
def test_somebody_unknown_is_404(installation: Installation, browsers: list[Browser], subject: dict[str, str]) -> None:
    """Another issuer's subject is somebody else, though it looks the same."""
    assert order(installation, subject).status_code == 404
    assert [reason(one) for one in browsers] == [None, None, None]


def test_somebody_of_another_directory_is_unknown(installation: Installation, browsers: list[Browser]) -> None:
    """One customer's provider signs nobody of another out."""
    installation.directory("globex")
    bearer = installation.idp.revocation_token(f"{PUBLIC_URL}/revoke/globex")
    assert order(installation, directory="globex", token=bearer).status_code == 404
    assert reason(browsers[0]) is None


def test_a_session_that_is_nobodys_yet_ends_too(installation: Installation) -> None:
    """Else an invitation could be accepted with it afterwards."""
    installation.state(ADA)
    browser = installation.browser()
    browser.sign_in(ADA)
    assert order(installation).status_code == 204
    with installation.lifecycle.database.engine.connect() as connection:
        assert connection.execute(select(session.c.ended_at)).scalar_one() is not None


@pytest.mark.parametrize("bound", [True, False])
def test_a_sign_in_under_way_does_not_survive(installation: Installation, clock: Clock, bound: bool) -> None:
    """What she proved before the order counts no more; beginning again does."""
    installation.state(ADA)
    browser = installation.browser()
    if bound:
        browser.accept(ADA)
    callback = browser.go_to_provider("/login/acme", ADA)
    clock.pass_time(seconds=5)
    assert order(installation).status_code == 204
    answer = browser.get(callback)
    assert answer.headers["X-Jumpseat-Reason"] == "sign-in-expired"
    clock.pass_time(seconds=1)
    assert browser.sign_in(ADA).status_code == 303


def test_a_sign_in_under_way_of_somebody_unknown_does_not_survive(installation: Installation, clock: Clock) -> None:
    """The order is 404, for nobody of that name was stated; it is kept in mind all the same."""
    browser = installation.browser()
    callback = browser.go_to_provider("/login/acme", ADA)
    clock.pass_time(seconds=5)
    assert order(installation).status_code == 404
    assert browser.get(callback).headers["X-Jumpseat-Reason"] == "sign-in-expired"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"aud": "http://localhost:8080/revoke/globex"},
        {"aud": HERE + "/"},
        {"aud": [HERE, "https://other.example"]},
        {"aud": None},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"iat": None},
        {"iat": 1},
        {"exp": None},
        {"exp": 1},
        {"exp": 4_000_000_000},
        {"nbf": 4_000_000_000},
    ],
    ids=str,
)
def test_a_wrong_token_orders_nothing(
    installation: Installation, browsers: list[Browser], changes: dict[str, object]
) -> None:
    """401, a challenge, and not a word on what was wrong."""
    answer = order(installation, **changes)
    assert (answer.status_code, answer.data) == (401, b"")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert reason(browsers[0]) is None


@pytest.mark.parametrize(
    "deviation",
    [
        Deviation.NO_ALGORITHM,
        Deviation.PUBLIC_KEY_AS_SECRET,
        Deviation.UNLISTED_ALGORITHM,
        Deviation.FORGED_SIGNATURE,
        Deviation.UNPUBLISHED_KEY,
        Deviation.EMBEDDED_KEY,
        Deviation.CRITICAL_HEADER,
        Deviation.REPEATED_CLAIM,
        Deviation.FOREIGN_TYPE,
    ],
)
def test_a_wrongly_signed_token_orders_nothing(
    installation: Installation, browsers: list[Browser], deviation: Deviation
) -> None:
    """The rules for signatures are those of ID tokens, and the type is its own."""
    with installation.idp.deviate(deviation):
        token = installation.idp.revocation_token(HERE)
    assert order(installation, token=token).status_code == 401
    assert reason(browsers[0]) is None


@pytest.mark.parametrize("typ", ["JWT", "logout+jwt", "secevent+jwt", "at+jwt"])
def test_a_token_of_another_kind_orders_nothing(installation: Installation, browsers: list[Browser], typ: str) -> None:
    """An ID token, a logout token or a security event is no order, whatever it claims."""
    now = int(installation.clock().timestamp())
    claims = {"iss": installation.idp.issuer, "aud": HERE, "jti": "j", "iat": now, "exp": now + 60}
    assert order(installation, token=installation.idp.sign(claims, typ)).status_code == 401
    assert reason(browsers[0]) is None


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "x" * 200_000])
@pytest.mark.parametrize("directory", ["acme", "nowhere", "main-local"])
def test_without_a_token_nothing_is_looked_at(installation: Installation, token: str, directory: str) -> None:
    """Which directories there are is not told either."""
    assert order(installation, token=token, directory=directory).status_code == 401


@pytest.mark.parametrize(
    "subject",
    [
        "ada",
        {"format": "unheard-of"},
        {"format": "email"},
        {"format": "email", "email": "@"},
        {"format": "email", "email": ["ada@acme.example"]},
        {"format": "email", "email": "ada@acme.example\x00"},
        {"format": "opaque", "id": ""},
        {"format": "account", "uri": "mailto:ada@acme.example"},
        {"format": "aliases", "identifiers": []},
        {"format": "aliases", "identifiers": [{"format": "aliases", "identifiers": []}]},
        {"format": "complex", "tenant": {"format": "opaque", "id": "t"}},
    ],
    ids=str,
)
def test_a_body_that_names_nobody_is_400(installation: Installation, subject: object) -> None:
    """A format that nobody knows is not read as somebody unknown."""
    assert order(installation, subject).status_code == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"sub_id": 1, "sub_id": 2}', b"\xff"])
def test_a_body_that_is_no_object_is_400(installation: Installation, body: bytes) -> None:
    """Neither is one of another type, or one too large read at all."""
    token = installation.idp.revocation_token(HERE)
    client = installation.app.test_client()
    headers = {"Authorization": f"Bearer {token}"}
    assert client.post("/revoke/acme", data=body, headers=headers, content_type="application/json").status_code == 400
    assert client.post("/revoke/acme", data={"sub_id": "x"}, headers=headers).status_code == 400
    large = client.post("/revoke/acme", data=b"x" * 200_000, headers=headers, content_type="application/json")
    assert large.status_code == 413


def test_a_provider_whose_keys_cannot_be_had_is_asked_to_come_back(installation: Installation) -> None:
    """503, for the order itself may be good."""
    installation.idp.rotate_keys()
    with installation.idp.deviate(Deviation.DISCOVERY_FAILS):
        answer = order(installation)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_a_directory_that_is_off_is_heard(installation: Installation, browsers: list[Browser]) -> None:
    """Its sessions would live again when it is switched on."""
    installation.lifecycle.write(directories.set_active, "acme", CAUSE, active=False)
    assert order(installation).status_code == 204
    installation.lifecycle.write(directories.set_active, "acme", CAUSE, active=True)
    assert reason(browsers[0]) == "session-ended"


def test_the_key_of_somebody_else_signs_nothing(installation: Installation, browsers: list[Browser]) -> None:
    """Even where the header names a key of the provider's."""
    now = int(installation.clock().timestamp())
    known = installation.idp.public_keys["keys"][0]["kid"]
    claims = {"iss": installation.idp.issuer, "aud": HERE, "jti": "j", "iat": now, "exp": now + 60}
    header = {"alg": "RS256", "kid": known, "typ": "global-token-revocation+jwt"}
    assert order(installation, token=jwt.encode(header, claims, RSAKey.generate_key(2048))).status_code == 401
    assert reason(browsers[0]) is None
