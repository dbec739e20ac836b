"""Settling people: lock, read, let the rules decide, write what follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from connector.domain.accounts import Account
from connector.domain.events import THE_CLOCK, Cause, CauseKind
from connector.domain.folding import fold
from connector.domain.memberships import Answer, Entitlement, Membership
from connector.domain.people import Person
from connector.domain.reservations import Reservation
from connector.domain.seats import LineOrder, SeatPool
from connector.domain.settlement import AccountLedger, Changes, Standing
from connector.domain.settlement import settle as decide
from connector.lifecycle.consequences import apply
from connector.lifecycle.full_pools import refuse_newcomers
from connector.lifecycle.realm_posts import tell_realms
from connector.mappers.rulebook import Rulebook, compile_rulebook
from connector.storage.work import Work


def rulebook(work: Work, tenant_id: str, version: int) -> Rulebook:
    """Return the tenant's rules, compiled; `version` is what `lock_policy` returned in this unit of work."""
    key = ("rulebook", tenant_id)
    kept: tuple[int, Rulebook] | None = work.cache.get(key)
    if kept is None or kept[0] != version:
        kept = work.cache[key] = (version, fresh_rulebook(work, tenant_id))
    return kept[1]


def fresh_rulebook(work: Work, tenant_id: str, changed: Account | None = None) -> Rulebook:
    """Compile the tenant's rules as this unit of work sees them, for one that changes them and may yet roll back.

    `changed` is an account as it would be, for a preview.
    """
    signs_in = (one.id for one in work.tenancy.directories(tenant_id) if one.signs_in)
    accounts = (changed if changed and changed.id == one.id else one for one in work.accounts.all(tenant_id))
    fallbacks, by_hand = work.accounts.fallbacks(tenant_id), work.grants.any(tenant_id)
    book = compile_rulebook(work.rules.all(tenant_id), accounts, signs_in, fallbacks=fallbacks, by_hand=by_hand)
    return replace(book, mirrored=work.realms.any_mirrored(tenant_id))


def settle(
    work: Work,
    tenant_id: str,
    book: Rulebook,
    people: Iterable[Person],
    cause: Cause,
    *,
    answers: Mapping[str, Answer] | None = None,
    lifted: frozenset[str] = frozenset(),
    suspended: Mapping[str, bool] | None = None,
    seats_changed_in: Iterable[str] = (),
    cancelled: frozenset[str] = frozenset(),
) -> list[Changes]:
    """Bring what these people hold in line with what is due to them, and serve whoever waits for what comes free.

    The caller holds the policy lock and has locked the people; the pools are locked here, and only then is the ledger
    read. `answers`, `lifted` and `suspended` are keyed by membership id; `cancelled` are reservations that end now.
    Settling twice changes nothing. Raises NoSeatLeft for what a directory asks for where a pool refuses whom it cannot
    seat.
    """
    weighed = weigh(
        work,
        tenant_id,
        book,
        people,
        answers=answers,
        lifted=lifted,
        suspended=suspended,
        seats_changed_in=seats_changed_in,
        cancelled=cancelled,
        locking=True,
    )
    results = [changes for changes in weighed if not changes.nothing]
    if cause.kind is CauseKind.SCIM:
        refuse_newcomers(work, book, results)
    for changes in results:
        apply(work, tenant_id, book, changes, cause)
    tell_realms(work, book, tenant_id, (one.after.person_id for changes in results for one in changes.changes))
    return results


def weigh(
    work: Work,
    tenant_id: str,
    book: Rulebook,
    people: Iterable[Person],
    *,
    answers: Mapping[str, Answer] | None = None,
    lifted: frozenset[str] = frozenset(),
    suspended: Mapping[str, bool] | None = None,
    seats_changed_in: Iterable[str] = (),
    cancelled: frozenset[str] = frozenset(),
    locking: bool = False,
    only: str | None = None,
    shaped: Callable[[SeatPool], SeatPool] = lambda pool: pool,
) -> Iterator[Changes]:
    """Yield what settling these people comes to, account by account, and write nothing: the preview of it.

    `only` one account is looked at when it is named. `shaped` makes of each pool what it would be, had it been changed.
    """
    known = {person.id: person for person in people}
    changed = frozenset(seats_changed_in)
    due = _due(work, book, known.values())
    concerned = {account for one in due.values() for account in one} | changed
    concerned |= work.ledger.accounts_of(known)
    if only is not None:
        concerned &= {only}
    if not concerned:
        return
    pools = work.accounts.pools(concerned, lock=locking)
    memberships = work.ledger.of_people(known)
    expired = {member.id: member for member in work.ledger.expired(concerned, work.now)}
    standings = _standings(work, book, known, due, memberships, expired, answers or {}, lifted, suspended or {})
    reservations = _reservations(work, pools, changed, known.values())
    for account_id in sorted(concerned):
        terms, kept = book.terms.get(account_id), reservations.get(account_id, {})
        ledger = AccountLedger(
            tenant_id,
            account_id,
            {key: shaped(pool) for key, pool in pools[account_id].items()},
            tuple(standings.get(account_id, ())),
            line=partial(work.ledger.line, account_id),
            next_number=work.ledger.next_number(account_id),
            room_was_made=account_id in changed,
            order=terms.account.line_order if terms else LineOrder.TIME,
            reservations=tuple(kept.values()),
            cancelled=cancelled,
            suspended_keep_seats=terms is None or terms.catalogue.departure.suspended_keep_seats,
        )
        decided = decide(ledger, work.now, work.settings.returner_window)
        yield replace(decided, reservations=_moved(kept, decided.reservations)) if kept else decided


