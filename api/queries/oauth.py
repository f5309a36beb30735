"""Queries: clients, what was granted to them, refresh tokens, and wallets that were linked."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, or_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from api.oauth.tables import ClientRow, GrantRow, RefreshTokenRow, SpentRow, WalletLinkRow
from api.parameters import Slice
from api.queries.pages import Page


def client(session: Session, client_id: str) -> ClientRow | None:
    """A client that is not revoked."""
    found = session.get(ClientRow, client_id)
    return found if found is not None and found.revoked_at is None else None


def clients(session: Session, part: Slice | None = None) -> Page[ClientRow]:
    """One page of the clients, the newest first; without a part all of them."""
    total = session.exec(select(func.count()).select_from(ClientRow)).one()
    ordered = select(ClientRow).order_by(col(ClientRow.created_at).desc(), col(ClientRow.id))
    if part is not None:
        ordered = ordered.limit(part.limit).offset(part.offset)
    return Page(session.exec(ordered).all(), (total,))


def locked_client(session: Session, client_id: str) -> ClientRow | None:
    """A client, revoked or not, that nobody else changes until the transaction ends."""
    query = select(ClientRow).where(col(ClientRow.id) == client_id)
    return session.exec(query.with_for_update()).first()


def grant_of_code(session: Session, code_hash: str) -> GrantRow | None:
    """The grant that a code stands for; nobody else changes it until the transaction ends."""
    query = select(GrantRow).where(col(GrantRow.code_hash) == code_hash)
    return session.exec(query.with_for_update()).first()


def locked_grant(session: Session, grant_id: str) -> GrantRow | None:
    """A grant that nobody else changes until the transaction ends."""
    query = select(GrantRow).where(col(GrantRow.id) == grant_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).first()


def refresh_token(session: Session, token_hash: str) -> RefreshTokenRow | None:
    """A refresh token, used or not; nobody else changes it until the transaction ends."""
    query = select(RefreshTokenRow).where(col(RefreshTokenRow.hash) == token_hash)
    return session.exec(query.with_for_update()).first()


def living_grant(session: Session, grant_id: str, now: int) -> tuple[GrantRow, ClientRow] | None:
    """A grant that is neither over nor revoked, with its client, if that is not revoked either."""
    query = (
        select(GrantRow, ClientRow)
        .join(ClientRow, col(ClientRow.id) == col(GrantRow.client_id))
        .where(
            col(GrantRow.id) == grant_id,
            col(GrantRow.revoked_at).is_(None),
            col(GrantRow.expires_at) > now,
            col(ClientRow.revoked_at).is_(None),
        )
    )
    found = session.exec(query).first()
    return (found[0], found[1]) if found else None


def living_grants(
    session: Session, principal: str, now: int, part: Slice
) -> Page[tuple[GrantRow, ClientRow]]:
    """One page of the grants of a principal that count now, the newest first."""
    counting = (
        col(GrantRow.principal) == principal,
        col(GrantRow.revoked_at).is_(None),
        col(GrantRow.expires_at) > now,
    )
    total = session.exec(select(func.count()).select_from(GrantRow).where(*counting)).one()
    query = select(GrantRow, ClientRow).join(
        ClientRow, col(ClientRow.id) == col(GrantRow.client_id)
    )
    ordered = query.where(*counting).order_by(col(GrantRow.created_at).desc(), col(GrantRow.id))
    return Page(session.exec(ordered.limit(part.limit).offset(part.offset)).all(), (total,))


def revoke_grants_of(session: Session, client_id: str, now: int) -> None:
    """Let nothing that was granted to a client count any more."""
    of_client = update(GrantRow).where(
        col(GrantRow.client_id) == client_id, col(GrantRow.revoked_at).is_(None)
    )
    session.execute(of_client.values(revoked_at=now, revoked_why="client revoked"))


def spend(session: Session, identity: str, expires_at: int) -> bool:
    """Let something count, once: True the first time, whichever process asks."""
    try:
        with session.begin_nested():
            session.add(SpentRow(id=identity, expires_at=expires_at))
    except IntegrityError:
        return False
    return True


def linked_wallets(session: Session, principal: str) -> Sequence[WalletLinkRow]:
    """The wallets that let a principal act for them."""
    query = select(WalletLinkRow).where(col(WalletLinkRow.principal) == principal)
    return session.exec(query.order_by(col(WalletLinkRow.wallet))).all()


def wallet_links(session: Session, principal: str, wallet: str | None) -> Sequence[WalletLinkRow]:
    """The links of a principal: wallets that it acts for, and those that act for its wallet."""
    own = col(WalletLinkRow.principal) == principal
    query = select(WalletLinkRow).where(or_(own, col(WalletLinkRow.wallet) == (wallet or "")))
    ordered = query.order_by(col(WalletLinkRow.principal), col(WalletLinkRow.wallet))
    return session.exec(ordered).all()


def wallet_link(session: Session, principal: str, wallet: str) -> WalletLinkRow | None:
    """One link."""
    return session.get(WalletLinkRow, (principal, wallet))


def clear_expired(session: Session, now: int, kept_seconds: int, most: int) -> None:
    """Remove what can count no more, `most` rows of a kind at a time; grants stay a while, so that
    a replay is still noticed. What another process removes just now is left to it."""
    over = select(GrantRow.id).where(col(GrantRow.expires_at) < now - kept_seconds)
    grants = session.exec(over.limit(most).with_for_update(skip_locked=True)).all()
    if grants:
        session.execute(delete(RefreshTokenRow).where(col(RefreshTokenRow.grant_id).in_(grants)))
        session.execute(delete(GrantRow).where(col(GrantRow.id).in_(grants)))
    done = select(SpentRow.id).where(col(SpentRow.expires_at) < now)
    spent = session.exec(done.limit(most).with_for_update(skip_locked=True)).all()
    if spent:
        session.execute(delete(SpentRow).where(col(SpentRow.id).in_(spent)))
