"""Invitations: looked at, accepted, declined, and what an operator does about them.

Reading one never uses it up. Accepting is done by somebody signed in at her own directory, and binds that identity to
her; everything else about the token is judged at the moment of use, under the locks of a settlement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector.domain.accounts import Account
from connector.domain.catalogue import Catalogue
from connector.domain.errors import (
    IdentityMismatch,
    InvitationUnusable,
    NotFound,
    NothingToAnswer,
    OfferChanged,
    SignInNeeded,
)
from connector.domain.events import Cause, CauseKind, Event, Kind
from connector.domain.invitations import Invitation, InvitationState, VendorState
from connector.domain.memberships import Answer, Membership, State
from connector.domain.people import Person
from connector.domain.settlement import Changes
from connector.domain.tenancy import Directory
from connector.domain.text import Text
from connector.lifecycle.accounts import account_named
from connector.lifecycle.admission import live_session, refuse_when_off
from connector.lifecycle.directories import directory_named
from connector.lifecycle.freezing import refuse_frozen
from connector.lifecycle.identifying import identify
from connector.lifecycle.inviting import event_of, offered, send_otherwise
from connector.lifecycle.settling import rulebook, settle
from connector.lifecycle.tokens import hashed, invitation_token
from connector.mappers.catalogues import load_catalogue
from connector.mappers.rulebook import Rulebook, catalogue_of
from connector.storage.work import Work

OWN_PRODUCT = "plain"
"""The catalogue of one's own product."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation offers, for the page and the mail; labels are in every language we speak.

    `key` is another as soon as something else is offered.
    """

    invitation: Invitation
    state: InvitationState
    person: Person
    directory: Directory
    account: Account
    vendor_name: str
    seats: tuple[Text, ...]
    permissions: tuple[Text, ...]
    key: str

    @property
    def languages(self) -> tuple[str | None, ...]:
        """In which language to speak to her, the first that we speak: as her directory states, else as a list did."""
        return self.person.language, self.invitation.language

    @property
    def own_product(self) -> bool:
        """Whether the account is one's own product, which no vendor's name stands before."""
        return self.account.vendor == OWN_PRODUCT


def look(work: Work, token: str) -> Offer:
    """Return what an invitation offers; raises InvitationUnusable for a token that nobody was given."""
    invitation = work.invitations.tokened(hashed(token))
    if invitation is None:
        raise InvitationUnusable("unknown")
    return offer(work, invitation)


def offer(work: Work, invitation: Invitation) -> Offer:
    """Return what an invitation offers at this moment."""
    person = work.people.by_id([invitation.person_id])[invitation.person_id]
    account = next(one for one in work.accounts.all(invitation.tenant_id) if one.id == invitation.account_id)
    member = work.ledger.by_id(invitation.membership_id)
    catalogue = catalogue_of(account)
    return Offer(
        invitation,
        invitation.state_at(work.now),
        person,
        work.tenancy.directory(person.directory_id),
        account,
        catalogue.name,
        tuple(catalogue.seat_type(key).label for key in sorted(member.seat_types)),
        tuple(_labels(catalogue, member)),
        hashed(" ".join([*sorted(member.seat_types), "/", *sorted(member.permissions)]))[:16],
    )


def offer_by_id(work: Work, invitation_id: str) -> Offer | None:
    """Return what an invitation offers, for the mail; None when it is gone."""
    invitation = work.invitations.by_id(invitation_id)
    return offer(work, invitation) if invitation is not None else None


def link(work: Work, invitation: Invitation) -> str:
    """Return the address at which the invitation is answered; it begins with the configured public URL, always."""
    return f"{work.settings.public_url}/invitations/{invitation_token(work.settings.secret_key, invitation.id)}"


def accept(work: Work, token: str, session_token: str | None, shown: str | None = None) -> Membership:
    """Accept as whoever is signed in, and bind that identity to the invited person.

    `shown` is the key of the offer that she has seen. Raises SignInNeeded, InvitationUnusable (nothing changes), and
    OfferChanged when it is another by now, AccountFrozen, DirectoryOff or IdentityMismatch (the token stays good).
    """
    session = live_session(work, session_token)
    if session is None:
        raise SignInNeeded
    invitation, person = _pending(work, token)
    now = offer(work, invitation)
    if shown not in (None, now.key):
        raise OfferChanged(now.account.slug)
    refuse_frozen(work, invitation.account_id, invitation.tenant_id)
    refuse_when_off(work, work.tenancy.directory(session.directory_id))
    identify(work, session, person)
    _answer(work, invitation, person, Answer.ACCEPTED, Cause(CauseKind.PERSON, f"person:{person.id}"))
    return work.ledger.by_id(invitation.membership_id)


def note_mismatch(work: Work, token: str, session_token: str | None, mismatch: IdentityMismatch) -> None:
    """Write down who could not accept and why, for the operator who will be asked; nothing else changes."""
    session, refused = live_session(work, session_token), work.invitations.tokened(hashed(token))
    if session is None or refused is None:
        return
    cause = Cause(CauseKind.PERSON, f"person:{session.person_id}" if session.person_id else "unknown")
    after = {"why": mismatch.why, "issuer": session.identity.issuer}
    what = (refused.tenant_id, Kind.ACCEPTANCE_REFUSED, refused.id, cause, refused.person_id, refused.account_id)
    work.trail.tell([Event(work.now, *what, after=after)])


def decline(work: Work, token: str) -> None:
    """Decline; whoever waits gets the seat, and nobody is asked again until an operator lifts it."""
    invitation, person = _pending(work, token)
    _answer(work, invitation, person, Answer.DECLINED, Cause(CauseKind.PERSON, f"person:{person.id}"))


def cancel(work: Work, account_slug: str, directory_slug: str, user_name: str, cause: Cause) -> None:
    """Take a pending invitation back; raises NotFound, NothingToAnswer."""
    person, member = member_meant(work, account_slug, directory_slug, user_name, {State.INVITED})
    settle_one(work, person, cause, answers={member.id: Answer.CANCELLED})


def revoke(work: Work, account_slug: str, directory_slug: str, user_name: str, cause: Cause) -> None:
    """End somebody's access to one account at once, whatever her directory says; raises NotFound, NothingToAnswer."""
    person, member = member_meant(work, account_slug, directory_slug, user_name, {State.ACTIVE, State.SUSPENDED})
    settle_one(work, person, cause, answers={member.id: Answer.REVOKED})


