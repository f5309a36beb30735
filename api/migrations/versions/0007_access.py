"""API keys, and whose a task and a check is."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("task") as task:
        task.add_column(sa.Column("principal", sa.String()))
        task.add_column(sa.Column("wallets", sa.JSON(none_as_null=True)))
    with op.batch_alter_table("validation") as validation:
        validation.add_column(sa.Column("principal", sa.String()))
    for table in ("task", "validation"):
        op.create_index(f"ix_{table}_principal", table, ["principal"])
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("wallets", sa.JSON(), nullable=False),
        sa.Column("proofs", sa.JSON(), nullable=False),
        sa.Column("rate", sa.String()),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float()),
        sa.Column("revoked_at", sa.Float()),
        sa.Column("revoked_by", sa.String()),
        sa.Column("last_used_at", sa.Float()),
    )
    for column in ("organization", "owner"):
        op.create_index(f"ix_api_key_{column}", "api_key", [column])


def downgrade() -> None:
    op.drop_table("api_key")
    for table in ("task", "validation"):
        op.drop_index(f"ix_{table}_principal", table)
    with op.batch_alter_table("validation") as validation:
        validation.drop_column("principal")
    with op.batch_alter_table("task") as task:
        task.drop_column("wallets")
        task.drop_column("principal")
