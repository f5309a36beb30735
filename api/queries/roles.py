"""Queries: who holds which role now, who is accredited, who may act on what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import select

from api.queries.statements import Accreditations, Projects, Reports, Units
from api.snapshot import Snapshot
from indexer import models

Members: Any = models.RoleMember
Labels: Any = models.Role
FunctionRoles: Any = models.FunctionRole
Approvals: Any = models.OperatorApproval


def roles_of(snapshot: Snapshot, wallets: Iterable[str], now: int) -> set[str]:
    """Ids of the roles that one of the wallets holds; a membership counts from `since` on (UNIX
    seconds)."""
    query = select(Members.role_id).where(*_members(snapshot, wallets, now))
    return set(snapshot.session.exec(query))


def holders_among(snapshot: Snapshot, wallets: Iterable[str], role_id: str, now: int) -> set[str]:
    """Those of the wallets that hold a role."""
    conditions = (*_members(snapshot, wallets, now), Members.role_id == role_id)
    return set(snapshot.session.exec(select(Members.account).where(*conditions)))


def role_for(snapshot: Snapshot, target: str, selector: str) -> str | None:
    """Id of the role that a function was given to, None when it never was given to any."""
    query = select(FunctionRoles.role_id).where(
        snapshot.valid(FunctionRoles),
        FunctionRoles.target == target,
        FunctionRoles.selector == selector,
    )
    found: str | None = snapshot.session.exec(query).first()
    return found


def label_of(snapshot: Snapshot, role_id: str) -> str:
    """What a role is called."""
    query = select(Labels.label).where(snapshot.valid(Labels), Labels.role_id == role_id)
    return snapshot.session.exec(query).first() or f"role {role_id}"


def accredited_among(
    snapshot: Snapshot, wallets: Iterable[str], role_id: str, day: int
) -> set[str]:
    """Those of the wallets whose accreditation in a role is in force on a UTC day."""
    query = select(Accreditations.account).where(
        snapshot.valid(Accreditations),
        Accreditations.account.in_(list(wallets)),
        Accreditations.role_id == role_id,
        Accreditations.start_day <= day,
        Accreditations.end_day >= day,
    )
    return set(snapshot.session.exec(query))


def project_parties(snapshot: Snapshot, project_id: str) -> tuple[str | None, str | None] | None:
    """Developer and assigned validator of a project."""
    query = select(Projects.developer, Projects.validator)
    return snapshot.session.exec(
        query.where(snapshot.valid(Projects), Projects.project_id == project_id)
    ).first()


def report_parties(snapshot: Snapshot, report_id: str) -> tuple[str | None, str | None] | None:
    """The project of a report and its assigned verifier."""
    query = select(Reports.project_id, Reports.verifier)
    return snapshot.session.exec(
        query.where(snapshot.valid(Reports), Reports.report_id == report_id)
    ).first()


def units_parties(snapshot: Snapshot, token_ids: Iterable[str]) -> list[set[str]]:
    """Of each known unit its owner and those whom the owner lets act for it."""
    query = select(Units.owner, Units.approved).where(
        snapshot.valid(Units), Units.token_id.in_(list(token_ids)), Units.owner.is_not(None)
    )
    rows = snapshot.session.exec(query).all()
    let = select(Approvals.owner, Approvals.operator).where(
        snapshot.valid(Approvals),
        Approvals.owner.in_({owner for owner, _ in rows}),
        Approvals.approved.is_(True),
    )
    acting: dict[str, set[str]] = {owner: {owner} for owner, _ in rows}
    for owner, operator in snapshot.session.exec(let):
        acting[owner].add(operator)
    return [acting[owner] | ({approved} if approved else set()) for owner, approved in rows]


def owns_units(snapshot: Snapshot, wallet: str) -> bool:
    """Whether an account holds any unit now."""
    query = select(Units.token_id).where(
        snapshot.valid(Units), Units.owner == wallet, Units.status == "held"
    )
    return snapshot.session.exec(query.limit(1)).first() is not None


def _members(
    snapshot: Snapshot, wallets: Iterable[str], now: int
) -> tuple[ColumnElement[bool], ...]:
    return (
        snapshot.valid(Members),
        Members.account.in_(list(wallets)),
        Members.since.is_(None) | (Members.since <= now),
    )
