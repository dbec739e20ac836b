"""JWTs of Entra ID, from an issuer on loopback whose keys and metadata are real: what opens a directory, what never."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, jsonify, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import TestResponse

from connector.lifecycle import Lifecycle, reporting, scim_clients
from connector.scim.entra_tokens import LONGEST
from connector.settings import Settings
from connector.storage.database import Database
from demo.deviations import SIGNATURES, Deviation
from demo.openid import OpenIdProvider
from demo.speaking import Speech

from ..lifecycle.company import NOON, Clock
from .conftest import CAUSE, USER_URN, Directory

TENANT = "cbb1a5ac-f33b-45fa-9bf5-f37db0fed422"
OTHER_TENANT = "00000000-f33b-45fa-9bf5-f37db0fed422"
AUDIENCE = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
APP = "92653dd4-aa3a-3323-80cf-e8cfefcc8d5d"
V1 = f"https://sts.windows.net/{TENANT}/"


class Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Leave the terminal to the tests."""


class Entra(OpenIdProvider):
    """Entra ID as provisioning knows it: one authority, two versions of tokens, each with metadata of its own."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(V1, Speech.ENTRA, [], lambda: clock().timestamp())
        self.authority, self.asked, self.broken = "", list[str](), False

    @property
    def v2(self) -> str:
        return f"{self.authority}/{TENANT}/v2.0"

    def token(self, version: int = 1, **changes: Any) -> str:
        """Return what provisioning sends; `changes` overrides claims, and None leaves one out."""
        return self.sign(self.claims(version, **changes))

    def claims(self, version: int = 1, **changes: Any) -> dict[str, Any]:
        now = int(self.clock())
        claims = {"iss": V1 if version == 1 else self.v2, "aud": AUDIENCE, "tid": TENANT, "sub": "s", "oid": "o"}
        claims |= {"iat": now, "nbf": now, "exp": now + 3600, "appid" if version == 1 else "azp": APP}
        return {name: value for name, value in (claims | changes).items() if value is not None}

    @contextmanager
    def running(self) -> Iterator[None]:
        server = make_server("127.0.0.1", 0, self._web(), threaded=True, request_handler=Quiet)
        self.authority = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield
        server.shutdown()
        thread.join()
        server.server_close()

    def _web(self) -> Flask:
        web = Flask("entra", static_folder=None)

        def metadata(tenant: str, version: str = "") -> Any:
            # Of one tenant, whichever is asked for.
            issuer = self.v2 if version else V1
            # Endpoints that nobody asks here, and the keys, which somebody does.
            return jsonify(self.metadata() | {"issuer": issuer, "jwks_uri": f"{self.authority}/keys"})

        web.add_url_rule("/<tenant>/.well-known/openid-configuration", "v1", metadata)
        web.add_url_rule("/<tenant>/<version>/.well-known/openid-configuration", "v2", metadata)
        web.add_url_rule("/keys", "keys", lambda: jsonify(self.public_keys))

        @web.before_request
        def ask() -> Any:
            self.asked.append(request.endpoint or request.path)
            return ("out of order", 500) if self.broken else None

        return web


CLOCK = Clock()


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands at noon, for both sides."""
    CLOCK.now = NOON
    return CLOCK


@pytest.fixture
def lifecycle(sqlite_url: str, clock: Clock) -> Iterator[Lifecycle]:
    """Give the use cases of an installation on this machine: only such a one speaks to issuers without TLS."""
    database = Database(sqlite_url)
    yield Lifecycle(database, Settings(secret_key="s" * 40, public_url="http://localhost:8080"), clock)
    database.dispose()


@pytest.fixture(scope="module")
def _entra() -> Iterator[Entra]:
    entra = Entra(CLOCK)
    with entra.running():
        yield entra


@pytest.fixture
def entra(_entra: Entra) -> Entra:
    """Give an issuer that was asked nothing yet, and signs with the one key that it publishes."""
    _entra.asked.clear()
    _entra.broken, _entra.algorithm = False, "RS256"
    _entra._keys = _entra._keys[-1:]
    return _entra


@pytest.fixture
def trusting(lifecycle: Lifecycle, directory: Directory, entra: Entra) -> Directory:
    """Give a directory that takes the tenant's tokens."""
    trust(lifecycle, directory, entra)
    return directory


