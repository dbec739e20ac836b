"""The deprovisioning matrix: every way in, times every way out, refused at the very next request.

Each way in is got ready while all is well; then one thing happens, and each is tried. What goes on after a way out
stands in its row with the reason, and a row that names something which does not go on fails as well.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from connector.app import create_app
from connector.domain.errors import CapacityBelowUse
from connector.lifecycle import (
    accounts,
    breaking_glass,
    directories,
    freezing,
    invitations,
    members,
    operator_tokens,
    operators,
    own_sessions,
    ruling,
    signalling,
)
from connector.sso.assertions import HEADER
from demo.openid import OpenIdProvider
from demo.speaking import ProviderPerson
from demo.transmitter import CAEP, RISC

from ..installation import CAUSE, PUBLIC_URL, Browser, Installation
from .conftest import Clock

NAMES = ("holder", "invitee", "comer")
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

GOES_ON = Mapping[str, str]
"""Way in -> why it rightly goes on after a way out."""


@dataclass
class Company:
    """An installation with everything that the product serves, where a group of the directory is due the seats."""

    installation: Installation
    people: dict[str, ProviderPerson]
    token: str
    ids: dict[str, str] = field(default_factory=dict)
    group_id: str = ""

    def scim(self, method: str, path: str, body: object = None) -> TestResponse:
        return self.installation.app.test_client(use_cookies=False).open(
            f"/scim/acme/v2{path}",
            method=method,
            headers={"Authorization": f"Bearer {self.token}"},
            data=json.dumps(body) if body is not None else None,
            content_type="application/scim+json",
        )

    def states(self, method: str, path: str, body: object = None) -> TestResponse:
        """Let the directory state something, which is taken."""
        answer = self.scim(method, path, body)
        assert answer.status_code in (200, 201, 204), answer.text
        return answer

    def patches(self, path: str, *operations: object) -> None:
        self.states("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})

    def document(self, name: str, *, active: bool = True) -> dict[str, object]:
        person = self.people[name]
        return {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": person.user_name,
            "externalId": person.id,
            "active": active,
            "emails": [{"value": person.email, "type": "work", "primary": True}],
        }

    def does(self, use_case: Callable[..., object], *facts: object, **more: object) -> None:
        """Let an operator do something."""
        self.installation.lifecycle.write(use_case, *facts, CAUSE, **more)


@pytest.fixture
def company(database_url: str, provider: OpenIdProvider, clock: Clock) -> Iterator[Company]:
    """Give the company, on each kind of database."""
    installation = Installation(database_url, clock.get, provider)
    allowing = dataclasses.replace(installation.lifecycle.settings, break_glass=True)
    installation.lifecycle = dataclasses.replace(installation.lifecycle, settings=allowing)
    installation.app = create_app(installation.lifecycle)
    people = {
        name: ProviderPerson(f"id-{name}", f"{name}@acme.example", name, f"{name}@acme.example") for name in NAMES
    }
    provider.people |= {one.user_name: one for one in people.values()}
    _, token = installation.lifecycle.write(directories.create_token, "acme", CAUSE)
    company = Company(installation, people, token)
    company.does(ruling.remove_rule, "everybody")
    company.does(ruling.add_rule, "sales", "crm", directory_slug="acme", group="Sales", seat_type="seat", role="member")
    for name in NAMES:
        company.ids[name] = company.states("POST", "/Users", company.document(name)).json["id"]
    members_ = [{"value": one} for one in company.ids.values()]
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Sales", "members": members_}
    company.group_id = company.states("POST", "/Groups", group).json["id"]
    yield company
    for one in people.values():
        del provider.people[one.user_name]
    # Its thread would take a connection of its own time, and find the database gone.
    installation.app.extensions["jumpseat-journal"].flush()
    installation.lifecycle.database.dispose()


# -- Ways in. Each is made ready, and returns how it is tried: does it open anything?

Trial = Callable[[], bool]


def _session(company: Company) -> Browser:
    browser = company.installation.browser()
    browser.accept(company.people["holder"])
    assert browser.get("/gate/crm").status_code == 200
    return browser


def a_session(company: Company) -> Trial:
    """Knock at the gate with the cookie of somebody who got in just before."""
    browser = _session(company)
    return lambda: browser.get("/gate/crm").status_code == 200


def an_assertion(company: Company) -> Trial:
    """Have a fresh assertion for back ends, where one was made for this session just before."""
    browser = company.installation.browser()
    browser.sign_in(company.people["holder"])
    assert HEADER in browser.get("/gate/crm").headers
    return lambda: HEADER in browser.get("/gate/crm").headers


def an_invitation(company: Company) -> Trial:
    """Accept an invitation, open in the browser of the invited person, who has signed in."""
    browser, person = company.installation.browser(), company.people["invitee"]
    path = company.installation.invitation_path(person)
    browser.sign_in(person)
    page = browser.get(path)

    def accepts() -> bool:
        return (
            browser.post(path, page, answer="accept").status_code == 303 or browser.get("/gate/crm").status_code == 200
        )

    return accepts


def a_login_under_way(company: Company) -> Trial:
    """Complete a sign-in that the provider has answered, and whose answer the browser has yet to bring."""
    _accepted(company, "comer")
    browser = company.installation.browser()
    callback = browser.go_to_provider("/login/acme", company.people["comer"])

    def comes_back() -> bool:
        browser.get(callback)
        return browser.get("/gate/crm").status_code == 200

    return comes_back


def broken_glass(company: Company) -> Trial:
    """Knock at the gate in a session that an operator's link has started."""
    browser = _by_glass(company, _glass(company))
    return lambda: browser.get("/gate/crm").status_code == 200


