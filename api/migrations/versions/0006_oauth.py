"""OAuth's clients, grants, refresh tokens, what was spent, and wallets that were linked."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_TABLES = (
    "oauth_wallet_link",
    "oauth_spent",
    "oauth_refresh_token",
    "oauth_grant",
    "oauth_client",
)


def upgrade() -> None:
    _create_client()
    _create_grant()
    _create_refresh_token()
    _create_spent()
    _create_wallet_link()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)


def _create_client() -> None:
    op.create_table(
        "oauth_client",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organization", sa.String()),
        sa.Column("auth_method", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String()),
        sa.Column("jwks", sa.JSON()),
        sa.Column("redirect_uris", sa.JSON(), nullable=False),
        sa.Column("grant_types", sa.JSON(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
    )


def _create_grant() -> None:
    client = sa.ForeignKey("oauth_client.id")
    op.create_table(
        "oauth_grant",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("client_id", sa.String(), client, nullable=False),
        sa.Column("principal", sa.String(), nullable=False),
        sa.Column("wallet", sa.String()),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.Column("revoked_why", sa.String()),
        sa.Column("code_hash", sa.String()),
        sa.Column("code_expires_at", sa.BigInteger()),
        sa.Column("code_used_at", sa.BigInteger()),
        sa.Column("redirect_uri", sa.String()),
        sa.Column("code_challenge", sa.String()),
    )
    for column in ("client_id", "principal", "expires_at"):
        op.create_index(f"ix_oauth_grant_{column}", "oauth_grant", [column])
    op.create_index("ix_oauth_grant_code_hash", "oauth_grant", ["code_hash"], unique=True)


def _create_refresh_token() -> None:
    grant = sa.ForeignKey("oauth_grant.id")
    op.create_table(
        "oauth_refresh_token",
        sa.Column("hash", sa.String(), primary_key=True),
        sa.Column("grant_id", sa.String(), grant, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
    )
    op.create_index("ix_oauth_refresh_token_grant_id", "oauth_refresh_token", ["grant_id"])


def _create_spent() -> None:
    op.create_table(
        "oauth_spent",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_oauth_spent_expires_at", "oauth_spent", ["expires_at"])


def _create_wallet_link() -> None:
    op.create_table(
        "oauth_wallet_link",
        sa.Column("principal", sa.String(), primary_key=True),
        sa.Column("wallet", sa.String(), primary_key=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_oauth_wallet_link_wallet", "oauth_wallet_link", ["wallet"])
