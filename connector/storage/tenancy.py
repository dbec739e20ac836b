"""Tenants, directories and their tokens, and the lock that every settlement takes first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from connector.domain.tenancy import Acceptance, Bind, Directory, DirectoryToken, Idp, Tenant
from connector.storage.prepared import Prepared
from connector.storage.tables import directory, directory_token, policy, tenant


class Tenancy:
    """Tenants, directories, tokens."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    # Tenants.

    def add_tenant(self, one: Tenant) -> None:
        values = {"id": one.id, "slug": one.slug, "active": one.active, "created_at": one.created_at}
        self.connection.execute(insert(tenant).values(values | {"display_name": one.display_name}))
        self.connection.execute(insert(policy).values(tenant_id=one.id, version=1))

    def name_tenant(self, tenant_id: str, display_name: str) -> None:
        self.connection.execute(update(tenant).where(tenant.c.id == tenant_id).values(display_name=display_name))

    def switch_tenant(self, tenant_id: str, *, active: bool) -> None:
        self.connection.execute(update(tenant).where(tenant.c.id == tenant_id).values(active=active))

    def tenants(self) -> list[Tenant]:
        return [_tenant(row) for row in self.connection.execute(select(tenant).order_by(tenant.c.id))]

    def tenant_named(self, slug: str) -> Tenant | None:
        row = self.connection.execute(select(tenant).where(tenant.c.slug == slug)).first()
        return _tenant(row) if row else None

    def lock_policy(self, tenant_id: str, *, exclusively: bool = False) -> int:
        """Take the first lock of a settlement; return the version of the rules and plans that it protects.

        Shared, many may settle at once; exclusively, for a change of rules, plans or policies, nobody else can, and the
        version goes up.
        """
        locked = _POLICY_ALONE if exclusively else _POLICY_SHARED
        version: int = locked.scalar(self.connection, tenant_id=tenant_id)
        if not exclusively:
            return version
        self.connection.execute(update(policy).where(policy.c.tenant_id == tenant_id).values(version=version + 1))
        return version + 1

    # Directories.

    def add_directory(self, one: Directory) -> None:
        self.connection.execute(insert(directory).values(**_directory_row(one)))

    def change_directory(self, one: Directory) -> None:
        self.connection.execute(update(directory).where(directory.c.id == one.id).values(**_directory_row(one)))

    def directory(self, directory_id: str) -> Directory:
        row = self.connection.execute(select(directory).where(directory.c.id == directory_id)).one()
        return directory_from(row)

    def directory_named(self, slug: str) -> Directory | None:
        row = self.connection.execute(select(directory).where(directory.c.slug == slug)).first()
        return directory_from(row) if row else None

    def directories(self, tenant_id: str | None = None) -> list[Directory]:
        query = select(directory).order_by(directory.c.id)
        if tenant_id is not None:
            query = query.where(directory.c.tenant_id == tenant_id)
        return [directory_from(row) for row in self.connection.execute(query)]

    # Tokens.

    def add_token(self, one: DirectoryToken, token_hash: str) -> None:
        self.connection.execute(
            insert(directory_token).values(
                id=one.id,
                directory_id=one.directory_id,
                token_hash=token_hash,
                hint=one.hint,
                created_at=one.created_at,
                expires_at=one.expires_at,
            )
        )

    def token_opening(self, token_hash: str) -> tuple[DirectoryToken, Directory, bool] | None:
        """Return the token with this hash, its directory, and whether its tenant is active."""
        row = _OPENING.first(self.connection, token_hash=token_hash)
        return (_token(row, "token_"), directory_from(row), row.tenant_active) if row else None

    def tokens(self, directory_id: str) -> list[DirectoryToken]:
        query = select(directory_token).where(directory_token.c.directory_id == directory_id)
        return [_token(row) for row in self.connection.execute(query.order_by(directory_token.c.id))]

    def revoke_token(self, token_id: str, now: datetime) -> None:
        revoked = update(directory_token).where(
            directory_token.c.id == token_id, directory_token.c.revoked_at.is_(None)
        )
        self.connection.execute(revoked.values(revoked_at=now))

    def note_token_use(self, token_id: str, now: datetime, unless_since: datetime) -> None:
        """Note a token's last use, unless one is noted that is later than `unless_since`."""
        last = directory_token.c.last_used_at
        stale = update(directory_token).where(
            directory_token.c.id == token_id, or_(last.is_(None), last <= unless_since)
        )
        self.connection.execute(stale.values(last_used_at=now))


_POLICY = select(policy.c.version).where(policy.c.tenant_id == bindparam("tenant_id"))
_POLICY_SHARED = Prepared(_POLICY.with_for_update(read=True))
_POLICY_ALONE = Prepared(_POLICY.with_for_update())
_OPENING = Prepared(
    select(
        directory,
        tenant.c.active.label("tenant_active"),
        *(column.label(f"token_{column.name}") for column in directory_token.c if column.name != "token_hash"),
    )
    .join(tenant, tenant.c.id == directory.c.tenant_id)
    .join(directory_token, directory_token.c.directory_id == directory.c.id)
    .where(directory_token.c.token_hash == bindparam("token_hash"))
)


def _tenant(row: Row[Any]) -> Tenant:
    return Tenant(row.id, row.slug, row.active, row.created_at, row.display_name)


def directory_from(row: Row[Any]) -> Directory:
    """Return the directory of a row that has its columns."""
    return Directory(
        row.id,
        row.tenant_id,
        row.slug,
        Idp(row.idp),
        row.active,
        row.created_at,
        row.issuer,
        row.client_id,
        row.client_secret_sealed,
        row.subject_claim,
        Bind(row.bind),
        row.version,
        row.requests_per_second,
        row.client_key_sealed,
        timedelta(seconds=row.max_age_seconds) if row.max_age_seconds is not None else None,
        row.always_ask_userinfo,
        Acceptance(row.acceptance),
    )


def _directory_row(one: Directory) -> dict[str, Any]:
    return {
        "id": one.id,
        "tenant_id": one.tenant_id,
        "slug": one.slug,
        "idp": one.idp.value,
        "active": one.active,
        "created_at": one.created_at,
        "issuer": one.issuer,
        "client_id": one.client_id,
        "client_secret_sealed": one.client_secret_sealed,
        "subject_claim": one.subject_claim,
        "bind": one.bind.value,
        "version": one.version,
        "requests_per_second": one.requests_per_second,
        "client_key_sealed": one.client_key_sealed,
        "max_age_seconds": int(one.max_age.total_seconds()) if one.max_age is not None else None,
        "always_ask_userinfo": one.always_ask_userinfo,
        "acceptance": one.acceptance.value,
    }


def _token(row: Row[Any], prefix: str = "") -> DirectoryToken:
    def column(name: str) -> Any:
        return getattr(row, prefix + name)

    return DirectoryToken(
        column("id"),
        column("directory_id"),
        column("hint"),
        column("created_at"),
        column("expires_at"),
        column("revoked_at"),
        column("last_used_at"),
    )
