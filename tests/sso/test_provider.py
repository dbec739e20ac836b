"""Signing in through the demo's provider, as three products speak, and through every way in which it can be hostile.

The rows are those of the OpenID RP conformance profile (OpenID Connect Core 1.0 section 3.1.3.7) and of what Authlib
was seen to accept.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from connector.domain.identities import verified_email
from connector.sso.failures import SignInRefused
from connector.sso.provider import Provider, ProviderConfig
from connector.web.issuers.failures import Fault, ProviderFailure
from demo.deviations import OTHER_ISSUER, Deviation
from demo.openid import OpenIdProvider
from demo.speaking import ENTRA_TENANT, Speech

from .conftest import ADA, BOB, CLIENT_ID, Clock, RelyingParty, config_for, visit

PartyMaker = Callable[..., RelyingParty]


def refused(party: RelyingParty, *deviations: Deviation) -> Fault:
    """Sign in with a provider that deviates from the exchange on, and return the fault that is found."""
    begun = party.begin()
    params = visit(begun)
    with party.idp.deviate(*deviations), pytest.raises(ProviderFailure) as caught:
        party.complete(params, begun)
    return caught.value.fault


class TestTheHappyPath:
    """What an honest provider gets."""

    def test_okta_names_a_person_by_sub(self, party: RelyingParty) -> None:
        """`sub` is the person's id at Okta; the provider vouches for her address."""
        identity = party.sign_in()
        assert (identity.issuer, identity.subject) == (party.idp.issuer, ADA.id)
        assert verified_email(identity.claims) == ADA.email
        assert identity.sid

    @pytest.mark.parametrize("speech", [Speech.ENTRA])
    def test_entra_names_a_person_by_oid_and_tid(self, party: RelyingParty) -> None:
        """`sub` is pairwise, so `oid` and `tid` are there to compare; no address is vouched for."""
        identity = party.sign_in()
        assert identity.subject != ADA.id
        assert (identity.claims["oid"], identity.claims["tid"]) == (ADA.id, ENTRA_TENANT)
        assert verified_email(identity.claims) is None

    @pytest.mark.parametrize("speech", [Speech.KEYCLOAK])
    def test_keycloak_names_itself_in_the_response(self, party: RelyingParty) -> None:
        """The `iss` parameter that Keycloak promises (RFC 9207) is there and taken."""
        begun = party.begin()
        params = visit(begun)
        assert params["iss"] == party.idp.issuer
        assert party.complete(params, begun).subject == ADA.id

    def test_an_address_that_nobody_vouches_for_is_not_verified(self, party: RelyingParty) -> None:
        """`email_verified: false` is no verified address."""
        assert verified_email(party.sign_in(BOB).claims) is None

    @pytest.mark.parametrize("algorithm", ["RS256", "RS512", "PS256", "PS384", "ES256", "ES384", "ES512", "Ed25519"])
    def test_each_allowed_algorithm_is_taken(self, party: RelyingParty, algorithm: str) -> None:
        """Every family of signatures that we allow works, `at_hash` included."""
        party.idp.rotate_keys(algorithm=algorithm, keep_old=False)
        assert party.sign_in().subject == ADA.id

    def test_the_request_carries_state_nonce_and_a_challenge(self, party: RelyingParty) -> None:
        """Each sign-in has its own secrets; the verifier stays here (RFC 9700 section 2.1.1)."""
        one, two = party.begin(), party.begin()
        query = {name: values[0] for name, values in parse_qs(urlsplit(one.url).query).items()}
        assert query["response_type"] == "code"
        assert query["state"] == one.secrets.state
        assert query["nonce"] == one.secrets.nonce
        assert query["code_challenge_method"] == "S256"
        assert one.secrets.code_verifier not in one.url
        assert len({one.secrets.state, two.secrets.state, one.secrets.nonce, two.secrets.nonce}) == 4
        assert one.secrets.code_verifier != two.secrets.code_verifier

    def test_a_hint_goes_to_the_provider(self, party: RelyingParty) -> None:
        """Who typed an address need not type it twice."""
        begun = party.provider.begin(party.clock.now, login_hint="ada@acme.example")
        assert "login_hint=ada%40acme.example" in begun.url

    def test_a_maximum_age_is_asked_for(self, provider: OpenIdProvider, clock: Clock) -> None:
        """`max_age` travels in seconds."""
        party = RelyingParty(provider, clock, max_age=timedelta(hours=1))
        assert "max_age=3600" in party.begin().url
        assert party.sign_in().subject == ADA.id

    def test_two_sign_ins_side_by_side_both_work(self, party: RelyingParty) -> None:
        """Two tabs of one browser do not disturb each other."""
        first, second = party.begin(), party.begin()
        answers = visit(first), visit(second)
        assert party.complete(answers[1], second).subject == ADA.id
        assert party.complete(answers[0], first).subject == ADA.id

    def test_the_userinfo_endpoint_is_asked_only_where_the_token_says_too_little(
        self, party: RelyingParty, provider: OpenIdProvider, clock: Clock
    ) -> None:
        """An ID token with address and name is enough, unless the directory wants it asked always."""
        party.sign_in()
        assert "userinfo" not in provider.requests
        RelyingParty(provider, clock, always_ask_userinfo=True).sign_in()
        assert "userinfo" in provider.requests

    def test_the_id_token_is_kept_as_the_hint_for_logout(self, party: RelyingParty) -> None:
        """The provider's logout asks for it; it never shows in a representation."""
        identity = party.sign_in()
        assert identity.id_token
        assert identity.id_token not in repr(identity)
        url = party.provider.end_session_url(party.clock.now, identity.id_token, "http://127.0.0.1:1/login")
        query = parse_qs(urlsplit(url or "").query)
        assert query["id_token_hint"] == [identity.id_token]
        assert query["client_id"] == [CLIENT_ID]


