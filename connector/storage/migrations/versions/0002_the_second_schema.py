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
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("assignee", sa.Text(), nullable=True))
