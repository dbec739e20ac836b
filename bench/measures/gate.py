"""The gate: what a reverse proxy asks for each request of somebody who is signed in and holds a seat."""

from __future__ import annotations

import json

from bench.contenders import Contender, Floor, Jumpseat
from bench.load import MeasureFailed
from bench.measuring import Bench, rate
from bench.parameters import Parameters
from bench.results import Row, Sample

PATH = "/gate/crm"


def sizes(parameters: Parameters) -> set[int]:
    return {parameters.middle}


def run(bench: Bench, size: int) -> None:
    """Measure answers of 200 a second, beside those of an empty 200 by bare Flask."""
    contenders = [one for one in bench.taking_part if isinstance(one, Jumpseat | Floor)]
    cookies: dict[str, list[str]] = {}

    def sample(contender: Contender, _: int) -> Sample:
        if contender.key not in cookies:
            cookies[contender.key] = [cookie for _, cookie in signed_in(contender, 0, bench.parameters.sessions)]
        count = bench.parameters.gate_requests
        have = cookies[contender.key]
        requests = [ask(contender, have[at % len(have)] if have else "") for at in range(count)]
        return rate(contender, requests, 200, warm_up=requests[: min(count, 200)])

    title = f"GET /gate/<account>, a valid session and a seat, {size:,} users, 8 connections"
    bench.take_turns(Row("gate", title, "/s"), contenders, sample)


def signed_in(contender: Contender, first: int, count: int) -> list[tuple[str, str]]:
    """Let people of the directory sign in and accept; return the id and the cookie of each. Nobody, for the floor."""
    if not isinstance(contender, Jumpseat):
        return []
    return [(one["id"], one["session"]) for one in json.loads(contender.prepare("sign-in", str(first), str(count)))]


def ask(contender: Contender, session: str) -> bytes:
    """Return the request that a proxy sends for somebody with this session."""
    outside = contender.address.outside()
    if not isinstance(contender, Jumpseat):
        return outside.request("GET", "/gate")
    if not session:
        raise MeasureFailed("nobody could be signed in")
    return outside.request("GET", PATH, headers=f"Cookie: jumpseat={session}\r\n")
