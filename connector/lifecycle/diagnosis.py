"""What is wrong, or will be: each check looks at one thing, and each finding says how to mend it.

Nothing here changes anything. A finding names people by number, never by name, for it may end in a ticket.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from connector.domain.errors import DomainError
from connector.domain.folding import fold
from connector.domain.scim_clients import ClientSecret
from connector.domain.tenancy import Bind, Directory, DirectoryToken, Idp
from connector.domain.work_orders import Task
from connector.lifecycle import breaking_glass
from connector.lifecycle.realm_posts import REALM_PERSON
from connector.lifecycle.reporting import rules
from connector.lifecycle.tokens import unseal
from connector.mappers.offers import OfferKind, offers_of
from connector.mappers.rulebook import terms_of
from connector.storage.work import Work

EXPIRES_SOON = timedelta(days=30)
SIGNALS_FAIL = 3
WORKER_LATE = timedelta(minutes=5)
"""A delivery that nobody has tried for so long says that no worker runs."""


class Check(StrEnum):
    """What is looked at."""

    SIGN_IN = "sign-in"
    SUBJECT = "subject"
    TOKENS = "tokens"
    SECRETS = "secrets"
    SIGNALS = "signals"
    DOMAINS = "domains"
    RULES = "rules"
    ACCOUNTS = "accounts"
    STATED_ROLES = "stated-roles"
    DELIVERIES = "deliveries"
    WORK_ORDERS = "work-orders"
    SEATS = "seats"
    OWNERS = "owners"
    DEPARTURES = "departures"
    REALMS = "realms"
    BROKEN_GLASS = "broken-glass"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found: `wrong` needs mending, the rest is worth knowing."""

    check: Check
    sentence: str
    cure: str
    wrong: bool = True


def diagnose(work: Work) -> dict[Check, list[Finding]]:
    """Make every check; one that found nothing has an empty list."""
    return {check: list(look(work)) for check, look in _CHECKS.items()}


def _sign_in(work: Work) -> Iterator[Finding]:
    counts = work.people.counts()
    for one in work.tenancy.directories():
        people = counts.get(one.id, (0, 0))[1]
        if not one.signs_in and (people or one.idp is not Idp.LOCAL):
            yield Finding(
                Check.SIGN_IN,
                f"Nobody of {one.slug} can sign in, so nobody of it is invited ({people} active).",
                f"jumpseat directory oidc {one.slug} --issuer URL --client-id ID --secret-file FILE",
            )


_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_OKTA_ID = re.compile(r"00u[0-9A-Za-z]{17}")
# What the subject claim of each provider looks like: Entra's oid is the object id, Keycloak's sub and Okta's sub are
# the user's id. Of others nothing is known but that an id is no e-mail address.
_SUBJECTS = {(Idp.ENTRA, "oid"): _GUID, (Idp.KEYCLOAK, "sub"): _GUID, (Idp.OKTA, "sub"): _OKTA_ID}
_NO_ADDRESS = re.compile(r"[^@]*")
_MAPPING = {
    Idp.ENTRA: "In Entra ID's attribute mapping, map objectId to externalId (the preset maps mailNickname)",
    Idp.OKTA: "In Okta's attribute mapping, let externalId be the id of the Okta user",
    Idp.KEYCLOAK: "In the SCIM extension, send the user's id as externalId",
}


def _subject(work: Work) -> Iterator[Finding]:
    for one in work.tenancy.directories():
        if not one.signs_in or one.bind is not Bind.SUBJECT:
            continue
        claim = one.subject_claim or "sub"
        form = _SUBJECTS.get((one.idp, claim), _NO_ADDRESS)
        stated = [value for value in work.people.external_ids(one.id) if value is not None]
        odd = sum(not form.fullmatch(value) for value in stated)
        if odd:
            yield Finding(
                Check.SUBJECT,
                f"{odd} of {len(stated)} people of {one.slug} cannot accept an invitation: their externalId does not "
                f"look like the claim {claim!r} by which the provider names them.",
                f"{_MAPPING.get(one.idp, 'Let the provider send that claim as externalId')}; "
                f"or name the claim that it does send: jumpseat directory oidc {one.slug} ... --subject CLAIM",
            )


def _tokens(work: Work) -> Iterator[Finding]:
    for one in work.tenancy.directories():
        tokens = [token for token in work.tenancy.tokens(one.id) if token.valid(work.now)]
        secrets = [secret for secret in work.scim_clients.secrets(one.id) if secret.valid(work.now)]
        realm = work.realms.of(one.id)
        can_ask = tokens or secrets or work.scim_clients.trust(one.id) or (realm and realm.pull_every)
        if one.active and one.idp is not Idp.LOCAL and not can_ask:
            yield Finding(Check.TOKENS, f"{one.slug} has no valid SCIM token.", f"jumpseat token create {one.slug}")
        yield from _expiring("token", "token", one, tokens, work.now)
        yield from _expiring("client secret", "client", one, secrets, work.now)