def trust(lifecycle: Lifecycle, directory: Directory, entra: Entra, **changes: Any) -> None:
    facts = {"tenant_id": TENANT, "authority": entra.authority, "audience": AUDIENCE, **changes}
    lifecycle.write(scim_clients.trust_entra, directory.slug, CAUSE, **facts)


def ask(directory: Directory, token: str) -> TestResponse:
    return directory.call("GET", "/Users", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("version", [1, 2])
def test_a_token_of_the_tenant_opens_the_directory_for_reading_and_writing(
    trusting: Directory, entra: Entra, version: int, lifecycle: Lifecycle
) -> None:
    """Issued as either version; the trail names the application, and no token of ours counts as used."""
    headers = {"Authorization": f"Bearer {entra.token(version)}"}
    assert trusting.call("GET", "/Users", headers=headers).status_code == 200
    assert (
        trusting.call("POST", "/Users", {"schemas": [USER_URN], "userName": "bo"}, headers=headers).status_code == 201
    )
    search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}
    assert trusting.call("POST", "/.search", search, headers=headers).status_code == 200
    events = lifecycle.read(lambda work: list(work.trail.events()))
    assert [event["actor"] for event in events if event["cause"] == "scim"] == [f"entra:{APP}"]
    assert entra.asked == [f"v{version}", "keys"]
    # Its own tokens open it as before.
    assert trusting.call("GET", "/Users").status_code == 200
    assert lifecycle.read(reporting.directory, trusting.slug).entra_trust is not None


def test_a_directory_that_was_not_told_so_takes_none(
    trusting: Directory, new_directory: Callable[[], Directory], entra: Entra, lifecycle: Lifecycle
) -> None:
    """Nor one that is not there, nor one whose trust was withdrawn; all are answered as a wrong token of ours is."""
    token = entra.token()
    refused = [ask(new_directory(), token), ask(Directory("nowhere", "", trusting.http), token)]
    lifecycle.write(scim_clients.distrust_entra, trusting.slug, CAUSE)
    refused += [ask(trusting, token), ask(trusting, "jst_wrong"), ask(trusting, "a.b.c")]
    assert {answer.status_code for answer in refused} == {401}
    assert len({answer.data for answer in refused}) == 1
    assert entra.asked == []


FOREIGN: list[dict[str, Any]] = [
    {"tid": OTHER_TENANT},
    {"tid": None},
    {"tid": [TENANT]},
    {"iss": V1.rstrip("/")},
    {"iss": f"https://sts.windows.net/{OTHER_TENANT}/"},
    {"iss": f"https://login.microsoftonline.com/{TENANT}/v2.0"},
    {"iss": f"https://sts.windows.net.evil.example/{TENANT}/"},
    {"iss": None},
    {"iss": [V1]},
    {"aud": "another"},
    {"aud": [AUDIENCE]},
    {"aud": [AUDIENCE, "another"]},
    {"aud": None},
    {"exp": None},
    {"exp": "tomorrow"},
    {"nbf": 10**12},
    {"iat": 10**12},
    {"scp": "user_impersonation"},
]


def test_a_token_of_somebody_else_or_for_somebody_else_is_refused(trusting: Directory, entra: Entra) -> None:
    """Well signed as it is; and for none of them is the issuer even asked."""
    for changes in FOREIGN:
        assert ask(trusting, entra.token(**changes)).status_code == 401, changes
    assert entra.asked == []


def test_a_token_is_good_for_its_time_and_thirty_seconds(trusting: Directory, entra: Entra, clock: Clock) -> None:
    """At either end: clocks differ."""
    token = entra.token()
    for seconds, status in ((3600 + 29, 200), (3600 + 30, 401), (86_400, 401), (-30, 200), (-31, 401)):
        clock.now = NOON + timedelta(seconds=seconds)
        assert ask(trusting, token).status_code == status, seconds


@pytest.mark.parametrize(("version", "claim"), [(1, "appid"), (2, "azp")])
def test_the_application_can_be_pinned(
    trusting: Directory, entra: Entra, lifecycle: Lifecycle, version: int, claim: str
) -> None:
    """Every other of the tenant's applications is refused then; without a pin, one that is not named is taken."""
    assert ask(trusting, entra.token(version, **{claim: None})).status_code == 200
    trust(lifecycle, trusting, entra, app_id=APP)
    assert ask(trusting, entra.token(version)).status_code == 200
    for other in ("another", None, [APP]):
        assert ask(trusting, entra.token(version, **{claim: other})).status_code == 401


