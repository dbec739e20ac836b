"""What all pages have in common: words in both languages, headers, errors, and where one may be sent."""

from __future__ import annotations

import logging
import re
import string
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import connector
from connector.domain.access import Reason
from connector.domain.errors import DomainError, InvitationUnusable
from connector.domain.invitations import InvitationState
from connector.domain.memberships import State
from connector.sso.failures import SignInRefused
from connector.web.refusals import REFUSALS, Next, code_of
from connector.web.return_to import safe_return
from connector.web.texts import TEXTS

from ..installation import Installation

EDGES = [Path(connector.__file__).parent / name for name in ("web", "sso", "pages")]


@pytest.fixture
def client(installation: Installation) -> FlaskClient:
    def broken() -> str:
        raise RuntimeError("a secret: /srv/app/password")

    def not_found_in_the_domain() -> str:
        raise InvitationUnusable("expired")

    installation.app.add_url_rule("/broken", "broken", broken)
    installation.app.add_url_rule("/refused", "refused", not_found_in_the_domain)
    return installation.app.test_client()


class TestWords:
    """The catalogue of texts."""

    def test_both_languages_take_the_same_facts(self) -> None:
        """A fact that one language shows, the other shows too; and neither is empty."""
        texts = [*TEXTS.values(), *(entry.title for entry in REFUSALS.values()), *(e.advice for e in REFUSALS.values())]
        for text in texts:
            english, french = ({name for _, name, _, _ in string.Formatter().parse(one)} for one in (text.en, text.fr))
            assert english == french
            assert text.en.strip()
            assert text.fr.strip()

    def test_french_takes_nobody_for_a_man_or_a_woman(self) -> None:
        """No participle agrees with the reader: "votre session est ouverte", never "vous êtes connecté"."""
        texts = [*TEXTS.values(), *(entry.title for entry in REFUSALS.values()), *(e.advice for e in REFUSALS.values())]
        agreeing = re.compile(r"[Vv]ous (n.)?(êtes|avez( pas)? été|allez être|vous êtes)( pas)? \w+(é|i|u)s?\b")
        assert [text.fr for text in texts if agreeing.search(text.fr)] == []
        assert agreeing.search("Vous avez été connecté")

    def test_every_text_that_is_asked_for_is_there_and_no_other(self) -> None:
        """A template cannot ask for a missing word, and no word is left over."""
        sources = [path.read_text() for edge in EDGES for path in [*edge.rglob("*.html"), *edge.rglob("*.py")]]
        asked = {key for source in sources for key in re.findall(r'\bt\("([a-z.-]+)"', source)}
        asked |= {key for source in sources for key in re.findall(r'"(leave\.[a-z-]+)"', source)}
        asked |= {f"state.{state.value}" for state in State if state is not State.ENDED}
        asked -= {"state.", "leave.html"}
        assert asked == set(TEXTS)

    def test_every_refusal_has_its_page(self) -> None:
        """The gate's reasons, the sign-in's codes, and what an invitation can have become."""
        wanted = {reason.value for reason in Reason}
        wanted |= {SignInRefused.CANCELLED, SignInRefused.EXPIRED, SignInRefused.INCOMPLETE, "step-up-unmet"}
        wanted |= {f"invitation-{state.value}" for state in InvitationState} | {"invitation-unknown"}
        wanted |= {"identity-mismatch", "break-glass-over"}
        wanted |= {"sign-in-unknown", "too-many-sign-ins", "provider-unavailable", "provider-refused"}
        wanted |= {"form-too-old", "not-found", "not-possible", "try-later", "unexpected"}
        assert wanted == set(REFUSALS)

    def test_every_domain_error_leads_to_a_page(self) -> None:
        """Whatever the rules refuse, members see a page of ours and never the error's own sentence."""
        for error in _all_subclasses(DomainError):
            made = error.__new__(error)
            if isinstance(made, InvitationUnusable):
                made.state = "unknown"
            assert code_of(made) in REFUSALS

    @pytest.mark.parametrize("code", REFUSALS)
    def test_every_refusal_says_what_to_do_next(self, page_of: Callable[[str], str], code: str) -> None:
        """A title, advice, the code, and a way on where there is one."""
        page = page_of(code)
        entry = REFUSALS[code]
        assert f"<code>{code}</code>" in page
        assert len(entry.advice.en) > 20
        assert ('href="/login"' in page) == (entry.next is Next.SIGN_IN)
        assert ('href="/me"' in page) == (entry.next in (Next.MY_ACCOUNTS, Next.THIS_ACCOUNT))


