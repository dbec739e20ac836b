"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from connector.storage import append_only
from connector.storage.tables import Id, Json, Serial, Utc

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange",
        sa.Column("id", Id, nullable=False),
        sa.Column(
            "directory",
            sa.String(length=63),
            nullable=False,
            comment="The name in the address, whether or not there is one",
        ),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("path", sa.Text(), nullable=False, comment="Below the SCIM base URL"),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("headers", Json, nullable=False),
        sa.Column("body", sa.Text(), nullable=True, comment="NULL where there was none, or none that could be kept"),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("source", sa.String(length=64), nullable=True),
        sa.Column("left_out", sa.Boolean(), nullable=False, comment="Whether the request had a body that was not kept"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange")),
        comment="The journal, redacted; beside SQLite it is in a file of its own, and this table stays empty",
    )
    op.create_index(op.f("ix_exchange_at"), "exchange", ["at"], unique=False)
    op.create_index(op.f("ix_exchange_directory_id"), "exchange", ["directory", "id"], unique=False)
    op.create_table(
        "operator_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_operator_session")),
    )
    op.create_table(
        "tenant",
        sa.Column("id", Id, nullable=False),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenant_slug")),
    )
    op.create_table(
        "used_token",
        sa.Column("token_key", sa.String(length=64), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("token_key", name=op.f("pk_used_token")),
        comment="Identifiers of logout tokens already acted on, so that a replay is recognised",
    )
    op.create_table(
        "account",
        sa.Column("id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("vendor", sa.String(length=63), nullable=False, comment="Key of the catalogue"),
        sa.Column("plan", sa.String(length=63), nullable=False),
        sa.Column("addons", Json, nullable=False),
        sa.Column("owner_email", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_account_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("slug", name=op.f("uq_account_slug")),
    )
    op.create_index(op.f("ix_account_tenant_id"), "account", ["tenant_id"], unique=False)
    op.create_table(
        "directory",
        sa.Column("id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("idp", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("client_id", sa.Text(), nullable=True),
        sa.Column("client_secret_sealed", sa.Text(), nullable=True),
        sa.Column("subject_claim", sa.String(length=100), nullable=True),
        sa.Column("bind", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_directory_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory")),
        sa.UniqueConstraint("slug", name=op.f("uq_directory_slug")),
    )
    op.create_table(
        "event",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("account_id", Id, nullable=True),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("before", Json, nullable=True),
        sa.Column("after", Json, nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_event_tenant_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
        comment="Append-only; holds ids, states and names of attributes, never personal values",
    )
    op.create_index(op.f("ix_event_person_id"), "event", ["person_id"], unique=False)
    op.create_index(op.f("ix_event_tenant_id_seq"), "event", ["tenant_id", "seq"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("done_at", Utc(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_outbox_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "policy",
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_policy_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_policy")),
        comment="The first lock of every settlement; rule and plan changes take it exclusively and raise its version.",
    )
    op.create_table(
        "billing",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("anchor", sa.Date(), nullable=False, comment="A day on which a period begins"),
        sa.Column("months", sa.Integer(), nullable=False, comment="Length of a period"),
        sa.Column("prices", Json, nullable=False, comment="Stated by the operator, a month: item -> decimal string"),
        sa.Column("budget", sa.Text(), nullable=True, comment="Decimal string, for a period"),
        sa.Column("next_plan", Json, nullable=True, comment="Plan, add-ons and seats from next_plan_at on"),
        sa.Column("next_plan_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_billing_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_billing")),
    )
    op.create_table(
        "directory_token",
        sa.Column("id", Id, nullable=False),
        sa.Column("directory_id", Id, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=20), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=True),
        sa.Column("revoked_at", Utc(), nullable=True),
        sa.Column("last_used_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["directory_id"], ["directory.id"], name=op.f("fk_directory_token_directory_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_directory_token_token_hash")),
    )
    op.create_index(op.f("ix_directory_token_directory_id"), "directory_token", ["directory_id"], unique=False)
    op.create_table(
        "event_value",
        sa.Column("event_seq", Serial, autoincrement=False, nullable=False),
        sa.Column("before", Json, nullable=True),
        sa.Column("after", Json, nullable=True),
        sa.ForeignKeyConstraint(["event_seq"], ["event.seq"], name=op.f("fk_event_value_event_seq")),
        sa.PrimaryKeyConstraint("event_seq", name=op.f("pk_event_value")),
        comment="Personal values of an event, which retention and erasure blank",
    )
    op.create_table(
        "login_attempt",
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("directory_id", Id, nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("code_verifier", sa.Text(), nullable=False),
        sa.Column("return_to", sa.Text(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["directory_id"], ["directory.id"], name=op.f("fk_login_attempt_directory_id")),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_login_attempt")),
    )
    op.create_index(op.f("ix_login_attempt_browser_hash"), "login_attempt", ["browser_hash"], unique=False)
    op.create_index(op.f("ix_login_attempt_expires_at"), "login_attempt", ["expires_at"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("directory_id", Id, nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column(
            "user_name_folded",
            sa.Text(),
            nullable=True,
            comment="NULL when the name was released to somebody else, or the person deleted",
        ),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("external_id_key", sa.Text(), nullable=True, comment="As external_id; NULL when released or deleted"),
        sa.Column("display_name_folded", sa.Text(), nullable=True),
        sa.Column("work_email_folded", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("modified_at", Utc(), nullable=False),
        sa.Column("deleted_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["directory_id"], ["directory.id"], name=op.f("fk_person_directory_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_person_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("directory_id", "external_id_key", name=op.f("uq_person_directory_id_external_id_key")),
        sa.UniqueConstraint("directory_id", "user_name_folded", name=op.f("uq_person_directory_id_user_name_folded")),
    )
    op.create_index(
        op.f("ix_person_directory_id_display_name_folded"),
        "person",
        ["directory_id", "display_name_folded"],
        unique=False,
    )
    op.create_index(
        op.f("ix_person_directory_id_work_email_folded"), "person", ["directory_id", "work_email_folded"], unique=False
    )
    op.create_index(
        "ix_person_listed",
        "person",
        ["directory_id", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "purchase",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("item", sa.String(length=140), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="In the account's time zone; of a day the last word holds"),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price", sa.Text(), nullable=True, comment="Decimal string, a month; NULL is unknown"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_purchase_account_id")),
        sa.PrimaryKeyConstraint("account_id", "item", "day", name=op.f("pk_purchase")),
    )
    op.create_table(
        "scim_group",
        sa.Column("id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("directory_id", Id, nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("display_name_folded", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("document", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("modified_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["directory_id"], ["directory.id"], name=op.f("fk_scim_group_directory_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_scim_group_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scim_group")),
        sa.UniqueConstraint(
            "directory_id", "display_name_folded", name=op.f("uq_scim_group_directory_id_display_name_folded")
        ),
        sa.UniqueConstraint("directory_id", "external_id", name=op.f("uq_scim_group_directory_id_external_id")),
    )
    op.create_table(
        "seat_pool",
        sa.Column("id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("key", sa.String(length=63), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True, comment="NULL is unlimited"),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("promised", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Integer(), nullable=False, comment="Seats that the account's owner holds"),
        sa.Column("pending_counts", sa.Boolean(), nullable=False),
        sa.Column("released", sa.Integer(), nullable=False, comment="Free seats that are given back at release_at"),
        sa.Column("release_at", Utc(), nullable=True),
        sa.Column("when_full", sa.String(length=10), nullable=False),
        sa.Column("grace", sa.Integer(), nullable=False, comment="Seats beyond the capacity, until grace_until"),
        sa.Column("grace_days", sa.Integer(), nullable=False, comment="How long it lasts from its first seat on"),
        sa.Column("grace_until", Utc(), nullable=True),
        sa.CheckConstraint(
            "capacity IS NULL OR owner + held + CASE WHEN pending_counts THEN promised ELSE 0 END <= capacity + grace",
            name=op.f("ck_seat_pool_not_oversold"),
        ),
        sa.CheckConstraint(
            "held >= 0 AND promised >= 0 AND released >= 0 AND grace >= 0", name=op.f("ck_seat_pool_not_negative")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_seat_pool_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_pool")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_seat_pool_account_id_key")),
    )
    op.create_table(
        "group_member",
        sa.Column("group_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["scim_group.id"], name=op.f("fk_group_member_group_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_group_member_person_id")),
        sa.PrimaryKeyConstraint("group_id", "person_id", name=op.f("pk_group_member")),
    )
    op.create_index(op.f("ix_group_member_person_id"), "group_member", ["person_id"], unique=False)
    op.create_table(
        "identity",
        sa.Column("id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("directory_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("bound_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["directory_id"], ["directory.id"], name=op.f("fk_identity_directory_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_identity_person_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_identity_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("directory_id", "issuer", "subject", name=op.f("uq_identity_directory_id_issuer_subject")),
        sa.UniqueConstraint("person_id", name=op.f("uq_identity_person_id")),
    )
    op.create_table(
        "membership",
        sa.Column("id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due", Json, nullable=True),
        sa.Column("seat_types", Json, nullable=False),
        sa.Column("pools", Json, nullable=False),
        sa.Column("permissions", Json, nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=True),
        sa.Column("answered_key", sa.Text(), nullable=True),
        sa.Column("obstacle", sa.String(length=20), nullable=True),
        sa.Column("waiting_number", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_membership_account_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_membership_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("account_id", "person_id", name=op.f("uq_membership_account_id_person_id")),
    )
    op.create_index(
        "ix_membership_line",
        "membership",
        ["account_id", "waiting_number"],
        unique=False,
        sqlite_where=sa.text("waiting_number IS NOT NULL"),
        postgresql_where=sa.text("waiting_number IS NOT NULL"),
    )
    op.create_index(op.f("ix_membership_person_id"), "membership", ["person_id"], unique=False)
    op.create_table(
        "rule",
        sa.Column("id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("directory_id", Id, nullable=True),
        sa.Column("group_id", Id, nullable=True),
        sa.Column("group_external_id", sa.Text(), nullable=True),
        sa.Column("group_name_folded", sa.Text(), nullable=True),
        sa.Column("filter", sa.Text(), nullable=True),
        sa.Column("seat_type", sa.String(length=63), nullable=True),
        sa.Column("role", sa.String(length=63), nullable=True),
        sa.Column("permissions", Json, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_rule_account_id")),
        sa.ForeignKeyConstraint(["directory_id"], ["directory.id"], name=op.f("fk_rule_directory_id")),
        sa.ForeignKeyConstraint(["group_id"], ["scim_group.id"], name=op.f("fk_rule_group_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_rule_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_rule_tenant_id_name")),
    )
    op.create_index(op.f("ix_rule_group_id"), "rule", ["group_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("directory_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=True),
        sa.Column("claims", Json, nullable=False),
        sa.Column(
            "id_token", sa.Text(), nullable=True, comment="Kept as the hint that the provider's own logout asks for"
        ),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("last_seen_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["directory_id"], ["directory.id"], name=op.f("fk_session_directory_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_person_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_session_tenant_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_index(
        op.f("ix_session_directory_id_issuer_subject"), "session", ["directory_id", "issuer", "subject"], unique=False
    )
    op.create_index(op.f("ix_session_person_id"), "session", ["person_id"], unique=False)
    op.create_table(
        "work_order",
        sa.Column("id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("done_at", Utc(), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_work_order_account_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_work_order_person_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_work_order_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_order")),
    )
    op.create_index(
        "ix_work_order_open",
        "work_order",
        ["tenant_id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(op.f("ix_work_order_person_id"), "work_order", ["person_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("membership_id", Id, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("answered_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_invitation_account_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_invitation_membership_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitation_person_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_invitation_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index(
        "ix_invitation_expiry",
        "invitation",
        ["account_id", "expires_at"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_invitation_pending",
        "invitation",
        ["membership_id"],
        unique=True,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )

    statements = append_only.POSTGRESQL if op.get_bind().dialect.name == "postgresql" else append_only.SQLITE
    for statement in statements:
        op.execute(statement)
