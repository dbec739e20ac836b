"""What a request says of its host changes nothing, and no byte of its query breaks anything."""

from __future__ import annotations

import pytest

from ..installation import Installation


@pytest.mark.parametrize("host", ["evil.example", "[::1", "a b", "localhost:abc", "", "x" * 300, "\xff"])
def test_a_host_that_is_forged_or_none_is_passed_over(installation: Installation, host: str) -> None:
    """Pages, redirects and refusals are those of the public URL, and a broken header breaks no page."""
    client = installation.app.test_client()
    for path, status in (("/login", 200), ("/nothing-here", 404), ("/me", 302)):
        answer = client.get(path, environ_overrides={"HTTP_HOST": host})
        told = (answer.status_code, answer.headers.get("Location"))
        assert told == (status, client.get(path).headers.get("Location"))
        assert "evil" not in answer.text + str(answer.headers)


@pytest.mark.parametrize("query", ["next=\xff\xfe", "\xff", "next=/me&a=\xc3\xa9"])
def test_bytes_that_are_no_text_break_no_query(installation: Installation, query: str) -> None:
    """A server passes them on as they came; what can be read of the query is read."""
    answer = installation.app.test_client().get("/login", environ_overrides={"QUERY_STRING": query})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/callback/%00", "/login/a%00b", "/invitations/%00", "/gate/%00", "/%00"])
def test_a_nul_character_in_a_path_names_nothing(installation: Installation, path: str) -> None:
    """PostgreSQL cannot even compare one."""
    assert installation.app.test_client().get(path).status_code in (401, 404)
