"""Every table on one page. Times are UTC; ids are UUIDv7, so that ascending id is order of arrival."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import JSON, TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """An aware UTC time; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name == "postgresql":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
Id = String(36)
# SQLite numbers rows by itself only in a column of type INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[str]:
    return Column("id", Id, primary_key=True)


def _of(table: str, *, nullable: bool = False, column: str | None = None) -> Column[str]:
    target = "scim_group" if table == "group" else table
    return Column(column or f"{table}_id", Id, ForeignKey(f"{target}.id"), nullable=nullable)


# Who is served.

tenant = Table(
    "tenant",
    metadata,
    _id(),
    Column("slug", String(63), nullable=False, unique=True),
    Column("active", Boolean, nullable=False, default=True),
    Column("created_at", Utc, nullable=False),
    Column("display_name", Text),
)

policy = Table(
    "policy",
    metadata,
    Column("tenant_id", Id, ForeignKey("tenant.id"), primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    comment="The first lock of every settlement; rule and plan changes take it exclusively and raise its version.",
)

directory = Table(
    "directory",
    metadata,
    _id(),
    _of("tenant"),
    Column("slug", String(63), nullable=False, unique=True),
    Column("idp", String(20), nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    Column("issuer", Text),
    Column("client_id", Text),
    Column("client_secret_sealed", Text),
    Column("subject_claim", String(100)),
    Column("bind", String(30), nullable=False, default="subject"),
    Column("version", Integer, nullable=False, default=1),
    Column("created_at", Utc, nullable=False),
    Column("requests_per_second", Integer, comment="NULL: as many as there are"),
    Column("client_key_sealed", Text, comment="A private JSON Web Key, by which we prove ourselves to the provider"),
    Column("max_age_seconds", Integer, comment="How long ago a sign-in may have been at the provider; NULL: any time"),
    Column("always_ask_userinfo", Boolean, nullable=False, default=False, server_default="0"),
    Column("acceptance", String(20), nullable=False, default="explicit", server_default="explicit"),
)

directory_token = Table(
    "directory_token",
    metadata,
    _id(),
    _of("directory"),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("hint", String(20), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc),
    Column("revoked_at", Utc),
    Column("last_used_at", Utc),
    Index(None, "directory_id"),
)

client_secret = Table(
    "client_secret",
    metadata,
    _id(),
    _of("directory"),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("hint", String(20), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc),
    Column("revoked_at", Utc),
    Column("last_used_at", Utc),
    Index(None, "directory_id"),
    comment="For OAuth 2.0 client credentials; the client is the directory itself",
)

access_token = Table(
    "access_token",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    _of("client_secret"),
    Column("expires_at", Utc, nullable=False),
    Index(None, "client_secret_id"),
    Index(None, "expires_at"),
)

entra_trust = Table(
    "entra_trust",
    metadata,
    Column("directory_id", Id, ForeignKey("directory.id"), primary_key=True),
    Column("entra_tenant_id", Id, nullable=False),
    Column("audience", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("app_id", Id),
    comment="Whose JWTs a directory takes beside its own tokens",
)

realm = Table(
    "realm",
    metadata,
    Column("directory_id", Id, ForeignKey("directory.id"), primary_key=True),
    _of("tenant"),
    Column("server", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("secret_sealed", Text, nullable=False),
    Column("mirrors", Boolean, nullable=False, comment="Whether the realm is told of the directory's people"),
    Column("creates", Boolean, nullable=False, comment="Whether it gets its users from us, or states them itself"),
    Column("broker", Text, comment="The identity provider in the realm at which its people sign in"),
    Column("pull_every", Integer, comment="Seconds; NULL where the directory states its people by itself"),
    Column("pull_due_at", Utc),
    Column("pulling_until", Utc, comment="While somebody reads it; after that it may be read by another"),
    Column("pulled_at", Utc),
    Column("pull_failed", Text, comment="Why the last pull was not carried out"),
    comment="A Keycloak realm that a directory is connected with",
)

operator_token = Table(
    "operator_token",
    metadata,
    _id(),
    Column("name", String(63), nullable=False),
    _of("tenant", nullable=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("hint", String(20), nullable=False),
    Column("scopes", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", Utc),
    Column("revoked_at", Utc),
    Column("last_used_at", Utc),
    comment="Opens the operator API; without a tenant, for the whole installation",
)

idempotent_answer = Table(
    "idempotent_answer",
    metadata,
    Column("operator_token_id", Id, ForeignKey("operator_token.id"), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("fingerprint", String(64), nullable=False, comment="Of the request that came with the key"),
    Column("created_at", Utc, nullable=False),
    Column("answer", Json, comment="What is answered again when the request is"),
    Index(None, "created_at"),
)

# What the directories state.

person = Table(
    "person",
    metadata,
    _id(),
    _of("tenant"),
    _of("directory"),
    Column("user_name", Text, nullable=False),
    Column("user_name_folded", Text, comment="NULL when the name was released to somebody else, or the person deleted"),
    Column("external_id", Text),
    Column("external_id_key", Text, comment="As external_id; NULL when released or deleted"),
    Column("display_name_folded", Text),
    Column("work_email_folded", Text),
    Column("active", Boolean, nullable=False),
    Column("document", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("modified_at", Utc, nullable=False),
    Column("deleted_at", Utc),
    UniqueConstraint("directory_id", "user_name_folded"),
    UniqueConstraint("directory_id", "external_id_key"),
    Index(None, "directory_id", "work_email_folded"),
    Index(None, "directory_id", "display_name_folded"),
    Index(
        "ix_person_listed",
        "directory_id",
        "id",
        sqlite_where=text("deleted_at IS NULL"),
        postgresql_where=text("deleted_at IS NULL"),
    ),
)

identity = Table(
    "identity",
    metadata,
    _id(),
    _of("tenant"),
    _of("directory"),
    _of("person"),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("bound_at", Utc, nullable=False),
    UniqueConstraint("directory_id", "issuer", "subject"),
    UniqueConstraint("person_id"),
)

scim_group = Table(
    "scim_group",
    metadata,
    _id(),
    _of("tenant"),
    _of("directory"),
    Column("display_name", Text, nullable=False),
    Column("display_name_folded", Text, nullable=False),
    Column("external_id", Text),
    Column("document", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("modified_at", Utc, nullable=False),
    UniqueConstraint("directory_id", "display_name_folded"),
    UniqueConstraint("directory_id", "external_id"),
)

group_member = Table(
    "group_member",
    metadata,
    Column("group_id", Id, ForeignKey("scim_group.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Index(None, "person_id"),
)

# Accounts at vendors, their seats, and what makes a seat due.

account = Table(
    "account",
    metadata,
    _id(),
    _of("tenant"),
    Column("slug", String(63), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("vendor", String(63), nullable=False, comment="Key of the catalogue"),
    Column("plan", String(63), nullable=False),
    Column("addons", Json, nullable=False),
    Column("owner_email", Text),
    Column("active", Boolean, nullable=False, default=True),
    Column("created_at", Utc, nullable=False),
    Column("step_up", Json, comment="What the gate asks for beyond a sign-in"),
    Column("line_order", String(10), nullable=False, default="time", server_default="time"),
    Column("frozen_at", Utc, comment="Since when the gate refuses everybody, while all keep their seats"),
    Column("mails", Boolean, nullable=False, default=True, server_default="1", comment="Whether we send its letters"),
    Column("reminder_hours", Integer, comment="Before an invitation ends; 0 for none, NULL where others say when"),
    Column("owner_id", Id, comment="The person who owns it at the vendor; NULL where no directory states her"),
    Column("sets", Json, comment="Permission sets of the account's own: name -> permissions"),
    Column("sub_accounts", Json, comment="Names of the accounts below this one at the vendor"),
    Index(None, "tenant_id"),
)

seat_pool = Table(
    "seat_pool",
    metadata,
    _id(),
    _of("account"),
    Column("key", String(63), nullable=False),
    Column("capacity", Integer, comment="NULL is unlimited"),
    Column("held", Integer, nullable=False, default=0),
    Column("promised", Integer, nullable=False, default=0),
    Column("owner", Integer, nullable=False, default=0, comment="Seats that the account's owner holds"),
    Column("pending_counts", Boolean, nullable=False, default=True),
    Column("released", Integer, nullable=False, default=0, comment="Free seats that are given back at release_at"),
    Column("release_at", Utc),
    Column("when_full", String(10), nullable=False, default="wait"),
    Column("grace", Integer, nullable=False, default=0, comment="Seats beyond the capacity, until grace_until"),
    Column("grace_days", Integer, nullable=False, default=0, comment="How long it lasts from its first seat on"),
    Column("grace_until", Utc),
    Column("reserved", Integer, nullable=False, default=0, server_default="0", comment="Seats kept by reservations"),
    Column("fallback", String(63), comment="The seat type that is given instead when the pool is full"),
    UniqueConstraint("account_id", "key"),
    CheckConstraint("held >= 0 AND promised >= 0 AND released >= 0 AND grace >= 0", name="not_negative"),
    CheckConstraint(
        "capacity IS NULL OR owner + held + CASE WHEN pending_counts THEN promised ELSE 0 END <= capacity + grace",
        name="not_oversold",
    ),
)

billing = Table(
    "billing",
    metadata,
    Column("account_id", Id, ForeignKey("account.id"), primary_key=True),
    Column("currency", String(3), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("anchor", Date, nullable=False, comment="A day on which a period begins"),
    Column("months", Integer, nullable=False, comment="Length of a period"),
    Column("prices", Json, nullable=False, comment="Stated by the operator, a month: item -> decimal string"),
    Column("budget", Text, comment="Decimal string, for a period"),
    Column("next_plan", Json, comment="Plan, add-ons and seats from next_plan_at on"),
    Column("next_plan_at", Utc),
)

purchase = Table(
    "purchase",
    metadata,
    Column("account_id", Id, ForeignKey("account.id"), primary_key=True),
    Column("item", String(140), primary_key=True),
    Column("day", Date, primary_key=True, comment="In the account's time zone; of a day the last word holds"),
    Column("quantity", Integer, nullable=False),
    Column("price", Text, comment="Decimal string, a month; NULL is unknown"),
)

rule = Table(
    "rule",
    metadata,
    _id(),
    _of("tenant"),
    _of("account"),
    Column("name", String(63), nullable=False),
    _of("directory", nullable=True),
    _of("group", nullable=True),
    Column("group_external_id", Text),
    Column("group_name_folded", Text),
    Column("group_name", Text, comment="As it was written; NULL where nobody named the group, or before 0002"),
    Column("filter", Text),
    Column("seat_type", String(63)),
    Column("role", String(63)),
    Column("permissions", Json, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("tenant_id", "name"),
    Index(None, "group_id"),
)

# The ledger.

membership = Table(
    "membership",
    metadata,
    _id(),
    _of("tenant"),
    _of("account"),
    _of("person"),
    Column("state", String(10), nullable=False),
    Column("due", Json),
    Column("seat_types", Json, nullable=False),
    Column("pools", Json, nullable=False),
    Column("permissions", Json, nullable=False),
    Column("answer", String(10)),
    Column("answered_key", Text),
    Column("obstacle", String(20)),
    Column("waiting_number", BigInteger),
    Column("ended_at", Utc),
    Column("suspended", Boolean, nullable=False, default=False, server_default="0"),
    Column(
        "waiting_rank",
        Integer,
        nullable=False,
        default=0,
        server_default="0",
        comment="Goes before the number on the waiting line; 0 for everybody where arrival alone counts",
    ),
    UniqueConstraint("account_id", "person_id"),
    Index(None, "person_id"),
    Index(
        "ix_membership_line",
        "account_id",
        "waiting_number",
        sqlite_where=text("waiting_number IS NOT NULL"),
        postgresql_where=text("waiting_number IS NOT NULL"),
    ),
    Index(
        "ix_membership_order",
        "account_id",
        "waiting_rank",
        "waiting_number",
        sqlite_where=text("waiting_number IS NOT NULL"),
        postgresql_where=text("waiting_number IS NOT NULL"),
    ),
)

manual_grant = Table(
    "manual_grant",
    metadata,
    _of("account"),
    _of("person"),
    Column("id", Id, nullable=False, comment="New whenever it is given anew"),
    _of("tenant"),
    Column("seat_type", String(63)),
    Column("role", String(63)),
    Column("permissions", Json, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("given_at", Utc, nullable=False),
    Column("next", Json, comment="What takes its place at next_at; without it the grant is withdrawn then"),
    Column("next_at", Utc),
    Column("mails", Boolean, nullable=False, default=True, comment="Whether an invitation to it is sent by letter"),
    Column("language", String(35), comment="Of letters to somebody whose directory states none"),
    PrimaryKeyConstraint("account_id", "person_id"),
    Index(None, "person_id"),
    Index(None, "next_at"),
    comment="Given by an operator to one person, beside what rules make due",
)

reservation = Table(
    "reservation",
    metadata,
    _id(),
    _of("tenant"),
    _of("account"),
    Column("kept_for", Text, nullable=False, comment="As the operator wrote it"),
    _of("directory", nullable=True),
    Column("name_folded", Text, comment="userName or e-mail address in the directory; NULL of a placeholder"),
    _of("person", nullable=True),
    Column("seat_types", Json, nullable=False),
    Column("pools", Json, nullable=False),
    Column("starts_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),
    Column("state", String(10), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    Index(
        "ix_reservation_open",
        "account_id",
        sqlite_where=text("state IN ('planned', 'kept')"),
        postgresql_where=text("state IN ('planned', 'kept')"),
    ),
    comment="Seats kept for people who are expected",
)

invitation = Table(
    "invitation",
    metadata,
    _id(),
    _of("tenant"),
    _of("account"),
    _of("person"),
    _of("membership"),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("answered_at", Utc),
    Column("mails", Boolean, nullable=False, default=True, server_default="1", comment="Else its link is handed over"),
    Column("language", String(35), comment="Of letters to somebody whose directory states none"),
    Column("mailed_at", Utc, comment="When the letter left"),
    Column("remind_at", Utc, comment="NULL when she has been reminded, and where nobody is"),
    Index(
        "ix_invitation_reminder",
        "remind_at",
        sqlite_where=text("state = 'pending' AND remind_at IS NOT NULL"),
        postgresql_where=text("state = 'pending' AND remind_at IS NOT NULL"),
    ),
    Index(
        "ix_invitation_pending",
        "membership_id",
        unique=True,
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    Index(
        "ix_invitation_expiry",
        "account_id",
        "expires_at",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
)

vendor_invitation = Table(
    "vendor_invitation",
    metadata,
    Column("membership_id", Id, ForeignKey("membership.id"), primary_key=True),
    _of("tenant"),
    Column("state", String(63), nullable=False, comment="One of the catalogue's words"),
    Column("noted_by", Text, nullable=False),
    Column("noted_at", Utc, nullable=False),
    comment="What a vendor says of its own invitation; nothing is decided by it",
)

# Signing in.

session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    _of("tenant"),
    _of("directory"),
    _of("person", nullable=True),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("sid", Text),
    Column("claims", Json, nullable=False),
    Column("id_token", Text, comment="Kept as the hint that the provider's own logout asks for"),
    Column("created_at", Utc, nullable=False),
    Column("last_seen_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("assurance", Json, comment="acr, amr and auth_time of the sign-in, for accounts that ask for them"),
    Column("browser", Text, comment="What the browser calls itself, in a word or two, for the person to know it again"),
    Column("only_account_id", Id, comment="The one account that it opens: set where glass was broken, else NULL"),
    Index(None, "person_id"),
    Index(None, "directory_id", "issuer", "subject"),
)

login_attempt = Table(
    "login_attempt",
    metadata,
    Column("state_hash", String(64), primary_key=True),
    _of("directory"),
    Column("browser_hash", String(64), nullable=False),
    Column("nonce", Text, nullable=False),
    Column("code_verifier", Text, nullable=False),
    Column("return_to", Text, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("account", String(63), comment="The account whose step-up this sign-in is to meet"),
    Column("begun_at", Utc, comment="NULL before 0002"),
    Index(None, "browser_hash"),
    Index(None, "expires_at"),
)

break_glass = Table(
    "break_glass",
    metadata,
    _id(),
    _of("tenant"),
    _of("account"),
    _of("person"),
    Column("link_hash", String(64), nullable=False, unique=True),
    Column("opened_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False, comment="Of the link, and of the session that it starts"),
    Column("used_at", Utc),
    Index(None, "ends_at"),
    comment="Ways in past a provider that is down, each for one person, into one account, for some minutes",
)

access_request = Table(
    "access_request",
    metadata,
    _id(),
    _of("tenant"),
    _of("account"),
    _of("person"),
    Column("created_at", Utc, nullable=False),
    Column("closed_at", Utc),
    Index(
        "ix_access_request_open",
        "account_id",
        "person_id",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    comment="Who asked for access from a page that refused it; an operator answers by a rule, by hand, or by a no",
)

used_token = Table(
    "used_token",
    metadata,
    Column("token_key", String(64), primary_key=True),
    Column("expires_at", Utc, nullable=False),
    comment="Identifiers of logout tokens already acted on, so that a replay is recognised",
)

cut_identity = Table(
    "cut_identity",
    metadata,
    Column("identity_key", String(64), primary_key=True),
    Column("cut_at", Utc, nullable=False),
    Index(None, "cut_at"),
    comment="Whom a provider has signed out lately, so that a sign-in begun before does not come back as a session",
)

signal_stream = Table(
    "signal_stream",
    metadata,
    Column("directory_id", Id, ForeignKey("directory.id"), primary_key=True),
    Column("transmitter", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("poll_url", Text, comment="NULL where the transmitter pushes"),
    Column("poll_token_sealed", Text),
    Column("poll_due_at", Utc),
    Column("poll_failures", Integer, nullable=False, default=0),
    Column("poll_error", Text),
    Column("heard_at", Utc),
    Column("version", Integer, nullable=False, default=1),
    Index(None, "poll_due_at"),
    comment="Whose security events a directory believes (Shared Signals)",
)

mail_domain = Table(
    "mail_domain",
    metadata,
    _id(),
    _of("directory"),
    Column("name", String(253), nullable=False),
    Column("challenge", String(64), nullable=False),
    Column("claimed_at", Utc, nullable=False),
    Column("proved_at", Utc),
    Column("checked_at", Utc),
    Column("lost_at", Utc, comment="Since when the record that proved it is not found any more"),
    UniqueConstraint("directory_id", "name"),
    Index(
        "ix_mail_domain_proved",
        "name",
        unique=True,
        sqlite_where=text("proved_at IS NOT NULL"),
        postgresql_where=text("proved_at IS NOT NULL"),
    ),
    comment="E-mail domains of directories; one counts once it is proved",
)

operator_session = Table(
    "operator_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
)

signing_key = Table(
    "signing_key",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("public", Json, nullable=False, comment="A JSON Web Key, as back ends read it"),
    Column("private_sealed", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("signs_from", Utc, nullable=False),
    comment="What the gate signs its assertions with; published before it signs and for a while after",
)

# What follows: for the worker, for people at the vendor, for the auditor.

outbox = Table(
    "outbox",
    metadata,
    _id(),
    _of("tenant"),
    Column("kind", String(40), nullable=False),
    Column("payload", Json, nullable=False),
    Column("state", String(10), nullable=False, default="open"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", Utc, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("done_at", Utc),
    Column("error", Text),
    Index("ix_outbox_open", "due_at", sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
)

work_order = Table(
    "work_order",
    metadata,
    _id(),
    _of("tenant"),
    _of("account"),
    _of("person"),
    Column("kind", String(20), nullable=False),
    Column("details", Json, nullable=False),
    Column("state", String(10), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("done_at", Utc),
    Column("done_by", Text),
    Column("assignee", Text),
    Index(None, "person_id"),
    Index(
        "ix_work_order_open", "tenant_id", sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")
    ),
)

handover = Table(
    "handover",
    metadata,
    _id(),
    _of("tenant"),
    _of("account"),
    _of("person"),
    Column("state", String(10), nullable=False),
    _of("person", nullable=True, column="heir_id"),
    Column("heir_address", Text, comment="Of an heir who is nobody of a directory"),
    Column("named_by", Text, nullable=False, comment="manager, owner, nobody, or the operator who named the heir"),
    Column("created_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("closed_at", Utc),
    Column("closed_by", Text),
    Column("reason", Text, comment="Why it was closed with assets that were not handed over"),
    Index(None, "person_id"),
    Index(
        "ix_handover_open",
        "account_id",
        "person_id",
        unique=True,
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    Index("ix_handover_heir", "heir_id", sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
    comment="What a departure leaves to somebody else at a vendor; person_id is the leaver",
)

handover_asset = Table(
    "handover_asset",
    metadata,
    Column("handover_id", Id, ForeignKey("handover.id"), primary_key=True),
    Column("key", String(63), primary_key=True, comment="Of the vendor's catalogue"),
    Column("place", Integer, nullable=False, comment="As in the catalogue"),
    Column("duty", String(10), nullable=False),
    Column("done_at", Utc),
    Column("done_by", Text),
)

event = Table(
    "event",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("at", Utc, nullable=False),
    _of("tenant"),
    Column("kind", String(40), nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("person_id", Id),
    Column("account_id", Id),
    Column("cause", String(20), nullable=False),
    Column("actor", Text, nullable=False),
    Column("reference", Text),
    Column("before", Json),
    Column("after", Json),
    Index(None, "tenant_id", "seq"),
    Index(None, "person_id"),
    comment="Append-only; holds ids, states and names of attributes, never personal values",
)

event_value = Table(
    "event_value",
    metadata,
    Column("event_seq", Serial, ForeignKey("event.seq"), primary_key=True, autoincrement=False),
    Column("before", Json),
    Column("after", Json),
    comment="Personal values of an event, which retention and erasure blank",
)

# What was said.

exchange = Table(
    "exchange",
    metadata,
    _id(),
    Column("directory", String(63), nullable=False, comment="The name in the address, whether or not there is one"),
    Column("at", Utc, nullable=False),
    Column("method", String(20), nullable=False),
    Column("path", Text, nullable=False, comment="Below the SCIM base URL"),
    Column("query", Text, nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", Text, comment="NULL where there was none, or none that could be kept"),
    Column("status", Integer, nullable=False),
    Column("answer", Text),
    Column("source", String(64)),
    Column("left_out", Boolean, nullable=False, comment="Whether the request had a body that was not kept"),
    Index(None, "directory", "id"),
    Index(None, "at"),
    comment="The journal, redacted; beside SQLite it is in a file of its own, and this table stays empty",
)
