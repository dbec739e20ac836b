"""What a provider says of itself, and which of it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from connector.web.issuers.failures import Fault, ProviderFailure
from connector.web.issuers.keys import ALGORITHMS, allowed
from connector.web.issuers.transport import checked_url

DISCOVERY_PATH = "/.well-known/openid-configuration"
TRANSMITTER_PATH = "/.well-known/ssf-configuration"


@dataclass(frozen=True, slots=True)
class Metadata:
    """The endpoints of a provider, each at an address that may be called, and facts on how it behaves."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    names_itself: bool
    """Whether it promises to name itself in the authorization response (RFC 9207)."""
    takes_basic: bool
    """Whether the client's secret goes into the Authorization header rather than the form."""
    algorithms: frozenset[str]
    """Which of the algorithms that we allow it signs with."""


def discovery_url(issuer: str) -> str:
    """Return where an issuer's metadata is (OpenID Connect Discovery 1.0 section 4)."""
    return issuer.rstrip("/") + DISCOVERY_PATH


def believed(document: Mapping[str, Any], issuer: str, *, allow_http_loopback: bool) -> Metadata:
    """Return the metadata of exactly the configured issuer, or raise ProviderFailure.

    The issuer is compared as a string: a trailing slash more is somebody else (Discovery section 4.3).
    """
    if document.get("issuer") != issuer:
        raise ProviderFailure(Fault.METADATA_OF_ANOTHER_ISSUER)

    def required(name: str) -> str:
        if name not in document:
            raise ProviderFailure(Fault.METADATA_INCOMPLETE, name)
        return checked_url(document[name], allow_http_loopback=allow_http_loopback)

    methods = document.get("token_endpoint_auth_methods_supported")
    return Metadata(
        authorization_endpoint=required("authorization_endpoint"),
        token_endpoint=required("token_endpoint"),
        jwks_uri=required("jwks_uri"),
        userinfo_endpoint=required("userinfo_endpoint") if document.get("userinfo_endpoint") else None,
        end_session_endpoint=required("end_session_endpoint") if document.get("end_session_endpoint") else None,
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
        takes_basic=not isinstance(methods, list)
        or "client_secret_basic" in methods
        or "client_secret_post" not in methods,
        algorithms=allowed(document.get("id_token_signing_alg_values_supported")),
    )


@dataclass(frozen=True, slots=True)
class TransmitterMetadata:
    """Where a transmitter of security events has its keys. It says nothing of algorithms: ours are all in question."""

    jwks_uri: str
    algorithms: frozenset[str] = frozenset(ALGORITHMS)


def transmitter_url(issuer: str) -> str:
    """Return where a transmitter's metadata is: between host and path (Shared Signals 1.0 section 7.2.1)."""
    parts = urlsplit(issuer)
    return urlunsplit(parts._replace(path=TRANSMITTER_PATH + parts.path.rstrip("/")))


def believed_of_transmitter(
    document: Mapping[str, Any], issuer: str, *, allow_http_loopback: bool
) -> TransmitterMetadata:
    """Return the metadata of exactly the configured transmitter, or raise ProviderFailure."""
    if document.get("issuer") != issuer:
        raise ProviderFailure(Fault.METADATA_OF_ANOTHER_ISSUER)
    if "jwks_uri" not in document:
        raise ProviderFailure(Fault.METADATA_INCOMPLETE, "jwks_uri")
    return TransmitterMetadata(checked_url(document["jwks_uri"], allow_http_loopback=allow_http_loopback))