def glass_to_break(company: Company) -> Trial:
    """Use a link that an operator has made."""
    link = _glass(company)
    return lambda: _by_glass(company, link).get("/gate/crm").status_code == 200


def _glass(company: Company) -> str:
    whom = ("crm", "acme", company.people["holder"].user_name)
    facts = (*whom, timedelta(hours=1), "The provider is down", CAUSE)
    _, link = company.installation.lifecycle.write(breaking_glass.break_glass, *facts)
    return link.removeprefix(company.installation.public_url)


def _by_glass(company: Company, link: str) -> Browser:
    browser = company.installation.browser()
    browser.post("/break-glass", browser.get(link), key=link.partition("key=")[2])
    return browser


def a_scim_token(company: Company) -> Trial:
    """Speak SCIM with the token of the directory."""
    return lambda: company.scim("GET", "/Users").status_code == 200


def an_operators_session(company: Company) -> Trial:
    """Look at the console, opened with a link before."""
    browser = company.installation.browser()
    link = company.installation.lifecycle.write(operators.console_link, "tess")
    path, key = link.removeprefix(company.installation.public_url).split("?key=")
    browser.post(path, browser.get(f"{path}?key={key}"), key=key)
    return lambda: browser.get("/console/").status_code == 200


def an_api_token(company: Company) -> Trial:
    """Ask the operator API with a token of the tenant's."""
    facts = ("nightly", ["accounts:read"], CAUSE)
    _, token = company.installation.lifecycle.write(operator_tokens.create_token, *facts, tenant_slug="main")
    program = company.installation.app.test_client(use_cookies=False)
    return lambda: program.get("/api/v1/accounts", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def _accepted(company: Company, name: str) -> None:
    company.installation.browser().accept(company.people[name])


WAYS_IN: Mapping[str, Callable[[Company], Trial]] = {
    "session": a_session,
    "assertion": an_assertion,
    "invitation": an_invitation,
    "login under way": a_login_under_way,
    "broken glass": broken_glass,
    "glass to break": glass_to_break,
    "SCIM token": a_scim_token,
    "operator's session": an_operators_session,
    "API token": an_api_token,
}

# -- Ways out.


def inactive_by_path(company: Company) -> None:
    """As Entra ID says it: a path, and a word for a truth value."""
    for one in company.ids.values():
        company.patches(f"/Users/{one}", {"op": "Replace", "path": "active", "value": "False"})


def inactive_by_value(company: Company) -> None:
    """As Okta says it: no path."""
    for one in company.ids.values():
        company.patches(f"/Users/{one}", {"op": "replace", "value": {"active": False}})


def inactive_by_put(company: Company) -> None:
    for name, one in company.ids.items():
        company.states("PUT", f"/Users/{one}", company.document(name, active=False))


def deleted(company: Company) -> None:
    for one in company.ids.values():
        company.states("DELETE", f"/Users/{one}")


def last_group_lost(company: Company) -> None:
    for one in company.ids.values():
        company.patches(f"/Groups/{company.group_id}", {"op": "remove", "path": f'members[value eq "{one}"]'})


def group_deleted(company: Company) -> None:
    company.states("DELETE", f"/Groups/{company.group_id}")


def rule_removed(company: Company) -> None:
    company.does(ruling.remove_rule, "sales")


def access_revoked(company: Company) -> None:
    for name in ("holder", "comer"):
        company.does(invitations.revoke, "crm", "acme", company.people[name].user_name)


def invitation_cancelled(company: Company) -> None:
    company.does(invitations.cancel, "crm", "acme", company.people["invitee"].user_name)


def member_suspended(company: Company) -> None:
    for name in ("holder", "comer"):
        company.does(members.suspend, "crm", "acme", company.people[name].user_name)


def account_frozen(company: Company) -> None:
    company.does(freezing.freeze, "crm")


def directory_off(company: Company) -> None:
    company.does(directories.set_active, "acme", active=False)


def tenant_off(company: Company) -> None:
    company.does(freezing.switch_tenant, "main", active=False)


def signed_out_by_provider(company: Company) -> None:
    """Back-channel logout of everybody by subject, so that all of their sessions are meant."""
    _logged_out(company, sid=None)


def sessions_ended_by_provider(company: Company) -> None:
    """Back-channel logout of every session that the provider knows, by its id."""
    _logged_out(company)


def _logged_out(company: Company, **changes: object) -> None:
    for session, _ in list(company.installation.idp.store.sessions.values()):
        form = {"logout_token": company.installation.idp.logout_token("acme", session, **changes)}
        assert company.installation.app.test_client().post("/backchannel-logout/acme", data=form).status_code == 200


def revoked_by_provider(company: Company) -> None:
    """Global Token Revocation, of everybody: Okta's Universal Logout."""
    for person in company.people.values():
        token = company.installation.idp.revocation_token(f"{PUBLIC_URL}/revoke/acme")
        subject = {"format": "email", "email": person.email}
        headers = {"Authorization": f"Bearer {token}"}
        answer = company.installation.app.test_client().post("/revoke/acme", json={"sub_id": subject}, headers=headers)
        assert answer.status_code == 204


def session_revoked_by_signal(company: Company) -> None:
    """Push the CAEP event of everybody."""
    _signalled(company, f"{CAEP}session-revoked")


def account_disabled_by_signal(company: Company) -> None:
    """Push the RISC event of everybody."""
    _signalled(company, f"{RISC}account-disabled")


def _signalled(company: Company, kind: str) -> None:
    idp, audience = company.installation.idp, "https://jumpseat.example/signals"
    company.does(signalling.set_stream, "acme", transmitter=idp.issuer, audience=audience)
    for person in company.people.values():
        token = idp.signals.event(kind, {"format": "email", "email": person.email}, audience)
        answer = company.installation.app.test_client().post(
            "/signals/acme", data=token, content_type="application/secevent+jwt"
        )
        assert answer.status_code == 202


def signed_out_by_operator(company: Company) -> None:
    company.does(own_sessions.end_sessions_of, "acme", None)


def seats_taken_away(company: Company) -> None:
    """Fewer seats than are held: nobody is evicted, so this is no way out."""
    with pytest.raises(CapacityBelowUse):
        company.does(accounts.change_capacity, "crm", "seats", 0)


def scim_token_revoked(company: Company) -> None:
    company.does(directories.revoke_token, "acme", company.token[:12])


def api_token_revoked(company: Company) -> None:
    company.does(operator_tokens.revoke_token, "nightly")


def operator_left(company: Company) -> None:
    """Every session of an operator ends with its row."""
    company.installation.lifecycle.write(lambda work: work.connection.exec_driver_sql("DELETE FROM operator_session"))


OURS = {"operator's session": "an operator is nobody of a directory; whoever made her link takes it back"}
"""What nothing decides about that befalls a directory, an account or a person."""

TENANTS = {"API token": "it is the tenant's own, and opens nothing once the tenant is switched off", **OURS}
"""What no account, person or directory decides about."""

OF_A_DIRECTORY = {"SCIM token": "it is the directory's own, which speaks for others still", **TENANTS}
"""What one person's going leaves as it is."""

OTHERS = {
    "session": "nothing was done to this person",
    "assertion": "nothing was done to this person",
    "login under way": "nothing was done to this person",
    "broken glass": "nothing was done to this person",
    "glass to break": "nothing was done to this person",
    **OF_A_DIRECTORY,
}

GLASS = {"glass to break": "an operator made it past the provider, so the operator takes it back", **OF_A_DIRECTORY}
"""What a provider's word leaves as it is; the session that such a link starts, too, where only its own are named."""

WAYS_OUT: Mapping[Callable[[Company], None], GOES_ON] = {
    inactive_by_path: OF_A_DIRECTORY,
    inactive_by_value: OF_A_DIRECTORY,
    inactive_by_put: OF_A_DIRECTORY,
    deleted: OF_A_DIRECTORY,
    last_group_lost: OF_A_DIRECTORY,
    group_deleted: OF_A_DIRECTORY,
    rule_removed: OF_A_DIRECTORY,
    access_revoked: {"invitation": "there is nothing to revoke before she accepts; it is cancelled", **OF_A_DIRECTORY},
    invitation_cancelled: OTHERS,
    member_suspended: {"invitation": "whoever has not answered cannot be suspended; it is cancelled", **OF_A_DIRECTORY},
    account_frozen: OF_A_DIRECTORY,
    directory_off: TENANTS,
    tenant_off: OURS,
    signed_out_by_provider: {"broken glass": "the provider has never heard of this session", **GLASS},
    sessions_ended_by_provider: {
        "login under way": "it is a session of its own, which was not named",
        "broken glass": "the provider has never heard of this session",
        **GLASS,
    },
    revoked_by_provider: GLASS,
    session_revoked_by_signal: GLASS,
    account_disabled_by_signal: OF_A_DIRECTORY,
    signed_out_by_operator: {"login under way": "she may sign in again at once, and has", **OF_A_DIRECTORY},
    seats_taken_away: {"invitation": "its seat is promised", **OTHERS},
    scim_token_revoked: {
        "invitation": "the directory still wants her in",
        **{name: why for name, why in OTHERS.items() if name != "SCIM token"},
    },
    api_token_revoked: {
        "invitation": "nothing was done to this person",
        **{name: why for name, why in OTHERS.items() if name != "API token"},
    },
    operator_left: {
        "invitation": "nothing was done to this person",
        **{name: why for name, why in OTHERS.items() if name != "operator's session"},
    },
}


@pytest.mark.parametrize("way_out", WAYS_OUT, ids=lambda one: one.__name__)
def test_every_way_in_is_refused_at_the_very_next_request(
    company: Company, clock: Clock, way_out: Callable[[Company], None]
) -> None:
    """After each way out nothing opens but what its row names."""
    trials = {name: get_ready(company) for name, get_ready in WAYS_IN.items()}
    clock.pass_time(seconds=1)
    way_out(company)
    opened = {name for name, trial in trials.items() if trial()}
    assert opened == set(WAYS_OUT[way_out])


def test_every_way_in_opens_while_nothing_has_happened(company: Company) -> None:
    """Or else a refusal in the matrix would prove nothing."""
    trials = {name: get_ready(company) for name, get_ready in WAYS_IN.items()}
    assert {name for name, trial in trials.items() if trial()} == set(WAYS_IN)
