"""What must come of it, reckoned apart from the connector: who holds which seat, and who is next in line.

A list and a number for each kind of seat, and nothing else. The connector's answers are held against it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from demo.cast import Colleague
from demo.offers import Seat


@dataclass(slots=True)
class Lines:
    """Every seat's holders, promised ones among them, and its waiting line, both in order of arrival."""

    seated: dict[Seat, list[Colleague]] = field(default_factory=lambda: defaultdict(list))
    waiting: dict[Seat, list[Colleague]] = field(default_factory=lambda: defaultdict(list))

    def arrive(self, seat: Seat, one: Colleague) -> bool:
        """Seat somebody to whom it became due, or put her last in line; tell whether a seat was there."""
        seats = seat.room is None or len(self.seated[seat]) < seat.room
        (self.seated if seats else self.waiting)[seat].append(one)
        return seats

    def leave(self, seat: Seat, one: Colleague) -> Colleague | None:
        """Take somebody's seat or place in line away; return who was next in line and is seated now."""
        if one in self.waiting[seat]:
            self.waiting[seat].remove(one)
            return None
        self.seated[seat].remove(one)
        if not self.waiting[seat]:
            return None
        heir = self.waiting[seat].pop(0)
        self.seated[seat].append(heir)
        return heir

    def seats_of(self, one: Colleague) -> list[Seat]:
        """Return the seats that somebody holds or is promised."""
        return [seat for seat, seated in self.seated.items() if one in seated]

    def places_of(self, one: Colleague) -> list[Seat]:
        """Return the seats in whose line somebody waits."""
        return [seat for seat, waiting in self.waiting.items() if one in waiting]
