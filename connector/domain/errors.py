"""What can be refused, one exception a fact. Each has a stable code and composes its own sentence.

The sentence is for logs and for SCIM's `detail`; pages render the code and the facts in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

MOST_NAMED = 20
"""How many known names a sentence lists: enough for what a vendor sells, and never all time zones or accounts."""


class DomainError(Exception):
    """A request that the rules refuse."""

    code: str


def nearest_first(name: str, known: Iterable[str]) -> list[str]:
    """Return the known names, those most like `name` first."""
    names = sorted(known)
    close = get_close_matches(name, names, n=5, cutoff=0.5)
    return close + [other for other in names if other not in close]


class NotFound(DomainError):
    """Nothing of that name or id is there for the one who asks; the sentence names the likeliest of many."""

    code = "not-found"

    def __init__(self, kind: str, name: str, known: Iterable[str] = ()) -> None:
        self.kind, self.name, self.known = kind, name, nearest_first(name, known)
        others = len(self.known) - MOST_NAMED
        more = f" and {others} more" if others > 0 else ""
        hint = f" Known: {', '.join(self.known[:MOST_NAMED])}{more}." if self.known else ""
        super().__init__(f"There is no {kind} {name!r}.{hint}")


class AlreadyExists(DomainError):
    """The name is taken."""

    code = "already-exists"

    def __init__(self, kind: str, attribute: str, value: str) -> None:
        self.kind, self.attribute, self.value = kind, attribute, value
        article = "an" if kind[0] in "aeio" else "a"
        super().__init__(f"There already is {article} {kind} whose {attribute} is {value!r}.")


class InvalidValue(DomainError):
    """A value of the wrong type or form; `attribute` names where."""

    code = "invalid-value"

    def __init__(self, attribute: str, problem: str) -> None:
        self.attribute, self.problem = attribute, problem
        super().__init__(f"{attribute}: {problem}")


class InvalidFilter(DomainError):
    """A filter that cannot be read, names an unknown attribute, or is too large (RFC 7644 section 3.4.2.2)."""

    code = "invalid-filter"

    def __init__(self, problem: str) -> None:
        super().__init__(f"The filter cannot be used: {problem}")


class CapacityByContract(DomainError):
    """The plan's number of seats is agreed with each customer, so the account must state its own."""

    code = "capacity-by-contract"

    def __init__(self, plan: str, pool: str) -> None:
        self.plan, self.pool = plan, pool
        super().__init__(
            f"The plan {plan} does not say how many {pool} seats there are: state how many the account has."
        )


class FileInvalid(DomainError):
    """A file of ours cannot be used, a catalogue say; `file`, `line` (from 1) and `key` (dotted) name where."""

    code = "file-invalid"

    def __init__(self, file: str, line: int, key: str, problem: str) -> None:
        self.file, self.line, self.key, self.problem = file, line, key, problem
        super().__init__(f"{file}, line {line}, {key}: {problem}")


class SheetUnreadable(DomainError):
    """A file is no table that can be read, or its row `row` (from 1, as a spreadsheet program counts) is not."""

    code = "sheet-unreadable"

    def __init__(self, file: str, row: int | None, problem: str) -> None:
        self.file, self.row, self.problem = file, row, problem
        super().__init__(f"{file}{'' if row is None else f', row {row},'} {problem}")


class ListRefused(DomainError):
    """Rows of a list cannot be used, so that nothing of it is; `problems` has the first of them, `rows` says how many.

    Each problem is written as `row 4, Email: ...`, numbered as the spreadsheet program does.
    """

    code = "list-refused"

    def __init__(self, file: str, rows: int, problems: Iterable[str]) -> None:
        self.file, self.rows, self.problems = file, rows, tuple(problems)
        which = "One row" if rows == 1 else f"{rows} rows"
        super().__init__(f"{which} of {file} cannot be used, so nothing was done: {' '.join(self.problems[:5])}")


class InvalidPath(DomainError):
    """A PATCH path that cannot be read or names an attribute that is not there (RFC 7644 figure 1).

    `unknown` tells that it is well formed and only names what no served schema has.
    """

    code = "invalid-path"

    def __init__(self, path: str, problem: str, *, unknown: bool = False) -> None:
        self.path, self.problem, self.unknown = path, problem, unknown
        super().__init__(f"The path {path[:100]!r} cannot be used: {problem}")


class TokenRefused(DomainError):
    """The bearer token opens nothing here; whether it is unknown, foreign, revoked or expired is not told."""

    code = "token-refused"

    def __init__(self) -> None:
        super().__init__("A valid bearer token of this directory is needed.")


class OperatorTokenRefused(DomainError):
    """The operator token opens nothing; whether it is unknown, revoked or expired is not told."""

    code = "operator-token-refused"

    def __init__(self) -> None:
        super().__init__("A valid operator token is needed; jumpseat operator-token create makes one.")


