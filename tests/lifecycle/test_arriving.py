"""What a directory takes for an acceptance, and whose an identity is: one refinement of the design's rule each."""

from __future__ import annotations

import pytest

from connector.domain.errors import (
    AlreadyExists,
    DirectoryOff,
    IdentitiesBound,
    IdentityMismatch,
    InvalidValue,
    NotFound,
)
from connector.domain.events import Cause, CauseKind
from connector.domain.sessions import Identity
from connector.domain.tenancy import Acceptance, Bind
from connector.lifecycle import arriving, directories, domains, identifying, invitations
from connector.lifecycle.admission import SignedIn

from .company import ISSUER, Company

WORK = [{"value": "ada@acme.example", "type": "work", "primary": True}]
OPERATOR = Cause(CauseKind.OPERATOR, "test")


def policy(company: Company, which: str) -> None:
    if which == Acceptance.PROVED_DOMAIN:
        prove(company, "acme.example")
    company.write(arriving.set_acceptance, "okta", Acceptance(which), OPERATOR)


def prove(company: Company, name: str, directory: str = "okta") -> None:
    claim = company.write(domains.add, name, directory, OPERATOR)
    company.write(domains.looked_up, claim, [claim.value], OPERATOR)


def arrive(company: Company, subject: str, **claims: object) -> SignedIn:
    return company.write(arriving.arrive, "okta", Identity(ISSUER, subject, {"sub": subject, **claims}))


def vouched(address: str) -> dict[str, object]:
    return {"email": address, "email_verified": True}


@pytest.fixture
def company(company: Company) -> Company:
    """Give the company an account in which everybody is due a seat."""
    company.account(seats=10)
    company.everybody()
    return company


