"""Sessions, sign-ins under way, logout tokens already used, and the one statement that the gate rests on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, insert, or_, select, true, update
from sqlalchemy.exc import IntegrityError

from connector.domain.access import Facts
from connector.domain.identities import LoginSecrets
from connector.domain.memberships import Answer, Obstacle, State
from connector.domain.sessions import Identity, LoginAttempt, Session
from connector.domain.step_up import Assurance, StepUp
from connector.storage.prepared import Prepared
from connector.storage.rows import chunks
from connector.storage.tables import (
    account,
    break_glass,
    directory,
    invitation,
    login_attempt,
    membership,
    operator_session,
    person,
    session,
    tenant,
    used_token,
)

_FACTS = Prepared(
    select(
        session.c.ended_at,
        session.c.expires_at,
        session.c.last_seen_at,
        session.c.assurance,
        directory.c.slug.label("directory"),
        tenant.c.active.label("tenant_active"),
        directory.c.active.label("directory_active"),
        person.c.id.label("person_id"),
        person.c.user_name,
        and_(person.c.active, person.c.deleted_at.is_(None)).label("person_active"),
        account.c.id.label("account_id"),
        account.c.slug.label("account"),
        account.c.active.label("account_active"),
        account.c.frozen_at.is_not(None).label("account_frozen"),
        account.c.step_up,
        membership.c.state,
        membership.c.answer,
        membership.c.obstacle,
        membership.c.seat_types,
        membership.c.permissions,
        invitation.c.expires_at.label("invitation_expires_at"),
    )
    .select_from(session)
    .join(directory, directory.c.id == session.c.directory_id)
    .join(tenant, tenant.c.id == directory.c.tenant_id)
    .outerjoin(person, person.c.id == session.c.person_id)
    .outerjoin(
        account,
        and_(
            account.c.slug == bindparam("account"),
            account.c.tenant_id == session.c.tenant_id,
            or_(session.c.only_account_id.is_(None), session.c.only_account_id == account.c.id),
        ),
    )
    .outerjoin(membership, and_(membership.c.account_id == account.c.id, membership.c.person_id == person.c.id))
    .outerjoin(invitation, and_(invitation.c.membership_id == membership.c.id, invitation.c.state == "pending"))
    .where(session.c.token_hash == bindparam("token_hash"))
)


_OPEN = (
    select(session).where(session.c.ended_at.is_(None)).order_by(session.c.last_seen_at.desc(), session.c.token_hash)
)


class Sessions:
    """Who is signed in."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def facts(self, token_hash: str, account_slug: str) -> Facts:
        """Read, in one statement, everything that admission to this account rests on."""
        row = _FACTS.first(self.connection, token_hash=token_hash, account=account_slug)
        return _facts(row) if row else Facts()

    def add(self, one: Session) -> None:
        self.connection.execute(
            insert(session),
            {
                "token_hash": one.token_hash,
                "tenant_id": one.tenant_id,
                "directory_id": one.directory_id,
                "person_id": one.person_id,
                "issuer": one.identity.issuer,
                "subject": one.identity.subject,
                "sid": one.identity.sid,
                "claims": dict(one.identity.claims),
                "id_token": one.identity.id_token,
                "created_at": one.created_at,
                "last_seen_at": one.last_seen_at,
                "expires_at": one.expires_at,
                "assurance": Assurance.of(one.identity.claims).as_claims(),
                "browser": one.browser,
                "only_account_id": one.only_account_id,
            },
        )

    def find(self, token_hash: str) -> Session | None:
        row = self.connection.execute(select(session).where(session.c.token_hash == token_hash)).first()
        return _session(row) if row else None

    def open_of(self, person_id: str, now: datetime) -> list[Session]:
        """Return the sessions of somebody that were not ended and whose time is not over, the one used last first."""
        query = _OPEN.where(session.c.person_id == person_id, session.c.expires_at > now)
        return [_session(row) for row in self.connection.execute(query)]

    def open_at(self, directory_id: str, now: datetime, at_most: int) -> list[Session]:
        """Return the sessions of a directory's people that were not ended, the one used last first."""
        query = _OPEN.where(session.c.directory_id == directory_id, session.c.expires_at > now).limit(at_most)
        return [_session(row) for row in self.connection.execute(query)]

    def note_browser(self, token_hash: str, browser: str | None) -> None:
        self.connection.execute(update(session).where(session.c.token_hash == token_hash).values(browser=browser))

    def touch(self, token_hash: str, now: datetime) -> None:
        """Note that the session was used just now."""
        self.connection.execute(update(session).where(session.c.token_hash == token_hash).values(last_seen_at=now))

    def give_to(self, person_id: str, directory_id: str, identity: Identity) -> None:
        """Let the open sessions of this identity be the person's, now that it is bound to her."""
        theirs = (
            session.c.directory_id == directory_id,
            session.c.issuer == identity.issuer,
            session.c.subject == identity.subject,
            session.c.ended_at.is_(None),
        )
        self.connection.execute(update(session).where(*theirs).values(person_id=person_id))

    def end(self, token_hash: str, now: datetime) -> int:
        return self._end(session.c.token_hash == token_hash, now)

    def end_at(self, directory_id: str, now: datetime) -> int:
        """End every session that was begun at a directory."""
        return self._end(session.c.directory_id == directory_id, now)

    def end_of_people(self, person_ids: Iterable[str], now: datetime) -> dict[str, int]:
        """End the sessions of these people; return how many each of them had."""
        ended: dict[str, int] = {}
        for some in chunks(sorted(set(person_ids))):
            theirs = update(session).where(session.c.person_id.in_(some), session.c.ended_at.is_(None))
            rows = self.connection.execute(theirs.values(ended_at=now, id_token=None).returning(session.c.person_id))
            for row in rows:
                ended[row.person_id] = ended.get(row.person_id, 0) + 1
        return ended

    def end_of_identity(
        self, directory_id: str, issuer: str, subject: str | None, sid: str | None, now: datetime
    ) -> int:
        """End the sessions that a logout token names; with a subject alone, all of that subject."""
        which = [session.c.directory_id == directory_id, session.c.issuer == issuer]
        which.append(session.c.subject == subject if subject is not None else true())
        which.append(session.c.sid == sid if sid is not None else true())
        return self._end(and_(*which), now) if subject is not None or sid is not None else 0

    def _end(self, which: ColumnElement[bool], now: datetime) -> int:
        ended = update(session).where(which, session.c.ended_at.is_(None)).values(ended_at=now, id_token=None)
        return self.connection.execute(ended).rowcount

    # Sign-ins under way.

    def begin_login(
        self,
        directory_id: str,
        browser_hash: str,
        state_hash: str,
        attempt: LoginAttempt,
        expires_at: datetime,
        at_most: int,
    ) -> None:
        """Keep a sign-in under way; a browser's oldest ones make room, so that abandoned ones do not pile up."""
        mine = select(login_attempt.c.state_hash).where(login_attempt.c.browser_hash == browser_hash)
        older = mine.order_by(login_attempt.c.expires_at.desc()).offset(at_most - 1).limit(100)
        hashes = list(self.connection.execute(older).scalars())
        if hashes:
            self.connection.execute(delete(login_attempt).where(login_attempt.c.state_hash.in_(hashes)))
        self.connection.execute(
            insert(login_attempt),
            {
                "state_hash": state_hash,
                "directory_id": directory_id,
                "browser_hash": browser_hash,
                "nonce": attempt.secrets.nonce,
                "code_verifier": attempt.secrets.code_verifier,
                "return_to": attempt.return_to,
                "account": attempt.account,
                "begun_at": attempt.begun_at,
                "expires_at": expires_at,
            },
        )

    def take_login(
        self, directory_id: str, browser_hash: str, state: str, state_hash: str, now: datetime
    ) -> LoginAttempt | None:
        """Return a sign-in under way in this browser, and forget it: it can be completed once."""
        taken = delete(login_attempt).where(
            login_attempt.c.state_hash == state_hash,
            login_attempt.c.directory_id == directory_id,
            login_attempt.c.browser_hash == browser_hash,
            login_attempt.c.expires_at > now,
        )
        row = self.connection.execute(taken.returning(*login_attempt.c)).first()
        if row is None:
            return None
        return LoginAttempt(LoginSecrets(state, row.nonce, row.code_verifier), row.return_to, row.account, row.begun_at)

    # Logout tokens.

    def use_token(self, token_key: str, expires_at: datetime) -> bool:
        """Remember a token as used; False when it was used before, or is at this moment by another unit of work."""
        seen = select(used_token.c.token_key).where(used_token.c.token_key == token_key)
        if self.connection.execute(seen).first():
            return False
        try:
            with self.connection.begin_nested():
                self.connection.execute(insert(used_token), {"token_key": token_key, "expires_at": expires_at})
        except IntegrityError:
            return False
        return True

    # Operators.

    def add_operator(self, token_hash: str, name: str, now: datetime, expires_at: datetime) -> None:
        self.connection.execute(
            insert(operator_session),
            {"token_hash": token_hash, "name": name, "created_at": now, "expires_at": expires_at},
        )

    def operator(self, token_hash: str, now: datetime) -> str | None:
        """Return the name of the operator whose session this is."""
        query = select(operator_session.c.name).where(
            operator_session.c.token_hash == token_hash, operator_session.c.expires_at > now
        )
        return self.connection.execute(query).scalar()

    def end_operator(self, token_hash: str) -> None:
        self.connection.execute(delete(operator_session).where(operator_session.c.token_hash == token_hash))

    def take_operator(self, token_hash: str, now: datetime) -> str | None:
        """Return the name behind a link to the console, and forget the link: it opens once."""
        taken = delete(operator_session).where(
            operator_session.c.token_hash == token_hash, operator_session.c.expires_at > now
        )
        return self.connection.execute(taken.returning(operator_session.c.name)).scalar()

    def purge(self, now: datetime, ended_before: datetime) -> None:
        """Forget what has expired; ended sessions are kept until `ended_before` so that their end can be explained."""
        self.connection.execute(delete(login_attempt).where(login_attempt.c.expires_at <= now))
        self.connection.execute(delete(used_token).where(used_token.c.expires_at <= now))
        self.connection.execute(delete(operator_session).where(operator_session.c.expires_at <= now))
        self.connection.execute(delete(session).where(session.c.expires_at <= ended_before))
        self.connection.execute(delete(break_glass).where(break_glass.c.ends_at <= ended_before))


