"""Tasks, their signed transactions, and submissions that hold their ground."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_task()
    _create_task_transaction()
    _create_submission()


def downgrade() -> None:
    for table in ("submission", "task_transaction", "task"):
        op.drop_table(table)


def _create_task() -> None:
    op.create_table(
        "task",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("resource", sa.String()),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("calldata", sa.String(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("history", sa.JSON(), nullable=False),
        sa.Column("transaction_hash", sa.String()),
        sa.Column("block_number", sa.BigInteger()),
        sa.Column("block_hash", sa.String()),
        sa.Column("error", sa.JSON(none_as_null=True)),
        sa.Column("created_at", sa.Float(), nullable=False),
    )
    for column in ("fingerprint", "settled", "transaction_hash"):
        op.create_index(f"ix_task_{column}", "task", [column])


def _create_task_transaction() -> None:
    op.create_table(
        "task_transaction",
        sa.Column("hash", sa.String(), primary_key=True),
        sa.Column("task_id", sa.String(), sa.ForeignKey("task.id"), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("sent_at", sa.Float()),
    )
    op.create_index("ix_task_transaction_task_id", "task_transaction", ["task_id"])


def _create_submission() -> None:
    op.create_table(
        "submission",
        sa.Column("task_id", sa.String(), sa.ForeignKey("task.id"), primary_key=True),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("pdd_hash", sa.String(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
    )
    for column in ("project_id", "pdd_hash", "expires_at"):
        op.create_index(f"ix_submission_{column}", "submission", [column])
