"""Calls that the contracts refused before they were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "refused_call",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
    )
    for column in ("at", "sender", "error"):
        op.create_index(f"ix_refused_call_{column}", "refused_call", [column])


def downgrade() -> None:
    op.drop_table("refused_call")
