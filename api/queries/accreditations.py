"""Queries: who is accredited, for whom they act, what they decided, what was withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, union
from sqlmodel import select

from api.filters import AccreditationFilters
from api.queries.counts import remembered
from api.queries.order import order_of
from api.queries.pages import Page, listed
from api.queries.statements import Accreditations, Decisions, Organisations, Withdrawals
from api.snapshot import Snapshot
from indexer.models import Accreditation, AccreditationWithdrawal, Decision, Organisation

#: Role ids of contracts/libraries/Roles.sol, as the index keeps them.
ROLE_IDS = {"validator": "3", "verifier": "4"}
ROLES = {number: role for role, number in ROLE_IDS.items()}

Holder = tuple[str, str]


def holders(snapshot: Snapshot, filters: AccreditationFilters) -> Page[Holder]:
    """A page of the (account, role id) that ever were accredited."""
    ever = _ever(snapshot).subquery()
    query = select(ever.c.account, ever.c.role_id)
    if filters.role:
        query = query.where(ever.c.role_id == ROLE_IDS[filters.role])
    if filters.account:
        query = query.where(ever.c.account == filters.account.lower())
    sorts = {"account": ever.c.account, "role": ever.c.role_id}
    order = order_of(filters.sort, sorts, ever.c.account, ever.c.role_id)
    return listed(snapshot, query, filters, order).of(lambda row: (row[0], row[1]))


def accreditation(snapshot: Snapshot, account: str, role_id: str) -> Accreditation | None:
    """The accreditation in force or lapsed, None when it was withdrawn or never given."""
    query = select(Accreditations).where(snapshot.valid(Accreditations))
    held = query.where(Accreditations.account == account, Accreditations.role_id == role_id)
    return snapshot.session.exec(held).first()


def withdrawals(
    snapshot: Snapshot, account: str, role_id: str
) -> Sequence[AccreditationWithdrawal]:
    """Every withdrawal of an account's accreditations in a role, the last one first."""
    query = select(Withdrawals).where(
        snapshot.valid(Withdrawals),
        Withdrawals.account == account,
        Withdrawals.role_id == role_id,
    )
    ordered = query.order_by(Withdrawals.block_number.desc(), Withdrawals.log_index.desc())
    return snapshot.session.exec(ordered).all()


def withdrawn_since(
    snapshot: Snapshot, role: str, account: str | None, decided_at: int | None
) -> AccreditationWithdrawal | None:
    """The first withdrawal of a judge's accreditation at or after a decision (UNIX seconds)."""
    if account is None or decided_at is None:
        return None
    query = select(Withdrawals).where(
        snapshot.valid(Withdrawals),
        Withdrawals.account == account,
        Withdrawals.role_id == ROLE_IDS[role],
        Withdrawals.withdrawn_at >= decided_at,
    )
    return snapshot.session.exec(query.order_by(Withdrawals.block_number)).first()


def organisation(snapshot: Snapshot, account: str) -> Organisation | None:
    """For whom an account acts."""
    query = select(Organisations).where(snapshot.valid(Organisations))
    return snapshot.session.exec(query.where(Organisations.account == account)).first()


def decisions(
    snapshot: Snapshot, account: str, role_id: str, limit: int, offset: int
) -> Sequence[Decision]:
    """What an account decided in a role, the last decision first."""
    query = _decided(snapshot, account, role_id, select(Decisions))
    ordered = query.order_by(Decisions.block_number.desc(), Decisions.log_index.desc())
    return list(snapshot.session.exec(ordered.offset(offset).limit(limit)))


def outcomes(snapshot: Snapshot, account: str, role_id: str) -> dict[str, int]:
    """How many decisions of each outcome an account made in a role."""
    counted = select(Decisions.outcome, func.count()).group_by(Decisions.outcome)
    query = _decided(snapshot, account, role_id, counted).order_by(Decisions.outcome)
    name = f"outcomes {account} {role_id}"
    return dict(remembered(snapshot, name, lambda: snapshot.session.exec(query).all()))


def _decided(snapshot: Snapshot, account: str, role_id: str, query: Any) -> Any:
    by_account = (Decisions.account == account, Decisions.role_id == role_id)
    return query.where(snapshot.valid(Decisions), *by_account)


def _ever(snapshot: Snapshot) -> Any:
    held = select(Accreditations.account, Accreditations.role_id)
    lost = select(Withdrawals.account, Withdrawals.role_id)
    return union(
        held.where(snapshot.valid(Accreditations)), lost.where(snapshot.valid(Withdrawals))
    )
