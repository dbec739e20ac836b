"""Keycloak's own letters, in the theme."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from ..running import wait_for

SUBJECTS = {"en": "Your account needs something from you", "fr": "Votre compte attend quelque chose de vous"}
FOOTERS = {"en": "It never asks", "fr": "Il ne demande jamais"}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_letter_of_keycloak_is_in_her_language_and_our_look(
    shop: Any, mail: Any, visit: Any, picture: Any, language: str, dark: bool
) -> None:
    """Asked to set a password, she gets subject, text, link and footer in the language of her account."""
    colours = "dark" if dark else "light"
    port = str(urlsplit(mail[1]).port)
    shop.realm.update_realm("acme", {"smtpServer": {"host": "127.0.0.1", "port": port, "from": "sso@acme.example"}})
    address = f"letter-{language}-{colours}@acme.example"
    user = {"username": address, "email": address, "firstName": "Ada", "lastName": "Example", "enabled": True}
    user_id = shop.realm.create_user({**user, "attributes": {"locale": [language]}})
    shop.realm.send_update_account(user_id, ["UPDATE_PASSWORD"])
    letter = wait_for("the letter", lambda: mail[0].to(address))[-1]
    text, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert letter["Subject"] == SUBJECTS[language]
    assert f"{shop.issuer}/login-actions/action-token" in text
    assert FOOTERS[language] in html
    page = visit(language, dark=dark)
    page.set_content(html)
    picture(page, f"letter-{language}-{colours}")
