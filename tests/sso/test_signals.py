"""Security events, pushed (RFC 8935) and fetched (RFC 8936), of CAEP and RISC 1.0, from a transmitter that signs."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from connector.domain.errors import InvalidValue
from connector.lifecycle import directories, signalling
from connector.lifecycle.diagnosis import Check, diagnose
from connector.sso.polling import Poller
from connector.storage.tables import event
from demo.deviations import Deviation
from demo.transmitter import CAEP, RISC, SSF

from ..installation import CAUSE, Browser, Installation
from .conftest import ADA, BOB, Clock

AUDIENCE = "https://jumpseat.example/signals"
EMAIL = {"format": "email", "email": ADA.email}
OPAQUE = {"format": "opaque", "id": ADA.id}
REVOKED = f"{CAEP}session-revoked"
DISABLED = f"{RISC}account-disabled"


@pytest.fixture
def browsers(installation: Installation) -> dict[str, Browser]:
    """Return a browser of Ada's and one of Bob's, both let in, where the provider's events are believed."""
    stream(installation)
    found = {}
    for person in (ADA, BOB):
        installation.state(person)
        found[person.user_name] = browser = installation.browser()
        browser.accept(person)
    return found


def stream(installation: Installation, **facts: Any) -> None:
    facts = {"transmitter": installation.idp.issuer, "audience": AUDIENCE} | facts
    installation.lifecycle.write(signalling.set_stream, "acme", CAUSE, **facts)


def push(installation: Installation, token: str, directory: str = "acme") -> TestResponse:
    client = installation.app.test_client()
    return client.post(f"/signals/{directory}", data=token, content_type="application/secevent+jwt")


def event_of(installation: Installation, kind: str = REVOKED, subject: Any = EMAIL, **changes: object) -> str:
    return installation.idp.signals.event(kind, subject, AUDIENCE, **changes)


def reasons(browsers: dict[str, Browser]) -> list[str | None]:
    return [one.get("/gate/crm").headers.get("X-Jumpseat-Reason") for one in browsers.values()]


def heard(installation: Installation) -> list[dict[str, Any]]:
    with installation.lifecycle.database.engine.connect() as connection:
        rows = connection.execute(select(event.c.after).where(event.c.kind == "signal:heard").order_by(event.c.seq))
        return [row.after for row in rows]