class TestWhatIsTakenForAnAcceptance:
    """Explicit unless told; never by an address alone, but at a domain that is proved."""

    @pytest.mark.parametrize(
        ("which", "claims", "accepted"),
        [
            ("explicit", vouched("ada@acme.example"), False),
            ("first-sign-in", {}, True),
            ("proved-domain", vouched("ada@acme.example"), True),
            ("proved-domain", vouched("ADA@ACME.EXAMPLE"), True),
            ("proved-domain", {}, False),
            ("proved-domain", vouched("ada@elsewhere.example"), False),
            ("proved-domain", vouched("ada@mail.acme.example"), False),
            ("proved-domain", vouched("ada@evil.example@acme.example"), False),
            ("proved-domain", vouched("@acme.example"), False),
            ("proved-domain", {"email": "ada@acme.example"}, False),
            ("proved-domain", {"email": "ada@acme.example", "email_verified": "true"}, False),
            ("proved-domain", {"email": "ada@acme.example", "email_verified": False}, False),
        ],
        ids=str,
    )
    def test_an_invitee_whose_subject_claim_matches(
        self, company: Company, which: str, claims: dict[str, object], accepted: bool
    ) -> None:
        """She signs in and is in, or has still to say yes; the trail has the binding and its rule."""
        policy(company, which)
        ada = company.person("ada")
        session = arrive(company, "ext-ada", **claims)
        assert company.admits(session.session_token) is accepted
        bound = [one for one in company.events() if one["kind"] == "identity:bound"]
        assert [one["after"]["rule"] for one in bound] == (["sub = externalId, at sign-in"] if accepted else [])
        if not accepted:
            assert company.accept(ada)

    @pytest.mark.parametrize("which", ["first-sign-in", "proved-domain"])
    def test_somebody_else_at_the_same_directory_gets_nothing(self, company: Company, which: str) -> None:
        """Another subject with her address and her name is not she, and her invitation stays pending."""
        policy(company, which)
        ada = company.person("ada")
        claims = vouched("ada@acme.example") | {"preferred_username": "ada@acme.example"}
        assert not company.admits(arrive(company, "somebody", **claims).session_token)
        assert company.state(ada) == "invited"
        assert company.admits(arrive(company, "ext-ada", **claims).session_token)

    def test_an_empty_external_id_and_a_proved_address(self, company: Company) -> None:
        """Where the directory states no externalId, the proved address that it states is enough, once."""
        policy(company, "proved-domain")
        company.person("ada", externalId=None, emails=WORK)
        assert company.admits(arrive(company, "any-1", **vouched("Ada@acme.example")).session_token)
        assert not company.admits(arrive(company, "any-2", **vouched("ada@acme.example")).session_token)

    @pytest.mark.parametrize("which", ["explicit", "first-sign-in"])
    def test_an_empty_external_id_needs_the_letter_otherwise(self, company: Company, which: str) -> None:
        """An address alone binds nobody."""
        policy(company, which)
        company.person("ada", externalId=None, emails=WORK)
        assert not company.admits(arrive(company, "any-1", **vouched("ada@acme.example")).session_token)

    def test_an_address_that_two_people_have_is_nobodys(self, company: Company) -> None:
        """Neither gets the other's seat."""
        policy(company, "proved-domain")
        emails = [{"value": "team@acme.example", "type": "work", "primary": True}]
        company.person("ada", externalId=None, emails=emails)
        company.person("bob", externalId=None, emails=emails)
        assert not company.admits(arrive(company, "any-1", **vouched("team@acme.example")).session_token)

    def test_entras_default_mapping_of_mail_nickname(self, company: Company) -> None:
        """With mailNickname in externalId, `oid` matches nobody: neither at sign-in nor with the letter."""
        company.sign_in_at("okta", subject_claim="oid")
        policy(company, "first-sign-in")
        ada = company.person("ada", externalId="ada.lovelace")
        claims = {"oid": "11111111-2222-3333-4444-555555555555", "preferred_username": "ada@acme.example"}
        session = arrive(company, "pairwise", **claims)
        assert not company.admits(session.session_token)
        with pytest.raises(IdentityMismatch, match="oid"):
            company.write(invitations.accept, company.invitation(ada), session.session_token)
        assert company.state(ada) == "invited"

    def test_a_forwarded_letter_and_a_second_identity_with_an_unspent_token(self, company: Company) -> None:
        """Once she is known, a letter of hers that is still good opens nothing to another identity."""
        company.account("wiki", seats=5)
        company.rule(account="wiki", name="wiki", where="active eq true")
        ada = company.person("ada")
        company.accept(ada)
        mallory = arrive(company, "mallory", preferred_username="ada@acme.example", **vouched("ada@acme.example"))
        with pytest.raises(IdentityMismatch, match="another identity"):
            company.write(invitations.accept, company.invitation(ada, "wiki"), mallory.session_token)
        policy(company, "first-sign-in")
        assert company.state(ada, "wiki") == "invited"
        assert company.admits(arrive(company, "ext-ada").session_token, "wiki")

    @pytest.mark.parametrize("verb", ["declined", "expired", "left"])
    def test_signing_in_gives_back_nothing_that_is_over(self, company: Company, verb: str) -> None:
        """Declined, expired or gone: a sign-in is no second answer."""
        policy(company, "first-sign-in")
        ada = company.person("ada")
        if verb == "declined":
            company.decline(ada)
        elif verb == "expired":
            company.clock.forward(days=7)
        else:
            company.deactivate(ada)
        assert not company.admits(arrive(company, "ext-ada").session_token)

    def test_another_directorys_people_are_left_alone(self, company: Company) -> None:
        """The same subject at another directory is somebody else, and a domain is proved for one."""
        company.directory("entra")
        policy(company, "first-sign-in")
        company.person("ada", "entra")
        assert arrive(company, "ext-ada").person is None

    def test_what_cannot_work_is_refused(self, company: Company) -> None:
        """Without a proved domain; where nobody is known before she accepts."""
        with pytest.raises(InvalidValue, match="no domain is proved"):
            company.write(arriving.set_acceptance, "okta", Acceptance.PROVED_DOMAIN, OPERATOR)
        company.sign_in_at("okta", Bind.FIRST_ACCEPTANCE)
        with pytest.raises(InvalidValue, match="--bind subject"):
            company.write(arriving.set_acceptance, "okta", Acceptance.FIRST_SIGN_IN, OPERATOR)


