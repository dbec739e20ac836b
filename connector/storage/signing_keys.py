"""The keys of the gate's assertions."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from connector.domain.signing_keys import SigningKey
from connector.storage.tables import signing_key

_ALL = select(
    signing_key.c.kid,
    signing_key.c.public,
    signing_key.c.private_sealed,
    signing_key.c.created_at,
    signing_key.c.signs_from,
).order_by(signing_key.c.signs_from, signing_key.c.kid)


class SigningKeys:
    """Every key that is published."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def all(self) -> list[SigningKey]:
        """Return every key, the one that began to sign last at the end."""
        return [SigningKey(*row) for row in self.connection.execute(_ALL)]

    def add(self, key: SigningKey) -> None:
        self.connection.execute(
            insert(signing_key),
            {
                "kid": key.kid,
                "public": dict(key.public),
                "private_sealed": key.private_sealed,
                "created_at": key.created_at,
                "signs_from": key.signs_from,
            },
        )

    def forget(self, kids: list[str]) -> None:
        """Delete keys, so that nothing signed with them is believed any more."""
        self.connection.execute(delete(signing_key).where(signing_key.c.kid.in_(kids)))