class TestWhatFollows:
    """Which events end what."""

    @pytest.mark.parametrize(
        "kind",
        [
            REVOKED,
            f"{CAEP}credential-change",
            f"{RISC}sessions-revoked",
            f"{RISC}credential-compromise",
            f"{RISC}account-credential-change-required",
            f"{RISC}identifier-recycled",
        ],
    )
    @pytest.mark.parametrize("subject", [EMAIL, OPAQUE], ids=["email", "opaque"])
    def test_sessions_end_and_the_seat_stays(
        self, installation: Installation, browsers: dict[str, Browser], kind: str, subject: dict[str, str]
    ) -> None:
        """Hers alone, at once; she signs in anew and is let in."""
        answer = push(installation, event_of(installation, kind, subject))
        assert (answer.status_code, answer.data) == (202, b"")
        assert reasons(browsers) == ["session-ended", None]
        browsers[ADA.user_name].sign_in(ADA)
        assert reasons(browsers) == [None, None]

    @pytest.mark.parametrize("kind", [DISABLED, f"{RISC}account-purged"])
    def test_a_disabled_account_is_a_leaver(
        self, installation: Installation, browsers: dict[str, Browser], kind: str
    ) -> None:
        """As if the directory had stated `active: false`: signing in again does not help, and the trail says why."""
        assert push(installation, event_of(installation, kind)).status_code == 202
        assert reasons(browsers) == ["session-ended", None]
        browsers[ADA.user_name].sign_in(ADA)
        assert reasons(browsers) == ["left", None]
        with installation.lifecycle.database.engine.connect() as connection:
            told = connection.execute(select(event).where(event.c.kind == "person:left")).one()
        assert (told.cause, told.actor) == ("provider", f"signal:{installation.idp.issuer}")

    def test_an_enabled_account_gets_nothing_back(
        self, installation: Installation, browsers: dict[str, Browser]
    ) -> None:
        """Only her directory, over SCIM, says that she is active."""
        push(installation, event_of(installation, DISABLED))
        assert push(installation, event_of(installation, f"{RISC}account-enabled")).status_code == 202
        browsers[ADA.user_name].sign_in(ADA)
        assert reasons(browsers) == ["left", None]

    def test_a_pending_invitee_who_is_disabled_cannot_accept(self, installation: Installation) -> None:
        """Her invitation is taken back with the rest, though no identity of hers is known yet."""
        stream(installation)
        installation.state(ADA)
        path = installation.invitation_path(ADA)
        subject = {"format": "iss_sub", "iss": installation.idp.issuer, "sub": ADA.id}
        assert push(installation, event_of(installation, DISABLED, subject)).status_code == 202
        assert installation.browser().get(path).headers["X-Jumpseat-Reason"] == "invitation-cancelled"

    @pytest.mark.parametrize(
        "kind", [f"{SSF}verification", f"{SSF}stream-updated", f"{CAEP}device-compliance-change", "urn:unheard-of"]
    )
    def test_what_asks_for_nothing_is_acknowledged_and_noted(
        self, installation: Installation, browsers: dict[str, Browser], kind: str
    ) -> None:
        """Whatever its subject, or without one."""
        assert push(installation, event_of(installation, kind, None)).status_code == 202
        assert reasons(browsers) == [None, None]
        assert heard(installation) == [{"directory": "acme", "events": [kind], "act": "note", "people": 0}]

    def test_the_strongest_of_several_counts(self, installation: Installation, browsers: dict[str, Browser]) -> None:
        """Several event types in one token tell of one happening."""
        push(installation, event_of(installation, events={REVOKED: {}, DISABLED: {}, "urn:other": {}}))
        browsers[ADA.user_name].sign_in(ADA)
        assert reasons(browsers) == ["left", None]

    def test_somebody_unknown_is_acknowledged(self, installation: Installation, browsers: dict[str, Browser]) -> None:
        """A transmitter tells of everybody it has."""
        stranger = {"format": "email", "email": "x@acme.example"}
        assert push(installation, event_of(installation, DISABLED, stranger)).status_code == 202
        assert heard(installation)[0]["people"] == 0
        assert reasons(browsers) == [None, None]

    def test_a_replay_does_nothing(self, installation: Installation, browsers: dict[str, Browser]) -> None:
        """It is acknowledged, for the first may have been lost on the way."""
        token = event_of(installation)
        push(installation, token)
        browsers[ADA.user_name].sign_in(ADA)
        assert push(installation, token).status_code == 202
        assert reasons(browsers) == [None, None]
        assert len(heard(installation)) == 1

    def test_a_session_alone_may_be_named(self, installation: Installation, browsers: dict[str, Browser]) -> None:
        """By the provider's name of it."""
        sessions = [one for one, _ in installation.idp.store.sessions.values() if one.person == ADA]
        subject = {"format": "complex", "session": {"format": "opaque", "id": sessions[-1].sid}}
        push(installation, event_of(installation, REVOKED, subject))
        assert reasons(browsers) == ["session-ended", None]

    def test_people_of_other_directories_are_left_alone(
        self, installation: Installation, browsers: dict[str, Browser]
    ) -> None:
        """The same address in two directories is two people."""
        installation.directory("globex")
        installation.lifecycle.write(
            signalling.set_stream, "globex", CAUSE, transmitter=installation.idp.issuer, audience=AUDIENCE
        )
        assert push(installation, event_of(installation, DISABLED), "globex").status_code == 202
        assert reasons(browsers) == [None, None]

    def test_a_sign_in_under_way_does_not_survive(
        self, installation: Installation, browsers: dict[str, Browser], clock: Clock
    ) -> None:
        """She begins again."""
        callback = browsers[ADA.user_name].go_to_provider("/login/acme", ADA)
        clock.pass_time(seconds=1)
        push(installation, event_of(installation))
        assert browsers[ADA.user_name].get(callback).headers["X-Jumpseat-Reason"] == "sign-in-expired"


