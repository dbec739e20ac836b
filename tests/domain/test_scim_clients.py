"""Whose JWTs a directory takes: exactly one tenant of Entra ID, in the cloud that it is in."""

from __future__ import annotations

from typing import Any

import pytest

from connector.domain.errors import InvalidValue
from connector.domain.scim_clients import CHINA, GLOBAL, US_GOVERNMENT, EntraTrust, checked_trust

TENANT = "cbb1a5ac-f33b-45fa-9bf5-f37db0fed422"


def trust(tenant_id: str = TENANT, **changes: Any) -> EntraTrust:
    stated = {"authority": GLOBAL, "audience": None, "app_id": None, "http_loopback": False, **changes}
    return checked_trust(tenant_id, **stated)


@pytest.mark.parametrize(
    ("authority", "audience", "issuers"),
    [
        (
            GLOBAL,
            "8adf8e6e-67b2-4cf2-a259-e3dc5476c621",
            [f"https://sts.windows.net/{TENANT}/", f"https://login.microsoftonline.com/{TENANT}/v2.0"],
        ),
        (
            US_GOVERNMENT,
            "4602d0b4-76bb-404b-bca9-2652e1a39c6d",
            [f"https://sts.windows.net/{TENANT}/", f"https://login.microsoftonline.us/{TENANT}/v2.0"],
        ),
        (
            CHINA,
            "5a532e38-1581-4918-9658-008dc27c1d68",
            [f"https://sts.chinacloudapi.cn/{TENANT}/", f"https://login.partner.microsoftonline.cn/{TENANT}/v2.0"],
        ),
    ],
)
def test_each_cloud_has_its_own_issuers_and_audience(authority: str, audience: str, issuers: list[str]) -> None:
    """Both versions of Entra's tokens, of exactly that tenant."""
    found = trust(authority=authority)
    assert found.audience == audience
    assert list(found.issuers) == issuers
    assert list(found.issuers.values()) == [f"{authority}/{TENANT}", f"{authority}/{TENANT}/v2.0"]


def test_ids_are_kept_as_entra_writes_them() -> None:
    """In small letters, and an authority without the slash that somebody typed after it."""
    app = "92653DD4-AA3A-3323-80CF-E8CFEFCC8D5D"
    assert trust(TENANT.upper(), authority=GLOBAL + "/", app_id=app) == trust(app_id=app.lower())


@pytest.mark.parametrize(
    "tenant_id", ["common", "organizations", "consumers", "acme.onmicrosoft.com", "", f"{TENANT}/"]
)
def test_a_name_that_is_not_one_tenants_id_is_refused(tenant_id: str) -> None:
    """`common` stands for every tenant there is."""
    with pytest.raises(InvalidValue, match="must be a GUID"):
        trust(tenant_id)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"authority": "http://login.microsoftonline.com"}, "https address"),
        ({"authority": "http://127.0.0.1:1", "audience": "a"}, "https address"),
        ({"authority": "https://login.example"}, "state for whom its tokens are"),
        ({"app_id": "jumpseat"}, "must be a GUID"),
    ],
)
def test_what_could_not_be_checked_safely_is_refused(changes: dict[str, str], sentence: str) -> None:
    """An authority that anybody on the way could play, an audience that nobody stated."""
    with pytest.raises(InvalidValue, match=sentence):
        trust(**changes)


def test_a_provider_on_this_machine_is_for_installations_on_it() -> None:
    """Tests and first tries."""
    assert trust(authority="http://127.0.0.1:1", audience="a", http_loopback=True).authority == "http://127.0.0.1:1"