ID_TOKEN_FAULTS = {
    Deviation.WRONG_ISSUER: Fault.WRONG_ISSUER,
    Deviation.FOREIGN_AUDIENCE: Fault.WRONG_AUDIENCE,
    Deviation.ONE_MORE_AUDIENCE: Fault.WRONG_AUDIENCE,
    Deviation.NO_AUDIENCE: Fault.WRONG_AUDIENCE,
    Deviation.FOREIGN_PARTY: Fault.WRONG_PARTY,
    Deviation.NO_NONCE: Fault.WRONG_NONCE,
    Deviation.WRONG_NONCE: Fault.WRONG_NONCE,
    Deviation.EXPIRED: Fault.EXPIRED,
    Deviation.NO_EXPIRY: Fault.EXPIRED,
    Deviation.ENDLESS_EXPIRY: Fault.MALFORMED_TOKEN,
    Deviation.NO_ISSUE_TIME: Fault.WRONG_ISSUE_TIME,
    Deviation.OLD_ISSUE_TIME: Fault.WRONG_ISSUE_TIME,
    Deviation.FUTURE_ISSUE_TIME: Fault.WRONG_ISSUE_TIME,
    Deviation.NOT_YET_VALID: Fault.NOT_YET_VALID,
    Deviation.EMPTY_SUBJECT: Fault.NO_SUBJECT,
    Deviation.NO_SUBJECT: Fault.NO_SUBJECT,
    Deviation.NUMERIC_SUBJECT: Fault.NO_SUBJECT,
    Deviation.WRONG_TOKEN_HASH: Fault.WRONG_TOKEN_HASH,
    Deviation.ENDED_SESSION: Fault.SESSION_OVER,
    Deviation.NO_ALGORITHM: Fault.ALGORITHM_REFUSED,
    Deviation.PUBLIC_KEY_AS_SECRET: Fault.ALGORITHM_REFUSED,
    Deviation.UNLISTED_ALGORITHM: Fault.ALGORITHM_REFUSED,
    Deviation.FOREIGN_TYPE: Fault.TYPE_REFUSED,
    Deviation.FORGED_SIGNATURE: Fault.BAD_SIGNATURE,
    Deviation.UNPUBLISHED_KEY: Fault.UNKNOWN_KEY,
    Deviation.EMBEDDED_KEY: Fault.HEADER_REFUSED,
    Deviation.CRITICAL_HEADER: Fault.HEADER_REFUSED,
    Deviation.REPEATED_CLAIM: Fault.MALFORMED_TOKEN,
    Deviation.NO_ID_TOKEN: Fault.NO_ID_TOKEN,
}

