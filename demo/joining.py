"""People join, groups are pushed, seats are promised in order of arrival, and whoever finds none waits in line."""

from __future__ import annotations

from demo.cast import GROUPS, HOUSES, Colleague
from demo.offers import RULES
from demo.play import Play
from demo.speaking import Speech

CLIENT_NAMES = {Speech.OKTA: "Okta", Speech.ENTRA: "Entra ID"}


def people_join(play: Play) -> None:
    """Let both directories state their people, one after the other."""
    play.stage.chapter(
        "Sixty people join",
        "Okta states Lumen's people, Entra ID those of Brightwater, each in its own dialect. Some rules look at the "
        "department, so seats are promised in the transaction that records the person, in order of arrival.",
    )
    for house, name in HOUSES.items():
        people = play.estate.company.of(house)
        with play.stage.bar(f"{CLIENT_NAMES[house]} states {name.title()}'s people", len(people)) as advance:
            for one in people:
                play.client(one).state(one)
                _become_due(play, one, department=one.department)
                advance()
    play.balance()
    play.stage.fact(f"{len(play.estate.company.people)} people are known; {_standing(play)}.")


def groups_are_pushed(play: Play) -> None:
    """Let both directories push their groups with members."""
    play.stage.chapter(
        "Groups are pushed",
        "Being in a group makes a seat due as well. Brevo's Standard plan with Sales Essentials has three caps at "
        "once (users, Marketing seats, Sales seats), and more people are due than it has seats: a line forms.",
    )
    for house in HOUSES:
        total = sum(len(members) for members in GROUPS.values())
        with play.stage.bar(f"{CLIENT_NAMES[house]} pushes {len(GROUPS)} groups", total) as advance:
            for group in GROUPS:
                members = play.estate.company.group(house, group)
                play.estate.clients[house].push_group(group, members, advance)
                for one in members:
                    _become_due(play, one, group=group)
    play.balance()
    play.stage.fact(f"Now {_standing(play)}. No pool is oversold.")


def _become_due(play: Play, one: Colleague, *, department: str = "", group: str = "") -> None:
    for rule in RULES:
        if (rule.department == department and department) or (rule.group == group and group):
            play.lines.arrive(rule.seat, one)


def _standing(play: Play) -> str:
    promised = sum(map(len, play.lines.seated.values()))
    waiting = sum(map(len, play.lines.waiting.values()))
    return f"{promised} seats are promised and {waiting} people wait in line"
