"""A person's browser: keeps cookies, follows redirects, presses the buttons that it is shown."""

from __future__ import annotations

import html
import re
import time
from dataclasses import dataclass
from urllib.parse import urljoin

import requests

from demo.cast import Colleague
from demo.claims import hold

TIMEOUT = 30
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')
_SIGN_IN = re.compile(r'href="(/login/[^"]+)"')


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """What the gate said: why if it refused, the seats if not, and when (seconds of the performance counter)."""

    status: int
    reason: str
    seats: str
    at: float

    @property
    def admitted(self) -> bool:
        return self.status == 200


class Browser:
    """One person's browser, at the connector and at her directory's provider."""

    def __init__(self, owner: Colleague, connector: str) -> None:
        self.owner = owner
        self.connector = connector
        self.session = requests.Session()

    def get(self, address: str) -> requests.Response:
        return self.session.get(address, timeout=TIMEOUT)

    def accept(self, link: str) -> None:
        """Open an invitation, sign in at the own directory if need be, and accept."""
        page = self.sign_in_from(self.get(link))
        done = self._press(page, "accept")
        hold(
            done.status_code == 200 and done.url == f"{self.connector}/me",
            f"{self.owner.name} accepted, and was answered {self._outcome(done)}.",
        )

    def decline(self, link: str) -> None:
        """Open an invitation and decline, which takes no sign-in."""
        done = self._press(self.get(link), "decline")
        hold(done.status_code == 200, f"{self.owner.name} declined, and was answered {self._outcome(done)}.")

    def try_to_accept(self, link: str) -> str:
        """Accept what may be somebody else's invitation; return the reason code of the refusal, if it is one."""
        done = self._press(self.sign_in_from(self.get(link)), "accept")
        return done.headers.get("X-Jumpseat-Reason", "")

    def sign_in_from(self, page: requests.Response) -> requests.Response:
        """Press the page's sign-in button, if it has one, and come back to it signed in."""
        link = _SIGN_IN.search(page.text)
        return self.sign_in(urljoin(page.url, html.unescape(link[1]))) if link else page

    def sign_in(self, address: str) -> requests.Response:
        """Follow a sign-in link to the provider, say who one is, and return where the browser ends up."""
        choice = self.get(address)
        hold(
            choice.ok and 'name="person"' in choice.text,
            f"{self.owner.name} was not sent to her directory to sign in, but answered {self._outcome(choice)}.",
        )
        back = self.session.post(choice.url, data={"person": self.owner.user_name}, timeout=TIMEOUT)
        hold(back.ok, f"{self.owner.name} came back from signing in, and was answered {self._outcome(back)}.")
        return back

    def gate(self, account: str) -> GateAnswer:
        """Ask the gate as a reverse proxy does for each request: with the cookie that the browser has."""
        answer = self.get(f"{self.connector}/gate/{account}")
        at, said = time.perf_counter(), answer.headers
        return GateAnswer(answer.status_code, said.get("X-Jumpseat-Reason", ""), said.get("X-Jumpseat-Seat", ""), at)

    def close(self) -> None:
        self.session.close()

    def _press(self, page: requests.Response, button: str) -> requests.Response:
        word = _CSRF.search(page.text)
        hold(word is not None, f"{self.owner.name} found no button {button!r}, but {self._outcome(page)}.")
        form = {"csrf": word[1] if word else "", "answer": button}
        return self.session.post(page.url, data=form, timeout=TIMEOUT)

    @staticmethod
    def _outcome(answer: requests.Response) -> str:
        return f"{answer.status_code} {answer.headers.get('X-Jumpseat-Reason', '')}".strip()
