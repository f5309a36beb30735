"""Proposals: a write that was checked, what speaks against it, and how it becomes a task."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from api.access.principals import Principal
from api.errors import ConflictError, Detail, ValidationError
from api.queries import tasks as task_queries
from api.queries.ground import Claim, claims_against
from api.registry import Registry
from api.simulation import check_call
from api.tables import Submission, Task
from api.tasks import PENDING, belongs_to, hold_for, new_task
from api.writes.write import EncodedCall, Write, encoded, shown_arguments
from indexer import database
from indexer.footprints import register_document
from schemas import content_bytes

#: Any constant will do, as long as every process takes the same one.
_SUBMISSIONS_LOCK = 0x4F474352


@dataclass(frozen=True)
class Ground:
    """The ground that a PDD claims from the moment it is accepted."""

    project_id: str
    document_id: str
    pdd_hash: str


@dataclass(frozen=True)
class Proposal:
    """A write, everything found that speaks against it, and the ground that it claims.

    `seen` is the version of the record that the write was made for, where its author named one.
    """

    write: Write
    findings: tuple[Detail, ...] = ()
    ground: Ground | None = None
    seen: str | None = None


def refuse(findings: Sequence[Detail]) -> None:
    """Raise what was found: `ConflictError` when only the state of the registry is against it."""
    if not findings:
        return
    conflict = all(detail.conflict for detail in findings)
    first = findings[0].message
    message = first if len(findings) == 1 else f"{len(findings)} things speak against it: {first}"
    raise (ConflictError if conflict else ValidationError)(message, findings)


def accept(
    registry: Registry, principal: Principal, proposal: Proposal, sender: str | None = None
) -> Task:
    """The task for a proposal; the same proposal of the same principal again gives the same task
    while that one lives.

    Check and insert happen in one section that no other process enters (OGCR 4.4.2). With a
    `sender` the call is tried first. Raises what `refuse` raises, and the contract's refusal.
    """
    if not all(detail.conflict for detail in proposal.findings):
        refuse(proposal.findings)
    call = encoded(registry, proposal.write)
    found = _task_under_way(registry, principal, proposal, call)
    if found is not None:
        return found
    refuse(proposal.findings)
    if sender:
        check_call(registry, {"from": sender, "to": call.to, "data": call.data})
    return _inserted(registry, principal, proposal, call)


def refuse_claims(session: Session, task: Task) -> None:
    """Raise `ConflictError` when somebody else claims the ground of a task's submission by now."""
    held = session.get(Submission, task.id)
    if held is not None:
        _enter_alone(session)
        refuse(claims_of_others(session, Ground(held.project_id, held.document_id, held.pdd_hash)))


def _task_under_way(
    registry: Registry, principal: Principal, proposal: Proposal, call: EncodedCall
) -> Task | None:
    with database.snapshot(registry.engine) as session:
        task = _own_task(session, principal, call)
    if task is None or task.state == "awaiting_signature":
        return None
    return task if task.state in PENDING or proposal.write.once else None


def _own_task(session: Session, principal: Principal, call: EncodedCall) -> Task | None:
    same = task_queries.same_tasks(session, call.fingerprint)
    return next((task for task in same if belongs_to(task, principal)), None)


def _inserted(
    registry: Registry, principal: Principal, proposal: Proposal, call: EncodedCall
) -> Task:
    write = proposal.write
    with registry.transaction() as session:
        _enter_alone(session)
        for document in write.documents:
            register_document(session, content_bytes(document))
        refuse(claims_of_others(session, proposal.ground))
        task = _own_task(session, principal, call)
        if task is None or task.state not in PENDING:
            task = new_task(write, call, shown_arguments(registry.abi, write), principal)
            session.add(task)
            session.flush()
            hold_for(session, task, [principal.id, *principal.wallets])
        if task.state == "awaiting_signature":
            task.expires_at = time.time() + registry.settings.unsigned_seconds
            task.seen = proposal.seen
        _hold(session, registry, task, proposal.ground)
        for document in write.documents:
            registry.documents.put(content_bytes(document))
        return task


def _enter_alone(session: Session) -> None:
    # On SQLite the transaction holds the only write lock already.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SUBMISSIONS_LOCK})


def claims_of_others(session: Session, ground: Ground | None) -> list[Detail]:
    """Everybody else who claims a ground, one finding for each project."""
    if ground is None:
        return []
    found = claims_against(session, ground.pdd_hash, ground.project_id, int(time.time()))
    by_project = {claim.project_id: claim for claim in reversed(found)}
    return [claim_detail(claim) for claim in by_project.values()]


def claim_detail(claim: Claim) -> Detail:
    """What stands in the way of a PDD: the project, the overlap in m² and its polygon."""
    name = claim.document_id or claim.project_id
    state = claim.status.replace("_", " ") if claim.status else "accepted, not yet on chain"
    extra: dict[str, Any] = {"project_id": claim.document_id, "project_key": claim.project_id}
    if claim.kind == "facility":
        message = f"The project {name} ({state}) names the same facility; each facility has one."
        return Detail("/properties/facility_id", "FACILITY_TAKEN", message, extra, conflict=True)
    area = round(claim.area_m2 or 0.0, 2)
    message = (
        f"The project {name} ({state}) covers {area:,.2f} m² of the same ground; change the "
        "boundary so that the two only touch."
    )
    extra |= {"overlap_m2": area, "overlap": claim.overlap}
    return Detail("/geometry", "GEOMETRY_OVERLAP", message, extra, conflict=True)


def _hold(session: Session, registry: Registry, task: Task, ground: Ground | None) -> None:
    if ground is None or task.state != "awaiting_signature":
        return
    until = int(time.time()) + registry.settings.submission_seconds
    session.merge(
        Submission(
            task_id=task.id,
            project_id=ground.project_id,
            document_id=ground.document_id,
            pdd_hash=ground.pdd_hash,
            expires_at=until,
        )
    )