class TestLanguage:
    """Which language a page is in."""

    @pytest.mark.parametrize(
        ("accepted", "spoken"),
        [
            ("fr", "fr"),
            ("fr-CA,en;q=0.8", "fr"),
            ("en-GB", "en"),
            ("de", "en"),
            ("de,fr;q=0.5", "fr"),
            ("", "en"),
            (";;", "en"),
        ],
    )
    def test_the_browsers_language_is_spoken(self, client: FlaskClient, accepted: str, spoken: str) -> None:
        """The first of its languages that we speak, else the setting's."""
        page = client.get("/login", headers={"Accept-Language": accepted}).text
        assert f'<html lang="{spoken}">' in page
        assert ("Connexion" in page) == (spoken == "fr")


class TestHeaders:
    """What every answer carries."""

    @pytest.mark.parametrize(
        "path", ["/login", "/me", "/gate/crm", "/nothing", "/broken", "/invitations/x", "/login/acme"]
    )
    def test_every_answer_is_private(self, client: FlaskClient, path: str) -> None:
        """Pages, redirects and errors alike: not stored, different by cookie, no script, no frame, no referrer."""
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Cookie" in answer.headers["Vary"]
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    def test_pages_hold_no_style_and_no_script_of_their_own(self) -> None:
        """The policy would stop them."""
        for edge in EDGES:
            for path in edge.rglob("*.html"):
                assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", path.read_text()), path

    def test_the_style_sheet_may_be_kept(self, client: FlaskClient) -> None:
        """It is the same for everybody, in light and in dark."""
        with client.get("/static/pages.css") as answer:
            assert answer.headers["Cache-Control"].startswith("public")
            assert "Cookie" not in answer.headers.get("Vary", "")
            assert "prefers-color-scheme: dark" in answer.text


class TestErrors:
    """What is shown when a view cannot go on."""

    def test_an_unexpected_error_has_a_reference_and_nothing_else(
        self, client: FlaskClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The number on the page is found in the log; what went wrong is in the log alone."""
        with caplog.at_level(logging.ERROR):
            answer = client.get("/broken")
        assert answer.status_code == 500
        found = re.search(r"<code>([0-9A-F]{4}-[0-9A-F]{4})</code>", answer.text)
        assert found
        assert found[1] in caplog.text
        assert "password" not in answer.text
        assert "Traceback" not in answer.text

    def test_a_refusal_of_the_rules_has_its_page(self, client: FlaskClient) -> None:
        """The error's facts name the page."""
        answer = client.get("/refused")
        assert answer.status_code == 403
        assert answer.headers["X-Jumpseat-Reason"] == "invitation-expired"

    @pytest.mark.parametrize(
        ("method", "path", "status"), [("GET", "/x", 404), ("POST", "/me", 405), ("PUT", "/login", 405)]
    )
    def test_the_status_of_a_wrong_request_stays(
        self, client: FlaskClient, method: str, path: str, status: int
    ) -> None:
        """404 and 405 are pages too."""
        answer = client.open(path, method=method)
        assert answer.status_code == status
        assert "<h1>" in answer.text
        assert ("Allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize("path", ["/me", "/invitations/A_b-c", "/", "/gate/crm?x=1&y=2", "/a.b/~c"])
def test_a_path_of_ours_is_gone_to(path: str) -> None:
    """Plain paths with a query."""
    assert safe_return(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "me",
        "//evil.example",
        "/.//evil.example",
        "/me//evil.example",
        "/../evil",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/%09/evil.example",
        "/%0d%0aLocation:x",
        "/\r\nLocation: x",
        "/%2f%2fevil.example",
        "/%252fevil.example",
        "https://evil.example",
        "https:evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/@evil.example",
        "/\u3002evil",
        "/\uff45vil",
        " /me",
        "/me\n",
        "/" + "a" * 500,
    ],
)
def test_everything_else_ends_at_ones_own_page(path: str | None) -> None:
    """Nothing that a browser could read as another site, now or after another decoding."""
    assert safe_return(path) == "/me"


def test_the_base_page_stands_without_the_edges(installation: Installation) -> None:
    """Every page is HTML with a language and a title."""
    app: Flask = installation.app
    page = app.test_client().get("/login").text
    assert page.startswith("<!doctype html>")
    assert re.search(r"<title>.+ · Jumpseat</title>", page)


def _all_subclasses(kind: type[DomainError]) -> set[type[DomainError]]:
    return {sub for direct in kind.__subclasses__() for sub in (direct, *_all_subclasses(direct))}