def resend(
    work: Work, account_slug: str, directory_slug: str, user_name: str, cause: Cause, *, mails: bool | None = None
) -> Invitation | None:
    """Invite again: a pending invitation gets a new token and a new end, a refusal is forgotten and settled anew.

    `mails` says whether a letter leaves, whatever account and grant say. Return None for somebody who, her refusal
    forgotten, waits for a seat. Raises NotFound, NothingToAnswer for somebody to whom nothing is due.
    """
    person, member = member_meant(work, account_slug, directory_slug, user_name, {State.INVITED, State.ENDED})
    [invitation] = ask_again(work, person.tenant_id, [(person, member)], cause, mails=mails)
    state = work.ledger.by_id(member.id).state
    if state is State.ENDED:
        raise NothingToAnswer(user_name, account_slug, state.value)
    return invitation


def ask_again(
    work: Work,
    tenant_id: str,
    asked: Sequence[tuple[Person, Membership]],
    cause: Cause,
    *,
    mails: bool | None = None,
) -> list[Invitation | None]:
    """Invite these members of one account again, who are locked with their pools; return what each has pending then."""
    book = rulebook(work, tenant_id, work.tenancy.lock_policy(tenant_id))
    pending = work.invitations.pending_of(member.id for _, member in asked)
    renewing = [member for _, member in asked if member.id in pending]
    if renewing:
        _renew(work, book, renewing, pending, cause)
    others = [(person, member) for person, member in asked if member.id not in pending]
    if others:
        lifted = frozenset(member.id for _, member in others)
        settle(work, tenant_id, book, [person for person, _ in others], cause, lifted=lifted)
    found = work.invitations.pending_of(member.id for _, member in asked)
    if mails is not None:
        found = {key: send_otherwise(work, book, one, mails=mails) for key, one in found.items()}
    return [found.get(member.id) for _, member in asked]


def delete_declined(work: Work, account_slug: str, directory_slug: str, user_name: str, cause: Cause) -> None:
    """Take somebody's declined invitations, and those whose time ran out, off the list.

    Her answer is remembered all the same, and the trail keeps what was. Raises NotFound, NothingToAnswer.
    """
    _, member = member_meant(work, account_slug, directory_slug, user_name, set(State))
    gone, refused = work.invitations.last_of(member.id), (InvitationState.DECLINED, InvitationState.EXPIRED)
    if gone is None or gone.state not in refused:
        raise NothingToAnswer(user_name, account_slug, gone.state.value if gone else member.state.value)
    work.invitations.delete(member.id, refused)
    work.trail.tell([event_of(work, gone, Kind.INVITATION_DELETED, cause, {"state": gone.state.value}, None)])


