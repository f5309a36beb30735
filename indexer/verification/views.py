"""Which views tell what a row of each table should be. A completeness test asks for every table."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.abi import Abi
from indexer.deployments import FORWARDER
from indexer.models import (
    Accreditation,
    AccreditationWithdrawal,
    BufferRelease,
    Contract,
    Decision,
    FunctionRole,
    ImpairedUnit,
    Methodology,
    MonitoringExtension,
    NonceInvalidation,
    OperatorApproval,
    Organisation,
    PDDVersion,
    Project,
    ProjectDeficit,
    RelayedCall,
    Report,
    ReportVersion,
    ReportVintage,
    RetirementReason,
    Reversal,
    ReversalCoverage,
    Role,
    RoleMember,
    ScheduledOperation,
    SuspendedAccount,
    Unit,
    UnitExport,
    UnitImport,
    Versioned,
)

ACCESS = "RegistryAccessControl"

Compared = Iterator[tuple[str, Any, Any]]


@dataclass(frozen=True)
class Question:
    """A call of a view."""

    contract: str
    function: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Moment:
    """What the comparison needs to know of the block: its UNIX time, the compiled contracts."""

    timestamp: int
    abi: Abi


@dataclass(frozen=True)
class View:
    """What to ask for a row, and (name, column, held) to compare with each answer."""

    table: type[Versioned]
    asks: Callable[[Any, Abi], Sequence[Question]]
    compares: Callable[[Any, Sequence[Any], Moment], Compared]


#: Tables of which no view tells anything: what they hold is in events alone.
EVENTS_ALONE: dict[type[Versioned], str] = {
    PDDVersion: "the contract keeps the version in force only",
    ReportVersion: "the contract keeps the version in force only",
    MonitoringExtension: "the contract keeps the present end of a monitoring period only",
    BufferRelease: "the contract keeps the block alone",
    AccreditationWithdrawal: "the contract keeps the present accreditation alone",
    Decision: "the contracts keep the outcome of the last decision only",
}


def snake(member: str) -> str:
    """The column that a member of a struct is kept in: `pddHash`, `pdd_hash`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", member).lower()


