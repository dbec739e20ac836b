"""Letters arrive and are answered: accepted after sign-in, declined, or never; then the gates are tried."""

from __future__ import annotations

from itertools import groupby

from demo.cast import Colleague
from demo.claims import hold
from demo.letters import Invited
from demo.offers import ACCOUNTS, Seat
from demo.play import Play
from demo.plot import DECLINE, IMPOSTOR, NEVER_ANSWER


def invitations_are_answered(play: Play) -> dict[Invited, str]:
    """Let everybody answer as the plot says; return the links that nobody answered."""
    play.stage.chapter(
        "Invitations are answered",
        "A promise is a letter with a link that works once, for one person. To accept she signs in at her own "
        "directory (OpenID Connect), which binds that identity to her. Who waits in line is not written to.",
    )
    seats = {(one, seat.account): seat for seat, seated in play.lines.seated.items() for one in seated}
    with play.stage.bar("Letters arrive", len(seats)) as advance:
        links = play.letters.wait_for(seats, advance)
    declining = {(play.who(part), seat.account): seat for part, seat in DECLINE}
    silent = {(play.who(part), seat.account) for part, seat in NEVER_ANSWER}
    accepting = {invited: link for invited, link in links.items() if invited not in declining.keys() | silent}
    _an_impostor_tries(play, *min(accepting.items(), key=lambda entry: entry[0][0].user_name))
    _accept(play, accepting, seats)
    heirs = [heir for invited, seat in declining.items() if (heir := _decline(play, invited, seat, links[invited]))]
    play.serve(heirs)
    play.balance()
    play.stage.fact(
        f"{len(declining)} decline, and will not be asked again; {len(heirs)} of their seats go to whoever is next in "
        f"line. {len(silent)} do not answer, and hold a promise until it expires."
    )
    return {invited: links[invited] for invited in silent}


def gates_are_tried(play: Play) -> None:
    """Ask every gate for everybody, those of Finance included, to whom nothing is due."""
    strangers = [one for one in play.estate.company.people if one.department == "Finance"]
    play.stage.chapter(
        "Everybody tries every gate",
        "A reverse proxy asks /gate/<account> at each request. Only who is active, has accepted and holds a seat in "
        f"that very account is let in. {len(strangers)} people of Finance, who are due nothing, sign in and try too.",
    )
    with play.stage.bar("People of Finance sign in", len(strangers)) as advance:
        for one in strangers:
            play.browsers[one].sign_in(f"{play.estate.public_url}/login/{play.estate.directory(one.house)}?next=/me")
            advance()
    total = len(play.estate.company.people) * len(ACCOUNTS)
    with play.stage.bar("The gates are asked", total) as advance:
        admitted = play.ask_every_gate(advance)
    play.stage.fact(f"{admitted} times the gate opened, each time for a member; {total - admitted} times it did not.")


def _an_impostor_tries(play: Play, invited: Invited, link: str) -> None:
    impostor = play.who(IMPOSTOR)
    reason = play.browsers[impostor].try_to_accept(link)
    hold(
        reason == "identity-mismatch",
        f"{impostor.name} opened the letter of {invited[0].name}, and was answered {reason or 'as if it were hers'}.",
    )
    play.stage.fact(
        f"{impostor.name} opens the letter of {invited[0].name}, signs in and accepts: refused ({reason}), "
        f"and the link stays good for {invited[0].given}."
    )


def _accept(play: Play, accepting: dict[Invited, str], seats: dict[Invited, Seat]) -> None:
    ordered = sorted(accepting, key=lambda invited: (invited[0].user_name, invited[1]))
    people = [list(theirs) for _, theirs in groupby(ordered, key=lambda invited: invited[0])]

    def accept_all(theirs: list[Invited]) -> Colleague:
        for invited in theirs:
            play.accept(invited[0], seats[invited], accepting[invited])
        return theirs[0][0]

    with play.stage.bar("People sign in and accept", len(people)) as advance:
        for _ in play.at_once(people, accept_all, advance):
            pass
    play.stage.fact(f"{len(people)} people signed in, accepted {len(accepting)} seats, and passed the gate.")


def _decline(play: Play, invited: Invited, seat: Seat, link: str) -> tuple[Colleague, Seat] | None:
    one = invited[0]
    play.browsers[one].decline(link)
    heir = play.lines.leave(seat, one)
    return (heir, seat) if heir else None
