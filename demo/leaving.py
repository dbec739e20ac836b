"""People leave. From the answer to the directory's request on, their cookies open nothing, and the next are served."""

from __future__ import annotations

import time

from demo.cast import Colleague
from demo.claims import hold
from demo.letters import Invited
from demo.offers import Seat
from demo.play import Departure, Play
from demo.plot import LEAVES_UNANSWERED, LEAVINGS, How, Leaving


def people_leave(play: Play, unanswered: dict[Invited, str]) -> None:
    """Let everybody leave who does, and time the cut."""
    play.stage.chapter(
        "Nine departures",
        "In one transaction the sessions and the membership end, the seat frees and goes to whoever has waited "
        "longest. Each leaver had just been let in; the very next request with the same cookie must be refused.",
    )
    with play.stage.bar("People leave, heirs accept", len(LEAVINGS)) as advance:
        for leaving in LEAVINGS:
            play.departures.append(_leave(play, leaving))
            advance()
    part, seat = LEAVES_UNANSWERED
    withdrawn = _leave_unanswered(play, play.who(part), seat, unanswered)
    play.balance()
    slowest = max(departure.milliseconds for departure in play.departures)
    heirs = sum(len(departure.heirs) for departure in play.departures)
    play.stage.fact(
        f"All {len(LEAVINGS)} were refused by the first request after the directory's was answered, within "
        f"{slowest:.0f} ms. {heirs} seats went to the next in line, who are in."
    )
    play.stage.fact(withdrawn)


def _leave(play: Play, leaving: Leaving) -> Departure:
    one, cut = play.who(leaving.who), sorted({seat.account for seat in leaving.seats})
    for account in cut:
        hold(play.gate(one, account).admitted, f"{one.name} was not let into {account} before leaving.")
    _tell(play, one, leaving)
    answered = time.perf_counter()
    first = play.gate(one, cut[0])
    for account, answer in [(cut[0], first), *((account, play.gate(one, account)) for account in cut[1:])]:
        hold(not answer.admitted, f"{one.name} has left, and the gate of {account} let her in once more.")
        play.members.discard((one, account))
    heirs = [(heir, seat) for seat in leaving.seats if (heir := play.lines.leave(seat, one))]
    play.serve(heirs)
    return Departure(one, leaving, (first.at - answered) * 1000, first.reason, tuple(heir for heir, _ in heirs))


def _tell(play: Play, one: Colleague, leaving: Leaving) -> None:
    client = play.client(one)
    match leaving.how:
        case How.PATCH:
            client.deactivate(one)
        case How.DELETE:
            client.delete(one)
        case How.GROUP:
            client.remove_member(leaving.group, one)


def _leave_unanswered(play: Play, one: Colleague, seat: Seat, unanswered: dict[Invited, str]) -> str:
    """Let somebody leave who never answered: her link says so, and her promised seat is free."""
    play.client(one).deactivate(one)
    play.lines.leave(seat, one)
    page = play.browsers[one].get(unanswered[one, seat.account])
    reason = page.headers.get("X-Jumpseat-Reason", "")
    hold(reason == "invitation-cancelled", f"{one.name} has left, and her invitation was shown as {reason or 'good'}.")
    return f"{one.name} leaves without having answered: the link now says {reason}, and the seat is free."
