"""The gate behind a real nginx, in front of a real application: in, back to where one was going, and out at once."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from joserfc.errors import BadSignatureError

from ..running import free_port, running_connector, wait_for
from . import proxy
from .conftest import KEPT, patch
from .proxy import Application
from .test_story import accept

ROUNDS = 30
FORGED = {
    "X-Jumpseat-Person": "admin",
    "X_Jumpseat_Person": "admin",
    "x-jumpseat-user-name": "admin@acme.example",
    "X-JUMPSEAT-SEAT": "owner",
    "X-Jumpseat-Permissions": "everything",
    "X-Jumpseat-Account": "crm",
    "X-Jumpseat-Assertion": "a.b.c",
    "X-Jumpseat-Reason": "none",
    "X-Jumpseat-Sign-In": "https://evil.example/",
}


@dataclass
class Site:
    """What a browser sees at one address: Jumpseat, and the application below /crm/."""

    shop: Any
    application: Application
    url: str
    direct: str

    def arrived(self) -> dict[str, list[str]]:
        """Return the headers of the last request that reached the application, each with all its values."""
        found: dict[str, list[str]] = {}
        for name, value in self.application.seen[-1]["headers"]:
            found.setdefault(name, []).append(value)
        return found

    def cookies(self, page: Any) -> dict[str, str]:
        return {one["name"]: one["value"] for one in page.context.cookies(self.url)}


@pytest.fixture(scope="module")
def site(open_shop: Any, mail: Any, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Give a company whose application stands behind nginx, as the how-to page has it."""
    folder, port, ours = tmp_path_factory.mktemp("proxied"), free_port(), free_port()
    database = shutil.copy(sqlite_template, folder / "jumpseat.db")
    application, url = Application(free_port()), f"http://localhost:{port}"
    log = KEPT / "proxied"
    log.mkdir(parents=True, exist_ok=True)
    with (
        application.running(),
        proxy.nginx(folder, port, ours, application.port),
        running_connector(f"sqlite:///{database}", log, mail[1], port=ours, behind=url) as connector,
    ):
        shop = open_shop("proxied", account="crm", connector=connector)
        yield Site(shop, application, url, f"http://127.0.0.1:{ours}")


@pytest.fixture(scope="module")
def admitted(site: Site, chromium: Any) -> Iterator[tuple[Any, Any]]:
    """Give somebody who is admitted, and her browser."""
    person = site.shop.hire("nora")
    context = chromium.new_context(locale="en")
    page = context.new_page()
    accept(site.shop, page, person, type_password)
    yield person, page
    context.close()


def type_password(page: Any, colleague: Any) -> None:
    page.fill("#username", colleague.name)
    page.fill("#password", colleague.password)
    page.click("#kc-login")


def test_signing_in_leads_back_to_where_one_was_going(site: Site, visit: Any, picture: Any) -> None:
    """From the application to the sign-in, the provider, and back, the query included."""
    person = site.shop.hire("olga")
    accept(site.shop, visit(), person, type_password)
    page = visit()
    page.goto(f"{site.url}/crm/reports/7?page=2&sort=name")
    assert page.url.startswith(f"{site.url}/login?next=")
    picture(page, "proxied-sign-in")
    page.fill("input[name=where]", "proxied")
    page.click("main form button")
    type_password(page, person)
    page.wait_for_url(f"{site.url}/crm/reports/7?page=2&sort=name")
    assert site.application.seen[-1]["path"] == "/reports/7?page=2&sort=name"


