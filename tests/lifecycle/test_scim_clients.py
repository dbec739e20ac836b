"""Client secrets and the access tokens given for them: rotated, revoked, expired, foreign, swept."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from connector.domain.errors import InvalidValue, NotFound, TokenRefused
from connector.domain.events import Kind
from connector.domain.tenancy import Idp, Presented
from connector.lifecycle import delivery, directories, scim_clients
from connector.storage.work import Work

from .company import OPERATOR, Company

TENANT = "cbb1a5ac-f33b-45fa-9bf5-f37db0fed422"


def new_secret(company: Company, slug: str = "okta", days: int | None = None) -> str:
    lifetime = timedelta(days=days) if days else None
    return company.write(scim_clients.create_secret, slug, OPERATOR, lifetime)[1]


def new_token(company: Company, secret: str, slug: str = "okta") -> str:
    access = company.read(scim_clients.recognise, slug, slug, secret)
    return company.write(scim_clients.issue, access.token_id)[0]


def opens(company: Company, token: str, slug: str = "okta") -> bool:
    try:
        access = company.read(scim_clients.authenticate, slug, token)
    except TokenRefused:
        return False
    return access.directory.slug == slug


def test_a_secret_gives_tokens_and_opens_nothing_itself(company: Company) -> None:
    """Nor does a token give another, nor one kind stand for the other."""
    secret = new_secret(company)
    token = new_token(company, secret)
    assert opens(company, token)
    for wrong in (secret, "", token + "x", "jsa_", "jsa_" + "0" * 72):
        assert not opens(company, wrong)
    for wrong in (secret, token):
        with pytest.raises(TokenRefused):
            company.read(directories.authenticate, "okta", wrong)
    with pytest.raises(TokenRefused):
        company.read(scim_clients.recognise, "okta", "okta", token)


def test_secrets_and_tokens_are_recognisable_and_kept_as_hashes(company: Company) -> None:
    """They begin with `jss_` and `jsa_`, and stand nowhere in clear."""
    secret = new_secret(company)
    token = new_token(company, secret)
    assert (secret[:4], token[:4], len(secret), len(token)) == ("jss_", "jsa_", 76, 76)
    kept = str(company.sql("SELECT * FROM client_secret")) + str(company.sql("SELECT * FROM access_token"))
    kept += str(company.events())
    assert secret[16:] not in kept
    assert token[4:] not in kept


def test_a_client_is_told_nothing_of_why_it_is_refused(company: Company) -> None:
    """Another name, another directory's, another secret, a directory that is not there: one and the same refusal."""
    company.directory("entra", Idp.ENTRA)
    okta, entra = new_secret(company), new_secret(company, "entra")
    told = set()
    for slug, client_id, secret in (
        ("okta", "entra", okta),
        ("okta", "okta", entra),
        ("entra", "okta", okta),
        ("nowhere", "okta", okta),
        ("nowhere", "nowhere", okta),
        ("okta", "okta", okta + "x"),
        ("okta", "\ud800\0", okta),
        ("okta", "okta", ""),
    ):
        with pytest.raises(TokenRefused) as refused:
            company.read(scim_clients.recognise, slug, client_id, secret)
        told.add(str(refused.value))
    assert len(told) == 1
    assert not opens(company, new_token(company, okta), "entra")


def test_two_secrets_are_valid_at_once_and_a_third_is_refused(company: Company) -> None:
    """Tokens of the directory do not count among them; what was revoked makes room."""
    first, second = new_secret(company), new_secret(company)
    with pytest.raises(InvalidValue, match=f"2 valid client secrets .*{first[:12]}.* and .*{second[:12]}"):
        new_secret(company)
    token_of_second = new_token(company, second)
    company.write(scim_clients.revoke_secret, "okta", first[:12], OPERATOR)
    new_secret(company)
    assert opens(company, token_of_second)
    assert [one.revoked_at is None for one in company.read(scim_clients.secrets, "okta")] == [False, True, True]


def test_revoking_a_secret_ends_its_tokens_at_once(company: Company) -> None:
    """And one that was recognised a moment before gets none any more."""
    secret = new_secret(company)
    token, access = new_token(company, secret), company.read(scim_clients.recognise, "okta", "okta", secret)
    company.write(scim_clients.revoke_secret, "okta", secret[:12], OPERATOR)
    assert not opens(company, token)
    with pytest.raises(TokenRefused):
        company.read(scim_clients.recognise, "okta", "okta", secret)
    with pytest.raises(TokenRefused):
        company.write(scim_clients.issue, access.token_id)
    with pytest.raises(NotFound):
        company.write(scim_clients.revoke_secret, "okta", secret[:12], OPERATOR)
    for event, kind in zip(
        company.events()[-2:], (Kind.CLIENT_SECRET_CREATED, Kind.CLIENT_SECRET_REVOKED), strict=True
    ):
        assert (event["kind"], event["after"]) == (kind, {"directory": "okta", "hint": f"{secret[:12]}…"})


def test_a_token_that_is_given_while_its_secret_is_revoked_opens_nothing(company: Company) -> None:
    """The revocation waits for whoever gives one, and then ends that too."""
    secret = new_secret(company)
    access = company.read(scim_clients.recognise, "okta", "okta", secret)
    revoke = (scim_clients.revoke_secret, "okta", secret[:12], OPERATOR)
    rival = threading.Thread(target=company.write, args=revoke)

    def issue(work: Work) -> str:
        token, _ = scim_clients.issue(work, access.token_id)
        rival.start()
        return token

    token = company.write(issue)
    rival.join()
    assert not opens(company, token)
    assert company.sql("SELECT token_hash FROM access_token") == []


