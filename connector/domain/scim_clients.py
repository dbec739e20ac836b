"""How a SCIM client may prove itself, beside a token of ours: a client's secret, or a JWT of Entra ID."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from connector.domain.errors import InvalidValue
from connector.domain.tenancy import checked_issuer


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A secret for OAuth 2.0 client credentials; it is shown once and kept as a hash.

    The client is the directory itself, and its name the `client_id`; so a secret can be replaced and the client stays.
    """

    id: str
    directory_id: str
    hint: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def valid(self, now: datetime) -> bool:
        """Tell whether access tokens are given for it, and those given before still open the directory."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


GLOBAL = "https://login.microsoftonline.com"
US_GOVERNMENT = "https://login.microsoftonline.us"
CHINA = "https://login.partner.microsoftonline.cn"

AUDIENCES: Mapping[str, str] = MappingProxyType(
    {
        GLOBAL: "8adf8e6e-67b2-4cf2-a259-e3dc5476c621",
        US_GOVERNMENT: "4602d0b4-76bb-404b-bca9-2652e1a39c6d",
        CHINA: "5a532e38-1581-4918-9658-008dc27c1d68",
    }
)
"""For whom Entra's provisioning says its token is: the template of applications that are in no gallery, by cloud."""

TOKEN_SERVICES: Mapping[str, str] = MappingProxyType({CHINA: "https://sts.chinacloudapi.cn"})
"""Who issues version 1 of a cloud's tokens; `https://sts.windows.net` unless it stands here."""

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class EntraTrust:
    """Whose JWTs a directory takes: of exactly this tenant, for this audience, from this application if one is named.

    `authority` is where the cloud signs people in.
    """

    entra_tenant_id: str
    audience: str
    authority: str
    app_id: str | None = None

    @property
    def issuers(self) -> Mapping[str, str]:
        """Both names under which the tenant issues tokens, and where each publishes its metadata."""
        service = TOKEN_SERVICES.get(self.authority, "https://sts.windows.net")
        place = f"{self.authority}/{self.entra_tenant_id}"
        return {f"{service}/{self.entra_tenant_id}/": place, f"{place}/v2.0": f"{place}/v2.0"}


def checked_trust(
    tenant_id: str, *, authority: str, audience: str | None, app_id: str | None, http_loopback: bool
) -> EntraTrust:
    """Return whose JWTs to take; raises InvalidValue. Names like `common` stand for every tenant there is, so none may.

    The audience is the cloud's own unless another is stated.
    """
    cloud = checked_issuer(authority, http_loopback=http_loopback).rstrip("/")
    meant = audience or AUDIENCES.get(cloud)
    if meant is None:
        raise InvalidValue("audience", f"Nothing is known of {cloud}; state for whom its tokens are.")
    return EntraTrust(
        _checked_guid("tenant id", tenant_id), meant, cloud, _checked_guid("app id", app_id) if app_id else None
    )


def _checked_guid(what: str, written: str) -> str:
    if not _GUID.fullmatch(written.lower()):
        raise InvalidValue(what, f"{written!r} must be a GUID, as Entra ID shows it in the overview.")
    return written.lower()
