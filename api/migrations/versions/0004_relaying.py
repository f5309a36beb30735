"""Requests for the forwarder, and the relayer's own transactions."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("task") as task:
        task.add_column(sa.Column("request_id", sa.String()))
    op.create_index("ix_task_request_id", "task", ["request_id"])
    _create_forward_request()
    _create_relay_delivery()
    _create_relay_transaction()
    _create_relay_item()


def downgrade() -> None:
    for table in ("relay_item", "relay_transaction", "relay_delivery", "forward_request"):
        op.drop_table(table)
    op.drop_index("ix_task_request_id", "task")
    with op.batch_alter_table("task") as task:
        task.drop_column("request_id")


def _create_forward_request() -> None:
    op.create_table(
        "forward_request",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("task_id", sa.String(), sa.ForeignKey("task.id"), nullable=False),
        sa.Column("signer", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("gas", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.String()),
        sa.Column("delivery_id", sa.String()),
        sa.Column("created_at", sa.Float(), nullable=False),
    )
    for column in ("task_id", "signer", "delivery_id"):
        op.create_index(f"ix_forward_request_{column}", "forward_request", [column])


def _create_relay_delivery() -> None:
    op.create_table(
        "relay_delivery",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("relayer", sa.String(), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.String(), nullable=False),
        sa.Column("gas", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("block_number", sa.BigInteger()),
        sa.Column("block_hash", sa.String()),
        sa.Column("created_at", sa.Float(), nullable=False),
    )
    op.create_index("ix_relay_delivery_settled", "relay_delivery", ["settled"])


def _create_relay_transaction() -> None:
    delivery = sa.ForeignKey("relay_delivery.id")
    op.create_table(
        "relay_transaction",
        sa.Column("hash", sa.String(), primary_key=True),
        sa.Column("delivery_id", sa.String(), delivery, nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("max_fee", sa.BigInteger(), nullable=False),
        sa.Column("priority_fee", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("sent_at", sa.Float()),
    )
    op.create_index("ix_relay_transaction_delivery_id", "relay_transaction", ["delivery_id"])


def _create_relay_item() -> None:
    delivery, request = sa.ForeignKey("relay_delivery.id"), sa.ForeignKey("forward_request.id")
    op.create_table(
        "relay_item",
        sa.Column("delivery_id", sa.String(), delivery, primary_key=True),
        sa.Column("request_id", sa.String(), request, primary_key=True),
    )
    op.create_index("ix_relay_item_request_id", "relay_item", ["request_id"])
