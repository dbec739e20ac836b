"""The providers of all directories, each kept with its keys until its directory's settings change."""

from __future__ import annotations

import threading

from connector.domain.tenancy import Directory, Idp
from connector.lifecycle import client_keys
from connector.lifecycle.tokens import unseal
from connector.settings import Settings
from connector.sso.provider import Provider, ProviderConfig
from connector.web.issuers.failures import Fault, ProviderFailure


class Providers:
    """Providers by directory; another version of a directory's settings is another provider, its memory empty."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[int, Provider]] = {}

    def of(self, directory: Directory) -> Provider:
        """Return the provider of a directory that signs in; raises ProviderFailure when its secret cannot be read."""
        with self._lock:
            version, provider = self._kept.get(directory.id, (None, None))
            if provider is None or version != directory.version:
                provider = Provider(self._config(directory))
                self._kept[directory.id] = (directory.version, provider)
            return provider

    def _config(self, directory: Directory) -> ProviderConfig:
        sealed, secret = directory.client_secret_sealed, None
        if sealed is not None and (secret := unseal(self._settings.secret_key, sealed)) is None:
            raise ProviderFailure(Fault.SECRET_UNREADABLE)
        try:
            key = client_keys.client_key(directory, self._settings)
        except ValueError:
            raise ProviderFailure(Fault.SECRET_UNREADABLE) from None
        return ProviderConfig(
            issuer=directory.issuer or "",
            client_id=directory.client_id or "",
            client_secret=secret,
            redirect_uri=f"{self._settings.public_url}/callback/{directory.slug}",
            allow_http_loopback=self._settings.allow_http_loopback,
            contexts_by_claim=directory.idp is Idp.ENTRA,
            revocation_issuer=directory.revocation_issuer,
            client_key=key,
            max_age=directory.max_age,
            always_ask_userinfo=directory.always_ask_userinfo,
        )