def test_a_token_that_outlived_its_secret_in_the_table_opens_nothing(company: Company) -> None:
    """Whether the secret stands is read at each request; nothing rests on rows having been deleted."""
    token = new_token(company, new_secret(company))
    company.sql("UPDATE client_secret SET revoked_at = created_at")
    assert not opens(company, token)


def test_a_token_ends_after_an_hour_and_is_forgotten_by_the_worker(company: Company) -> None:
    """Its end is judged when it is used; others of the same secret go on."""
    secret = new_secret(company)
    old = new_token(company, secret)
    company.clock.forward(seconds=3599)
    young = new_token(company, secret)
    assert opens(company, old)
    company.clock.forward(seconds=1)
    assert not opens(company, old)
    company.write(delivery.tick)
    assert len(company.sql("SELECT token_hash FROM access_token")) == 1
    assert opens(company, young)


def test_a_token_never_outlives_its_secret(company: Company) -> None:
    """The client is told for how long it is good."""
    secret = new_secret(company, days=1)
    company.clock.forward(days=1, seconds=-90)
    access = company.read(scim_clients.recognise, "okta", "okta", secret)
    token, seconds = company.write(scim_clients.issue, access.token_id)
    assert seconds == 90
    company.clock.forward(seconds=90)
    assert not opens(company, token)
    with pytest.raises(TokenRefused):
        company.read(scim_clients.recognise, "okta", "okta", secret)


def test_a_directory_that_is_switched_off_gives_no_token_and_opens_to_none(company: Company) -> None:
    """Off and on again: the token is as good as before."""
    secret = new_secret(company)
    token = new_token(company, secret)
    company.write(directories.set_active, "okta", OPERATOR, active=False)
    assert not opens(company, token)
    with pytest.raises(TokenRefused):
        company.read(scim_clients.recognise, "okta", "okta", secret)
    company.write(directories.set_active, "okta", OPERATOR, active=True)
    assert opens(company, token)


def test_the_trail_names_what_was_shown(company: Company) -> None:
    """A client by its secret's id, beside tokens by theirs."""
    secret = new_secret(company)
    access = company.read(scim_clients.recognise, "okta", "okta", secret)
    assert access.by is Presented.CLIENT
    assert company.read(scim_clients.secrets, "okta")[0].id == access.token_id


def test_when_a_secret_was_last_used_is_noted(company: Company) -> None:
    """So that an operator sees which of two is in use."""
    secret = new_secret(company)
    assert company.read(scim_clients.secrets, "okta")[0].last_used_at is None
    company.clock.forward(seconds=5)
    new_token(company, secret)
    assert company.read(scim_clients.secrets, "okta")[0].last_used_at == company.clock.now


def test_what_opens_a_directory_is_told(company: Company) -> None:
    """A revoked secret does not, nor does a trust that was withdrawn."""

    def ways() -> set[Presented]:
        return company.read(scim_clients.ways_in, company.access())

    assert ways() == {Presented.TOKEN}
    secret = new_secret(company)
    company.write(scim_clients.trust_entra, "okta", OPERATOR, tenant_id=TENANT)
    assert ways() == {Presented.TOKEN, Presented.CLIENT, Presented.ENTRA}
    company.write(scim_clients.revoke_secret, "okta", secret[:12], OPERATOR)
    company.write(scim_clients.distrust_entra, "okta", OPERATOR)
    assert ways() == {Presented.TOKEN}


def test_a_trust_in_entra_is_set_changed_and_withdrawn_and_the_trail_has_all_of_it(company: Company) -> None:
    """Only active directories of active tenants have one."""
    for app in (None, TENANT):
        company.write(scim_clients.trust_entra, "okta", OPERATOR, tenant_id=TENANT, app_id=app)
    trust, directory = company.read(scim_clients.trusting, "okta")
    assert (trust.app_id, directory.slug) == (TENANT, "okta")
    company.write(directories.set_active, "okta", OPERATOR, active=False)
    for slug in ("okta", "nowhere", "a\0b"):
        with pytest.raises(TokenRefused):
            company.read(scim_clients.trusting, slug)
    company.write(scim_clients.distrust_entra, "okta", OPERATOR)
    first, second, _, last = company.events(Kind.DIRECTORY_CHANGED)[-4:]
    assert (first["before"], first["after"]["app_id"]) == ({"entra_tenant_id": None}, None)
    assert (second["before"]["app_id"], second["after"]["app_id"]) == (None, TENANT)
    assert last["after"] == {"directory": "okta", "entra_tenant_id": None}


def test_the_built_in_directory_has_no_clients(company: Company) -> None:
    """Nobody states its people over SCIM."""
    for attempt in (
        lambda work: scim_clients.create_secret(work, "main-local", OPERATOR),
        lambda work: scim_clients.trust_entra(work, "main-local", OPERATOR, tenant_id=TENANT),
    ):
        with pytest.raises(InvalidValue, match="stated by operators"):
            company.write(attempt)


def test_a_rate_is_set_and_lifted(company: Company) -> None:
    """The trail has both; one below Entra's 25 a second is refused and nothing changes."""

    def rate(work: Work) -> int | None:
        return directories.directory_named(work, "okta").requests_per_second

    assert company.read(rate) is None
    company.write(directories.set_rate, "okta", OPERATOR, 25)
    with pytest.raises(InvalidValue, match="up to 25"):
        company.write(directories.set_rate, "okta", OPERATOR, 24)
    assert company.read(rate) == 25
    company.write(directories.set_rate, "okta", OPERATOR, None)
    assert company.read(rate) is None
    set_, lifted = company.events(Kind.DIRECTORY_CHANGED)[-2:]
    assert (set_["after"]["requests_per_second"], lifted["before"]["requests_per_second"]) == (25, 25)
