"""What a page says when somebody cannot go on; the words are in `words/refusals.yaml`, one entry a reason code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from connector.domain.errors import DomainError, IdentityMismatch, InvitationUnusable, LoginUnknown, SignInNeeded
from connector.domain.text import Text
from connector.web.texts import words


class Next(StrEnum):
    """The button under a refusal."""

    SIGN_IN = "sign-in"
    MY_ACCOUNTS = "my-accounts"
    THIS_ACCOUNT = "this-account"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class RefusalText:
    """A refusal as its page shows it, with its HTTP status and what can be done next."""

    status: int
    title: Text
    advice: Text
    next: Next


class PageRefusal(Exception):
    """A view cannot go on; `code` is a key of REFUSALS."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


REFUSALS: Mapping[str, RefusalText] = {
    code: RefusalText(entry["status"], Text(**entry["title"]), Text(**entry["advice"]), Next(entry["next"]))
    for code, entry in words("refusals").items()
}


def code_of(error: DomainError) -> str:
    """Return the page of a domain error: what members can meet has one of its own, the rest changes nothing."""
    match error:
        case InvitationUnusable():
            return f"invitation-{error.state}"
        case IdentityMismatch():
            return "identity-mismatch"
        case SignInNeeded():
            return "signed-out"
        case LoginUnknown():
            return "sign-in-expired"
        case _ if error.code in REFUSALS:
            return error.code
        case _:
            return "not-possible"
