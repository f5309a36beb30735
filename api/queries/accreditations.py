"""Queries: who is accredited, for whom they act, what they decided, what was withdrawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, union
from sqlmodel import select

from api.filters import AccreditationFilters
from api.queries.counts import remembered
from api.queries.order import order_of
from api.queries.pages import Page, listed
from api.queries.prepared import Prepared, Valid
from api.queries.statements import Accreditations, Decisions, Organisations, Withdrawals
from api.snapshot import Snapshot
from indexer.models import Accreditation, AccreditationWithdrawal, Decision

#: Role ids of contracts/libraries/Roles.sol, as the index keeps them.
ROLE_IDS = {"validator": "3", "verifier": "4"}
ROLES = {number: role for role, number in ROLE_IDS.items()}

#: Withdrawals of a role by account, in the order of the chain.
Withdrawn = Mapping[str, Sequence[AccreditationWithdrawal]]


@dataclass(frozen=True)
class Holder:
    """An account that is or was accredited in a role.

    `accreditation` is in force or lapsed, None when it was withdrawn; `organisation` is for whom
    the account acts, `outcomes` how many decisions of each outcome it made in the role.
    """

    account: str
    role_id: str
    accreditation: Accreditation | None
    withdrawals: Sequence[AccreditationWithdrawal]
    organisation: str | None
    outcomes: Mapping[str, int]


def holders(snapshot: Snapshot, filters: AccreditationFilters) -> Page[Holder]:
    """A page of those that ever were accredited."""
    ever = _ever(snapshot).subquery()
    query = select(ever.c.account, ever.c.role_id)
    if filters.role:
        query = query.where(ever.c.role_id == ROLE_IDS[filters.role])
    if filters.account:
        query = query.where(ever.c.account == filters.account.lower())
    sorts = {"account": ever.c.account, "role": ever.c.role_id}
    order = order_of(filters.sort, sorts, ever.c.account, ever.c.role_id)
    page = listed(snapshot, query, filters, order)
    found = [(row[0], row[1]) for row in page.rows]
    held = _ACCREDITATIONS.all(snapshot, accounts=_accounts(found))
    return page.holding(_holders(snapshot, found, held))


def holders_of(snapshot: Snapshot, account: str) -> list[Holder]:
    """What an account is or was accredited as."""
    held = _ACCREDITATIONS.all(snapshot, accounts=[account])
    lost = {role_id for role_id in ROLES if account in withdrawals(snapshot, role_id)}
    roles = sorted({one.role_id for one in held} | lost)
    return _holders(snapshot, [(account, role_id) for role_id in roles], held) if roles else []


def withdrawals(snapshot: Snapshot, role_id: str) -> Withdrawn:
    """Every withdrawal of accreditations in a role; there are few, and they change seldom."""

    def read() -> Withdrawn:
        found: dict[str, list[AccreditationWithdrawal]] = defaultdict(list)
        for one in _WITHDRAWALS.all(snapshot, role_id=role_id):
            found[one.account].append(one)
        return dict(found)

    return remembered(snapshot, f"withdrawals {role_id}", read)


def first_since(
    withdrawn: Sequence[AccreditationWithdrawal], decided_at: int | None
) -> AccreditationWithdrawal | None:
    """The first withdrawal of a judge's accreditation at or after a decision (UNIX seconds)."""
    if decided_at is None:
        return None
    return next((one for one in withdrawn if (one.withdrawn_at or 0) >= decided_at), None)


def decisions(
    snapshot: Snapshot, account: str, role_id: str, limit: int, offset: int
) -> Sequence[Decision]:
    """What an account decided in a role, the last decision first."""
    by_account = {"account": account, "role_id": role_id}
    return _DECISIONS.all(snapshot, **by_account, limit=limit, offset=offset)


def _accounts(found: Sequence[tuple[str, str]]) -> list[str]:
    return sorted({account for account, _ in found})


def _holders(
    snapshot: Snapshot, found: Sequence[tuple[str, str]], held: Sequence[Accreditation]
) -> list[Holder]:
    accounts = _accounts(found)
    held_by = {(one.account, one.role_id): one for one in held}
    houses = dict(_ORGANISATIONS.all(snapshot, accounts=accounts))
    lost = {role_id: withdrawals(snapshot, role_id) for role_id in ROLES}
    outcomes = _outcomes(snapshot, accounts)
    return [
        Holder(
            account,
            role_id,
            held_by.get((account, role_id)),
            lost[role_id].get(account, ()),
            houses.get(account),
            outcomes.get((account, role_id), {}),
        )
        for account, role_id in found
    ]


def _outcomes(
    snapshot: Snapshot, accounts: Sequence[str]
) -> Mapping[tuple[str, str], Mapping[str, int]]:
    """How many decisions of each outcome each account made in each role."""

    def read() -> Mapping[tuple[str, str], Mapping[str, int]]:
        found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        for account, role_id, outcome, count in _OUTCOMES.all(snapshot, accounts=accounts):
            found[account, role_id][outcome] = count
        return dict(found)

    return remembered(snapshot, f"outcomes {' '.join(accounts)}", read)


def _ever(snapshot: Snapshot) -> Any:
    held = select(Accreditations.account, Accreditations.role_id)
    lost = select(Withdrawals.account, Withdrawals.role_id)
    return union(
        held.where(snapshot.valid(Accreditations)), lost.where(snapshot.valid(Withdrawals))
    )


def _withdrawals(valid: Valid) -> Any:
    query = select(Withdrawals).where(
        valid(Withdrawals), Withdrawals.role_id == bindparam("role_id")
    )
    return query.order_by(Withdrawals.block_number, Withdrawals.log_index)


def _accreditations(valid: Valid) -> Any:
    held = Accreditations.account.in_(bindparam("accounts"))
    return select(Accreditations).where(valid(Accreditations), held)


def _organisations(valid: Valid) -> Any:
    query = select(Organisations.account, Organisations.organisation)
    return query.where(valid(Organisations), Organisations.account.in_(bindparam("accounts")))


def _decisions(valid: Valid) -> Any:
    query = select(Decisions).where(
        valid(Decisions),
        Decisions.account == bindparam("account"),
        Decisions.role_id == bindparam("role_id"),
    )
    newest = query.order_by(Decisions.block_number.desc(), Decisions.log_index.desc())
    return newest.limit(bindparam("limit")).offset(bindparam("offset"))


def _counted(valid: Valid) -> Any:
    kinds = (Decisions.account, Decisions.role_id, Decisions.outcome)
    # Of both roles, so that they are counted in the order of an index.
    query = select(*kinds, func.count()).where(
        valid(Decisions),
        Decisions.role_id.in_(list(ROLES)),
        Decisions.account.in_(bindparam("accounts")),
    )
    return query.group_by(*kinds).order_by(*kinds)


_WITHDRAWALS, _ACCREDITATIONS = Prepared(_withdrawals), Prepared(_accreditations)
_ORGANISATIONS, _DECISIONS = Prepared(_organisations), Prepared(_decisions)
_OUTCOMES = Prepared(_counted)
