"""The whole product behind its WSGI entry, to be shot at: a company with people, groups, seats and a sign-in.

`Target.send` does what a server does with a request, and judges the answer: whatever came, it is never a failure of
ours, it tells nothing of what went on inside, and under `/scim` it is SCIM.
"""

from __future__ import annotations

import base64
import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson
from flask import Flask
from sqlalchemy import text
from werkzeug.datastructures import Headers
from werkzeug.test import run_wsgi_app

from connector.app import create_app
from connector.domain.events import Cause, CauseKind
from connector.domain.sessions import Identity
from connector.domain.tenancy import Bind, Idp
from connector.lifecycle import Lifecycle, accounts, admission, diagnosis, directories, invitations, reporting, ruling
from connector.scim.errors import ERROR_URN
from connector.settings import Settings
from connector.storage.database import Database
from connector.storage.work import Work

from ..scim.conftest import GROUP_URN, USER_URN
from .hostile import Hostile

Json = Any
CAUSE = Cause(CauseKind.OPERATOR, "cli:test")
SLUG = "acme"
SECRET_KEY = "a-key-for-tests-that-nobody-guesses-0123456789"
CLIENT_SECRET = "the-client-secret-of-acme"
BROWSER = base64.urlsafe_b64encode(b"b" * 32).rstrip(b"=").decode()
SCIM_TYPES = {
    *("invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget"),
    *("invalidValue", "invalidVers", "sensitive", "invalidCursor", "expiredCursor", "invalidCount"),
}


@dataclass
class Answer:
    """What a client would read."""

    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> Json:
        return orjson.loads(self.body)