def test_no_trick_of_the_signature_is_believed(trusting: Directory, entra: Entra) -> None:
    """`none`, HS256 with the public key, another algorithm, another key, a key that the token brings along."""
    for deviation in SIGNATURES.keys() - {Deviation.NO_KEY_ID}:
        with entra.deviate(deviation):
            assert ask(trusting, entra.token()).status_code == 401, deviation
    assert ask(trusting, entra.token()).status_code == 200


def test_rs256_alone_is_taken(trusting: Directory, entra: Entra) -> None:
    """Entra ID uses no other, whatever its metadata may say one day."""
    for algorithm in ("RS512", "PS256"):
        entra.algorithm = algorithm
        assert ask(trusting, entra.token()).status_code == 401, algorithm
    entra.rotate_keys(algorithm="ES256")
    assert ask(trusting, entra.token()).status_code == 401
    assert entra.asked == []


def test_a_token_of_great_length_is_not_even_read(trusting: Directory, entra: Entra) -> None:
    """What Entra sends has about 2 kB."""
    for size in (LONGEST, 1_000_000):
        token = entra.token(padding="x" * size)
        for hostile in (token, "." * size, ".." + "x" * size):
            assert ask(trusting, hostile).status_code == 401
    assert entra.asked == []


def test_what_is_no_token_at_all_is_refused(trusting: Directory, entra: Entra) -> None:
    """Without a fault of ours."""
    for token in (
        "..",
        "a.b.c",
        "e30.e30.",
        "bnVsbA.bnVsbA.",
        "\u00e9.\u00e9.",
        "e30.e30.e30.e30",
        "W10.W10.x",
        "a.b.c d",
    ):
        assert ask(trusting, token).status_code == 401, token
    assert entra.asked == []


def test_keys_may_rotate(trusting: Directory, entra: Entra, clock: Clock) -> None:
    """A key that nobody knows yet is fetched when a token first comes with it; a withdrawn one is no more."""
    assert ask(trusting, entra.token()).status_code == 200
    old = entra.token()
    entra.rotate_keys()
    entra._keys.pop()
    assert ask(trusting, entra.token()).status_code == 200
    clock.forward(seconds=1)
    assert ask(trusting, old).status_code == 401
    assert entra.asked == ["v1", "keys", "keys"]


def test_a_storm_of_unknown_keys_is_one_question_a_minute(trusting: Directory, entra: Entra, clock: Clock) -> None:
    """Whoever sends them; and good tokens go on being taken."""
    forger = RSAKey.generate_key(2048, {"kid": "x"})
    assert ask(trusting, entra.token()).status_code == 200
    entra.asked.clear()
    for second in range(90):
        forged = jwt.encode({"alg": "RS256", "kid": f"storm-{second}"}, entra.claims(), forger)
        assert ask(trusting, forged).status_code == 401
        clock.forward(seconds=1)
    assert entra.asked == ["keys", "keys"]
    assert ask(trusting, entra.token()).status_code == 200


def test_an_issuer_that_is_away_is_no_refusal(trusting: Directory, entra: Entra, clock: Clock) -> None:
    """A 401 would put the customer's job into quarantine; known keys serve on for two days."""
    entra.broken = True
    answer = ask(trusting, entra.token())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert (answer.json or {})["status"] == "503"
    entra.broken = False
    clock.forward(seconds=11)
    assert ask(trusting, entra.token()).status_code == 200
    entra.broken = True
    clock.now += timedelta(hours=47)
    assert ask(trusting, entra.token()).status_code == 200


def test_metadata_of_another_issuer_is_not_believed(directory: Directory, entra: Entra, lifecycle: Lifecycle) -> None:
    """An authority that answers for somebody else cannot vouch for this tenant."""
    trust(lifecycle, directory, entra, tenant_id=OTHER_TENANT)
    other = {"tid": OTHER_TENANT, "iss": f"https://sts.windows.net/{OTHER_TENANT}/"}
    assert ask(directory, entra.token(**other)).status_code == 401
    assert entra.asked == ["v1"]


def test_discovery_tells_that_such_tokens_are_taken(trusting: Directory) -> None:
    """Beside the directory's own."""
    config = trusting.call("GET", "/ServiceProviderConfig").json or {}
    assert [(one["type"], one["name"]) for one in config["authenticationSchemes"]] == [
        ("oauthbearertoken", "Bearer token"),
        ("oauthbearertoken", "Microsoft Entra ID"),
    ]
