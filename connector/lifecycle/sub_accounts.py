"""Accounts below an account, where the vendor has them: one seat serves all, permissions are held in each."""

from __future__ import annotations

from dataclasses import replace

from connector.domain.accounts import Account
from connector.domain.errors import AlreadyExists, InvalidValue, NotFound
from connector.domain.events import Cause, Event, Kind
from connector.domain.own_catalogue import EVERYWHERE, ON
from connector.domain.tenancy import checked_slug
from connector.lifecycle.accounts import account_named
from connector.lifecycle.own_sets import refuse_in_use
from connector.lifecycle.proposals import Effect, concerned_in, effects_of
from connector.lifecycle.settling import fresh_rulebook, settle
from connector.mappers.rulebook import Terms, terms_of
from connector.storage.work import Work


def add_sub_account(work: Work, account_slug: str, name: str, cause: Cause) -> tuple[Effect, ...]:
    """Add an account below this one; whoever holds something everywhere holds it there at once.

    Raises InvalidValue where the vendor has no sub-accounts or the plan does not include them, AlreadyExists, NotFound.
    """
    account = _locked(work, account_slug)
    check_sub_account(terms_of(account), name)
    if name in account.sub_accounts:
        raise AlreadyExists("sub-account", "name", name)
    return _write(work, account, (*account.sub_accounts, name), cause)


def remove_sub_account(work: Work, account_slug: str, name: str, cause: Cause) -> tuple[Effect, ...]:
    """Remove one: what is held everywhere is not held there any more. Raises InUse with what names it, NotFound."""
    account = _locked(work, account_slug)
    if name not in account.sub_accounts:
        raise NotFound("sub-account", name, account.sub_accounts)
    catalogue = terms_of(account).catalogue
    keys = {key for key in (*catalogue.roles, *catalogue.permissions) if key.endswith(f"{ON}{name}")}
    refuse_in_use(work, account, "sub-account", name, keys)
    return _write(work, account, tuple(one for one in account.sub_accounts if one != name), cause)


def check_sub_account(terms: Terms, name: str) -> None:
    """Let the name of an account below this one pass; raises InvalidValue as `add_sub_account` does."""
    needed = terms.catalogue.sub_accounts
    if needed is None:
        raise InvalidValue("sub-account", f"{terms.catalogue.name} has none.")
    if not needed <= terms.plan.features:
        with_them = [plan.key for plan in terms.catalogue.plans.values() if needed <= plan.features]
        raise InvalidValue("sub-account", f"the plan {terms.plan.key} has none; with them: {', '.join(with_them)}.")
    if checked_slug("sub-account", name) == EVERYWHERE:
        raise InvalidValue("sub-account", f"{EVERYWHERE!r} means every one of them; choose another name.")


def _locked(work: Work, account_slug: str) -> Account:
    account = account_named(work, account_slug)
    work.tenancy.lock_policy(account.tenant_id, exclusively=True)
    return account_named(work, account_slug)


def _write(work: Work, account: Account, names: tuple[str, ...], cause: Cause) -> tuple[Effect, ...]:
    changed = replace(account, sub_accounts=names)
    work.accounts.write(changed)
    facts = ({"sub_accounts": list(account.sub_accounts)}, {"sub_accounts": list(names)})
    what = (Kind.ACCOUNT_CHANGED, account.id, cause, None, account.id, *facts)
    work.trail.tell([Event(work.now, account.tenant_id, *what)])
    people = concerned_in(work, changed)
    work.people.lock(people)
    book = fresh_rulebook(work, account.tenant_id)
    return effects_of(work, settle(work, account.tenant_id, book, work.people.by_id(people).values(), cause))