ENDPOINT_FAULTS = {
    Deviation.TOKEN_FAILS: Fault.ANSWERED_WITH_ERROR,
    Deviation.TOKEN_NOT_JSON: Fault.NOT_JSON,
    Deviation.TOKEN_REDIRECTS: Fault.REDIRECTED,
    Deviation.KEYS_FAIL: Fault.ANSWERED_WITH_ERROR,
    Deviation.KEYS_NOT_JSON: Fault.NOT_JSON,
    Deviation.KEYS_HUGE: Fault.TOO_LARGE,
}

DISCOVERY_FAULTS = {
    Deviation.DISCOVERY_OTHER_ISSUER: Fault.METADATA_OF_ANOTHER_ISSUER,
    Deviation.DISCOVERY_TRAILING_SLASH: Fault.METADATA_OF_ANOTHER_ISSUER,
    Deviation.DISCOVERY_HUGE: Fault.TOO_LARGE,
    Deviation.DISCOVERY_NOT_JSON: Fault.NOT_JSON,
    Deviation.DISCOVERY_FAILS: Fault.ANSWERED_WITH_ERROR,
    Deviation.DISCOVERY_REDIRECTS: Fault.REDIRECTED,
    Deviation.DISCOVERY_PLAIN_HTTP_ELSEWHERE: Fault.INSECURE_URL,
}

USERINFO_FAULTS = {
    Deviation.USERINFO_OTHER_SUBJECT: Fault.USERINFO_OF_SOMEBODY_ELSE,
    Deviation.USERINFO_FAILS: Fault.ANSWERED_WITH_ERROR,
}


class TestTheHostileProvider:
    """One row for each deviation; nobody is signed in, and the fault says what was seen."""

    @pytest.mark.parametrize(("deviation", "fault"), ID_TOKEN_FAULTS.items(), ids=str)
    def test_a_wrong_id_token(self, party: RelyingParty, deviation: Deviation, fault: Fault) -> None:
        """The ID token is refused."""
        assert refused(party, deviation) is fault

    @pytest.mark.parametrize(("deviation", "fault"), ENDPOINT_FAULTS.items(), ids=str)
    def test_a_wrong_answer(self, party: RelyingParty, deviation: Deviation, fault: Fault) -> None:
        """The answer of the token or key endpoint is refused, and no redirect is followed."""
        assert refused(party, deviation) is fault
        assert "/elsewhere" not in party.idp.requests

    @pytest.mark.parametrize(("deviation", "fault"), DISCOVERY_FAULTS.items(), ids=str)
    def test_wrong_metadata(self, party: RelyingParty, deviation: Deviation, fault: Fault) -> None:
        """No sign-in begins with metadata that cannot be believed."""
        with party.idp.deviate(deviation), pytest.raises(ProviderFailure) as caught:
            party.begin()
        assert caught.value.fault is fault
        assert "/elsewhere" not in party.idp.requests

    @pytest.mark.parametrize(("deviation", "fault"), USERINFO_FAULTS.items(), ids=str)
    def test_wrong_userinfo(self, provider: OpenIdProvider, clock: Clock, deviation: Deviation, fault: Fault) -> None:
        """The userinfo endpoint must answer, and about the same person (OpenID Connect Core 1.0 section 5.3.2)."""
        assert refused(RelyingParty(provider, clock, always_ask_userinfo=True), deviation) is fault

    def test_every_deviation_is_tried(self) -> None:
        """A new way of misbehaving has to be given its row."""
        elsewhere = {
            Deviation.DENIES,
            Deviation.WRONG_RESPONSE_ISSUER,
            Deviation.NO_RESPONSE_ISSUER,
            Deviation.OLD_AUTHENTICATION,
            Deviation.NO_KEY_ID,
            Deviation.WITHDRAWN_KEY,
            *(one for one in Deviation if one.startswith(("poll-", "transmitter-"))),
        }
        tried = {*ID_TOKEN_FAULTS, *ENDPOINT_FAULTS, *DISCOVERY_FAULTS, *USERINFO_FAULTS, *elsewhere}
        assert tried == set(Deviation)

    def test_none_is_refused_though_the_metadata_offers_it(self, party: RelyingParty) -> None:
        """The allow-list is ours: what the metadata lists makes no difference."""
        with party.idp.deviate(Deviation.NO_ALGORITHM):
            assert "none" in party.idp.metadata()["id_token_signing_alg_values_supported"]
            begun = party.begin()
            with pytest.raises(ProviderFailure, match=Fault.ALGORITHM_REFUSED):
                party.complete(visit(begun), begun)

    def test_an_old_authentication_is_refused_where_a_maximum_age_was_asked(
        self, provider: OpenIdProvider, clock: Clock
    ) -> None:
        """`auth_time` older than `max_age` is refused; without `max_age` it is only noted."""
        asked = RelyingParty(provider, clock, max_age=timedelta(hours=1))
        assert refused(asked, Deviation.OLD_AUTHENTICATION) is Fault.AUTHENTICATION_TOO_OLD
        with provider.deviate(Deviation.OLD_AUTHENTICATION):
            assert RelyingParty(provider, clock).sign_in().claims["auth_time"] == 1

    @pytest.mark.parametrize(("minutes", "taken"), [(5, True), (10, True), (11, False)])
    def test_a_token_from_a_few_minutes_ago_is_taken(
        self, party: RelyingParty, clock: Clock, minutes: int, taken: bool
    ) -> None:
        """Entra ID dates its tokens five minutes back; more than ten is a token of another time."""
        begun = party.begin()
        params = visit(begun)
        later = clock.now + timedelta(minutes=minutes)
        if taken:
            assert party.provider.complete(params, begun.secrets, later).subject == ADA.id
        else:
            with pytest.raises(ProviderFailure, match="wrong-issue-time"):
                party.provider.complete(params, begun.secrets, later)


