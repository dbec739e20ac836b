"""The letters of invitation: read where the worker leaves them in development, else asked for as an operator may."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from connector.domain.errors import DomainError
from connector.lifecycle import invitations
from demo.cast import Colleague
from demo.claims import NotSo
from demo.offers import ACCOUNTS
from demo.setting_up import Estate

PATIENCE = 30.0
"""Seconds without any letter after which the worker is taken to be missing."""

Invited = tuple[Colleague, str]
"""Somebody, and the account (by the demo's key) to which she is invited."""

_LINK = re.compile(r"https?://\S+/invitations/[\w-]+")


class Letters:
    """Everybody's letter box."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.links: dict[Invited, str] = {}
        self.count = 0
        parts = urlsplit(estate.lifecycle.settings.mail_url)
        self.folder = Path(parts.path) if parts.scheme == "file" else None
        self._people = {one.user_name: one for one in estate.company.people}
        self._read = self._listed()

    def wait_for(self, expected: Iterable[Invited], arrived: Callable[[], None] = lambda: None) -> dict[Invited, str]:
        """Return the links of these invitations once all have come; raises NotSo when none comes for a while."""
        missing, found = set(expected), dict[Invited, str]()
        deadline = time.monotonic() + PATIENCE
        while missing:
            self.look(missing)
            for invited in missing & self.links.keys():
                found[invited] = self.links.pop(invited)
                deadline = time.monotonic() + PATIENCE
                arrived()
            missing -= found.keys()
            if time.monotonic() > deadline:
                one, account = min(missing, key=lambda invited: invited[0].user_name)
                raise NotSo(
                    f"No letter for {account} came to {one.name} ({len(missing)} are missing): "
                    f"is the worker running? `make run` starts one; so does `jumpseat worker`."
                )
            if missing:
                time.sleep(0.05)
        return found

    def look(self, wanted: Iterable[Invited] = ()) -> None:
        """Read what has come since the last look."""
        if self.folder is None:
            self._ask(wanted)
            return
        for path in sorted(self._listed() - self._read):
            self._read.add(path)
            self._open(message_from_bytes(path.read_bytes(), policy=policy.default))

    def _listed(self) -> set[Path]:
        return set((self.folder / "new").glob("*")) if self.folder else set()

    def _open(self, letter: EmailMessage) -> None:
        address = letter["To"].addresses[0].addr_spec if letter["To"] else ""
        body = letter.get_body(("plain",))
        if address in self._people and body is not None:
            text = str(body.get_content())
            account = next((one.key for one in ACCOUNTS if self.estate.account_name(one.key) in text), "")
            link = _LINK.search(text)
            if link:
                self.count += 1
                self.links[self._people[address], account] = link[0]

    def _ask(self, wanted: Iterable[Invited]) -> None:
        """Do as `jumpseat invitation link` does: letters leave by a mail server, which is not ours to read."""
        for one, account in set(wanted) - self.links.keys():
            directory = self.estate.directory(one.house)
            slug = self.estate.account(account)
            try:
                link = self.estate.lifecycle.read(invitations.pending_link, slug, directory, one.user_name)
            except DomainError:
                continue
            self.links[one, account] = link
            self.count += 1
