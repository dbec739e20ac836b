"""Operator tokens, and what was answered to requests that may be sent twice."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from connector.domain.operator_tokens import OperatorToken, Scope
from connector.storage.tables import idempotent_answer, operator_token

_SHOWN = [column for column in operator_token.c if column.name != "token_hash"]


class OperatorTokens:
    """Who may use the operator API."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def add(self, one: OperatorToken, token_hash: str) -> None:
        row = {**asdict(one), "scopes": sorted(one.scopes), "token_hash": token_hash}
        self.connection.execute(insert(operator_token), row)

    def all(self) -> list[OperatorToken]:
        """Return every token in the order in which they were made."""
        return [_token(row) for row in self.connection.execute(select(*_SHOWN).order_by(operator_token.c.id))]

    def opening(self, token_hash: str) -> OperatorToken | None:
        row = self.connection.execute(select(*_SHOWN).where(operator_token.c.token_hash == token_hash)).first()
        return _token(row) if row else None

    def revoke(self, token_id: str, now: datetime) -> None:
        """Revoke a token, and forget what was answered to it."""
        of = idempotent_answer.c.operator_token_id == token_id
        self.connection.execute(delete(idempotent_answer).where(of))
        self.connection.execute(update(operator_token).where(operator_token.c.id == token_id).values(revoked_at=now))

    def note_use(self, token_id: str, now: datetime, unless_since: datetime) -> None:
        """Note a use, unless one was noted since."""
        last = operator_token.c.last_used_at
        stale = (operator_token.c.id == token_id) & (last.is_(None) | (last < unless_since))
        self.connection.execute(update(operator_token).where(stale).values(last_used_at=now))

    # Answers that are given again.

    def claim_key(self, token_id: str, key: str, fingerprint: str, now: datetime) -> bool:
        """Take a key for the request under way; False when it was used, by one that has committed since."""
        dialect = postgresql if self.connection.dialect.name == "postgresql" else sqlite
        row = {"operator_token_id": token_id, "key": key, "fingerprint": fingerprint, "created_at": now}
        claim = dialect.insert(idempotent_answer).values(row).on_conflict_do_nothing()
        return self.connection.execute(claim.returning(idempotent_answer.c.key)).first() is not None

    def answered(self, token_id: str, key: str) -> tuple[str, Any]:
        """Return the fingerprint of the request that used a key, and what it was answered."""
        query = select(idempotent_answer.c.fingerprint, idempotent_answer.c.answer).where(_keyed(token_id, key))
        row = self.connection.execute(query).one()
        return row.fingerprint, row.answer

    def keep_answer(self, token_id: str, key: str, answer: Any) -> None:
        self.connection.execute(update(idempotent_answer).where(_keyed(token_id, key)).values(answer=answer))

    def forget_answers(self, before: datetime) -> None:
        """Forget what was answered before a time."""
        self.connection.execute(delete(idempotent_answer).where(idempotent_answer.c.created_at < before))


def _keyed(token_id: str, key: str) -> Any:
    return (idempotent_answer.c.operator_token_id == token_id) & (idempotent_answer.c.key == key)


def _token(row: Row[Any]) -> OperatorToken:
    return OperatorToken(**{**row._mapping, "scopes": frozenset(map(Scope, row.scopes))})
