"""Subscriptions, and what was tried for them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _create_webhook()
    op.create_table(
        "webhook_attempt",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("webhook_id", sa.String(), sa.ForeignKey("webhook.id"), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("milliseconds", sa.Integer()),
        sa.Column("status", sa.Integer()),
        sa.Column("error", sa.String()),
    )
    for column in ("webhook_id", "at"):
        op.create_index(f"ix_webhook_attempt_{column}", "webhook_attempt", [column])


def downgrade() -> None:
    op.drop_table("webhook_attempt")
    op.drop_table("webhook")


def _create_webhook() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("principal", sa.String(), nullable=False),
        sa.Column("wallets", sa.JSON(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("description", sa.String()),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("projects", sa.JSON(), nullable=False),
        sa.Column("holders", sa.JSON(), nullable=False),
        sa.Column("finality", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("key_name", sa.String(), nullable=False),
        sa.Column("secret_turn", sa.Integer(), nullable=False),
        sa.Column("old_secret_until", sa.Float()),
        sa.Column("change_cursor", sa.BigInteger(), nullable=False),
        sa.Column("step_cursor", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String()),
        sa.Column("message_type", sa.String()),
        sa.Column("message_stream", sa.String()),
        sa.Column("message_cursor", sa.BigInteger()),
        sa.Column("message_body", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.Float()),
        sa.Column("last_error", sa.String()),
        sa.Column("last_delivered_at", sa.Float()),
        sa.Column("created_at", sa.Float(), nullable=False),
    )
    for column in ("principal", "state"):
        op.create_index(f"ix_webhook_{column}", "webhook", [column])
