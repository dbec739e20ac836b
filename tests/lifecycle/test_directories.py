"""Directories and their tokens: two at once, rotated, revoked, expired, foreign; and setting up sign-in."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from connector.domain.errors import AlreadyExists, InvalidValue, NotFound, TokenRefused
from connector.domain.events import Kind
from connector.domain.memberships import Obstacle, State
from connector.domain.tenancy import Bind, Idp
from connector.lifecycle import directories, tokens
from connector.lifecycle.directories import authenticate
from connector.storage.work import Work

from .company import OPERATOR, SECRET_KEY, Company


def test_the_first_directory_makes_the_tenant_that_it_needs(empty: Company) -> None:
    """On an empty installation nothing has to be set up before; the tenant has a `local` directory and an account."""
    empty.directory("okta")
    slugs = [one.slug for one in empty.read(lambda work: work.tenancy.directories())]
    assert sorted(slugs) == ["main-local", "okta"]
    assert [event["kind"] for event in empty.events()][:3] == [
        Kind.TENANT_CREATED,
        Kind.DIRECTORY_CREATED,
        Kind.ACCOUNT_OPENED,
    ]


def test_a_directory_name_is_taken_once_in_the_installation(company: Company) -> None:
    """It stands in URLs, whichever tenant it belongs to."""
    company.write(directories.create_tenant, "rival", OPERATOR)
    with pytest.raises(AlreadyExists):
        company.write(directories.create_directory, "okta", Idp.ENTRA, OPERATOR, "rival")
    with pytest.raises(InvalidValue, match="main, rival"):
        company.write(directories.create_directory, "entra", Idp.ENTRA, OPERATOR)
    with pytest.raises(NotFound, match="Known: rival, main"):
        company.write(directories.create_directory, "entra", Idp.ENTRA, OPERATOR, "rivall")


def test_a_token_opens_its_directory_and_no_other(empty: Company) -> None:
    """The token must belong to the directory that the URL names."""
    okta, entra = empty.directory("okta"), empty.directory("entra", Idp.ENTRA)
    assert empty.read(authenticate, "okta", okta).directory.slug == "okta"
    for slug, secret in (("okta", entra), ("entra", okta), ("nowhere", okta), ("okta", okta + "x"), ("okta", "")):
        with pytest.raises(TokenRefused):
            empty.read(authenticate, slug, secret)


def test_a_token_is_recognisable_and_kept_as_a_hash(empty: Company) -> None:
    """It begins with `jst_` for secret scanners, and stands nowhere in clear: not in its table, not in the trail."""
    secret = empty.directory("okta")
    assert secret.startswith("jst_")
    assert len(secret) == 4 + 64 + 8
    kept = str(empty.sql("SELECT * FROM directory_token")) + str(empty.events())
    assert secret not in kept
    assert secret[16:] not in kept


def test_two_tokens_are_valid_at_once_and_a_third_is_refused(empty: Company) -> None:
    """While the provider is told of the new one the old one goes on working; the refusal names both by their hint."""
    first = empty.directory("okta")
    _, second = empty.write(directories.create_token, "okta", OPERATOR)
    for secret in (first, second):
        assert empty.read(authenticate, "okta", secret)
    with pytest.raises(InvalidValue, match=f"{first[:12]}… and {second[:12]}…"):
        empty.write(directories.create_token, "okta", OPERATOR)


def test_rotation_ends_the_old_token_at_once(empty: Company) -> None:
    """Revoked by the beginning that is shown, it opens nothing from then on, and makes place for the next."""
    first = empty.directory("okta")
    _, second = empty.write(directories.create_token, "okta", OPERATOR)
    empty.write(directories.revoke_token, "okta", f"{first[:12]}…", OPERATOR)
    with pytest.raises(TokenRefused):
        empty.read(authenticate, "okta", first)
    assert empty.read(authenticate, "okta", second)
    empty.write(directories.create_token, "okta", OPERATOR)
    assert empty.events(Kind.TOKEN_REVOKED)


def test_a_token_is_not_revoked_by_a_guess(empty: Company) -> None:
    """What names both tokens, or none, is refused with the known hints; so is one that is revoked already."""
    first = empty.directory("okta")
    empty.write(directories.create_token, "okta", OPERATOR)
    for name in ("jst_", "", "…", "jst_nothing"):
        with pytest.raises(NotFound):
            empty.write(directories.revoke_token, "okta", name, OPERATOR)
    empty.write(directories.revoke_token, "okta", first[:12], OPERATOR)
    with pytest.raises(NotFound):
        empty.write(directories.revoke_token, "okta", first[:12], OPERATOR)


def test_a_token_expires_by_itself(empty: Company) -> None:
    """Its end is judged when it is used; an expired one makes place for another."""
    empty.directory("okta")
    _, secret = empty.write(directories.create_token, "okta", OPERATOR, timedelta(days=90))
    empty.clock.forward(days=90, seconds=-1)
    assert empty.read(authenticate, "okta", secret)
    empty.clock.forward(seconds=1)
    with pytest.raises(TokenRefused):
        empty.read(authenticate, "okta", secret)
    assert empty.write(directories.create_token, "okta", OPERATOR)


@pytest.mark.parametrize(
    "issuer",
    [
        "idp.example",
        "ftp://idp.example",
        "http://idp.example",
        "https://",
        "https://[",
        "https://ada:secret@idp.example",
        "https://idp.example?a=b",
        "https://idp.example#a",
    ],
)
def test_an_issuer_that_could_never_be_asked_is_refused_when_it_is_set(empty: Company, issuer: str) -> None:
    """The sentence says what is right, and what was set before stands."""
    empty.directory("okta", signs_in=False)
    with pytest.raises(InvalidValue, match=r"issuer: .*https://idp\.example\.com"):
        empty.write(
            directories.set_sign_in, "okta", OPERATOR, issuer=issuer, client_id="jumpseat", client_secret="secret"
        )
    assert not empty.read(directories.directory_named, "okta").signs_in


def test_what_a_directory_was_before_stands_in_the_trail(empty: Company) -> None:
    """Sign-in settings, and on and off; the secret stands nowhere."""
    empty.directory("okta", signs_in=False)
    empty.sign_in_at("okta")
    empty.sign_in_at("okta", Bind.FIRST_ACCEPTANCE)
    empty.write(directories.set_active, "okta", OPERATOR, active=False)
    first, second, off = empty.events(Kind.DIRECTORY_CHANGED)[-3:]
    assert (first["before"]["issuer"], second["before"]["issuer"]) == (None, first["after"]["issuer"])
    assert (second["before"]["bind"], second["after"]["bind"]) == ("subject", "first-acceptance")
    assert (off["before"], off["after"]) == ({"active": True}, {"active": False, "directory": "okta"})


def test_a_directory_that_is_switched_off_opens_to_no_token_and_admits_nobody(empty: Company) -> None:
    """Off and on again: nothing is lost in between."""
    secret = empty.directory("okta")
    empty.account(seats=1)
    empty.everybody()
    session = empty.accept(empty.person("ada"))
    empty.write(directories.set_active, "okta", OPERATOR, active=False)
    with pytest.raises(TokenRefused):
        empty.read(authenticate, "okta", secret)
    assert empty.gate(session) == "directory-off"
    empty.write(directories.set_active, "okta", OPERATOR, active=True)
    assert empty.read(authenticate, "okta", secret)
    assert empty.admits(session)


def test_two_changes_of_a_directory_at_once_are_both_made(empty: Company) -> None:
    """Whoever comes second changes what the first has left, and switches nothing on again."""
    empty.directory("okta")
    rival = threading.Thread(target=empty.write, args=(directories.set_rate, "okta", OPERATOR, 50))

    def switch_off(work: Work) -> None:
        directories.set_active(work, "okta", OPERATOR, active=False)
        rival.start()

    empty.write(switch_off)
    rival.join()
    found = empty.read(directories.directory_named, "okta")
    assert (found.active, found.requests_per_second) == (False, 50)


def test_a_directory_without_sign_in_invites_nobody_until_it_is_set(empty: Company) -> None:
    """Joiners wait with the obstacle `no-sign-in`, and are invited in order of arrival once they could accept."""
    empty.directory("okta", signs_in=False)
    empty.account(seats=2)
    empty.everybody()
    ada, ben, cy = empty.people("ada", "ben", "cy")
    waiting = empty.member(ada)
    assert waiting is not None
    assert (waiting.state, waiting.obstacle) == (State.WAITING, Obstacle.NO_SIGN_IN)
    assert empty.mails() == []
    empty.sign_in_at("okta")
    assert empty.states(ada, ben, cy) == [State.INVITED, State.INVITED, State.WAITING]
    assert empty.mails() == [ada.id, ben.id]


@pytest.mark.parametrize(
    ("idp", "stated", "claim"), [(Idp.OKTA, None, "sub"), (Idp.ENTRA, None, "oid"), (Idp.ENTRA, "sub", "sub")]
)
def test_the_subject_claim_is_the_providers_unless_told(
    empty: Company, idp: Idp, stated: str | None, claim: str
) -> None:
    """Entra's `sub` differs from application to application, so its people are named by `oid`."""
    empty.directory("one", idp, signs_in=False)
    assert empty.sign_in_at("one", subject_claim=stated).subject_claim == claim


def test_the_client_secret_is_kept_sealed(empty: Company) -> None:
    """It has to be used again, and stands nowhere in clear; another secret key does not open it."""
    empty.directory("okta")
    sealed = empty.sign_in_at("okta", Bind.FIRST_ACCEPTANCE).client_secret_sealed
    assert sealed is not None
    assert "secret" not in sealed
    assert tokens.unseal(SECRET_KEY, sealed) == "secret"
    assert tokens.unseal("x" * 40, sealed) is None
    assert "'secret'" not in str(empty.events())