class TestLettingGo:
    """Unbinding, one or all."""

    def test_who_is_unbound_is_signed_out_and_known_again(self, company: Company) -> None:
        """Her seat stays; the subject claim tells who she is, though acceptance is explicit."""
        ada = company.person("ada")
        session = company.accept(ada)
        company.write(identifying.unbind, "okta", "ada@acme.example", OPERATOR)
        assert company.gate(session) == "session-ended"
        assert company.state(ada) == "active"
        assert not company.admits(arrive(company, "mallory").session_token)
        assert company.admits(arrive(company, "ext-ada").session_token)
        kinds = [one["kind"] for one in company.events()]
        assert kinds.count("identity:unbound") == 1
        assert kinds.count("identity:bound") == 2
        with pytest.raises(NotFound):
            company.write(identifying.unbind, "okta", "nobody@acme.example", OPERATOR)

    def test_another_issuer_unbinds_everybody_when_told(self, company: Company) -> None:
        """Not by accident: without the word nothing changes, and the number of people is named."""
        ada, bob = company.people("ada", "bob")
        sessions = [company.accept(ada), company.accept(bob)]
        new = {"issuer": "https://new.example", "client_id": "c", "client_secret": "s"}
        with pytest.raises(IdentitiesBound, match="2 people"):
            company.write(directories.set_sign_in, "okta", OPERATOR, **new)
        assert all(company.admits(one) for one in sessions)
        company.write(directories.set_sign_in, "okta", OPERATOR, **new, unbind=True)
        assert [company.gate(one) for one in sessions] == ["session-ended"] * 2
        assert company.states(ada, bob) == ["active", "active"]
        identity = Identity("https://new.example", "ext-ada", {"sub": "ext-ada"})
        assert company.admits(company.write(arriving.arrive, "okta", identity).session_token)


class TestSwitchedOff:
    """The use cases refuse by themselves, whoever calls them."""

    @pytest.mark.parametrize("what", ["sign in", "accept"])
    def test_nobody_of_a_directory_that_is_off(self, company: Company, what: str) -> None:
        """An invitation stays pending, and can be accepted when the directory is on again."""
        ada = company.person("ada")
        session = company.sign_in(ada)
        token = company.invitation(ada)
        company.write(directories.set_active, "okta", OPERATOR, active=False)
        does = {
            "sign in": lambda: company.sign_in(ada),
            "accept": lambda: company.write(invitations.accept, token, session),
        }
        with pytest.raises(DirectoryOff):
            does[what]()
        company.write(directories.set_active, "okta", OPERATOR, active=True)
        company.write(invitations.accept, token, session)
        assert company.admits(session)


class TestDomains:
    """Claimed, proved, lost, given up."""

    def test_one_domain_is_proved_for_one_directory(self, company: Company) -> None:
        """Several may claim it; who proves it first has it until it is given up."""
        company.directory("entra")
        prove(company, "acme.example")
        claim = company.write(domains.add, "ACME.example.", "entra", OPERATOR)
        with pytest.raises(AlreadyExists):
            company.write(domains.looked_up, claim, [claim.value], OPERATOR)
        with pytest.raises(AlreadyExists):
            company.write(domains.add, "acme.example", "entra", OPERATOR)
        company.write(domains.remove, "acme.example", "okta", OPERATOR)
        assert company.write(domains.looked_up, claim, [claim.value], OPERATOR).proved_at
        assert [one["kind"] for one in company.events() if one["kind"].startswith("domain:")] == [
            "domain:claimed",
            "domain:proved",
            "domain:claimed",
            "domain:removed",
            "domain:proved",
        ]

    @pytest.mark.parametrize("found", [[], ["jumpseat-domain-verification=other"], ["v=spf1 -all"]])
    def test_another_text_proves_nothing(self, company: Company, found: list[str]) -> None:
        """The text is this claim's own; another directory's would not do either."""
        claim = company.write(domains.add, "acme.example", "okta", OPERATOR)
        assert company.write(domains.looked_up, claim, found, OPERATOR).proved_at is None

    def test_a_lost_record_is_told_and_cuts_nobody(self, company: Company) -> None:
        """It is looked up once a day, and an hour after DNS could not be asked."""
        prove(company, "acme.example")
        assert company.read(domains.due) == []
        company.clock.forward(days=1)
        (claim,) = company.read(domains.due)
        company.write(domains.looked_up, claim, None)
        assert company.read(domains.due) == []
        company.clock.forward(hours=1)
        (claim,) = company.read(domains.due)
        lost = company.write(domains.looked_up, claim, [])
        assert lost.lost_at == company.clock.now
        assert company.read(lambda work: work.mail_domains.directory_of("acme.example"))
        company.clock.forward(days=1)
        company.write(domains.looked_up, lost, [lost.value])
        assert company.events()[-1]["kind"] == "domain:proved"