HOSTILE: dict[str, tuple[dict[str, Any], str]] = {
    "of another issuer": ({"iss": "https://other.example"}, "invalid_issuer"),
    "without issuer": ({"iss": None}, "invalid_issuer"),
    "for somebody else": ({"aud": "https://other.example"}, "invalid_audience"),
    "for nobody": ({"aud": None}, "invalid_audience"),
    "an ID token": ({"typ": "JWT"}, "invalid_request"),
    "a logout token": ({"typ": "logout+jwt"}, "invalid_request"),
    "with sub": ({"sub": ADA.id}, "invalid_request"),
    "with exp": ({"exp": 4_000_000_000}, "invalid_request"),
    "without jti": ({"jti": None}, "invalid_request"),
    "with an empty jti": ({"jti": ""}, "invalid_request"),
    "without iat": ({"iat": None}, "invalid_request"),
    "of long ago": ({"iat": 1}, "invalid_request"),
    "of the future": ({"iat": 4_000_000_000}, "invalid_request"),
    "without events": ({"events": None}, "invalid_request"),
    "with no event": ({"events": {}}, "invalid_request"),
    "with events in a list": ({"events": [REVOKED]}, "invalid_request"),
    "with an event that is no object": ({"events": {REVOKED: True}}, "invalid_request"),
    "without subject": ({"sub_id": None}, "invalid_request"),
    "with a subject of an unknown format": ({"sub_id": {"format": "did", "url": "did:x"}}, "invalid_request"),
    "with the subject in the event": (
        {"sub_id": None, "events": {REVOKED: {"subject": {"format": "email", "email": ADA.email}}}},
        "invalid_request",
    ),
}

FORGED = {
    Deviation.NO_ALGORITHM: "invalid_key",
    Deviation.PUBLIC_KEY_AS_SECRET: "invalid_key",
    Deviation.UNPUBLISHED_KEY: "invalid_key",
    Deviation.EMBEDDED_KEY: "invalid_request",
    Deviation.FORGED_SIGNATURE: "authentication_failed",
    Deviation.CRITICAL_HEADER: "invalid_request",
    Deviation.REPEATED_CLAIM: "invalid_request",
    Deviation.FOREIGN_TYPE: "invalid_request",
}


