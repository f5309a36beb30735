"""What a subscription rests on, and what had to be allowed for an answer that is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    # Nobody knows what the ones before rest on: they pause until they are made active again.
    with op.batch_alter_table("webhook") as webhook:
        webhook.add_column(sa.Column("grant_id", sa.String()))
        webhook.add_column(sa.Column("scopes", sa.JSON(), nullable=False, server_default="[]"))
        webhook.add_column(
            sa.Column("confirmed_at", sa.Float(), nullable=False, server_default="0")
        )
    op.add_column("idempotency_key", sa.Column("asked", sa.JSON()))


def downgrade() -> None:
    op.drop_column("idempotency_key", "asked")
    with op.batch_alter_table("webhook") as webhook:
        for column in ("confirmed_at", "scopes", "grant_id"):
            webhook.drop_column(column)
