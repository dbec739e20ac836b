"""Reading catalogue files: what comes with the product, and what is said of a file that is wrong."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from connector.domain.catalogue import Catalogue, Giving, Nature
from connector.domain.errors import FileInvalid, NotFound
from connector.domain.plans import PoolOffer, Price
from connector.domain.text import Text
from connector.mappers.catalogues import known_catalogues, load_catalogue, read_catalogue

ACME = """\
key: acme
name: Acme
nature: chosen
owner:
  seats: {gold: 1}
  leaves: {en: Transfer first., fr: Transférer d'abord.}
pools:
  gold: {label_en: Gold, label_fr: Or}
  tin: {label_en: Tin, label_fr: Étain}
seat_types:
  tin: {label_en: Tin, label_fr: Étain, draws: [tin], rank: 1}
  gold: {label_en: Gold, label_fr: Or, draws: [gold], rank: 2, includes: [tin], taken_by: [mine]}
plans:
  small:
    label_en: Small
    label_fr: Petit
    pools:
      gold: {included: 2, most: 5, prices: {EUR: "9.90", USD: "11"}}
      tin: unlimited
    features: [mining]
    addons: {more: {gold: by-contract}}
areas:
  mine: {label_en: Mine, label_fr: Mine}
permissions:
  dig: {area: mine, label_en: Dig, label_fr: Creuser, plan_features: [mining]}
  dig_deep: {area: mine, label_en: Dig deep, label_fr: Creuser loin, requires: [dig], seat_types: [gold]}
roles:
  miner: {label_en: Miner, label_fr: Mineur, permissions: {areas: [mine]}, excludes: [dig_deep]}
invitation:
  counts_in_quota: true
  ttl_hours: 48
departure:
  action: revoke
  breaks: {lamp: {label_en: Lamp, label_fr: Lampe}}
work_orders:
  revoke:
    - {en: Take the lamp., fr: Reprendre la lampe.}
"""


def read(old: str = "", new: str = "") -> Catalogue:
    """Read the file with something in it replaced."""
    assert old in ACME
    return read_catalogue(ACME.replace(old, new, 1), "acme.yaml")


def refusal(old: str, new: str) -> FileInvalid:
    """Read the file with something in it replaced, and return what is said of it."""
    with pytest.raises(FileInvalid) as caught:
        read(old, new)
    return caught.value


def line_of(text: str) -> int:
    """Return the line of the file on which this stands."""
    return ACME[: ACME.index(text)].count("\n") + 1


def test_a_file_becomes_a_catalogue() -> None:
    """Every part of the file is found again in the catalogue."""
    acme = read()
    assert (acme.key, acme.name, acme.vendor, acme.nature) == ("acme", "Acme", "acme", Nature.CHOSEN)
    assert acme.owner_seats == {"gold": 1}
    assert acme.owner_leaves == Text("Transfer first.", "Transférer d'abord.")
    assert acme.pools["tin"].label == Text("Tin", "Étain")
    assert acme.seat_type("gold").includes == {"tin"}
    assert acme.seat_type("gold").taken_by == {"dig", "dig_deep"}
    plan = acme.plan("small")
    assert plan.offer("gold") == PoolOffer(2, 5, (Price(Decimal("9.90"), "EUR"), Price(Decimal(11), "USD")))
    assert plan.offer("tin") == PoolOffer(None, None)
    assert plan.with_addons(["more"]).offer("gold") == PoolOffer(None, None, by_contract=True)
    assert acme.permission("dig_deep").requires == {"dig"}
    assert acme.role("miner").permissions == {"dig"}
    assert acme.role("miner").whole
    assert acme.invitation.ttl_hours == 48
    assert (acme.giving, acme.sub_accounts) == (Giving(), None)
    assert acme.departure.reversible is None
    assert [asset.label.fr for asset in acme.departure.breaks] == ["Lampe"]
    assert acme.work_orders == {"revoke": (Text("Take the lamp.", "Reprendre la lampe."),)}


def test_a_price_keeps_its_digits() -> None:
    """From text to Decimal, never through a float."""
    price = read().plan("small").offer("gold").price_in("EUR")
    assert price is not None
    assert str(price.amount) == "9.90"


# what is replaced, by what, the key that is named, and words that are said
WRONG = [
    ("name: Acme", "nmae: Acme", "nmae", "Known, nearest first: name,"),
    ("name: Acme\n", "", "(document)", "lacks the key 'name'"),
    ("key: acme", "key: acne", "key", "must be the file's name"),
    ("name: Acme", "name: 12", "name", "must be a text, not '12'"),
    ("name: Acme", "name: ''", "name", "must be a text, not nothing"),
    ("nature: chosen", "nature: chosn", "nature", "there is no nature 'chosn'. Known, nearest first: chosen"),
    ("seats: {gold: 1}", "seats: {god: 1}", "owner.seats.god", "there is no pool 'god'. Known, nearest first: gold"),
    ("seats: {gold: 1}", "seats: {gold: -1}", "owner.seats.gold", "must not be below 0, and is -1"),
    ("seats: {gold: 1}", "seats: {gold: one}", "owner.seats.gold", "must be a whole number, not 'one'"),
    ("seats: {gold: 1}", "seats: {gold: 1.5}", "owner.seats.gold", "must be a whole number, not '1.5'"),
    ("draws: [tin]", "draws: [tni]", "seat_types.tin.draws[1]", "there is no pool 'tni'. Known, nearest first: tin"),
    ("draws: [tin]", "draws: [tin, tin]", "seat_types.tin.draws[2]", "names 'tin' a second time"),
    ("draws: [tin]", "draws: tin", "seat_types.tin.draws", "must be a list, not 'tin'"),
    ("includes: [tin]", "includes: [ton]", "seat_types.gold.includes[1]", "there is no seat type 'ton'"),
    ("taken_by: [mine]", "taken_by: [mime]", "seat_types.gold.taken_by[1]", "there is no area 'mime'"),
    ("rank: 2", "rank: 1", "seat_types", "a rank of its own"),
    ("tin: unlimited", "tan: unlimited", "plans.small.pools.tan", "there is no pool 'tan'"),
    ("tin: unlimited", "tin: endless", "plans.small.pools.tin", "must be a whole number, not 'endless'"),
    ("tin: unlimited", "tin: -1", "plans.small.pools.tin", "must not be below 0"),
    ("most: 5", "most: 1", "plans.small.pools.gold.most", "must not be below what is included"),
    ("included: 2", "included: unlimited", "plans.small.pools.gold.most", "must not be below what is included"),
    ('EUR: "9.90"', "EUR: 9.90", "plans.small.pools.gold.prices.EUR", "must be a text, not '9.90'"),
    ('EUR: "9.90"', 'EUR: "nine"', "plans.small.pools.gold.prices.EUR", "must be a decimal number in quotes"),
    ('EUR: "9.90"', 'EUR: "-1"', "plans.small.pools.gold.prices.EUR", "must be an amount of zero or more"),
    ('EUR: "9.90"', 'EUR: "NaN"', "plans.small.pools.gold.prices.EUR", "must be an amount of zero or more"),
    ('EUR: "9.90"', 'Euro: "9.90"', "plans.small.pools.gold.prices.Euro", "is no ISO 4217 code"),
    ('{EUR: "9.90", USD: "11"}', '"9.90"', "plans.small.pools.gold.prices", "must be a map, not '9.90'"),
    ("addons: {more: {gold:", "addons: {more: {god:", "plans.small.addons.more.god", "there is no pool 'god'"),
    ("area: mine, label_en: Dig,", "area: mime, label_en: Dig,", "permissions.dig.area", "there is no area 'mime'"),
    ("requires: [dig]", "requires: [dog]", "permissions.dig_deep.requires[1]", "no permission 'dog'. Known"),
    ("requires: [dig]", "implies: [dog]", "permissions.dig_deep.implies[1]", "there is no permission 'dog'"),
    ("seat_types: [gold]", "seat_types: [god]", "permissions.dig_deep.seat_types[1]", "there is no seat type 'god'"),
    ("plan_features: [mining]", "plan_features: [minig]", "permissions.dig.plan_features[1]", "no feature or add-on"),
    ("seat_types: [gold]", "grantable: yes", "permissions.dig_deep.grantable", "must be true or false, not 'yes'"),
    ("{areas: [mine]}", "[dgi]", "roles.miner.permissions[1]", "there is no permission 'dgi'"),
    ("{areas: [mine]}", "{areas: [mime]}", "roles.miner.permissions.areas[1]", "there is no area 'mime'"),
    ("{areas: [mine]}", "everything", "roles.miner.permissions", "must be a list, not 'everything'"),
    ("excludes: [dig_deep]", "excludes: [dip]", "roles.miner.excludes[1]", "there is no permission 'dip'"),
    ("ttl_hours: 48", "ttl_hours: 0", "invitation.ttl_hours", "must not be below 1"),
    ("ttl_hours: 48", "ttl_hours: soon", "invitation.ttl_hours", "must be a whole number"),
    ("counts_in_quota: true", "counts_in_quota: maybe", "invitation.counts_in_quota", "must be true or false"),
    ("roles:", "giving: {needs: [dgi]}\nroles:", "giving.needs[1]", "no permission 'dgi'. Known, nearest first: dig"),
    ("roles:", "giving: {neds: [dig]}\nroles:", "giving.neds", "there is no key 'neds'"),
    ("roles:", "giving: {only_own: yes}\nroles:", "giving.only_own", "must be true or false"),
    ("roles:", "sub_accounts: {}\nroles:", "sub_accounts", "lacks the key 'plan_features'"),
    ("roles:", "sub_accounts: {plan_features: [shafts]}\nroles:", "sub_accounts.plan_features[1]", "'shafts'"),
    ("  dig: {", "  dig@all: {", "permissions.dig@all", "a key has no '@'"),
    ("  miner: {", "  miner@all: {", "roles.miner@all", "a key has no '@'"),
    ("seat_types: [gold]", "note: Hard work.", "permissions.dig_deep.note", "must be a map"),
    ("ttl_hours: 48", "same_for_batch: 1", "invitation.same_for_batch", "must be true or false"),
    ("  revoke:", "  revok:", "work_orders.revok", "there is no work order 'revok'. Known, nearest first: revoke"),
    ("Take the lamp.", "'Take {lamp}.'", "work_orders.revoke[1].en", "nothing to put for {lamp}. Known"),
    ("label_fr: Lampe", "label_fr: L, permissions: [dgi]", "departure.breaks.lamp.permissions[1]", "no permission"),
    ("fr: Reprendre la lampe.", "it: Prendi.", "work_orders.revoke[1].it", "there is no key 'it'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "said"), WRONG)
def test_what_is_wrong_is_named_with_file_line_and_key(old: str, new: str, key: str, said: str) -> None:
    """The sentence has all three, and the nearest known names where a name is wrong."""
    found = refusal(old, new)
    assert found.file == "acme.yaml"
    assert found.key == key
    assert said in found.problem
    assert str(found).startswith(f"acme.yaml, line {found.line}, {key}: ")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("nature: chosen", "nature: chosn", "nature: chosen"),
        ("requires: [dig]", "requires: [dog]", "dig_deep: {"),
        ('EUR: "9.90"', "EUR: 9.90", 'EUR: "9.90"'),
        ("  revoke:", "  revok:", "  revoke:"),
        ("ttl_hours: 48", "ttl_hours: soon", "ttl_hours: 48"),
        ("  counts_in_quota: true\n", "", "  counts_in_quota: true\n"),
        ("name: Acme\n", "", "key: acme"),
    ],
)
def test_the_line_is_the_one_on_which_it_stands(old: str, new: str, line: str) -> None:
    """Lines count from one; what is missing is said of the map that lacks it."""
    assert refusal(old, new).line == line_of(line)


def test_a_reminder_must_come_before_the_end() -> None:
    """A reminder at the end, or where nothing ends, is refused."""
    assert read("ttl_hours: 48", "ttl_hours: 48\n  reminder_hours: 47").invitation.reminder_hours == 47
    for wrong in ("ttl_hours: 48\n  reminder_hours: 48", "reminder_hours: 1"):
        assert refusal("ttl_hours: 48", wrong).key == "invitation.reminder_hours"


def test_a_catalogue_without_a_plan_or_a_seat_type_is_refused() -> None:
    """There would be nothing to open an account with, nor to hold in it."""
    for part in ("seat_types", "plans"):
        emptied = re.sub(rf"^{part}:\n(  .*\n)+", f"{part}: {{}}\n", ACME, flags=re.MULTILINE)
        with pytest.raises(FileInvalid, match="at least one entry"):
            read_catalogue(emptied, "acme.yaml")


def test_a_key_stands_once() -> None:
    """Neither of two is taken; the second is named."""
    found = refusal("name: Acme", "name: Acme\nname: Acne")
    assert (found.key, found.line) == ("name", 3)
    assert "twice" in found.problem


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (BOMB, 1, "anchors and aliases are not allowed"),
        ("a: [x]\nb: *a\n", 2, "anchors and aliases are not allowed"),
        ("a: 1\nb: !!python/object/apply:os.getcwd []\n", 2, "tags are not allowed"),
        ("a: 1\nb: [1\n", 3, "is not YAML"),
        ("a: 1\n---\nb: 1\n", 2, "is not YAML"),
        ("a: \x07\n", 1, "characters that YAML does not allow"),
        ("", 1, "is empty"),
        ("- a\n", 1, "must be a map, not a list"),
        ("[" * 500, 1, "is nested more than 20 deep"),
        ("12: 1\n", 1, "must be a text, not '12'"),
        ("? [a]\n: 1\n", 1, "must be a text, not a list"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(text: str, line: int, said: str) -> None:
    """Aliases (and so alias bombs), tags, broken and deep documents never reach the catalogue."""
    with pytest.raises(FileInvalid, match=re.escape(said)) as caught:
        read_catalogue(text, "bad.yaml")
    assert (caught.value.file, caught.value.line) == ("bad.yaml", line)


def test_a_text_that_is_too_large_is_refused_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of many megabytes costs nothing."""
    monkeypatch.setattr("yaml.parse", lambda *_, **__: pytest.fail("was parsed"))
    with pytest.raises(FileInvalid, match="more than 1000000 characters"):
        read_catalogue("#" * 1_000_001, "big.yaml")


def test_the_catalogues_of_the_five_vendors_and_the_plain_one_come_with_the_product() -> None:
    """Brevo in both of its models."""
    assert known_catalogues() == [
        "activecampaign",
        "brevo",
        "brevo-classic",
        "hubspot",
        "klaviyo",
        "mailjet",
        "plain",
    ]  # fmt: skip


@pytest.mark.parametrize("key", known_catalogues())
def test_every_file_of_ours_can_be_read(key: str) -> None:
    """Each is read once and kept."""
    assert load_catalogue(key).key == key
    assert load_catalogue(key) is load_catalogue(key)


@pytest.mark.parametrize("name", ["bravo", "../settings", "brevo.yaml", ""])
def test_an_unknown_catalogue_is_refused_with_the_known_ones(name: str) -> None:
    """Only names of files of ours are ever opened."""
    with pytest.raises(NotFound) as caught:
        load_catalogue(name)
    assert set(caught.value.known) == set(known_catalogues())


def test_a_new_vendor_is_a_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in the folder is a catalogue; no code knows its name."""
    (tmp_path / "acme.yaml").write_text(ACME, encoding="utf-8")
    monkeypatch.setattr("connector.mappers.catalogues._folder", lambda: tmp_path)
    assert known_catalogues() == ["acme"]
    assert load_catalogue.__wrapped__("acme").name == "Acme"