class ScopeMissing(DomainError):
    """The operator token may not do this; `scope` is what it would need."""

    code = "scope-missing"

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__(f"The operator token has not the scope {scope}, which this needs.")


class KeyReused(DomainError):
    """An idempotency key came back with another request than the one it was used for."""

    code = "key-reused"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request; take a new one for this.")


class CapacityBelowUse(DomainError):
    """Fewer seats were asked for than are in use; nobody is evicted."""

    code = "capacity-below-use"

    def __init__(self, account: str, pool: str, capacity: int, in_use: int) -> None:
        self.account, self.pool, self.capacity, self.in_use = account, pool, capacity, in_use
        super().__init__(
            f"{account} has {in_use} {pool} seats in use, so it cannot be set to {capacity}; free some first."
        )


class RuleRefused(DomainError):
    """A rule asks for what the account cannot give; every problem is named, with its cure."""

    code = "rule-refused"

    def __init__(self, rule: str, problems: Iterable[str]) -> None:
        self.rule, self.problems = rule, tuple(problems)
        super().__init__(f"The rule {rule!r} cannot be written: {' '.join(self.problems)}")


class InvitationUnusable(DomainError):
    """The invitation cannot be answered; `state` is unknown, accepted, declined, cancelled or expired."""

    code = "invitation-unusable"

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"This invitation cannot be answered: it is {state}.")


class OfferChanged(DomainError):
    """What is offered is not what was shown any more; nothing was answered, and the invitation stays good."""

    code = "offer-changed"

    def __init__(self, account: str) -> None:
        super().__init__(f"What is offered in {account} has changed meanwhile; look at it again, and answer that.")


class IdentityMismatch(DomainError):
    """Whoever signed in is not the invited person, as far as her directory tells. The invitation stays unanswered."""

    code = "identity-mismatch"

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"The signed-in identity is not that of the invited person: {why}.")


class AccountFrozen(DomainError):
    """Nobody gets into the account at present, so nothing of it can be accepted."""

    code = "account-frozen"

    def __init__(self, account: str) -> None:
        self.account = account
        super().__init__(f"{account} is frozen; an operator opens it again: jumpseat account unfreeze {account}")


class SignInNeeded(DomainError):
    """Only somebody signed in can do this."""

    code = "sign-in-needed"

    def __init__(self) -> None:
        super().__init__("Sign in first.")


class GrantRefused(DomainError):
    """What was to be given by hand cannot be given in the account; every problem is named, with its cure."""

    code = "grant-refused"

    def __init__(self, user_name: str, account: str, problems: Iterable[str]) -> None:
        self.user_name, self.account, self.problems = user_name, account, tuple(problems)
        super().__init__(f"{user_name} cannot be given this in {account}: {' '.join(self.problems)}")


class SetRefused(DomainError):
    """A permission set of an account's own cannot be as it was stated; every problem is named, with its cure."""

    code = "set-refused"

    def __init__(self, name: str, account: str, problems: Iterable[str]) -> None:
        self.name, self.account, self.problems = name, account, tuple(problems)
        super().__init__(f"The set {name!r} of {account} cannot be so: {' '.join(self.problems)}")


class InUse(DomainError):
    """Something is named by rules or grants, and cannot go before they do; `users` names them."""

    code = "in-use"

    def __init__(self, kind: str, name: str, users: Iterable[str]) -> None:
        self.kind, self.name, self.users = kind, name, tuple(users)
        super().__init__(f"The {kind} {name!r} is in use, by {_few(self.users)}; change those first.")


class OwnerStays(DomainError):
    """Somebody owns the account at its vendor, who removes no owner; another has to own it first."""

    code = "owner-stays"

    def __init__(self, user_name: str, account: str) -> None:
        self.user_name, self.account = user_name, account
        super().__init__(
            f"{user_name} owns {account}, and no vendor removes an owner; first: "
            f"jumpseat account transfer-ownership {account} DIRECTORY USERNAME"
        )


class SuspendFirst(DomainError):
    """The vendor removes nobody who is not suspended."""

    code = "suspend-first"

    def __init__(self, user_name: str, account: str) -> None:
        self.user_name, self.account = user_name, account
        super().__init__(f"{account} removes nobody who is not suspended first: suspend {user_name}, then remove her.")


class LoginUnknown(DomainError):
    """No sign-in under way matches: it took too long, was completed before, or was begun in another browser."""

    code = "login-unknown"

    def __init__(self) -> None:
        super().__init__("This sign-in was not begun in this browser, or is over; start again.")


class IdentitiesBound(DomainError):
    """People are bound to identities of the provider that a directory has now, and would not be known at another."""

    code = "identities-bound"

    def __init__(self, directory: str, issuer: str, number: int) -> None:
        self.directory, self.issuer, self.number = directory, issuer, number
        super().__init__(
            f"{number} people of {directory} are known by identities of {issuer}, which another provider vouches not "
            "for. Unbind them with the change: whoever has accepted is known again when she signs in there."
        )


