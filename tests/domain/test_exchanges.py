"""What is kept of a body: all of it where nothing in it is secret, however it is written."""

from __future__ import annotations

import json

import pytest

from connector.domain.exchanges import DEEPEST, redacted_body

SECRETS = [
    {"password": "hunter22"},
    {"PassWord": "hunter22"},
    {"pa\u017f\u017fword": "hunter22"},
    {"clientSecret": "hunter22"},
    {"access_token": ["hunter22"]},
    {"Authorization": {"x": "hunter22"}},
    {"credentials": "hunter22"},
    {"nickName": "jst_hunter22"},
    {"nickName": "jsa_hunter22"},
    {"nickName": "jss_hunter22"},
    {"nickName": "jso_hunter22"},
    {"nickName": "Bearer hunter22"},
    {"nickName": "bearer\thunter22"},
    {"nickName": "BASIC hunter22"},
    {"nickName": "eyJhunter22.hunter22.hunter22"},
    {"Operations": [{"op": "replace", "path": "password", "value": "hunter22"}]},
]


@pytest.mark.parametrize("body", SECRETS, ids=str)
@pytest.mark.parametrize("escaped", [True, False])
def test_no_secret_is_kept_however_it_is_written(body: dict[str, object], escaped: bool) -> None:
    """In capitals, with escapes, as a name or within a text."""
    kept = redacted_body(json.dumps(body, ensure_ascii=escaped).encode())
    assert kept is not None
    assert "hunter22" not in kept
    hidden = json.dumps(body).replace("a", "\\u0061").replace("e", "\\u0065")
    assert "hunter22" not in json.dumps(json.loads(redacted_body(hidden.encode()) or "{}"))


def test_a_body_without_secrets_is_kept_as_it_was_sent() -> None:
    """Letter by letter."""
    sent = '{ "userName":"zoë" , "active":true}'
    assert redacted_body(sent.encode()) == sent


def test_what_is_no_json_or_too_deep_is_not_kept() -> None:
    """Nobody can tell what is in it."""
    assert redacted_body(b"userName=ada") is None
    assert redacted_body(b'{"title": NaN}') is None
    assert redacted_body(("[" * (DEEPEST + 5) + "]" * (DEEPEST + 5)).encode()) is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32-le"])
def test_json_in_another_encoding_is_not_kept(encoding: str) -> None:
    """RFC 8259 section 8.1: it is no JSON, secrets in it are not recognised, and its NUL characters no store takes."""
    assert redacted_body('{"password": "hunter22"}'.encode(encoding)) is None


def test_what_is_kept_can_be_stored_and_read_again() -> None:
    """Without the mark that some clients begin with; half a surrogate pair and NUL are nothing that a store takes."""
    assert redacted_body('{"userName": "ada"}'.encode("utf-8-sig")) == '{"userName": "ada"}'
    assert redacted_body(b'{"userName": "\\ud800"}') == '{"userName": "\\ud800"}'
    assert "\0" not in json.loads(redacted_body(b'{"userName": "a\\u0000"}') or "{}")["userName"]
