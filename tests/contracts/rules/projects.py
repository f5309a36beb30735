"""The life cycle of projects (contracts/ProjectRegistry.sol)."""

from __future__ import annotations

import re

from eth_utils import keccak

from tests.contracts.samples import (
    ZERO_HASH,
    MethodologyStatus,
    Pdd,
    ProjectStatus,
    Standing,
    Terms,
)

from .world import NONE, REASON_LIMIT, URI_LIMIT, Check, Project, Rule, World, within

TOO_LONG = "ProjectRegistryTextTooLong"
OPEN = (ProjectStatus.Draft, ProjectStatus.Rejected)


def draft(w: World, who: str, name: str, pdd: Pdd) -> Rule:
    return (yield from _register(w, who, name, pdd, ProjectStatus.Draft))


def register(w: World, who: str, name: str, pdd: Pdd) -> Rule:
    return (yield from _register(w, who, name, pdd, ProjectStatus.Submitted))


def update(w: World, who: str, project_id: bytes, pdd: Pdd) -> Rule:
    open_too = (*OPEN, ProjectStatus.Submitted)
    return (yield from _replace(w, who, project_id, pdd, open_too, None))


def resubmit(w: World, who: str, project_id: bytes, pdd: Pdd) -> Rule:
    return (yield from _replace(w, who, project_id, pdd, OPEN, ProjectStatus.Submitted))


def redraft(w: World, who: str, project_id: bytes, pdd: Pdd) -> Rule:
    rejected = (ProjectStatus.Rejected,)
    return (yield from _replace(w, who, project_id, pdd, rejected, ProjectStatus.Draft))


def submit(w: World, who: str, project_id: bytes, pdd_hash: bytes) -> Rule:
    yield from _own(w, who, project_id)
    if not (held := w.projects.get(project_id)):
        return None
    yield from _status(project_id, held, OPEN)
    if held.pdd.pdd_hash != pdd_hash:
        yield ("ProjectRegistryStalePDD", project_id, pdd_hash, held.pdd.pdd_hash)
    if held.version == held.decided_version:
        yield ("ProjectRegistryNewVersionRequired", project_id, held.decided_version)
    return lambda: setattr(held, "status", ProjectStatus.Submitted)


def assign(w: World, who: str, project_id: bytes, validator: str) -> Rule:
    if not (held := w.projects.get(project_id)):
        yield ("ProjectRegistryUnexpectedStatus", project_id, NONE)
        return None
    yield from _status(project_id, held, (ProjectStatus.Submitted, ProjectStatus.UnderReview))
    is_same = held.status == ProjectStatus.UnderReview and validator == held.validator
    standing = w.standing(validator, "validator", held.pdd.project_type, held.developer)
    if is_same or validator == held.developer:
        yield ("ProjectRegistryInvalidValidator", project_id, validator, Standing.Fit)
    elif standing != Standing.Fit:
        yield ("ProjectRegistryInvalidValidator", project_id, validator, standing)

    def effect() -> None:
        held.validator, held.status = validator, ProjectStatus.UnderReview

    return effect


def validate(w: World, who: str, project_id: bytes, *decision: object) -> Rule:
    return (yield from _decide(w, who, ProjectStatus.Validated, project_id, *decision))


def reject(w: World, who: str, project_id: bytes, *decision: object) -> Rule:
    yield from _reason(str(decision[-1]))
    return (yield from _decide(w, who, ProjectStatus.Rejected, project_id, *decision[:-1]))


def request_revision(w: World, who: str, project_id: bytes, *decision: object) -> Rule:
    yield from _reason(str(decision[-1]))
    return (yield from _decide(w, who, ProjectStatus.Draft, project_id, *decision[:-1]))


def update_metadata(w: World, who: str, project_id: bytes, metadata: bytes, uri: str) -> Rule:
    yield from _own(w, who, project_id)
    if held := w.projects.get(project_id):
        yield from _status(project_id, held, (ProjectStatus.Validated,))
    if metadata == ZERO_HASH:
        yield ("ProjectRegistryZeroHash",)
    yield from within(TOO_LONG, uri, URI_LIMIT)
    return lambda: None


def archive(w: World, who: str, project_id: bytes, reason: str) -> Rule:
    if not (held := w.projects.get(project_id)):
        yield ("ProjectRegistryUnexpectedStatus", project_id, NONE)
        return None
    if who != held.developer and who not in w.members["operator"]:
        yield ("ProjectRegistryNotDeveloperOrOperator", project_id, who)
    yield from _status(project_id, held, (ProjectStatus.Validated, ProjectStatus.Rejected))
    yield from within(TOO_LONG, reason, REASON_LIMIT)
    return lambda: setattr(held, "status", ProjectStatus.Archived)