class DirectoryOff(DomainError):
    """The directory, or its whole tenant, is switched off: nobody of it signs in, and nobody accepts anything."""

    code = "directory-off"

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(f"{slug} is switched off; while it is, nobody of it signs in.")


class NothingToAnswer(DomainError):
    """The person has, in this account, nothing to which this answer could be given."""

    code = "nothing-to-answer"

    def __init__(self, user_name: str, account: str, state: str, fitting: Iterable[str] = ()) -> None:
        self.user_name, self.account, self.state = user_name, account, state
        meant = " or ".join(sorted(fitting))
        hint = f" That is for somebody who is {meant}." if meant else ""
        super().__init__(f"{user_name} is {state} in {account}, so there is nothing to do.{hint}")


class BillingUnknown(DomainError):
    """Nobody has said how the account is billed, so no price, period or renewal date is known."""

    code = "billing-unknown"

    def __init__(self, account: str) -> None:
        self.account = account
        super().__init__(f"Nobody has said how {account} is billed: state its currency and the day a period begins.")


class SeatsAssigned(DomainError):
    """More seats were to be given back than nobody has."""

    code = "seats-assigned"

    def __init__(self, account: str, pool: str, wanted: int, unassigned: int) -> None:
        self.account, self.pool, self.wanted, self.unassigned = account, pool, wanted, unassigned
        super().__init__(
            f"{wanted} {pool} seats of {account} cannot be given back:"
            f" {unassigned} are unassigned and not yet released."
        )


class PlanTooSmall(DomainError):
    """The plan has fewer seats than are in use; nobody is evicted. `holders` has the names, pool by pool."""

    code = "plan-too-small"

    def __init__(self, account: str, plan: str, holders: Mapping[str, Iterable[str]], seats: Mapping[str, int]) -> None:
        self.account, self.plan, self.seats = account, plan, dict(seats)
        self.holders = {pool: tuple(names) for pool, names in holders.items()}
        short = "; ".join(
            f"{pool} would have {seats[pool]}, in use by {_few(names) or 'the owner'}"
            for pool, names in self.holders.items()
        )
        super().__init__(f"{account} cannot have the plan {plan} now: {short}. Free seats first, or change at renewal.")


def _few(names: Iterable[str]) -> str:
    known = list(names)
    return ", ".join(known[:5]) + (f" and {len(known) - 5} more" if len(known) > 5 else "")


class ApprovalNeeded(DomainError):
    """The next invoice would be above the account's budget, or is not known; amounts as in `12.00 EUR`."""

    code = "approval-needed"

    def __init__(self, account: str, invoice: str, budget: str) -> None:
        self.account, self.invoice, self.budget = account, invoice, budget
        super().__init__(
            f"The next invoice of {account} would be {invoice}, with a budget of {budget}: this needs approval."
        )


class LedgerMoved(DomainError):
    """What was previewed is not what would happen now; `preview` has the new figures, and their version."""

    code = "ledger-moved"

    def __init__(self, account: str, preview: object) -> None:
        self.account, self.preview = account, preview
        super().__init__(f"{account} has changed since the preview; look at the new figures, and confirm those.")


class PullUnderWay(DomainError):
    """Two who read one realm at a time would state everybody twice."""

    code = "pull-under-way"

    def __init__(self, realm: str) -> None:
        self.realm = realm
        super().__init__(f"The realm {realm} is being read just now; try again in a moment.")


class TooManyLeaving(DomainError):
    """More people would lose access at once than an ordinary day explains; nothing was changed."""

    code = "too-many-leaving"

    def __init__(self, directory: str, leaving: int, active: int) -> None:
        self.directory, self.leaving, self.active = directory, leaving, active
        super().__init__(
            f"{leaving} of the {active} people of {directory} would lose access at once, so nothing was changed. If it "
            f"is as it should be: jumpseat keycloak sync {directory} --yes"
        )


class NoSeatLeft(DomainError):
    """Every seat of the pool is held, or promised, and the pool refuses whom it cannot seat."""

    code = "no-seat-left"

    def __init__(self, account: str, pool: str, capacity: int) -> None:
        self.account, self.pool, self.capacity = account, pool, capacity
        super().__init__(f"Every seat of {account} in {pool} is taken ({capacity}), and nobody is let wait for one.")


class PersonActive(DomainError):
    """Whom her directory wants in cannot be erased."""

    code = "person-active"

    def __init__(self, user_name: str) -> None:
        self.user_name = user_name
        super().__init__(f"{user_name} is active in her directory; only somebody who has left can be erased.")


class DepartureUnfinished(DomainError):
    """Her name is still needed to end her access at vendors, or to hand over what she left."""

    code = "departure-unfinished"

    def __init__(self, user_name: str, steps: int, assets: int) -> None:
        self.user_name, self.steps, self.assets = user_name, steps, assets
        super().__init__(
            f"The departure of {user_name} is not finished: vendor steps open: {steps}, assets to hand over: {assets}. "
            "Finish them first; afterwards nobody could tell whose they are."
        )