class TestTheResponse:
    """The parameters that the browser brings back."""

    @pytest.mark.parametrize("speech", [Speech.KEYCLOAK, Speech.OKTA])
    def test_a_response_of_another_issuer_is_refused(self, party: RelyingParty) -> None:
        """Mix-up: whoever promised what, a foreign `iss` ends the sign-in before the code is sent anywhere."""
        begun = party.begin()
        with party.idp.deviate(Deviation.WRONG_RESPONSE_ISSUER):
            params = visit(begun)
        assert params["iss"] == OTHER_ISSUER
        with pytest.raises(ProviderFailure, match="response-of-another-issuer"):
            party.complete(params, begun)
        assert "token" not in party.idp.requests

    @pytest.mark.parametrize("speech", [Speech.KEYCLOAK])
    def test_a_response_without_the_promised_issuer_is_refused(self, party: RelyingParty) -> None:
        """RFC 9207 section 2.4: what the metadata promises must be there."""
        begun = party.begin()
        with party.idp.deviate(Deviation.NO_RESPONSE_ISSUER):
            params = visit(begun)
        with pytest.raises(ProviderFailure, match="response-of-another-issuer"):
            party.complete(params, begun)

    def test_an_issuer_with_a_slash_more_is_another(self, party: RelyingParty) -> None:
        """Issuers are compared as strings."""
        begun = party.begin()
        with pytest.raises(ProviderFailure, match="response-of-another-issuer"):
            party.complete({**visit(begun), "iss": party.idp.issuer + "/"}, begun)

    @pytest.mark.parametrize("state", ["", "another", "é"])
    def test_another_state_is_refused(self, party: RelyingParty, state: str) -> None:
        """An answer to some other sign-in is not taken for the answer to this one."""
        begun = party.begin()
        with pytest.raises(SignInRefused) as caught:
            party.complete({**visit(begun), "state": state}, begun)
        assert caught.value.code == SignInRefused.EXPIRED
        assert "token" not in party.idp.requests

    def test_a_code_is_good_once(self, party: RelyingParty) -> None:
        """A replayed callback ends at the provider, which has spent the code."""
        begun = party.begin()
        params = visit(begun)
        party.complete(params, begun)
        with pytest.raises(ProviderFailure, match="code-refused"):
            party.complete(params, begun)

    def test_the_code_of_another_sign_in_is_refused(self, party: RelyingParty) -> None:
        """Code injection: the verifier of this sign-in does not open the code of another (RFC 9700 section 4.5)."""
        mine, other = party.begin(), party.begin()
        stolen = visit(other)["code"]
        with pytest.raises(ProviderFailure, match="code-refused"):
            party.complete({**visit(mine), "code": stolen}, mine)

    def test_cancelling_is_not_the_providers_fault(self, party: RelyingParty) -> None:
        """`access_denied` sends the person back to the beginning."""
        begun = party.begin()
        with party.idp.deviate(Deviation.DENIES):
            params = visit(begun)
        assert params["error"] == "access_denied"
        with pytest.raises(SignInRefused) as caught:
            party.complete(params, begun)
        assert caught.value.code == SignInRefused.CANCELLED

    def test_what_a_provider_writes_is_not_repeated(self, party: RelyingParty) -> None:
        """`error` and `error_description` are anybody's text: neither reaches the failure."""
        begun = party.begin()
        params = {"state": begun.secrets.state, "error": "<script>", "error_description": "<b>call us</b>"}
        with pytest.raises(ProviderFailure) as caught:
            party.complete(params, begun)
        assert str(caught.value) == "response-error"

    def test_a_response_without_code_is_incomplete(self, party: RelyingParty) -> None:
        """Neither code nor error: the person begins again."""
        begun = party.begin()
        with pytest.raises(SignInRefused) as caught:
            party.complete({"state": begun.secrets.state}, begun)
        assert caught.value.code == SignInRefused.INCOMPLETE