class _Watch(logging.Handler):
    """Keeps what is logged as an error, or with an exception: no request may cause either."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.failures: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR or record.exc_info:
            self.failures.append(logging.Formatter().format(record))


@dataclass
class Target:
    """An installation with one directory; `people` and `groups` are ids that exist now."""

    url: str
    issuer: str
    token: str = ""
    people: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    gone: str = ""
    cursor: str = ""
    session: str = ""
    csrf: str = ""
    invitation: str = ""
    sent: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    """What was wrong with answers, and of each kind the first request that shows it."""

    def __post_init__(self) -> None:
        settings = Settings(secret_key=SECRET_KEY, database_url=self.url, trusted_proxies=(ip_network("127.0.0.1"),))
        self.lifecycle = Lifecycle(Database(self.url), settings)
        write = self.lifecycle.write
        _, self.token = write(directories.create_directory, SLUG, Idp.GENERIC, CAUSE)
        write(
            directories.set_sign_in, SLUG, CAUSE,
            issuer=self.issuer, client_id=SLUG, client_secret=CLIENT_SECRET, bind=Bind.FIRST_ACCEPTANCE,
        )  # fmt: skip
        for name, seats in (("crm", 5), ("vpn", 1)):
            write(accounts.open_account, name, "plain", "standard", CAUSE, capacities={"seats": seats})
        write(ruling.add_rule, "all", "crm", CAUSE, where="active eq true", seat_type="seat", role="member")
        named = {"directory_slug": SLUG, "group": "Group 1"}
        write(ruling.add_rule, "group", "vpn", CAUSE, **named, seat_type="seat", role="member")  # type: ignore[arg-type]
        self.app: Flask = create_app(self.lifecycle)
        self.watch = _Watch()
        self.gone = self.made("/Users", {"schemas": [USER_URN], "userName": "gone"})
        self.send(Hostile("DELETE", f"/scim/{SLUG}/v2/Users/{self.gone}", "", self._authorized, b"", "0"))
        self.refill()
        page = self.asked("/Users?count=1&cursor=")
        self.cursor = page["nextCursor"]
        self._sign_in()

    def _sign_in(self) -> None:
        """Sign the first person in, so that pages have somebody to show, and open her invitation."""
        name = self.asked(f"/Users/{self.people[0]}")["userName"]
        identity = Identity(self.issuer, "subject", {"preferred_username": name})
        self.session = self.lifecycle.write(admission.sign_in, SLUG, identity).session_token
        link = self.lifecycle.read(invitations.pending_link, "crm", SLUG, name)
        self.invitation = link.rpartition("/")[2]
        page = self.send(Hostile("GET", "/logout", "", (("Cookie", self.cookies),), b"", None))
        found = re.search(rb'name="csrf" value="(\w+)"', page.body)
        assert found
        self.csrf = found[1].decode()

    @property
    def cookies(self) -> str:
        return f"jumpseat={self.session}; jumpseat-browser={BROWSER}"

    @property
    def _authorized(self) -> tuple[tuple[str, str], ...]:
        return (("Authorization", f"Bearer {self.token}"), ("Content-Type", "application/scim+json"))

    def made(self, path: str, body: Json) -> str:
        answer = self.send(Hostile("POST", f"/scim/{SLUG}/v2{path}", "", self._authorized, orjson.dumps(body), None))
        assert answer.status == 201, answer.body
        return str(answer.json["id"])

    def asked(self, path: str) -> Json:
        path, _, query = path.partition("?")
        answer = self.send(Hostile("GET", f"/scim/{SLUG}/v2{path}", query, self._authorized, b"", None))
        assert answer.status == 200, answer.body
        return answer.json

    def refill(self) -> None:
        """See that there are three people and two groups, whatever was deleted."""
        self.people = [one["id"] for one in self.asked("/Users?count=3")["Resources"]]
        self.groups = [one["id"] for one in self.asked("/Groups?count=2")["Resources"]]
        for number in range(len(self.people), 3):
            body = {"schemas": [USER_URN], "userName": f"ada{number}-{self.sent}", "externalId": f"e{self.sent}"}
            self.people.append(self.made("/Users", body))
        for number in range(len(self.groups), 2):
            members = [{"value": one} for one in self.people]
            body = {"schemas": [GROUP_URN], "displayName": f"G{number}-{self.sent}", "members": members}
            self.groups.append(self.made("/Groups", body))

    @property
    def rules(self) -> list[tuple[str, list[str]]]:
        """Every route of the application, with its methods."""
        found: dict[str, set[str]] = {}
        for rule in self.app.url_map.iter_rules():
            found.setdefault(rule.rule, set()).update(rule.methods or {"GET", "POST"})
        return [(rule, sorted(methods)) for rule, methods in sorted(found.items())]

    # Sending.

    def send(self, request: Hostile) -> Answer:
        """Send a request, and note what is wrong with the answer, once of each kind."""
        self.sent += 1
        with self._watched() as failures:
            chunks, status, headers = run_wsgi_app(self.app.wsgi_app, self._environ(request))
            answer = Answer(int(status.split(" ", 1)[0]), headers, b"".join(chunks))
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        problem = failures[0] if failures else self._problem(request, answer)
        if problem is not None:
            self.wrong.setdefault(problem.rstrip().rsplit("\n", 1)[-1][:200], f"{request}\n{answer}\n{problem}")
        if self.sent % 50 == 0:
            self.refill()
        return answer

    @contextmanager
    def _watched(self) -> Iterator[list[str]]:
        self.watch.failures.clear()
        logging.getLogger().addHandler(self.watch)
        try:
            yield self.watch.failures
        finally:
            logging.getLogger().removeHandler(self.watch)

    def _environ(self, request: Hostile) -> dict[str, Any]:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(self.fill(request.path)).decode("latin-1"),
            # No server passes on a control character that is not encoded.
            "QUERY_STRING": re.sub(r"[\x00-\x20\x7f]", "", self.fill(request.query)),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8080",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost:8080",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(self.fill(request.body.decode("latin-1")).encode("latin-1")),
            "wsgi.input_terminated": True,
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in request.headers:
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = self.fill(value)
        if request.length is None:
            environ["HTTP_TRANSFER_ENCODING"] = "chunked"
        else:
            filled = len(environ["wsgi.input"].getvalue()) - len(request.body)
            told = request.length
            environ["CONTENT_LENGTH"] = str(int(told) + filled) if told.isdigit() and len(told) < 20 else told
        return environ

    def fill(self, text: str) -> str:
        """Put what exists in place of its marks."""
        if "@" not in text:
            return text
        marks = {
            **{f"P{number}": one for number, one in enumerate(self.people)},
            **{f"G{number}": one for number, one in enumerate(self.groups)},
            "GONE": self.gone,
            "D": SLUG,
            "BEARER": f"Bearer {self.token}",
            "CURSOR": self.cursor,
            "COOKIES": self.cookies,
            "CSRF": self.csrf,
            "INVITATION": self.invitation,
        }
        return re.sub(r"(?:@|%40)(\w+?)(?:@|%40)", lambda found: marks.get(found[1], found[0]), text)

    # Judging.

    def _problem(self, request: Hostile, answer: Answer) -> str | None:
        if answer.status >= 500 and answer.status != 501:
            return "a failure of ours"
        shown = answer.body + b"\n".join(
            f"{name}: {value}".encode() for name, value in answer.headers if name != "Set-Cookie"
        )
        if any(secret.encode() in shown for secret in (self.token, SECRET_KEY, CLIENT_SECRET) if secret):
            return "a secret is shown"
        if re.search(rb"Traceback|File \"/|sqlalchemy|psycopg|sqlite3|marshmallow|werkzeug", shown, re.IGNORECASE):
            return "the inside is shown"
        if unquote_to_bytes(request.path).startswith(b"/scim/"):
            return self._scim_problem(request, answer)
        return None

    def _scim_problem(self, request: Hostile, answer: Answer) -> str | None:
        if request.method == "HEAD" or answer.status in (204, 304):
            return None
        if answer.headers.get("Content-Type", "").split(";")[0] not in ("application/scim+json", "application/json"):
            return "not SCIM JSON"
        body = answer.json
        if answer.status < 400:
            worst = [each for each in body.get("Operations", ()) if str(each["status"]) >= "500"]
            return f"a failure of ours within a bulk request: {worst}" if worst else None
        if re.fullmatch(r"/scim/[^/]*/token/?", request.path):
            return (
                None if isinstance(body.get("error"), str) or "schemas" in body else "neither OAuth's nor SCIM's error"
            )
        if body.get("schemas") != [ERROR_URN] or body.get("status") != str(answer.status):
            return "not SCIM's error message"
        if body.get("scimType") not in {None, *SCIM_TYPES} or not isinstance(body.get("detail"), str):
            return "not an error that SCIM knows"
        if answer.status == 401 and "WWW-Authenticate" not in answer.headers:
            return "401 without a challenge"
        return "405 without Allow" if answer.status == 405 and "Allow" not in answer.headers else None

    # What holds afterwards.

    def check(self) -> None:
        """Raise AssertionError unless the books agree with the ledger and everything that was stored can be read."""
        found = self.lifecycle.read(books)
        assert found == [], found
        assert not self.wrong, "\n\n".join(self.wrong.values())
        for kind in ("Users", "Groups"):
            listed = self._by_cursor(kind)
            told = self.asked(f"/{kind}?count=0")["totalResults"]
            assert len(listed) == len(set(listed)) == told, (kind, len(listed), len(set(listed)), told)
        self.lifecycle.read(lambda work: [len(list(reporting.events(work, None, 0, with_values=True)))])
        self.lifecycle.read(diagnosis.diagnose)
        with self._watched() as failures:
            self.app.extensions["jumpseat-journal"].flush()
        assert failures == []

    def _by_cursor(self, kind: str) -> list[str]:
        ids: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self.asked(f"/{kind}?count=500&cursor={cursor}")
            ids += [one["id"] for one in page["Resources"]]
            cursor = page.get("nextCursor")
        return ids

    def dispose(self) -> None:
        self.app.extensions["jumpseat-journal"].flush()
        self.lifecycle.database.dispose()


def books(work: Work) -> list[str]:
    """Return where the counters differ from what they count, and what must not be beside what (invariants 1 to 4)."""
    questions = {
        "a pool is miscounted": """
            SELECT p.id FROM seat_pool p JOIN account a ON a.id = p.account_id
            WHERE p.key = 'seats' AND (p.held, p.promised) <> (
              (SELECT count(*) FROM membership m WHERE m.account_id = a.id AND m.state IN ('active', 'suspended')),
              (SELECT count(*) FROM membership m WHERE m.account_id = a.id AND m.state = 'invited'))""",
        "an invitation waits that nobody has": """
            SELECT i.id FROM invitation i JOIN membership m ON m.id = i.membership_id
            WHERE i.state = 'pending' AND m.state <> 'invited'""",
        "somebody is invited without an invitation": """
            SELECT m.id FROM membership m WHERE m.state = 'invited' AND NOT EXISTS (
              SELECT 1 FROM invitation i WHERE i.membership_id = m.id AND i.state = 'pending')""",
        "somebody who is out has a place": """
            SELECT m.id FROM membership m JOIN person p ON p.id = m.person_id
            WHERE (NOT p.active OR p.deleted_at IS NOT NULL) AND m.state IN ('waiting', 'invited', 'active')""",
        "somebody who is in has none": """
            SELECT p.id FROM person p WHERE p.active AND p.deleted_at IS NULL AND NOT EXISTS (
              SELECT 1 FROM membership m WHERE m.person_id = p.id AND m.state <> 'ended')""",
        "a deleted person is in a group": """
            SELECT p.id FROM group_member g JOIN person p ON p.id = g.person_id WHERE p.deleted_at IS NOT NULL""",
        "somebody who is out has a session": """
            SELECT s.token_hash FROM session s JOIN person p ON p.id = s.person_id
            WHERE s.ended_at IS NULL AND (NOT p.active OR p.deleted_at IS NOT NULL)""",
    }
    found = {wrong: work.connection.execute(text(sql)).scalars().all() for wrong, sql in questions.items()}
    return [f"{wrong}: {list(ids)[:3]}" for wrong, ids in found.items() if ids]