def _expiring(
    kind: str, command: str, directory: Directory, valid: Iterable[DirectoryToken | ClientSecret], now: datetime
) -> Iterator[Finding]:
    for one in valid:
        if one.expires_at is not None and one.expires_at - now < EXPIRES_SOON:
            yield Finding(
                Check.TOKENS,
                f"The {kind} {one.hint} of {directory.slug} expires on {one.expires_at:%Y-%m-%d}.",
                f"jumpseat {command} create {directory.slug}, give it to the provider, then revoke the old one",
            )


def _secrets(work: Work) -> Iterator[Finding]:
    for one in work.tenancy.directories():
        sealed = one.client_secret_sealed or one.client_key_sealed
        if sealed is not None and unseal(work.settings.secret_key, sealed) is None:
            yield Finding(
                Check.SECRETS,
                f"The {one.proves_itself_by} of {one.slug} was kept under another secret key, so nobody can sign in.",
                f"Set the old JUMPSEAT_SECRET_KEY again, or: jumpseat directory oidc {one.slug} ... --secret-file F",
            )


def _signals(work: Work) -> Iterator[Finding]:
    for one in work.signals.all():
        slug = work.tenancy.directory(one.directory_id).slug
        if one.poll_failures >= SIGNALS_FAIL:
            yield Finding(
                Check.SIGNALS,
                f"Events of {slug} could not be fetched {one.poll_failures} times in a row: {one.poll_error}.",
                f"Ask {one.transmitter}; then set it anew: jumpseat directory signals {slug} --transmitter ...",
            )


def _domains(work: Work) -> Iterator[Finding]:
    slugs = {directory.id: directory.slug for directory in work.tenancy.directories()}
    for one in work.mail_domains.of(slugs):
        if one.lost_at is not None:
            slug = slugs[one.directory_id]
            yield Finding(
                Check.DOMAINS,
                f"The record that proves {one.name} for {slug} is gone since {one.lost_at:%Y-%m-%d}. It cuts nobody.",
                f"Publish {one.record} again, or: jumpseat domain remove {one.name} {slug}",
            )


def _rules(work: Work) -> Iterator[Finding]:
    for report in rules(work):
        if not report.bound:
            yield Finding(
                Check.RULES,
                f"The rule {report.rule.name} is about the group {report.group!r}, which {report.directory} does not "
                "state, or not any more; it makes nothing due.",
                f"Let the provider push the group, or: jumpseat rule remove {report.rule.name}",
            )


def _accounts(work: Work) -> Iterator[Finding]:
    for one in work.accounts.all():
        try:
            terms_of(one)
        except DomainError as error:
            yield Finding(
                Check.ACCOUNTS, f"The account {one.slug} cannot be read: {error}", "Bring its catalogue back."
            )


def _stated_roles(work: Work) -> Iterator[Finding]:
    filters = " ".join(rule.filter or "" for one in work.tenancy.tenants() for rule in work.rules.all(one.id))
    for directory in work.tenancy.directories():
        offered = set(_offered(work, directory.tenant_id))
        for attribute in (OfferKind.ROLE, OfferKind.ENTITLEMENT):
            stated = {value for value in _values(work, directory, attribute) if (attribute, fold(value)) not in offered}
            unknown = sorted(stated - {"", *re.findall(r'"([^"]*)"', filters)})
            if unknown:
                more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
                yield Finding(
                    Check.STATED_ROLES,
                    f"{directory.slug} states {attribute} that no rule looks at: {', '.join(unknown[:5])}{more}.",
                    f"Nothing is due by them; a rule can: --filter '{attribute}.value eq \"{unknown[0]}\"'",
                    wrong=False,
                )


def _offered(work: Work, tenant_id: str) -> Iterator[tuple[str, str]]:
    for one in work.accounts.all(tenant_id):
        try:
            terms = terms_of(one)
        except DomainError:
            continue  # a finding of its own
        for offer in offers_of(one, terms.catalogue, terms.plan) if one.active else ():
            yield offer.kind, fold(offer.name)


def _values(work: Work, directory: Directory, attribute: str) -> Iterator[str]:
    stated: list[tuple[Any, int]] = work.people.stated_values(directory.id, attribute)
    for entries, _ in stated:
        for entry in entries:
            yield str(entry.get("value") or "")


def _deliveries(work: Work) -> Iterator[Finding]:
    failed = work.trail.outbox_counts(but=REALM_PERSON).get("failed", 0)
    if failed:
        yield Finding(
            Check.DELIVERIES,
            f"Letters given up: {failed}.",
            "The console tells why; mend it, then: jumpseat invitation resend ACCOUNT DIRECTORY USERNAME",
        )
    late = work.trail.undelivered_since(work.now - WORKER_LATE)
    if late:
        yield Finding(
            Check.DELIVERIES,
            f"Deliveries that nobody tried in {WORKER_LATE.seconds // 60} minutes: {late}. Does a worker run?",
            "jumpseat serve without --no-worker, or: jumpseat worker",
        )


def _work_orders(work: Work) -> Iterator[Finding]:
    late = sum(one.due_at < work.now for one in work.trail.open_orders())
    if late:
        yield Finding(Check.WORK_ORDERS, f"Work orders past their time: {late}.", "jumpseat workorder list")


