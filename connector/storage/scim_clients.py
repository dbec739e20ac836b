"""Client secrets, the access tokens given for them, and whose JWTs a directory takes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from connector.domain.scim_clients import ClientSecret, EntraTrust
from connector.domain.tenancy import Directory
from connector.storage.prepared import Prepared
from connector.storage.tables import access_token, client_secret, directory, entra_trust, tenant
from connector.storage.tenancy import directory_from

_SHOWN = [column for column in client_secret.c if column.name != "secret_hash"]

_OF_SECRET = (
    select(
        directory, tenant.c.active.label("tenant_active"), *(column.label(f"secret_{column.name}") for column in _SHOWN)
    )
    .join(tenant, tenant.c.id == directory.c.tenant_id)
    .join(client_secret, client_secret.c.directory_id == directory.c.id)
)
_BY_SECRET = _OF_SECRET.where(client_secret.c.secret_hash == bindparam("secret_hash"))
_BY_TOKEN = Prepared(
    _OF_SECRET.add_columns(access_token.c.expires_at.label("token_expires_at"))
    .join(access_token, access_token.c.client_secret_id == client_secret.c.id)
    .where(access_token.c.token_hash == bindparam("token_hash"))
)
_TRUSTING = (
    select(directory, entra_trust)
    .join(entra_trust, entra_trust.c.directory_id == directory.c.id)
    .join(tenant, tenant.c.id == directory.c.tenant_id)
    .where(directory.c.slug == bindparam("slug"), directory.c.active, tenant.c.active)
)


class ScimClients:
    """Who may ask for a directory, beside the holder of one of its tokens."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    # Client secrets.

    def add_secret(self, one: ClientSecret, secret_hash: str) -> None:
        self.connection.execute(insert(client_secret), {**asdict(one), "secret_hash": secret_hash})

    def secrets(self, directory_id: str) -> list[ClientSecret]:
        query = select(*_SHOWN).where(client_secret.c.directory_id == directory_id).order_by(client_secret.c.id)
        return [ClientSecret(*row) for row in self.connection.execute(query)]

    def secret_opening(self, secret_hash: str) -> tuple[ClientSecret, Directory, bool] | None:
        """Return the secret with this hash, its directory, and whether its tenant is active."""
        row = self.connection.execute(_BY_SECRET, {"secret_hash": secret_hash}).first()
        return (_secret(row), directory_from(row), row.tenant_active) if row else None

    def use_secret(self, secret_id: str, now: datetime) -> ClientSecret:
        """Note the use of a secret; its row stays locked, so that it cannot be revoked before this unit is over."""
        used = update(client_secret).where(client_secret.c.id == secret_id).values(last_used_at=now)
        return ClientSecret(*self.connection.execute(used.returning(*_SHOWN)).one())

    def revoke_secret(self, secret_id: str, now: datetime) -> None:
        """Revoke a secret, and forget what was given for it."""
        self.connection.execute(update(client_secret).where(client_secret.c.id == secret_id).values(revoked_at=now))
        self.connection.execute(delete(access_token).where(access_token.c.client_secret_id == secret_id))

    # Access tokens.

    def add_token(self, token_hash: str, secret_id: str, expires_at: datetime) -> None:
        values = {"token_hash": token_hash, "client_secret_id": secret_id, "expires_at": expires_at}
        self.connection.execute(insert(access_token), values)

    def token_opening(self, token_hash: str) -> tuple[ClientSecret, datetime, Directory, bool] | None:
        """Return what the token was given for, when it expires, its directory, and whether its tenant is active."""
        row = _BY_TOKEN.first(self.connection, token_hash=token_hash)
        return (_secret(row), row.token_expires_at, directory_from(row), row.tenant_active) if row else None

    def purge(self, now: datetime) -> None:
        """Forget the access tokens that have expired."""
        self.connection.execute(delete(access_token).where(access_token.c.expires_at <= now))

    # Entra ID.

    def trust(self, directory_id: str) -> EntraTrust | None:
        row = self.connection.execute(select(entra_trust).where(entra_trust.c.directory_id == directory_id)).first()
        return _trust(row) if row else None

    def trusting(self, slug: str) -> tuple[EntraTrust, Directory] | None:
        """Return whose JWTs the directory of this name takes, and the directory, if it and its tenant are active."""
        row = self.connection.execute(_TRUSTING, {"slug": slug}).first()
        return (_trust(row), directory_from(row)) if row else None

    def set_trust(self, directory_id: str, trust: EntraTrust | None) -> None:
        self.connection.execute(delete(entra_trust).where(entra_trust.c.directory_id == directory_id))
        if trust is not None:
            self.connection.execute(insert(entra_trust), {"directory_id": directory_id, **asdict(trust)})


def _secret(row: Row[Any]) -> ClientSecret:
    return ClientSecret(
        row.secret_id,
        row.secret_directory_id,
        row.secret_hint,
        row.secret_created_at,
        row.secret_expires_at,
        row.secret_revoked_at,
        row.secret_last_used_at,
    )


def _trust(row: Row[Any]) -> EntraTrust:
    return EntraTrust(row.entra_tenant_id, row.audience, row.authority, row.app_id)
