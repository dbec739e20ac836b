"""People move between departments and groups: what is not due any more ends at once, what is due now begins."""

from __future__ import annotations

from demo.cast import Colleague
from demo.claims import hold
from demo.offers import Seat
from demo.play import Play
from demo.plot import MOVES, Move


def people_move(play: Play) -> None:
    """Let everybody move who does."""
    play.stage.chapter(
        "Four people change jobs",
        "A move ends what is not due any more in the same transaction, and offers what is. Within one account it is "
        "an exchange of seats: who has accepted there is not asked twice.",
    )
    facts = []
    with play.stage.bar("People move", len(MOVES)) as advance:
        for move in MOVES:
            facts.append(_move(play, move))
            advance()
    play.balance()
    for fact in facts:
        play.stage.fact(fact)


def _move(play: Play, move: Move) -> str:
    one = play.who(move.who)
    hold(play.gate(one, move.loses.account).admitted, f"{one.name} was not let in before the move.")
    _tell(play, one, move)
    heir = play.lines.leave(move.loses, one)
    seated = play.lines.arrive(move.gains, one)
    if move.loses.account == move.gains.account:
        outcome = _exchanged(play, one, move)
    else:
        outcome = _replaced(play, one, move, seated=seated)
    if heir:
        play.serve([(heir, move.loses)])
        outcome += f" {heir.name}, next in line, has the seat that came free."
    return f"{one.name} moves to {move.department or move.to_group}: {outcome}"


def _tell(play: Play, one: Colleague, move: Move) -> None:
    client = play.client(one)
    if move.department:
        client.move(one, move.department)
        return
    client.remove_member(move.from_group, one)
    client.add_member(move.to_group, one)


def _exchanged(play: Play, one: Colleague, move: Move) -> str:
    answer = play.gate(one, move.gains.account)
    hold(
        answer.admitted and answer.seats == move.gains.pool,
        f"{one.name} should hold a {move.gains.pool} seat now; the gate answered {answer.status} {answer.seats}.",
    )
    return f"{move.gains.place} exchanges the {_kind(move.loses)} for a {_kind(move.gains)} at once, without a letter."


def _replaced(play: Play, one: Colleague, move: Move, *, seated: bool) -> str:
    answer = play.gate(one, move.loses.account)
    hold(not answer.admitted, f"{one.name} still enters {move.loses.place}, which is not due any more.")
    play.members.discard((one, move.loses.account))
    if not seated:
        return f"{move.loses.place} refuses; {move.gains.place} is full, so there is a place in line."
    play.serve([(one, move.gains)])
    return f"{move.loses.place} refuses; {move.gains.place} invited, and lets in."


def _kind(seat: Seat) -> str:
    return f"{seat.pool.replace('_', ' or ')} seat"