def _departures(work: Work) -> Iterator[Finding]:
    handovers = work.handovers.all()
    steps = {(one.account_id, one.person_id) for one in work.trail.open_orders() if one.task is Task.REVOKE}
    unfinished = steps | {(one.account_id, one.person_id) for one in handovers}
    if unfinished:
        yield Finding(
            Check.DEPARTURES,
            f"Departures not finished: {len(unfinished)}. The gate is cut; open at vendors: {len(steps)}, "
            f"to hand over: {len(handovers)}.",
            "jumpseat workorder list, jumpseat handover list",
            wrong=False,
        )
    heirs = work.people.by_id(one.heir.person_id for one in handovers if one.heir.person_id)
    gone = {key for key, heir in heirs.items() if not heir.active}
    lost = sum(not one.heir.known or one.heir.person_id in gone for one in handovers)
    if lost:
        yield Finding(
            Check.DEPARTURES, f"Handovers that nobody takes over: {lost}.", "jumpseat handover assign ID --address A"
        )
    late = sum(one.due_at < work.now for one in handovers)
    if late:
        yield Finding(Check.DEPARTURES, f"Handovers past their time: {late}.", "jumpseat handover list")


def _owners(work: Work) -> Iterator[Finding]:
    accounts = [one for one in work.accounts.all() if one.owner_id is not None]
    owners = work.people.by_id({one.owner_id for one in accounts if one.owner_id is not None})
    for one in accounts:
        owner = owners.get(one.owner_id or "")
        if owner is None or not owner.active:
            yield Finding(
                Check.OWNERS,
                f"The owner of {one.slug} has left; at the vendor she has it still, and cannot be removed.",
                f"Have ownership transferred there, then: jumpseat account transfer-ownership {one.slug} "
                "DIRECTORY USERNAME",
            )


def _realms(work: Work) -> Iterator[Finding]:
    failing = work.trail.failing_people(REALM_PERSON)
    for one in work.realms.all():
        slug = work.tenancy.directory(one.directory_id).slug
        if one.mirrors and (number := failing.get(one.directory_id)):
            yield Finding(
                Check.REALMS,
                f"What the realm {one.name} could not be told of people yet: {number}. The gate here knows.",
                f"The console tells why; mend it, then: jumpseat keycloak mirror {slug}",
            )
        if one.pull_failed is not None:
            since = f"since {one.pulled_at:%Y-%m-%d %H:%M} UTC" if one.pulled_at else "so far"
            yield Finding(
                Check.REALMS,
                f"The realm {one.name} was not read in full {since}, so leavers of {slug} may still be in: "
                f"{one.pull_failed}",
                f"jumpseat keycloak sync {slug} --dry-run",
            )


def _seats(work: Work) -> Iterator[Finding]:
    accounts = {one.id: one for one in work.accounts.all()}
    for account_id, pools in work.accounts.pools(accounts).items():
        slug = accounts[account_id].slug
        for pool in pools.values():
            if pool.short and pool.grace_until is not None and pool.grace_until <= work.now:
                over = pool.in_use - (pool.capacity or 0)
                yield Finding(
                    Check.SEATS,
                    f"The grace of {pool.key} in {slug} is over, and {over} more than there are have a seat.",
                    f"jumpseat account buy {slug} {pool.key} {over}, or end somebody's access",
                )
        planned = work.billing.planned(account_id)
        if planned is not None and planned.at + WORKER_LATE <= work.now:
            yield Finding(
                Check.SEATS,
                f"The plan of {slug} was to become {planned.plan} on {planned.at:%Y-%m-%d} and could not.",
                f"Too many seats are in use, or it is not sold any more: jumpseat account plan {slug} {planned.plan} "
                "--preview says which; free them, or take the change back",
            )


def _broken_glass(work: Work) -> Iterator[Finding]:
    for one in breaking_glass.lasting_now(work):
        minutes = breaking_glass.minutes_left(one.glass, work.now)
        used = "used" if one.glass.used_at else "not used yet"
        yield Finding(
            Check.BROKEN_GLASS,
            f"Glass is broken into {one.account.slug} by {one.glass.opened_by}, for {minutes} more minutes; {used}.",
            "jumpseat access end DIRECTORY USER_NAME",
        )


_CHECKS: dict[Check, Callable[[Work], Iterator[Finding]]] = {
    Check.SIGN_IN: _sign_in,
    Check.SUBJECT: _subject,
    Check.TOKENS: _tokens,
    Check.SECRETS: _secrets,
    Check.SIGNALS: _signals,
    Check.DOMAINS: _domains,
    Check.RULES: _rules,
    Check.ACCOUNTS: _accounts,
    Check.STATED_ROLES: _stated_roles,
    Check.DELIVERIES: _deliveries,
    Check.WORK_ORDERS: _work_orders,
    Check.SEATS: _seats,
    Check.OWNERS: _owners,
    Check.DEPARTURES: _departures,
    Check.REALMS: _realms,
    Check.BROKEN_GLASS: _broken_glass,
}
