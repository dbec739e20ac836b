"""The theme as files: both languages say the same things, and what is written can be read."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from subprocess import run
from sys import executable

import pytest

from connector.keycloak import gate, wishes

ROOT = Path(__file__).parents[2] / "keycloak-theme"
THEME = ROOT / "theme" / "jumpseat"
CSS = (THEME / "login/resources/css/jumpseat.css").read_text()
TEXT_ON_GROUND = [
    ("ink", "paper"),
    ("ink", "ground"),
    ("quiet", "paper"),
    ("accent", "paper"),
    ("on-accent", "accent"),
    ("danger", "paper"),
]


def messages(kind: str, language: str) -> dict[str, str]:
    lines = (THEME / kind / "messages" / f"messages_{language}.properties").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def colours(selector: str) -> dict[str, str]:
    block = re.search(re.escape(selector) + r" \{(.*?)\}", CSS, re.DOTALL)
    assert block is not None
    return dict(re.findall(r"--jumpseat-([a-z-]+): (#[0-9a-f]{6});", block[1]))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: (lighter + 0.05) / (darker + 0.05), of relative luminances."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("kind", ["login", "email"])
def test_both_languages_have_the_same_messages(kind: str) -> None:
    """Nobody reads a key, or another language, where a sentence was forgotten."""
    english, french = messages(kind, "en"), messages(kind, "fr")
    assert english.keys() == french.keys()
    for key in english:
        assert set(re.findall(r"\{\d\}", english[key])) == set(re.findall(r"\{\d\}", french[key])), key


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_gate_refuses_in_words_that_the_theme_has(language: str) -> None:
    """The keys that the flows name are keys of the theme; a key that is missing would itself be shown."""
    assert {gate.PENDING_MESSAGE, gate.STRANGER_MESSAGE} <= messages("login", language).keys()


@pytest.mark.parametrize("kind", ["login", "email"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_apostrophes_are_written_twice(kind: str, language: str) -> None:
    """Java's MessageFormat takes a single apostrophe away, and with it the meaning of what follows."""
    for key, text in messages(kind, language).items():
        assert "'" not in text.replace("''", ""), key


@pytest.mark.parametrize("selector", [":root", ":root.pf-v5-theme-dark"], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_is_readable_on_its_ground(selector: str, text: str, ground: str) -> None:
    """WCAG 2.2 success criterion 1.4.3 asks for a contrast of 4.5."""
    palette = colours(selector)
    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("selector", [":root", ":root.pf-v5-theme-dark"], ids=["light", "dark"])
def test_fields_and_the_keyboards_place_can_be_seen(selector: str) -> None:
    """WCAG 2.2 success criterion 1.4.11 asks for 3 between a control's frame, or its outline, and what is beside it."""
    palette = colours(selector)
    for line in ("field", "accent"):
        assert contrast(palette[line], palette["paper"]) >= 3


def test_the_parents_styles_come_first() -> None:
    """A child's list of styles replaces the parent's, so the parent's own is named again, before ours."""
    properties = (THEME / "login/theme.properties").read_text()
    assert "\nstyles=css/styles.css css/jumpseat.css\n" in properties


def test_the_jar_holds_the_theme_under_the_name_that_realms_are_given(tmp_path: Path) -> None:
    """What `make theme` packs is what Keycloak looks for in a provider: META-INF/keycloak-themes.json and theme/."""
    jar = tmp_path / "theme.jar"
    run([executable, "-m", "zipfile", "-c", str(jar), "META-INF", "theme"], cwd=ROOT, check=True)
    with zipfile.ZipFile(jar) as packed:
        listed = json.loads(packed.read("META-INF/keycloak-themes.json"))["themes"]
        assert listed == [{"name": wishes.THEME, "types": ["login", "email"]}]
        assert "theme/jumpseat/login/theme.properties" in packed.namelist()
