"""Answers that are given again to the same Idempotency-Key."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("principal", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("turn", sa.String()),
        sa.Column("turn_until", sa.Float(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("location", sa.String()),
        sa.Column("answer", sa.LargeBinary()),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
    )
    for column in ("principal", "expires_at"):
        op.create_index(f"ix_idempotency_key_{column}", "idempotency_key", [column])


def downgrade() -> None:
    op.drop_table("idempotency_key")
