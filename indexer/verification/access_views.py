"""Views of who may do what: roles, judges, contracts, and the requests that were relayed."""

from collections.abc import Sequence
from typing import Any

from indexer.abi import Abi
from indexer.deployments import FORWARDER
from indexer.models import (
    Accreditation,
    Contract,
    FunctionRole,
    NonceInvalidation,
    Organisation,
    RelayedCall,
    Role,
    RoleMember,
    ScheduledOperation,
)
from indexer.verification.questions import Compared, Moment, Question, View, struct, value

CONTROL = "RegistryAccessControl"


def _role() -> View:
    def asks(row: Role, _abi: Abi) -> list[Question]:
        names = ("getRoleAdmin", "getRoleGuardian", "getRoleGrantDelay")
        return [Question(CONTROL, name, (int(row.role_id),)) for name in names]

    def compares(row: Role, answers: Sequence[Any], moment: Moment) -> Compared:
        yield "admin_role_id", row.admin_role_id, answers[0]
        yield "guardian_role_id", row.guardian_role_id, answers[1]
        # Until a delay takes effect the view tells the one before, which the row keeps no longer.
        if (row.grant_delay_since or 0) <= moment.timestamp:
            yield "grant_delay", row.grant_delay, answers[2]

    return View(Role, asks, compares)


def _member() -> View:
    def asks(row: RoleMember, _abi: Abi) -> list[Question]:
        return [Question(CONTROL, "getAccess", (int(row.role_id), row.account))]

    def compares(row: RoleMember, answers: Sequence[Any], _moment: Moment) -> Compared:
        since, delay, pending, effect = answers[0].values()
        yield "since", row.since, since
        yield "execution_delay", row.execution_delay, pending if effect else delay

    return View(RoleMember, asks, compares)


def _accreditation() -> View:
    def asks(row: Accreditation, _abi: Abi) -> list[Question]:
        return [Question(CONTROL, "accreditation", (row.account, int(row.role_id)))]

    return View(Accreditation, asks, struct(Accreditation, CONTROL, "accreditation").compares)


def _operation() -> View:
    def asks(row: ScheduledOperation, _abi: Abi) -> list[Question]:
        names = ("getNonce", "getSchedule")
        return [Question(CONTROL, name, (row.operation_id,)) for name in names]

    def compares(row: ScheduledOperation, answers: Sequence[Any], _moment: Moment) -> Compared:
        newest, schedule = answers
        yield "nonce", min(row.nonce, newest), row.nonce
        # The view tells nothing of an operation that has expired.
        if row.nonce == newest and (schedule or row.state != "scheduled"):
            yield "schedule", row.schedule if row.state == "scheduled" else 0, schedule

    return View(ScheduledOperation, asks, compares)


def _contract() -> View:
    views = {"paused": "paused", "authority": "authority", "units": "units"}

    def asked(row: Contract, abi: Abi) -> dict[str, Question]:
        known = {function.signature for function in abi.functions(row.name or "")}
        found = {
            column: Question(row.name or "", view)
            for column, view in views.items()
            if f"{view}()" in known
        }
        return found | {"closed": Question(CONTROL, "isTargetClosed", (row.address,))}

    def asks(row: Contract, abi: Abi) -> list[Question]:
        return list(asked(row, abi).values())

    def compares(row: Contract, answers: Sequence[Any], moment: Moment) -> Compared:
        for column, held in zip(asked(row, moment.abi), answers, strict=True):
            yield column, getattr(row, column), held

    return View(Contract, asks, compares)


def _delivered() -> View:
    """A request that succeeded has used its nonce; of one that failed no view tells."""

    def asks(row: RelayedCall, _abi: Abi) -> list[Question]:
        return [Question(FORWARDER, "usedNonces", (row.signer, int(str(row.nonce), 16) >> 8))]

    def compares(row: RelayedCall, answers: Sequence[Any], _moment: Moment) -> Compared:
        if row.succeeded:
            used = answers[0] >> (int(str(row.nonce), 16) & 255) & 1
            yield "succeeded", row.succeeded, bool(used)

    return View(RelayedCall, asks, compares)


def _given_up() -> View:
    def asks(row: NonceInvalidation, _abi: Abi) -> list[Question]:
        return [Question(FORWARDER, "usedNonces", (row.signer, int(str(row.word), 16)))]

    def compares(row: NonceInvalidation, answers: Sequence[Any], _moment: Moment) -> Compared:
        bits = int(str(row.bits), 16)
        yield "bits", bits, bits & answers[0]

    return View(NonceInvalidation, asks, compares)


ACCESS: tuple[View, ...] = (
    _role(),
    _member(),
    _accreditation(),
    value(Organisation, "organisation", CONTROL, "organisationOf", "account"),
    value(FunctionRole, "role_id", CONTROL, "getTargetFunctionRole", "target", "selector"),
    _operation(),
    _contract(),
    _delivered(),
    _given_up(),
)