class TestKeysAndMetadata:
    """What is remembered of a provider, and for how long."""

    def test_a_key_rotated_just_before_signing_works(self, party: RelyingParty) -> None:
        """An unknown `kid` makes us look again at once."""
        party.sign_in()
        party.idp.rotate_keys()
        assert party.sign_in().subject == ADA.id

    def test_unknown_keys_make_us_look_once_a_minute(self, party: RelyingParty, clock: Clock) -> None:
        """A flood of made-up `kid`s does not become a flood of requests."""
        party.sign_in()
        before = party.idp.requests.count("keys")
        with party.idp.deviate(Deviation.UNPUBLISHED_KEY):
            for _ in range(5):
                assert refused(party, Deviation.UNPUBLISHED_KEY) is Fault.UNKNOWN_KEY
            assert party.idp.requests.count("keys") == before + 1
            clock.pass_time(seconds=61)
            refused(party, Deviation.UNPUBLISHED_KEY)
        assert party.idp.requests.count("keys") == before + 2
        assert party.sign_in().subject == ADA.id

    def test_a_key_that_was_withdrawn_stops_working_after_ten_minutes(self, party: RelyingParty, clock: Clock) -> None:
        """A stolen key is good for as long as we remember it, and no longer."""
        party.sign_in()
        party.idp.rotate_keys(keep_old=False)
        with party.idp.deviate(Deviation.WITHDRAWN_KEY):
            clock.pass_time(minutes=9)
            assert party.sign_in().subject == ADA.id
            clock.pass_time(minutes=1)
            assert refused(party, Deviation.WITHDRAWN_KEY) is Fault.UNKNOWN_KEY

    def test_known_keys_serve_on_while_the_provider_fails(self, party: RelyingParty, clock: Clock) -> None:
        """An outage of the key endpoint stops nobody whose key we know, for two days."""
        party.sign_in()
        with party.idp.deviate(Deviation.KEYS_FAIL):
            clock.pass_time(hours=20)
            assert party.sign_in().subject == ADA.id
            clock.pass_time(days=2)
            assert refused(party) is Fault.ANSWERED_WITH_ERROR

    def test_metadata_is_fetched_once_a_day(self, party: RelyingParty, clock: Clock) -> None:
        """What a provider says of itself is looked up again after 24 hours, and the old word serves when it fails."""
        party.begin()
        clock.pass_time(hours=23)
        party.begin()
        assert party.idp.requests.count("discovery") == 1
        clock.pass_time(hours=2)
        with party.idp.deviate(Deviation.DISCOVERY_OTHER_ISSUER):
            party.begin()
        assert party.idp.requests.count("discovery") == 2

    def test_a_provider_that_failed_is_left_alone_for_ten_seconds(self, party: RelyingParty, clock: Clock) -> None:
        """Nobody waits for a provider that has just not answered."""
        with party.idp.deviate(Deviation.DISCOVERY_FAILS):
            for _ in range(3):
                with pytest.raises(ProviderFailure):
                    party.begin()
            assert party.idp.requests.count("discovery") == 1
        clock.pass_time(seconds=10)
        assert party.begin().url

    def test_a_token_without_kid_is_taken_when_one_key_comes_into_question(self, party: RelyingParty) -> None:
        """Conformance: kid absent with a single key is accepted, with several it is refused."""
        party.idp.rotate_keys(keep_old=False)
        with party.idp.deviate(Deviation.NO_KEY_ID):
            assert party.sign_in().subject == ADA.id
        party.idp.rotate_keys()
        fresh = RelyingParty(party.idp, party.clock)
        assert refused(fresh, Deviation.NO_KEY_ID) is Fault.UNKNOWN_KEY
        party.idp.rotate_keys(keep_old=False)


