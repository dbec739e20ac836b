"""Who plays: sixty people of two companies, the groups they are in, and what each of them will do. Always the same."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from demo.speaking import ProviderPerson, Speech

HOUSES: Mapping[Speech, str] = {Speech.OKTA: "lumen", Speech.ENTRA: "brightwater"}
"""Lumen has Okta; Brightwater, which it bought, has Entra ID."""

DEPARTMENTS = {"Marketing": 6, "Sales": 6, "Support": 5, "Engineering": 7, "Finance": 3, "People": 3}
"""How many people of each company work where, in the order in which they join."""

GROUPS: Mapping[str, tuple[tuple[str, int], ...]] = {
    "Newsletter": (("Marketing", 1), ("Marketing", 2)),
    "Deals": (("Sales", 1), ("Sales", 2), ("Sales", 3)),
    "Automation": (("Marketing", 3), ("Marketing", 4)),
    "Shop": (("Marketing", 5), ("Marketing", 6), ("Sales", 4)),
    "Templates": (("People", 1), ("People", 2)),
}
"""Who is in which group of each company's directory, by department and place in it."""

_LUMEN = """
Ada Osei, Bruno Keller, Chiara Conti, Daniel Roth, Elif Demir, Farah Haddad, Goran Babic, Hana Sato, Ines Duarte,
Jonas Weber, Katya Orlova, Liam Byrne, Mina Park, Noor Rahman, Oscar Lind, Petra Novak, Quentin Moreau, Rosa Jimenez,
Samir Aziz, Tove Nilsen, Uma Iyer, Viktor Horvat, Wanda Zielinska, Xavier Roca, Yara Nassar, Zoe Martin, Amara Diallo,
Boris Petrov, Celine Dubois, Diego Torres
"""
_BRIGHTWATER = """
Erin Walsh, Felix Brandt, Grace Mensah, Hugo Lopes, Irina Popa, Jack Turner, Kofi Boateng, Lena Vogel, Marco Greco,
Nadia Khalil, Olga Ivanova, Pablo Vega, Qing Zhao, Ravi Menon, Sofia Berg, Tomas Dvorak, Ursula Frei, Vera Costa,
Will Hughes, Ximena Rios, Yusuf Kaya, Zara Malik, Anton Bauer, Bea Molnar, Carlos Pinto, Dina Said, Emil Larsen,
Freya Olsen, Gita Sharma, Henk Visser
"""


@dataclass(frozen=True, slots=True)
class Colleague:
    """One person; `place` is hers within her department and company, and `external_id` is her directory's id."""

    house: Speech
    name: str
    department: str
    place: int
    user_name: str
    external_id: str

    @property
    def given(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def family(self) -> str:
        return self.name.partition(" ")[2]

    @property
    def at_provider(self) -> ProviderPerson:
        """Her account where she signs in."""
        return ProviderPerson(self.external_id, self.user_name, self.name, self.user_name)


@dataclass(frozen=True, slots=True)
class Company:
    """Everybody, by company, department and place; `run` makes the names of one performance differ from the next."""

    run: str
    people: tuple[Colleague, ...] = field(repr=False)

    def of(self, house: Speech) -> list[Colleague]:
        """Return one company's people in the order in which they join."""
        return [one for one in self.people if one.house is house]

    def one(self, house: Speech, department: str, place: int) -> Colleague:
        return next(one for one in self.people if (one.house, one.department, one.place) == (house, department, place))

    def group(self, house: Speech, name: str) -> list[Colleague]:
        """Return the members of a group as the directory first states them."""
        return [self.one(house, department, place) for department, place in GROUPS[name]]


def company(run: str) -> Company:
    """Return the cast of one performance; the same `run` gives the same people with the same ids."""
    return Company(run, (*_people(Speech.OKTA, _LUMEN, run), *_people(Speech.ENTRA, _BRIGHTWATER, run)))


def _people(house: Speech, names: str, run: str) -> Iterable[Colleague]:
    jobs = [(department, place) for department, size in DEPARTMENTS.items() for place in range(1, size + 1)]
    for name, (department, place) in zip(names.replace("\n", " ").split(","), jobs, strict=True):
        plain = name.strip()
        address = f"{plain.replace(' ', '.').lower()}@{HOUSES[house]}-{run}.example"
        yield Colleague(house, plain, department, place, address, _external_id(house, address))


def _external_id(house: Speech, address: str) -> str:
    """Make an id of the directory's form: Okta's begins with 00u, Entra's objectId is a GUID."""
    if house is Speech.ENTRA:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, address))
    return "00u" + hashlib.sha256(address.encode()).hexdigest()[:17]