def _register(w: World, who: str, name: str, pdd: Pdd, status: int) -> Rule:
    project_id = keccak(text=name)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", name):
        yield ("ProjectRegistryInvalidDocumentId", name)
    if project_id in w.projects:
        yield ("ProjectRegistryAlreadyRegistered", project_id)
    yield from _sound(pdd)
    yield from _permitted(w, pdd)
    return lambda: w.projects.update({project_id: Project(who, status, pdd)})


def _replace(
    w: World, who: str, project_id: bytes, pdd: Pdd, before: tuple[int, ...], to: int | None
) -> Rule:
    yield from _own(w, who, project_id)
    yield from _sound(pdd)
    if not (held := w.projects.get(project_id)):
        return None
    yield from _status(project_id, held, before)
    if pdd.pdd_hash == held.pdd.pdd_hash:
        yield ("ProjectRegistryUnchangedPDD", project_id, pdd.pdd_hash)
    kind, present = (pdd.methodology_key, pdd.project_type), held.pdd
    if kind != (present.methodology_key, present.project_type):
        yield from _permitted(w, pdd)

    def effect() -> None:
        held.pdd, held.version = pdd, held.version + 1
        held.status = held.status if to is None else to

    return effect


def _decide(
    w: World,
    who: str,
    outcome: int,
    project_id: bytes,
    pdd_hash: object,
    decision_hash: object,
    uri: object,
) -> Rule:
    if decision_hash == ZERO_HASH:
        yield ("ProjectRegistryZeroHash",)
    yield from within(TOO_LONG, str(uri), URI_LIMIT)
    if not (held := w.projects.get(project_id)):
        yield ("ProjectRegistryUnexpectedStatus", project_id, NONE)
        return None
    yield from _status(project_id, held, (ProjectStatus.UnderReview,))
    if who != held.validator:
        yield ("ProjectRegistryNotAssignedValidator", project_id, who)
    standing = w.standing(who, "validator", held.pdd.project_type, held.developer)
    if standing != Standing.Fit:
        yield ("ProjectRegistryUnfitValidator", project_id, who, standing)
    if held.pdd.pdd_hash != pdd_hash:
        yield ("ProjectRegistryStalePDD", project_id, pdd_hash, held.pdd.pdd_hash)

    def effect() -> None:
        held.status, held.decided_version = outcome, held.version

    return effect


def _own(w: World, who: str, project_id: bytes) -> Check:
    held = w.projects.get(project_id)
    if not held:
        yield ("ProjectRegistryUnexpectedStatus", project_id, NONE)
    elif held.developer != who:
        yield ("ProjectRegistryNotDeveloper", project_id, who)


def _status(project_id: bytes, held: Project, expected: tuple[int, ...]) -> Check:
    if held.status not in expected:
        yield ("ProjectRegistryUnexpectedStatus", project_id, held.status)


def _sound(pdd: Pdd) -> Check:
    if pdd.pdd_hash == ZERO_HASH:
        yield ("ProjectRegistryZeroHash",)
    if pdd.start_day > pdd.end_day:
        yield ("ProjectRegistryInvalidPeriod", pdd.start_day, pdd.end_day)
    yield from within(TOO_LONG, pdd.uri, URI_LIMIT)


def _permitted(w: World, pdd: Pdd) -> Check:
    unknown = (NONE, Terms(project_types=0))
    status, terms = w.methodologies.get(pdd.methodology_key, unknown)
    if status != MethodologyStatus.Active or not terms.project_types >> pdd.project_type & 1:
        kind = (pdd.methodology_key, status, pdd.project_type)
        yield ("ProjectRegistryMethodologyNotPermitted", *kind)


def _reason(reason: str) -> Check:
    if not reason:
        yield ("ProjectRegistryReasonRequired",)
    yield from within(TOO_LONG, reason, REASON_LIMIT)


RULES = {
    "draftProject": draft,
    "registerProject": register,
    "updatePDD": update,
    "submitProject": submit,
    "resubmitProject": resubmit,
    "redraftProject": redraft,
    "updateMetadata": update_metadata,
    "assignValidator": assign,
    "validateProject": validate,
    "rejectProject": reject,
    "requestRevision": request_revision,
    "archiveProject": archive,
}