def settle_time(work: Work, tenant_id: str, account_id: str) -> None:
    """Let time pass in one account: promises past their time and reservations that lapse free their seats."""
    version = work.tenancy.lock_policy(tenant_id)
    settle(work, tenant_id, rulebook(work, tenant_id, version), (), THE_CLOCK, seats_changed_in=[account_id])


def _due(work: Work, book: Rulebook, people: Iterable[Person]) -> dict[str, dict[str, Entitlement]]:
    active = [person for person in people if person.active]
    groups = work.groups.ids_of(person.id for person in active) if book.looks_at_groups else {}
    given = work.grants.of_people(person.id for person in active) if book.by_hand else {}
    return {
        person.id: book.due(person, groups.get(person.id, frozenset()), given.get(person.id, ())) for person in active
    }


def _reservations(
    work: Work, pools: Mapping[str, Mapping[str, SeatPool]], changed: frozenset[str], people: Iterable[Person]
) -> dict[str, dict[Reservation, Reservation]]:
    """Return account -> each open reservation -> it, with whom it is for, if she is among these people.

    They are read where a pool counts any; those that have yet to begin matter where time is passing.
    """
    wanted = {key for key, held in pools.items() if key in changed or any(pool.reserved for pool in held.values())}
    found: dict[str, dict[Reservation, Reservation]] = {}
    named: dict[tuple[str, str], str] | None = None
    for one in work.reservations.open_in(wanted) if wanted else ():
        if named is None:
            named = {(person.directory_id, name): person.id for person in people for name in names_of(person)}
        person_id = named.get((one.directory_id or "", one.name_folded or ""), one.person_id)
        found.setdefault(one.account_id, {})[one] = replace(one, person_id=person_id)
    return found


def names_of(person: Person) -> set[str]:
    """Return the names by which a seat is kept for somebody: her userName and her e-mail address, folded."""
    return {fold(name) for name in (person.stated.user_name, person.work_email) if name}


def _moved(kept: Mapping[Reservation, Reservation], decided: Iterable[Reservation]) -> tuple[Reservation, ...]:
    """Return the reservations that are not as they were, whether settlement or a newcomer's name changed them."""
    now = {one.id: one for one in (*kept.values(), *decided)}
    return tuple(now[before.id] for before in kept if now[before.id] != before)


def _standings(
    work: Work,
    book: Rulebook,
    people: Mapping[str, Person],
    due: Mapping[str, Mapping[str, Entitlement]],
    memberships: Mapping[str, list[Membership]],
    expired: Mapping[str, Membership],
    answers: Mapping[str, Answer],
    lifted: frozenset[str],
    suspended: Mapping[str, bool],
) -> dict[str, list[Standing]]:
    """Return account -> who stands before it: everybody concerned, and others whose invitation has expired."""
    given = dict.fromkeys(expired, Answer.EXPIRED) | dict(answers)
    returners = [key for key, held in memberships.items() if any(member.accepted for member in held)]
    identified = work.people.identities(returners)
    found: dict[str, list[Standing]] = {}
    for person_id in sorted(people):
        held = {member.account_id: member for member in memberships.get(person_id, ())}
        wanted = due.get(person_id, {})
        for account_id in held.keys() | wanted.keys():
            member = held.get(account_id)
            standing = Standing(
                person_id,
                member,
                wanted.get(account_id),
                may_sign_in=people[person_id].directory_id in book.signs_in,
                known=person_id in identified,
                answer=given.get(member.id) if member else None,
                lifted=member is not None and member.id in lifted,
                suspend=suspended.get(member.id) if member else None,
            )
            found.setdefault(account_id, []).append(standing)
    for member in expired.values():
        if member.person_id not in people:
            standing = Standing(member.person_id, member, member.due, answer=Answer.EXPIRED)
            found.setdefault(member.account_id, []).append(standing)
    return found


def inactive(person: Person) -> Person:
    """Return the person as one whom her directory wants out, to whom nothing is due."""
    return replace(person, stated=replace(person.stated, active=False))
