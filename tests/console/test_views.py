"""The operators' page over HTTP: who gets in, what it shows, and the one button on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from connector.app import create_app
from connector.console.words import WORDS
from connector.domain.events import Kind
from connector.lifecycle import Lifecycle, delivery, operators
from connector.settings import Settings
from connector.storage.database import Database

from ..lifecycle.company import SECRET_KEY, Clock, Company

TEMPLATES = Path(__file__).parents[2] / "connector" / "console" / "templates"


@pytest.fixture
def company(database_url: str) -> Iterator[Company]:
    """Give a company with an account at a vendor where people do the work by hand, on both kinds of database."""
    database, clock = Database(database_url), Clock()
    company = Company(Lifecycle(database, Settings(secret_key=SECRET_KEY), clock), clock)
    company.directory("okta")
    company.account("hub", "hubspot", "starter", core=1)
    company.rule(account="hub", name="all", where="active eq true", seat_type="core", permissions=["contacts.view"])
    yield company
    database.dispose()


@pytest.fixture
def app(company: Company) -> Flask:
    """Give the whole application."""
    return create_app(company.lifecycle)


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """Give a browser that was never here."""
    return app.test_client()


@pytest.fixture
def operator(app: Flask, company: Company) -> FlaskClient:
    """Give the browser of an operator who used her link."""
    client = app.test_client()
    answer = use_link(client, company.write(operators.console_link, "tess"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/")
    return client


def use_link(client: FlaskClient, link: str) -> TestResponse:
    """Open a link and press its button."""
    parts = urlsplit(link)
    page = client.get(f"{parts.path}?{parts.query}")
    assert page.status_code == 200
    return client.post("/console/enter", data=dict(re.findall(r'name="(\w+)" value="([^"]+)"', page.text)))


def csrf_of(page: TestResponse) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
    assert found
    return found[1]


def test_a_stranger_is_told_how_operators_get_in_and_nothing_else(stranger: FlaskClient, company: Company) -> None:
    """401, and no name of anything that is here."""
    company.person("ada")
    answer = stranger.get("/console/")
    assert answer.status_code == 401
    assert "jumpseat console link" in answer.text
    assert not [word for word in ("hub", "okta", "ada", "HubSpot") if word in answer.text]


def test_a_signed_in_member_is_a_stranger_here(stranger: FlaskClient, company: Company) -> None:
    """A seat is no key to the console."""
    ada = company.person("ada")
    session = company.accept(ada, "hub")
    stranger.set_cookie("jumpseat", session)
    assert stranger.get("/console/").status_code == 401
    stranger.set_cookie("jumpseat-operator", session)
    assert stranger.get("/console/").status_code == 401


def test_a_link_opens_the_console_once(operator: FlaskClient, stranger: FlaskClient, company: Company) -> None:
    """Looking at it does not use it up; the second press of the button does nothing."""
    assert operator.get("/console/").status_code == 200
    link = company.write(operators.console_link, "otto")
    parts = urlsplit(link)
    for _ in range(3):
        stranger.get(f"{parts.path}?{parts.query}")
    assert use_link(stranger, link).status_code == 303
    again = use_link(stranger, link)
    assert again.status_code == 401
    assert "not good any more" in again.text


def test_a_link_is_good_for_ten_minutes(stranger: FlaskClient, company: Company) -> None:
    """After that it is a page that says how to get another."""
    link = company.write(operators.console_link, "tess")
    company.clock.forward(minutes=10)
    answer = use_link(stranger, link)
    assert answer.status_code == 401
    assert "jumpseat console link" in answer.text


def test_a_link_cannot_be_used_from_another_site(stranger: FlaskClient, company: Company) -> None:
    """The button works in the browser that was shown it, and only there."""
    key = company.write(operators.console_link, "tess").partition("key=")[2]
    answer = stranger.post("/console/enter", data={"key": key, "csrf": "0" * 64})
    assert answer.status_code != 303
    assert "jumpseat-operator" not in str(answer.headers)
    assert company.write(operators.enter, key) is not None


def test_the_cookie_is_of_no_use_to_scripts_and_other_sites(app: Flask, company: Company) -> None:
    """HttpOnly and SameSite=Strict; over https bound to the host and secure."""
    answer = use_link(app.test_client(), company.write(operators.console_link, "tess"))
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if "operator" in one]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    settings = Settings(secret_key=SECRET_KEY, public_url="https://seats.example")
    lifecycle = Lifecycle(company.lifecycle.database, settings, company.clock)
    answer = use_link(create_app(lifecycle).test_client(), lifecycle.write(operators.console_link, "tess"))
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if "operator" in one]
    assert cookie.startswith("__Host-jumpseat-operator=")
    assert "Secure" in cookie.split("; ")


def test_the_page_shows_how_everything_stands(operator: FlaskClient, company: Company) -> None:
    """Seats, who waits, departures with what the vendor must still do, failures, and the SCIM base URL."""
    ada, *_ = company.people("ada", "berta", "chloe")
    company.accept(ada, "hub")
    company.deactivate(ada)
    (first, *_) = company.write(delivery.claim)
    company.write(delivery.failed, first, "No such mailbox.", permanent=True)
    page = operator.get("/console/")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))
    assert "Operator: tess" in text
    assert "Core seats 1 0 0 1 0 1" in text
    assert "gate cut, 2 vendor steps open" in text
    assert "chloe@acme.example · okta hub a seat, no. 1 in line" in text
    assert "No such mailbox. given up" in text
    assert "http://localhost:8080/scim/okta/v2" in text


def test_an_empty_installation_has_a_page_too(operator: FlaskClient, company: Company) -> None:
    """Each list says that there is nothing, or how to begin."""
    company.remove_rule("all")
    page = operator.get("/console/")
    for sentence in ("Nobody waits.", "Nobody has left yet.", "Everything was delivered.", "nothing to do by hand"):
        assert sentence in page.text


def test_done_closes_a_work_order_in_the_operators_name(operator: FlaskClient, company: Company) -> None:
    """The trail names who said so, and the page shows it no more."""
    ada = company.person("ada")
    company.accept(ada, "hub")
    (order,) = company.orders()
    page = operator.get("/console/")
    assert order.id in page.text
    answer = operator.post(f"/console/work-orders/{order.id}/done", data={"csrf": csrf_of(page)})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/#orders")
    assert company.orders() == []
    (event,) = company.events(Kind.WORK_ORDER_DONE)
    assert event["actor"] == "console:tess"
    assert order.id not in operator.get("/console/").text


def test_nothing_is_done_without_the_word_of_the_form_or_without_an_operator(
    operator: FlaskClient, stranger: FlaskClient, company: Company
) -> None:
    """Another site's form changes nothing, and neither does a stranger's."""
    company.accept(company.person("ada"), "hub")
    (order,) = company.orders()
    path = f"/console/work-orders/{order.id}/done"
    page = operator.get("/console/")
    assert operator.post(path, data={"csrf": "0" * 64}).status_code == 403
    assert operator.post(path).status_code == 403
    assert stranger.post(path, data={"csrf": csrf_of(page)}).status_code == 401
    assert operator.get(path).status_code == 405
    assert company.orders() == [order]


def test_an_order_that_is_not_there_is_no_failure(operator: FlaskClient) -> None:
    """A page that says that nothing was changed."""
    page = operator.get("/console/")
    answer = operator.post("/console/work-orders/nothing-like-it/done", data={"csrf": csrf_of(page)})
    assert 400 <= answer.status_code < 500


def test_leaving_ends_the_session(operator: FlaskClient, company: Company) -> None:
    """On the server, not in the browser alone."""
    cookie = operator.get_cookie("jumpseat-operator")
    assert cookie is not None
    page = operator.get("/console/")
    assert "You have left the console." in operator.post("/console/leave", data={"csrf": csrf_of(page)}).text
    operator.set_cookie("jumpseat-operator", cookie.value)
    assert operator.get("/console/").status_code == 401


def test_a_session_lasts_as_long_as_anybodys(operator: FlaskClient, company: Company) -> None:
    """Eight hours, unless the settings say otherwise."""
    company.clock.forward(hours=7, minutes=59)
    assert operator.get("/console/").status_code == 200
    company.clock.forward(minutes=1)
    assert operator.get("/console/").status_code == 401


def test_the_page_speaks_french(operator: FlaskClient, company: Company) -> None:
    """To a browser that asks for it."""
    company.accept(company.person("ada"), "hub")
    text = operator.get("/console/", headers={"Accept-Language": "fr"}).text
    assert "À faire chez les fournisseurs" in text
    assert "Licences essentielles" in text
    assert "Ouvrir Paramètres" in text


def test_what_a_directory_states_is_shown_as_text(operator: FlaskClient, company: Company) -> None:
    """A name is never markup."""
    ada = company.person("ada", displayName="<script>alert(1)</script>")
    company.accept(ada, "hub")
    text = operator.get("/console/").text
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_the_page_obeys_its_own_policy(operator: FlaskClient) -> None:
    """It loads style sheets of ours and nothing else: no script, no inline style; and no cache keeps it."""
    page = operator.get("/console/")
    assert page.headers["Cache-Control"] == "no-store"
    assert "<script" not in page.text
    assert "style=" not in page.text
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
    assert len(sheets) == 2
    for sheet in sheets:
        with operator.get(sheet) as answer:
            assert answer.content_type == "text/css; charset=utf-8"


def test_every_word_of_the_console_is_used_and_there_in_both_languages() -> None:
    """No word is missing, none is left over."""
    written = "".join(path.read_text() for path in TEMPLATES.glob("*.html"))
    computed = {f"closed.{why}" for why in ("closed", "link-over", "left")}
    computed |= {f"task.{task}" for task in ("grant", "change", "revoke")} | {"obstacle.no-sign-in"}
    computed |= {"capacity", "owner", "held", "promised", "free", "waiting"}
    assert set(re.findall(r'say\("([^"]+)"[,)]', written)) | computed == set(WORDS)
    assert all(text.en and text.fr for text in WORDS.values())
