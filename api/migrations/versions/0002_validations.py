"""Checks of documents, and what each found wrong."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "validation",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String()),
        sa.Column("document_id", sa.String()),
        sa.Column("document_hash", sa.String()),
        sa.Column("submitter", sa.String()),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Integer()),
    )
    for column in ("at", "document_id", "submitter"):
        op.create_index(f"ix_validation_{column}", "validation", [column])
    op.create_table(
        "validation_fault",
        sa.Column("validation_id", sa.String(), sa.ForeignKey("validation.id"), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("pointer", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
    )
    op.create_index("ix_validation_fault_code", "validation_fault", ["code"])


def downgrade() -> None:
    for table in ("validation_fault", "validation"):
        op.drop_table(table)
