"""Everything that the first release did not have yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from connector.storage.tables import Id, Json, Utc

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cut_identity",
        sa.Column("identity_key", sa.String(length=64), nullable=False),
        sa.Column("cut_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("identity_key", name=op.f("pk_cut_identity")),
        comment="Whom a provider has signed out lately, so that a sign-in begun before does not come back as a session",
    )
    with op.batch_alter_table("cut_identity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cut_identity_cut_at"), ["cut_at"], unique=False)

    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("public", Json, nullable=False, comment="A JSON Web Key, as back ends read it"),
        sa.Column("private_sealed", sa.Text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("signs_from", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
        comment="What the gate signs its assertions with; published before it signs and for a while after",
    )
    op.create_table(
        "operator_token",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("tenant_id", Id, nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=20), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=True),
        sa.Column("revoked_at", Utc(), nullable=True),
        sa.Column("last_used_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_operator_token_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_operator_token_token_hash")),
        comment="Opens the operator API; without a tenant, for the whole installation",
    )
    op.create_table(
        "client_secret",
        sa.Column("id", Id, nullable=False),
        sa.Column("directory_id", Id, nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=20), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=True),
        sa.Column("revoked_at", Utc(), nullable=True),
        sa.Column("last_used_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["directory_id"], ["directory.id"], name=op.f("fk_client_secret_directory_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_secret")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_client_secret_secret_hash")),
        comment="For OAuth 2.0 client credentials; the client is the directory itself",
    )
    with op.batch_alter_table("client_secret", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_client_secret_directory_id"), ["directory_id"], unique=False)

    op.create_table(
        "entra_trust",
        sa.Column("directory_id", Id, nullable=False),
        sa.Column("entra_tenant_id", Id, nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("app_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["directory_id"], ["directory.id"], name=op.f("fk_entra_trust_directory_id")),
        sa.PrimaryKeyConstraint("directory_id", name=op.f("pk_entra_trust")),
        comment="Whose JWTs a directory takes beside its own tokens",
    )
    op.create_table(
        "idempotent_answer",
        sa.Column("operator_token_id", Id, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False, comment="Of the request that came with the key"),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("answer", Json, nullable=True, comment="What is answered again when the request is"),
        sa.ForeignKeyConstraint(
            ["operator_token_id"], ["operator_token.id"], name=op.f("fk_idempotent_answer_operator_token_id")
        ),
        sa.PrimaryKeyConstraint("operator_token_id", "key", name=op.f("pk_idempotent_answer")),
    )
    with op.batch_alter_table("idempotent_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotent_answer_created_at"), ["created_at"], unique=False)

    op.create_table(
        "mail_domain",
        sa.Column("id", Id, nullable=False),
        sa.Column("directory_id", Id, nullable=False),
        sa.Column("name", sa.String(length=253), nullable=False),
        sa.Column("challenge", sa.String(length=64), nullable=False),
        sa.Column("claimed_at", Utc(), nullable=False),
        sa.Column("proved_at", Utc(), nullable=True),
        sa.Column("checked_at", Utc(), nullable=True),
        sa.Column(
            "lost_at", Utc(), nullable=True, comment="Since when the record that proved it is not found any more"
        ),
        sa.ForeignKeyConstraint(["directory_id"], ["directory.id"], name=op.f("fk_mail_domain_directory_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_domain")),
        sa.UniqueConstraint("directory_id", "name", name=op.f("uq_mail_domain_directory_id_name")),
        comment="E-mail domains of directories; one counts once it is proved",
    )
    with op.batch_alter_table("mail_domain", schema=None) as batch_op:
        batch_op.create_index(
            "ix_mail_domain_proved",
            ["name"],
            unique=True,
            sqlite_where=sa.text("proved_at IS NOT NULL"),
            postgresql_where=sa.text("proved_at IS NOT NULL"),
        )

    op.create_table(
        "realm",
        sa.Column("directory_id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=False),
        sa.Column(
            "mirrors", sa.Boolean(), nullable=False, comment="Whether the realm is told of the directory's people"
        ),
        sa.Column(
            "creates", sa.Boolean(), nullable=False, comment="Whether it gets its users from us, or states them itself"
        ),
        sa.Column(
            "broker", sa.Text(), nullable=True, comment="The identity provider in the realm at which its people sign in"
        ),
        sa.Column(
            "pull_every",
            sa.Integer(),
            nullable=True,
            comment="Seconds; NULL where the directory states its people by itself",
        ),
        sa.Column("pull_due_at", Utc(), nullable=True),
        sa.Column(
            "pulling_until",
            Utc(),
            nullable=True,
            comment="While somebody reads it; after that it may be read by another",
        ),
        sa.Column("pulled_at", Utc(), nullable=True),
        sa.Column("pull_failed", sa.Text(), nullable=True, comment="Why the last pull was not carried out"),
        sa.ForeignKeyConstraint(["directory_id"], ["directory.id"], name=op.f("fk_realm_directory_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_realm_tenant_id")),
        sa.PrimaryKeyConstraint("directory_id", name=op.f("pk_realm")),
        comment="A Keycloak realm that a directory is connected with",
    )
    op.create_table(
        "signal_stream",
        sa.Column("directory_id", Id, nullable=False),
        sa.Column("transmitter", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("poll_url", sa.Text(), nullable=True, comment="NULL where the transmitter pushes"),
        sa.Column("poll_token_sealed", sa.Text(), nullable=True),
        sa.Column("poll_due_at", Utc(), nullable=True),
        sa.Column("poll_failures", sa.Integer(), nullable=False),
        sa.Column("poll_error", sa.Text(), nullable=True),
        sa.Column("heard_at", Utc(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["directory_id"], ["directory.id"], name=op.f("fk_signal_stream_directory_id")),
        sa.PrimaryKeyConstraint("directory_id", name=op.f("pk_signal_stream")),
        comment="Whose security events a directory believes (Shared Signals)",
    )
    with op.batch_alter_table("signal_stream", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signal_stream_poll_due_at"), ["poll_due_at"], unique=False)

    op.create_table(
        "access_request",
        sa.Column("id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_access_request_account_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_access_request_person_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_access_request_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_request")),
        comment="Who asked for access from a page that refused it; an operator answers by a rule, by hand, or by a no",
    )
    with op.batch_alter_table("access_request", schema=None) as batch_op:
        batch_op.create_index(
            "ix_access_request_open",
            ["account_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "access_token",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("client_secret_id", Id, nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_secret_id"], ["client_secret.id"], name=op.f("fk_access_token_client_secret_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_access_token")),
    )
    with op.batch_alter_table("access_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_token_client_secret_id"), ["client_secret_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_token_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "break_glass",
        sa.Column("id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("link_hash", sa.String(length=64), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("ends_at", Utc(), nullable=False, comment="Of the link, and of the session that it starts"),
        sa.Column("used_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_break_glass_account_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_break_glass_person_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_break_glass_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_break_glass_link_hash")),
        comment="Ways in past a provider that is down, each for one person, into one account, for some minutes",
    )
    with op.batch_alter_table("break_glass", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_break_glass_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "handover",
        sa.Column("id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("heir_id", Id, nullable=True),
        sa.Column("heir_address", sa.Text(), nullable=True, comment="Of an heir who is nobody of a directory"),
        sa.Column(
            "named_by", sa.Text(), nullable=False, comment="manager, owner, nobody, or the operator who named the heir"
        ),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column(
            "reason", sa.Text(), nullable=True, comment="Why it was closed with assets that were not handed over"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_handover_account_id")),
        sa.ForeignKeyConstraint(["heir_id"], ["person.id"], name=op.f("fk_handover_heir_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_handover_person_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_handover_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        comment="What a departure leaves to somebody else at a vendor; person_id is the leaver",
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index(
            "ix_handover_heir",
            ["heir_id"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index(
            "ix_handover_open",
            ["account_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index(batch_op.f("ix_handover_person_id"), ["person_id"], unique=False)

    op.create_table(
        "manual_grant",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False, comment="New whenever it is given anew"),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("seat_type", sa.String(length=63), nullable=True),
        sa.Column("role", sa.String(length=63), nullable=True),
        sa.Column("permissions", Json, nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", Utc(), nullable=False),
        sa.Column(
            "next",
            Json,
            nullable=True,
            comment="What takes its place at next_at; without it the grant is withdrawn then",
        ),
        sa.Column("next_at", Utc(), nullable=True),
        sa.Column("mails", sa.Boolean(), nullable=False, comment="Whether an invitation to it is sent by letter"),
        sa.Column(
            "language",
            sa.String(length=35),
            nullable=True,
            comment="Of letters to somebody whose directory states none",
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_manual_grant_account_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_manual_grant_person_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_manual_grant_tenant_id")),
        sa.PrimaryKeyConstraint("account_id", "person_id", name=op.f("pk_manual_grant")),
        comment="Given by an operator to one person, beside what rules make due",
    )
    with op.batch_alter_table("manual_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_manual_grant_next_at"), ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_manual_grant_person_id"), ["person_id"], unique=False)

    op.create_table(
        "reservation",
        sa.Column("id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("kept_for", sa.Text(), nullable=False, comment="As the operator wrote it"),
        sa.Column("directory_id", Id, nullable=True),
        sa.Column(
            "name_folded",
            sa.Text(),
            nullable=True,
            comment="userName or e-mail address in the directory; NULL of a placeholder",
        ),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("seat_types", Json, nullable=False),
        sa.Column("pools", Json, nullable=False),
        sa.Column("starts_at", Utc(), nullable=False),
        sa.Column("ends_at", Utc(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reservation_account_id")),
        sa.ForeignKeyConstraint(["directory_id"], ["directory.id"], name=op.f("fk_reservation_directory_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reservation_person_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_reservation_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
        comment="Seats kept for people who are expected",
    )
    with op.batch_alter_table("reservation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reservation_open",
            ["account_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('planned', 'kept')"),
            postgresql_where=sa.text("state IN ('planned', 'kept')"),
        )

    op.create_table(
        "handover_asset",
        sa.Column("handover_id", Id, nullable=False),
        sa.Column("key", sa.String(length=63), nullable=False, comment="Of the vendor's catalogue"),
        sa.Column("place", sa.Integer(), nullable=False, comment="As in the catalogue"),
        sa.Column("duty", sa.String(length=10), nullable=False),
        sa.Column("done_at", Utc(), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name=op.f("fk_handover_asset_handover_id")),
        sa.PrimaryKeyConstraint("handover_id", "key", name=op.f("pk_handover_asset")),
    )
    op.create_table(
        "vendor_invitation",
        sa.Column("membership_id", Id, nullable=False),
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("state", sa.String(length=63), nullable=False, comment="One of the catalogue's words"),
        sa.Column("noted_by", sa.Text(), nullable=False),
        sa.Column("noted_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_vendor_invitation_membership_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_vendor_invitation_tenant_id")),
        sa.PrimaryKeyConstraint("membership_id", name=op.f("pk_vendor_invitation")),
        comment="What a vendor says of its own invitation; nothing is decided by it",
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("step_up", Json, nullable=True, comment="What the gate asks for beyond a sign-in")
        )
        batch_op.add_column(sa.Column("line_order", sa.String(length=10), server_default="time", nullable=False))
        batch_op.add_column(
            sa.Column(
                "frozen_at",
                Utc(),
                nullable=True,
                comment="Since when the gate refuses everybody, while all keep their seats",
            )
        )
        batch_op.add_column(
            sa.Column("mails", sa.Boolean(), server_default="1", nullable=False, comment="Whether we send its letters")
        )
        batch_op.add_column(
            sa.Column(
                "reminder_hours",
                sa.Integer(),
                nullable=True,
                comment="Before an invitation ends; 0 for none, NULL where others say when",
            )
        )
        batch_op.add_column(
            sa.Column(
                "owner_id",
                Id,
                nullable=True,
                comment="The person who owns it at the vendor; NULL where no directory states her",
            )
        )
        batch_op.add_column(
            sa.Column("sets", Json, nullable=True, comment="Permission sets of the account's own: name -> permissions")
        )
        batch_op.add_column(
            sa.Column("sub_accounts", Json, nullable=True, comment="Names of the accounts below this one at the vendor")
        )

    with op.batch_alter_table("directory", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("requests_per_second", sa.Integer(), nullable=True, comment="NULL: as many as there are")
        )
        batch_op.add_column(
            sa.Column(
                "client_key_sealed",
                sa.Text(),
                nullable=True,
                comment="A private JSON Web Key, by which we prove ourselves to the provider",
            )
        )
        batch_op.add_column(
            sa.Column(
                "max_age_seconds",
                sa.Integer(),
                nullable=True,
                comment="How long ago a sign-in may have been at the provider; NULL: any time",
            )
        )
        batch_op.add_column(sa.Column("always_ask_userinfo", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("acceptance", sa.String(length=20), server_default="explicit", nullable=False))

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("mails", sa.Boolean(), server_default="1", nullable=False, comment="Else its link is handed over")
        )
        batch_op.add_column(
            sa.Column(
                "language",
                sa.String(length=35),
                nullable=True,
                comment="Of letters to somebody whose directory states none",
            )
        )
        batch_op.add_column(sa.Column("mailed_at", Utc(), nullable=True, comment="When the letter left"))
        batch_op.add_column(
            sa.Column("remind_at", Utc(), nullable=True, comment="NULL when she has been reminded, and where nobody is")
        )
        batch_op.create_index(
            "ix_invitation_reminder",
            ["remind_at"],
            unique=False,
            sqlite_where=sa.text("state = 'pending' AND remind_at IS NOT NULL"),
            postgresql_where=sa.text("state = 'pending' AND remind_at IS NOT NULL"),
        )

    with op.batch_alter_table("login_attempt", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "account",
                sa.String(length=63),
                nullable=True,
                comment="The account whose step-up this sign-in is to meet",
            )
        )
        batch_op.add_column(sa.Column("begun_at", Utc(), nullable=True, comment="NULL before 0002"))

    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(sa.Column("suspended", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(
            sa.Column(
                "waiting_rank",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="Goes before the number on the waiting line; 0 for everybody where arrival alone counts",
            )
        )
        batch_op.create_index(
            "ix_membership_order",
            ["account_id", "waiting_rank", "waiting_number"],
            unique=False,
            sqlite_where=sa.text("waiting_number IS NOT NULL"),
            postgresql_where=sa.text("waiting_number IS NOT NULL"),
        )

    with op.batch_alter_table("rule", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "group_name",
                sa.Text(),
                nullable=True,
                comment="As it was written; NULL where nobody named the group, or before 0002",
            )
        )

    with op.batch_alter_table("seat_pool", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "reserved", sa.Integer(), server_default="0", nullable=False, comment="Seats kept by reservations"
            )
        )
        batch_op.add_column(
            sa.Column(
                "fallback",
                sa.String(length=63),
                nullable=True,
                comment="The seat type that is given instead when the pool is full",
            )
        )

    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "assurance",
                Json,
                nullable=True,
                comment="acr, amr and auth_time of the sign-in, for accounts that ask for them",
            )
        )
        batch_op.add_column(
            sa.Column(
                "browser",
                sa.Text(),
                nullable=True,
                comment="What the browser calls itself, in a word or two, for the person to know it again",
            )
        )
        batch_op.add_column(
            sa.Column(
                "only_account_id",
                Id,
                nullable=True,
                comment="The one account that it opens: set where glass was broken, else NULL",
            )
        )

    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("assignee", sa.Text(), nullable=True))
