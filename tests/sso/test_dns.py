"""E-mail domains, proved by what a name server on this machine says."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from click.testing import CliRunner

from connector.cli import program
from connector.lifecycle import domains
from connector.lifecycle.diagnosis import Check, diagnose
from connector.sso import dns as asking
from connector.sso.dns import DomainWatch, texts

from ..installation import CAUSE, Installation
from .conftest import Clock


class NameServer:
    """Answers TXT records by name; an empty list is a name without texts, `failing` says SERVFAIL, `silent` nothing."""

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}
        self.failing = self.silent = False
        self.asked: list[str] = []
        self.address = ""

    def answer(self, packet: bytes) -> bytes | None:
        query = dns.message.from_wire(packet)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        name = query.question[0].name
        self.asked.append(name.to_text(omit_final_dot=True))
        found = self.records.get(self.asked[-1])
        if self.failing:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif found is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif found:
            answer.answer.append(dns.rrset.from_text_list(name, 60, "IN", "TXT", found))
        return None if self.silent else answer.to_wire()


@pytest.fixture
def server() -> Iterator[NameServer]:
    names = NameServer()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            packet, socket = self.request
            answer = names.answer(packet)
            if answer is not None:
                socket.sendto(answer, self.client_address)

    with socketserver.UDPServer(("127.0.0.1", 0), Handler) as listening:
        names.address = f"127.0.0.1:{listening.server_address[1]}"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield names
        listening.shutdown()
        thread.join()


RECORD = "_jumpseat-challenge.acme.example"


@pytest.mark.parametrize(
    ("records", "found"),
    [
        ({RECORD: ['"one" "and the same"', '"another"']}, {"oneand the same", "another"}),
        ({RECORD: []}, set()),
        ({}, set()),
        ({RECORD: [r'"\255\000"']}, {"\ufffd\x00"}),
    ],
    ids=["texts", "no text", "no such name", "odd bytes"],
)
def test_what_a_name_server_says(server: NameServer, records: dict[str, list[str]], found: set[str]) -> None:
    """A text in several pieces is one; a name that is not there has none."""
    server.records = records
    assert set(texts(RECORD, server.address) or ()) == found
    assert server.asked[0] == RECORD


def test_a_name_server_that_fails_has_said_nothing(server: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers SERVFAIL, or not at all: nothing is known then, and nothing waits for long."""
    monkeypatch.setattr(asking, "SECONDS", 0.05)
    monkeypatch.setattr(asking, "WHOLE_SECONDS", 0.2)
    server.failing = True
    assert texts(RECORD, server.address) is None
    server.silent = True
    assert texts(RECORD, server.address) is None


def test_the_worker_looks_domains_up_again(
    installation: Installation, server: NameServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once a day; a lost record is told by `doctor`, and the way to the sign-in stays."""
    object.__setattr__(
        installation.lifecycle, "settings", replace(installation.lifecycle.settings, dns_server=server.address)
    )
    installation.directory("globex")
    installation.prove("acme.example")
    watch = DomainWatch(installation.lifecycle)

    def look() -> list[str]:
        assert not watch.turn()
        return [one.sentence for one in installation.lifecycle.read(diagnose)[Check.DOMAINS]]

    clock.pass_time(days=1, minutes=1)
    server.failing = True
    assert look() == []
    server.failing = False
    assert look() == []
    assert len(set(server.asked)) == 1
    clock.pass_time(hours=1, minutes=1)
    (sentence,) = look()
    assert "acme.example" in sentence
    browser = installation.browser()
    assert "login_hint" in browser.post("/login", browser.get("/login"), where="ada@acme.example").text
    ((_, claim),) = installation.lifecycle.read(domains.listed)
    server.records[claim.record] = [f'"{claim.value}"']
    clock.pass_time(days=1, minutes=1)
    assert look() == []
    asked = len(server.asked)
    assert look() == []
    assert len(server.asked) == asked


def test_a_domain_is_claimed_proved_listed_and_given_up(installation: Installation, server: NameServer) -> None:
    """From the command line, with the record to publish; before it is there, the command says what was found."""

    def run(*words: str, exit_code: int = 0) -> str:
        environment = {
            "JUMPSEAT_DATABASE_URL": installation.url,
            "JUMPSEAT_SECRET_KEY": "a key of thirty-two characters or more",
            "JUMPSEAT_PUBLIC_URL": installation.public_url,
            "JUMPSEAT_DNS_SERVER": server.address,
        }
        done = CliRunner().invoke(program, ["domain", *words], env=environment, prog_name="jumpseat")
        assert done.exit_code == exit_code, done.output
        return done.output

    assert RECORD in run("add", "Acme.Example", "acme")
    ((_, claim),) = installation.lifecycle.read(domains.listed)
    assert claim.value in run("list")
    assert "no such record" in run("verify", "acme.example", "acme", exit_code=1)
    server.records[RECORD] = ['"v=spf1 -all"']
    assert "1 other texts" in run("verify", "acme.example", "acme", exit_code=1)
    server.failing = True
    assert "could not be asked" in run("verify", "acme.example", "acme", exit_code=1)
    server.failing = False
    server.records[RECORD].append(f'"{claim.value}"')
    assert "is proved" in run("verify", "acme.example", "acme")
    assert '"state": "proved"' in run("list", "--json")
    installation.directory("globex")
    run("add", "acme.example", "globex")
    other = next(one for slug, one in installation.lifecycle.read(domains.listed) if slug == "globex")
    server.records[RECORD].append(f'"{other.value}"')
    assert "acme.example" in run("verify", "acme.example", "globex", exit_code=1)
    run("remove", "acme.example", "acme")
    assert "is proved" in run("verify", "acme.example", "globex")
    assert "There is no domain" in run("verify", "acme.example", "acme", exit_code=1)
    assert installation.lifecycle.write(domains.add, "other.example", "acme", CAUSE)