class TestRefusals:
    """RFC 8935 section 2.3: 400 with a code, and nothing has happened."""

    @pytest.mark.parametrize("variant", HOSTILE)
    def test_a_wrong_event(self, installation: Installation, browsers: dict[str, Browser], variant: str) -> None:
        """Each deviation by its name; the answer has the code and our words alone."""
        changes, code = HOSTILE[variant]
        answer = push(installation, event_of(installation, **changes))
        assert answer.status_code == 400
        assert answer.json
        assert answer.json["err"] == code
        assert answer.headers["Content-Language"] == "en"
        assert reasons(browsers) == [None, None]
        assert heard(installation) == []

    @pytest.mark.parametrize("deviation", FORGED)
    def test_a_forged_event(
        self, installation: Installation, browsers: dict[str, Browser], deviation: Deviation
    ) -> None:
        """The rules for signatures are those of ID tokens."""
        with installation.idp.deviate(deviation):
            token = event_of(installation)
        answer = push(installation, token)
        assert answer.json
        assert answer.json["err"] == FORGED[deviation]
        assert reasons(browsers) == [None, None]

    @pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "é.é.é", "x" * 150_000])
    def test_nonsense(self, installation: Installation, browsers: dict[str, Browser], token: str) -> None:
        """What is no token is not taken for one, and costs the transmitter no request."""
        installation.idp.requests.clear()
        answer = push(installation, token)
        assert answer.json
        assert answer.json["err"] == "invalid_request"
        assert "keys" not in installation.idp.requests

    def test_what_is_too_large_or_of_another_type(
        self, installation: Installation, browsers: dict[str, Browser]
    ) -> None:
        """413 before it is read, and 400."""
        assert push(installation, "x" * 300_000).status_code == 413
        answer = installation.app.test_client().post("/signals/acme", data=event_of(installation))
        assert answer.json
        assert answer.json["err"] == "invalid_request"

    @pytest.mark.parametrize("directory", ["acme", "nowhere", "main-local"])
    def test_where_no_stream_is(self, installation: Installation, directory: str) -> None:
        """Whether the directory exists is not told."""
        answer = push(installation, event_of(installation), directory)
        assert answer.status_code == 400
        assert answer.json
        assert answer.json["err"] == "access_denied"

    def test_a_stream_that_was_switched_off(self, installation: Installation, browsers: dict[str, Browser]) -> None:
        """Nobody is believed any more, from the next event on."""
        installation.lifecycle.write(signalling.remove_stream, "acme", CAUSE)
        answer = push(installation, event_of(installation))
        assert answer.json
        assert answer.json["err"] == "access_denied"

    def test_a_transmitter_that_is_down_sends_it_again(
        self, installation: Installation, browsers: dict[str, Browser]
    ) -> None:
        """Until its keys are known nothing can be said of the event: 503, not 400."""
        with installation.idp.deviate(Deviation.TRANSMITTER_FAILS):
            answer = push(installation, event_of(installation))
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]

    def test_metadata_of_another_transmitter(self, installation: Installation, browsers: dict[str, Browser]) -> None:
        """Its keys are not this one's."""
        with installation.idp.deviate(Deviation.TRANSMITTER_OF_ANOTHER_ISSUER):
            assert push(installation, event_of(installation)).status_code == 400
        assert reasons(browsers) == [None, None]

    def test_a_directory_that_is_off_is_heard(self, installation: Installation, browsers: dict[str, Browser]) -> None:
        """Its sessions would live again when it is switched on."""
        installation.lifecycle.write(directories.set_active, "acme", CAUSE, active=False)
        assert push(installation, event_of(installation)).status_code == 202
        installation.lifecycle.write(directories.set_active, "acme", CAUSE, active=True)
        assert reasons(browsers) == ["session-ended", None]


@pytest.fixture
def fetched(installation: Installation, browsers: dict[str, Browser]) -> Poller:
    """Return what fetches the provider's events, with a token."""
    signals = installation.idp.signals
    signals.token, signals.polls = "poll-secret", 0
    signals.waiting.clear()
    signals.refused.clear()
    stream(installation, poll_url=f"{installation.idp.issuer}/signals/poll", poll_token="poll-secret")
    return Poller(installation.lifecycle)