class TestWhereWeCall:
    """Only https, or this machine when the settings say so."""

    def test_loopback_http_needs_the_setting(self, provider: OpenIdProvider, clock: Clock) -> None:
        """Without the setting not even the first request is sent."""
        with pytest.raises(ProviderFailure, match="insecure-url"):
            Provider(config_for(provider, allow_http_loopback=False)).begin(clock.now)
        assert provider.requests == []

    def test_a_provider_that_is_not_there_is_unreachable(self, provider: OpenIdProvider, clock: Clock) -> None:
        """A closed port is a failure like any other."""
        with pytest.raises(ProviderFailure) as caught:
            Provider(config_for(provider, issuer="http://127.0.0.1:9")).begin(clock.now)
        assert caught.value.fault is Fault.UNREACHABLE
        assert caught.value.fault.passes


class TestHowTheClientProvesItself:
    """The client's secret goes where the provider takes it (RFC 6749 section 2.3.1)."""

    @pytest.mark.parametrize(
        ("methods", "secret", "basic", "in_form"),
        [
            (["client_secret_basic", "client_secret_post"], "s3", True, False),
            (["client_secret_post"], "s3", False, True),
            (None, "s3", True, False),
            (["private_key_jwt"], "s3", True, False),
            (["client_secret_basic"], None, False, False),
        ],
        ids=str,
    )
    def test_in_the_header_or_in_the_form(
        self, clock: Clock, methods: list[str] | None, secret: str | None, basic: bool, in_form: bool
    ) -> None:
        """In the header, unless only the form is taken; a client without a secret names itself alone."""
        issuer = "https://idp.example"
        document = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "token_endpoint_auth_methods_supported": methods,
        }
        provider = Provider(ProviderConfig(issuer, "rp", secret, "https://rp.example/callback/acme"))
        with responses.RequestsMock() as mock:
            mock.get(f"{issuer}/.well-known/openid-configuration", json=document)
            mock.post(f"{issuer}/token", json={"error": "invalid_grant"}, status=400)
            begun = provider.begin(clock.now)
            with pytest.raises(ProviderFailure, match="code-refused"):
                provider.complete({"state": begun.secrets.state, "code": "c"}, begun.secrets, clock.now)
            sent = mock.calls[1].request
        form = parse_qs(str(sent.body))
        assert sent.headers.get("Authorization", "").startswith("Basic ") == basic
        assert ("client_secret" in form) == in_form
        assert form["code_verifier"] == [begun.secrets.code_verifier]
        assert form["redirect_uri"] == ["https://rp.example/callback/acme"]