def note_vendor_state(
    work: Work, account_slug: str, directory_slug: str, user_name: str, state: str | None, cause: Cause
) -> None:
    """Keep what the vendor says of its own invitation, in its own word; None forgets it. No gate reads it.

    Raises NotFound with the words of the account's catalogue, NothingToAnswer for somebody who is no member.
    """
    _, member = member_meant(work, account_slug, directory_slug, user_name, set(State))
    catalogue = load_catalogue(account_named(work, account_slug).vendor)
    if state is not None and state not in catalogue.invitation.states:
        raise NotFound(f"{catalogue.name} invitation state", state, catalogue.invitation.states)
    before = work.invitations.vendor_states([member.id]).get(member.id)
    if state is None:
        work.invitations.forget_vendor_state(member.id)
    else:
        work.invitations.note_vendor_state(VendorState(member.id, member.tenant_id, state, cause.actor, work.now))
    what = (Kind.VENDOR_STATE_NOTED, member.id, cause, member.person_id, member.account_id)
    work.trail.tell(
        [Event(work.now, member.tenant_id, *what, {"state": before.state if before else None}, {"state": state})]
    )


def pending_link(work: Work, account_slug: str, directory_slug: str, user_name: str) -> str:
    """Return the link of somebody's pending invitation, to hand over by another way than mail."""
    person, member = member_meant(work, account_slug, directory_slug, user_name, {State.INVITED}, lock=False)
    pending = work.invitations.pending_of([member.id]).get(member.id)
    if pending is None:
        raise NothingToAnswer(person.stated.user_name, account_slug, member.state.value)
    return link(work, pending)


def _labels(catalogue: Catalogue, member: Membership) -> list[Text]:
    return [catalogue.permissions[key].label for key in sorted(member.permissions) if key in catalogue.permissions]


def _pending(work: Work, token: str) -> tuple[Invitation, Person]:
    """Return the invitation and its person, both under lock, when it can still be answered."""
    seen = work.invitations.tokened(hashed(token))
    if seen is None:
        raise InvitationUnusable("unknown")
    work.tenancy.lock_policy(seen.tenant_id)
    person = work.people.by_id([seen.person_id], lock=True)[seen.person_id]
    _lock_pools(work, person)
    invitation = work.invitations.by_id(seen.id)
    state = invitation.state_at(work.now) if invitation else InvitationState.CANCELLED
    if invitation is None or state is not InvitationState.PENDING:
        raise InvitationUnusable(state.value)
    return invitation, person


def _answer(work: Work, invitation: Invitation, person: Person, answer: Answer, cause: Cause) -> None:
    settle_one(work, person, cause, answers={invitation.membership_id: answer})


def settle_one(
    work: Work,
    person: Person,
    cause: Cause,
    *,
    answers: Mapping[str, Answer] | None = None,
    lifted: frozenset[str] = frozenset(),
    suspended: Mapping[str, bool] | None = None,
) -> list[Changes]:
    """Settle one person, who is locked, with what was just said of her memberships."""
    book = rulebook(work, person.tenant_id, work.tenancy.lock_policy(person.tenant_id))
    return settle(work, person.tenant_id, book, [person], cause, answers=answers, lifted=lifted, suspended=suspended)


def member_meant(
    work: Work, account_slug: str, directory_slug: str, user_name: str, states: set[State], *, lock: bool = True
) -> tuple[Person, Membership]:
    """Return a person and her membership, she under lock; raises NothingToAnswer when it is in no fitting state."""
    account, directory = account_named(work, account_slug), directory_named(work, directory_slug)
    if lock:
        work.tenancy.lock_policy(directory.tenant_id)
    person = work.people.named(directory.id, user_name, lock=lock)
    if person is None:
        raise NotFound("person", user_name)
    if lock:
        _lock_pools(work, person)
    members = work.ledger.of_people([person.id]).get(person.id, [])
    member = next((one for one in members if one.account_id == account.id), None)
    if member is None or member.state not in states:
        fitting = {state.value for state in states if states != set(State)}
        raise NothingToAnswer(user_name, account_slug, member.state.value if member else "not a member", fitting)
    return person, member


def _lock_pools(work: Work, person: Person) -> None:
    """Lock all the pools that settling the person will lock, in the one order; under them her invitations stay put."""
    work.accounts.pools(work.ledger.accounts_of([person.id]), lock=True)


def _renew(
    work: Work, book: Rulebook, members: Sequence[Membership], pending: Mapping[str, Invitation], cause: Cause
) -> None:
    work.invitations.close((pending[member.id].id for member in members), InvitationState.CANCELLED, work.now)
    work.trail.tell(
        event_of(
            work,
            one,
            Kind.INVITATION_RESENT,
            cause,
            {"invitation": pending[one.membership_id].id},
            {"expires_at": one.expires_at.isoformat()},
        )
        for one in offered(work, book, members)
    )