def _facts(row: Row[Any]) -> Facts:
    return Facts(
        session_found=True,
        session_ended=row.ended_at is not None,
        session_expires_at=row.expires_at,
        last_seen_at=row.last_seen_at,
        tenant_active=row.tenant_active,
        directory_active=row.directory_active,
        person_id=row.person_id,
        user_name=row.user_name or "",
        person_active=bool(row.person_active),
        account_id=row.account_id,
        account=row.account or "",
        account_active=bool(row.account_active),
        account_frozen=bool(row.account_frozen),
        step_up=StepUp.of(row.step_up),
        assurance=Assurance.of(row.assurance or {}) if row.step_up else Assurance(),
        directory=row.directory,
        state=State(row.state) if row.state else None,
        answer=Answer(row.answer) if row.answer else None,
        obstacle=Obstacle(row.obstacle) if row.obstacle else None,
        invitation_expires_at=row.invitation_expires_at,
        seat_types=frozenset(row.seat_types or ()),
        permissions=frozenset(row.permissions or ()),
    )


def _session(row: Row[Any]) -> Session:
    identity = Identity(row.issuer, row.subject, row.claims, row.sid, row.id_token)
    return Session(
        row.token_hash,
        row.tenant_id,
        row.directory_id,
        row.person_id,
        identity,
        row.created_at,
        row.last_seen_at,
        row.expires_at,
        row.ended_at,
        row.browser,
        row.only_account_id,
    )