class TestFetching:
    """RFC 8936."""

    def test_events_are_fetched_and_acknowledged(
        self, installation: Installation, browsers: dict[str, Browser], fetched: Poller, clock: Clock
    ) -> None:
        """All that wait, more than come at once too; then it rests for ten seconds."""
        signals = installation.idp.signals
        for _ in range(60):
            signals.queue("urn:other", None, AUDIENCE)
        signals.queue(REVOKED, EMAIL, AUDIENCE)
        assert fetched.turn()
        assert signals.waiting == {}
        assert reasons(browsers) == ["session-ended", None]
        assert signals.polls == 3
        assert not fetched.turn()
        assert signals.polls == 3
        clock.pass_time(seconds=11)
        assert not fetched.turn()
        assert signals.polls == 4

    def test_what_cannot_be_believed_is_refused_by_name(
        self, installation: Installation, browsers: dict[str, Browser], fetched: Poller
    ) -> None:
        """The transmitter learns why, the others are acted on, and it does not come again."""
        signals = installation.idp.signals
        wrong = signals.queue(REVOKED, EMAIL, "https://other.example")
        signals.waiting["another-jti"] = signals.event(REVOKED, EMAIL, AUDIENCE)
        signals.queue(DISABLED, {"format": "email", "email": BOB.email}, AUDIENCE)
        fetched.turn()
        assert {key: one["err"] for key, one in signals.refused.items()} == {
            wrong: "invalid_audience",
            "another-jti": "invalid_request",
        }
        assert signals.waiting == {}
        assert reasons(browsers) == [None, "session-ended"]

    def test_an_event_that_comes_twice_is_acted_on_once(
        self, installation: Installation, browsers: dict[str, Browser], fetched: Poller, clock: Clock
    ) -> None:
        """A worker that ends between the commit and the acknowledgement loses nothing and does nothing twice."""
        signals = installation.idp.signals
        token_id = signals.queue(REVOKED, EMAIL, AUDIENCE)
        again = signals.waiting[token_id]
        fetched.turn()
        browsers[ADA.user_name].sign_in(ADA)
        signals.waiting[token_id] = again
        clock.pass_time(seconds=11)
        fetched.turn()
        assert signals.waiting == {}
        assert reasons(browsers) == [None, None]

    @pytest.mark.parametrize(
        "deviation",
        [
            Deviation.POLL_FAILS,
            Deviation.POLL_NOT_JSON,
            Deviation.POLL_HUGE,
            Deviation.POLL_REDIRECTS,
            Deviation.TRANSMITTER_FAILS,
        ],
    )
    def test_a_transmitter_that_fails_is_asked_less_often(
        self,
        installation: Installation,
        browsers: dict[str, Browser],
        fetched: Poller,
        clock: Clock,
        deviation: Deviation,
    ) -> None:
        """Twice as long each time; `doctor` says so at the third, and an event waits rather than is lost."""
        installation.idp.signals.queue(REVOKED, EMAIL, AUDIENCE)
        with installation.idp.deviate(deviation):
            for seconds in (21, 41, 81):
                assert not fetched.turn()
                clock.pass_time(seconds=seconds - 2)
                asked = installation.idp.signals.polls
                assert not fetched.turn()
                assert installation.idp.signals.polls == asked
                clock.pass_time(seconds=2)
        (finding,) = installation.lifecycle.read(diagnose)[Check.SIGNALS]
        assert "3 times" in finding.sentence
        assert fetched.turn()
        assert reasons(browsers) == ["session-ended", None]
        assert installation.lifecycle.read(diagnose)[Check.SIGNALS] == []

    def test_a_wrong_token_is_a_failure(
        self, installation: Installation, browsers: dict[str, Browser], fetched: Poller
    ) -> None:
        """It is not shown again at once."""
        installation.idp.signals.token = "another"
        assert not fetched.turn()
        stream_now = installation.lifecycle.read(signalling.shown, "acme")
        assert stream_now
        assert stream_now.poll_failures == 1
        assert "poll-secret" not in repr(stream_now)

    def test_two_workers_fetch_once(self, installation: Installation, fetched: Poller) -> None:
        """Whoever claims a stream has it alone."""
        installation.idp.signals.queue(REVOKED, EMAIL, AUDIENCE)
        workers = [threading.Thread(target=Poller(installation.lifecycle).turn) for _ in range(4)]
        for one in workers:
            one.start()
        for one in workers:
            one.join()
        assert installation.idp.signals.polls == 2


@pytest.mark.parametrize(
    "facts",
    [
        {"transmitter": "http://idp.example"},
        {"transmitter": "https://idp.example?x=1"},
        {"audience": " "},
        {"poll_url": "http://idp.example/poll"},
        {"poll_url": "https://user:pass@idp.example/poll"},
    ],
    ids=str,
)
def test_a_stream_that_could_never_work_is_refused(installation: Installation, facts: dict[str, str]) -> None:
    """In time, with what would be right."""
    with pytest.raises(InvalidValue):
        stream(installation, **facts)