def members(held: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Members of a struct, those of structs within it as well."""
    for name, value in held.items():
        if isinstance(value, Mapping):
            yield from members(value)
        else:
            yield snake(name), value


def _struct(table: type[Versioned], contract: str, function: str, key: str) -> View:
    """A view that returns a struct whose members are columns of the row."""

    def asks(row: Any, _abi: Abi) -> list[Question]:
        return [Question(contract, function, (getattr(row, key),))]

    def compares(row: Any, answers: Sequence[Any], moment: Moment) -> Compared:
        for name, held in members(answers[0]):
            column = getattr(row, name)
            yield name, _bits(column, moment.abi) if isinstance(column, list) else column, held

    return View(table, asks, compares)


def _bits(words: list[str], abi: Abi) -> int:
    known = abi.enum_words("ProjectType")
    return sum(1 << known.index(word) for word in words)


def _unit() -> View:
    def asks(row: Unit, _abi: Abi) -> list[Question]:
        token = (int(row.token_id, 16),)
        return [Question("CRU", "unit", token), Question("CRU", "getApproved", token)]

    def compares(row: Unit, answers: Sequence[Any], moment: Moment) -> Compared:
        for name, held in members(answers[0]):
            if name == "retirement_reason":
                words = moment.abi.enum_words("RetirementReason")
                known = words[held] if held < len(words) else str(held)
                yield name, row.retirement_reason, known if held else None
            elif name != "monitoring_end_day":  # kept once for a whole vintage
                yield name, getattr(row, name), held
        yield "approved", row.approved, answers[1]

    return View(Unit, asks, compares)


def _vintage() -> View:
    def asks(row: ReportVintage, _abi: Abi) -> list[Question]:
        key = (row.report_id, row.vintage)
        return [Question("CRU", "issuedKg", key), Question("MRVRegistry", "verifiedKg", key)]

    def compares(row: ReportVintage, answers: Sequence[Any], _moment: Moment) -> Compared:
        yield "issued_kg", row.issued_kg, answers[0]
        yield "verified_kg", row.verified_kg, answers[1]

    return View(ReportVintage, asks, compares)


def _suspended() -> View:
    def asks(row: SuspendedAccount, _abi: Abi) -> list[Question]:
        return [Question("CRU", "isSuspended", (row.account,))]

    def compares(row: SuspendedAccount, answers: Sequence[Any], _moment: Moment) -> Compared:
        yield "suspended", row.suspended, answers[0]

    return View(SuspendedAccount, asks, compares)


def _deficit() -> View:
    def asks(row: ProjectDeficit, _abi: Abi) -> list[Question]:
        return [Question("CRU", "deficitKg", (row.project_id,))]

    def compares(row: ProjectDeficit, answers: Sequence[Any], _moment: Moment) -> Compared:
        yield "deficit_kg", row.deficit_kg, answers[0]

    return View(ProjectDeficit, asks, compares)


def _reason() -> View:
    def asks(row: RetirementReason, _abi: Abi) -> list[Question]:
        return [Question("CRU", "retirementReason", (row.code,))]

    def compares(row: RetirementReason, answers: Sequence[Any], _moment: Moment) -> Compared:
        yield "label", row.label, answers[0]

    return View(RetirementReason, asks, compares)


def _coverage() -> View:
    def asks(row: ReversalCoverage, _abi: Abi) -> list[Question]:
        return [Question("CRU", "unit", (int(row.token_id, 16),))]

    def compares(row: ReversalCoverage, answers: Sequence[Any], _moment: Moment) -> Compared:
        is_cancelled = answers[0]["status"] == "cancelled"
        yield "kg", row.kg, answers[0]["quantityKg"] if is_cancelled else 0

    return View(ReversalCoverage, asks, compares)


def _mark() -> View:
    def asks(row: ImpairedUnit, _abi: Abi) -> list[Question]:
        key = (int(row.token_id, 16), row.reversal_id)
        return [Question("ReversalRegistry", "markOf", key)]

    def compares(row: ImpairedUnit, answers: Sequence[Any], _moment: Moment) -> Compared:
        for name, held in members(answers[0]):
            yield name, getattr(row, name), held

    return View(ImpairedUnit, asks, compares)


def _export() -> View:
    def asks(row: UnitExport, _abi: Abi) -> list[Question]:
        return [Question("UnitExchange", "exportOf", (int(row.token_id, 16),))]

    def compares(row: UnitExport, answers: Sequence[Any], _moment: Moment) -> Compared:
        for name, held in members(answers[0]):
            if name != "changed_at":
                yield name, getattr(row, name), held
        yield "ended_at", row.ended_at or row.started_at, answers[0]["changedAt"]

    return View(UnitExport, asks, compares)


def _import() -> View:
    def asks(row: UnitImport, _abi: Abi) -> list[Question]:
        names = (row.origin_registry, row.origin_key)
        return [Question("UnitExchange", "importOf", names)]

    def compares(row: UnitImport, answers: Sequence[Any], _moment: Moment) -> Compared:
        held = answers[0]
        yield "report_id", row.report_id, held["reportId"] if held["isImported"] else None

    return View(UnitImport, asks, compares)


def _approval() -> View:
    def asks(row: OperatorApproval, _abi: Abi) -> list[Question]:
        return [Question("CRU", "isApprovedForAll", (row.owner, row.operator))]

    def compares(row: OperatorApproval, answers: Sequence[Any], _moment: Moment) -> Compared:
        yield "approved", row.approved, answers[0]

    return View(OperatorApproval, asks, compares)


def _role() -> View:
    def asks(row: Role, _abi: Abi) -> list[Question]:
        names = ("getRoleAdmin", "getRoleGuardian", "getRoleGrantDelay")
        return [Question(ACCESS, name, (int(row.role_id),)) for name in names]

    def compares(row: Role, answers: Sequence[Any], moment: Moment) -> Compared:
        yield "admin_role_id", row.admin_role_id, answers[0]
        yield "guardian_role_id", row.guardian_role_id, answers[1]
        # Until a delay takes effect the view tells the one before, which the row keeps no longer.
        if (row.grant_delay_since or 0) <= moment.timestamp:
            yield "grant_delay", row.grant_delay, answers[2]

    return View(Role, asks, compares)


def _member() -> View:
    def asks(row: RoleMember, _abi: Abi) -> list[Question]:
        return [Question(ACCESS, "getAccess", (int(row.role_id), row.account))]

    def compares(row: RoleMember, answers: Sequence[Any], _moment: Moment) -> Compared:
        since, delay, pending, effect = answers[0].values()
        yield "since", row.since, since
        yield "execution_delay", row.execution_delay, pending if effect else delay

    return View(RoleMember, asks, compares)


def _accreditation() -> View:
    def asks(row: Accreditation, _abi: Abi) -> list[Question]:
        return [Question(ACCESS, "accreditation", (row.account, int(row.role_id)))]

    def compares(row: Accreditation, answers: Sequence[Any], moment: Moment) -> Compared:
        for name, held in members(answers[0]):
            column = getattr(row, name)
            yield name, _bits(column, moment.abi) if isinstance(column, list) else column, held

    return View(Accreditation, asks, compares)


def _organisation() -> View:
    def asks(row: Organisation, _abi: Abi) -> list[Question]:
        return [Question(ACCESS, "organisationOf", (row.account,))]

    def compares(row: Organisation, answers: Sequence[Any], _moment: Moment) -> Compared:
        yield "organisation", row.organisation, answers[0]

    return View(Organisation, asks, compares)


def _function() -> View:
    def asks(row: FunctionRole, _abi: Abi) -> list[Question]:
        return [Question(ACCESS, "getTargetFunctionRole", (row.target, row.selector))]

    def compares(row: FunctionRole, answers: Sequence[Any], _moment: Moment) -> Compared:
        yield "role_id", row.role_id, answers[0]

    return View(FunctionRole, asks, compares)


def _operation() -> View:
    def asks(row: ScheduledOperation, _abi: Abi) -> list[Question]:
        names = ("getNonce", "getSchedule")
        return [Question(ACCESS, name, (row.operation_id,)) for name in names]

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
        return found | {"closed": Question(ACCESS, "isTargetClosed", (row.address,))}

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


VIEWS: tuple[View, ...] = (
    _struct(Methodology, "MethodologyRegistry", "methodology", "methodology_key"),
    _struct(Project, "ProjectRegistry", "project", "project_id"),
    _struct(Report, "MRVRegistry", "report", "report_id"),
    _vintage(),
    _unit(),
    _suspended(),
    _deficit(),
    _reason(),
    _struct(Reversal, "ReversalRegistry", "reversal", "reversal_id"),
    _coverage(),
    _mark(),
    _export(),
    _import(),
    _approval(),
    _role(),
    _member(),
    _accreditation(),
    _organisation(),
    _function(),
    _operation(),
    _contract(),
    _delivered(),
    _given_up(),
)
