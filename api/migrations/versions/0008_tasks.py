"""Whose a task is, when it ends, what it was made for, and its steps for whoever is told."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_WEEK = 604_800


def upgrade() -> None:
    with op.batch_alter_table("task") as task:
        task.add_column(sa.Column("seen", sa.String()))
        task.add_column(sa.Column("expires_at", sa.Float()))
    known = sa.table("task", sa.column("created_at"), sa.column("expires_at"))
    op.execute(known.update().values(expires_at=known.c.created_at + _WEEK))
    for column in ("created_at", "expires_at"):
        op.create_index(f"ix_task_{column}", "task", [column])
    _create_task_holder()
    _create_task_step()


def downgrade() -> None:
    op.drop_table("task_step")
    op.drop_table("task_holder")
    for column in ("created_at", "expires_at"):
        op.drop_index(f"ix_task_{column}", "task")
    with op.batch_alter_table("task") as task:
        task.drop_column("expires_at")
        task.drop_column("seen")


def _create_task_holder() -> None:
    op.create_table(
        "task_holder",
        sa.Column("task_id", sa.String(), sa.ForeignKey("task.id"), primary_key=True),
        sa.Column("holder", sa.String(), primary_key=True),
    )
    op.create_index("ix_task_holder_holder", "task_holder", ["holder"])
    op.execute(
        "INSERT INTO task_holder (task_id, holder) "
        "SELECT id, principal FROM task WHERE principal IS NOT NULL"
    )


def _create_task_step() -> None:
    op.create_table(
        "task_step",
        sa.Column("task_id", sa.String(), sa.ForeignKey("task.id"), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("note", sa.String()),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), unique=True),
    )
    op.create_index("ix_task_step_at", "task_step", ["at"])
