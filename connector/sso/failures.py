"""A sign-in that did not happen for a reason that the person can mend."""

from __future__ import annotations


class SignInRefused(Exception):
    """The sign-in did not happen, and the person can begin again; `code` names the page."""

    CANCELLED = "sign-in-cancelled"
    EXPIRED = "sign-in-expired"
    INCOMPLETE = "sign-in-incomplete"

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