def test_the_application_is_told_who_it_is(site: Site, admitted: Any) -> None:
    """The headers that the page promises, and an assertion that the page's own code believes."""
    person, page = admitted
    page.goto(f"{site.url}/crm/")
    told = site.arrived()
    assert told["x-jumpseat-person"] == [person.scim_id]
    assert told["x-jumpseat-user-name"] == [person.address]
    assert told["x-jumpseat-account"] == ["crm"]
    written: dict[str, Any] = {}
    code = (
        proxy.block("python")
        .replace("https://apps.acme.example", site.url)
        .replace("http://127.0.0.1:8080", site.direct)
    )
    exec(code, written)  # noqa: S102 -- the page's example, run as it is
    claims = written["claims_of"](told["x-jumpseat-assertion"][0])
    assert (claims["sub"], claims["account"]) == (person.scim_id, "crm")
    with pytest.raises(BadSignatureError):
        written["claims_of"](told["x-jumpseat-assertion"][0][:-8] + "AAAAAAAA")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_forged_headers_never_arrive(site: Site, admitted: Any, method: str) -> None:
    """Whoever is let in is who she is, and not who she says; whoever is not let in does not get there."""
    person, page = admitted
    before = len(site.application.seen)
    for path in ("/crm/", "/crm/x", "//crm/", "/crm//x", "/login/../crm/x", "/crm%2fx", "/gate/crm", "/-/gate/crm"):
        answer = requests.request(method, site.url + path, headers=FORGED, timeout=10, allow_redirects=False)
        assert answer.status_code in (302, 400, 401, 404, 405), path
        assert answer.headers.get("Location", site.url).startswith(site.url)
        assert "evil" not in answer.text
    assert len(site.application.seen) == before
    cookies = site.cookies(page)
    assert requests.request(method, f"{site.url}/crm/", headers=FORGED, cookies=cookies, timeout=10).status_code == 200
    told = site.arrived()
    assert told["x-jumpseat-person"] == [person.scim_id]
    assert not {"x_jumpseat_person", "x-jumpseat-reason", "x-jumpseat-sign-in"} & told.keys()
    values = [value for name, held in told.items() if "jumpseat" in name for value in held]
    assert not {"admin", "owner", "everything", "admin@acme.example", "a.b.c"} & set(values)


def test_a_program_is_told_by_the_status(site: Site) -> None:
    """Only what a browser asks for is redirected."""
    assert requests.post(f"{site.url}/crm/", timeout=10, allow_redirects=False).status_code == 401


def test_what_the_application_refuses_is_its_own_refusal(site: Site, admitted: Any) -> None:
    """Its 403 is not taken for the gate's."""
    answer = requests.get(f"{site.url}/crm/forbidden", cookies=site.cookies(admitted[1]), timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/json")


def test_whoever_holds_no_seat_reads_why(site: Site, visit: Any, picture: Any) -> None:
    """Signed in and without a seat there: the page of the gate, at the application's address."""
    person = site.shop.hire("petra")
    page = visit()
    page.goto(f"{site.url}/login/proxied?next=/crm/")
    type_password(page, person)
    page.wait_for_url(f"{site.url}/crm/")
    assert "X-Jumpseat-Person" not in page.inner_text("body")
    assert page.locator("main h1").is_visible()
    picture(page, "proxied-refused")


def test_from_the_scim_answer_to_the_first_refusal(site: Site, visit: Any, measured: Any) -> None:
    """Her very next request is refused, each time; how long that takes is kept."""
    person = site.shop.hire("quinn")
    page = visit()
    accept(site.shop, page, person, type_password)
    http, times = requests.Session(), []
    for _ in range(ROUNDS):
        page.goto(f"{site.url}/login/proxied?next=/crm/")
        page.wait_for_url(f"{site.url}/crm/")
        cookies = site.cookies(page)
        assert http.get(f"{site.url}/crm/", cookies=cookies, timeout=10).status_code == 200
        site.shop.leave(person)
        answered = time.perf_counter()
        refused = http.get(f"{site.url}/crm/", cookies=cookies, timeout=10, allow_redirects=False)
        times.append(time.perf_counter() - answered)
        assert refused.status_code == 302, "her next click"
        site.shop.scim.made("PATCH", f"/Users/{person.scim_id}", patch("replace", "active", True))
    measured("gate_refusal_median", sorted(times)[len(times) // 2])
    measured("gate_refusal_worst", max(times))
    page.goto(f"{site.url}/crm/")
    assert page.url.startswith(f"{site.url}/login")


def test_a_gate_that_does_not_answer_lets_nobody_in(site: Site, admitted: Any) -> None:
    """Closed while Jumpseat is down; open again with it, and the session is still there."""
    cookies = site.cookies(admitted[1])
    before = len(site.application.seen)
    site.shop.connector.kill()
    assert requests.get(f"{site.url}/crm/", cookies=cookies, timeout=10).status_code == 500
    assert len(site.application.seen) == before
    site.shop.connector.start()
    wait_for("the gate", lambda: requests.get(f"{site.url}/crm/", cookies=cookies, timeout=10).status_code == 200)
