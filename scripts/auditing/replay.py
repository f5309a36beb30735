"""The registry as its events tell it: one replay, written apart from the indexer's handlers."""

from collections.abc import Callable, Iterable

from indexer.abi import Abi
from indexer.deployments import FORWARDER, Deployments
from scripts.auditing.access import AccessReplay
from scripts.auditing.accreditations import AccreditationReplay
from scripts.auditing.checks import Checks
from scripts.auditing.contracts import ContractReplay
from scripts.auditing.delegation import DelegationReplay
from scripts.auditing.events import ChainEvent
from scripts.auditing.exchange import ExchangeReplay
from scripts.auditing.methodologies import MethodologyReplay
from scripts.auditing.projects import ProjectReplay
from scripts.auditing.relaying import RelayReplay
from scripts.auditing.reports import ReportReplay
from scripts.auditing.reversals import ReversalReplay
from scripts.auditing.units import UnitReplay

Follow = Callable[[ChainEvent], None]


class Replay:
    """Every contract's state after the events that were applied, in the order of the chain."""

    def __init__(self, deployments: Deployments, abi: Abi, checks: Checks) -> None:
        self.deployments = deployments
        self.checks = checks
        self.access = AccessReplay(deployments, abi, checks)
        self.accreditations = AccreditationReplay(self.access, checks)
        self.delegation = DelegationReplay()
        self.contracts = ContractReplay(self.access, checks)
        self.methodologies = MethodologyReplay(self.access, checks)
        self.projects = ProjectReplay(self.access, self.methodologies, self.accreditations, checks)
        self.reports = ReportReplay(self.access, self.projects, checks)
        self.units = UnitReplay(self.access, self.reports, checks)
        self.reversals = ReversalReplay(self.access, self.reports, self.units, checks)
        self.exchange = ExchangeReplay(self.access, self.units, checks)
        self.relaying = RelayReplay(checks)
        self._followers = self._of_access() | self._of_contracts() | self._of_domain()
        self._followers |= self._of_ledgers() | self._of_forwarder()

    def apply(self, events: Iterable[ChainEvent], after: Follow | None = None) -> None:
        """Follow the events; whatever the contracts would not have allowed is a discrepancy.

        `after` is called with each event when the state includes it.
        """
        transaction = ""
        for event in events:
            if event.transaction != transaction:
                self._end_transaction()
                transaction = event.transaction
            self._apply(event)
            if after is not None:
                after(event)
        self._end_transaction()

    def _end_transaction(self) -> None:
        self.units.end_transaction()
        self.reversals.end_transaction()

    @property
    def followed(self) -> frozenset[tuple[str, str]]:
        """The (contract, event) pairs that the audit understands."""
        return frozenset(self._followers)

    def _apply(self, event: ChainEvent) -> None:
        follow = self._followers.get((event.contract, event.name))
        if follow is None:
            what = f"{event.contract} emitted {event.name} at {event.place}"
            self.checks.discrepancy("events", f"{what}, which the audit does not know.")
        else:
            follow(event)

    def _of_access(self) -> dict[tuple[str, str], Follow]:
        followers: dict[str, Follow] = {
            "RoleGranted": self.access.role_granted,
            "RoleRevoked": self.access.role_revoked,
            "RoleLabel": self.delegation.labelled,
            "RoleAdminChanged": self.delegation.admin_changed,
            "RoleGuardianChanged": self.delegation.guardian_changed,
            "RoleGrantDelayChanged": self.delegation.grant_delay_changed,
            "TargetFunctionRoleUpdated": self.access.function_role_updated,
            "TargetClosed": self.contracts.closed,
            "TargetAdminDelayUpdated": self.contracts.admin_delay_updated,
            "AccreditationGranted": self.accreditations.granted,
            "AccreditationWithdrawn": self.accreditations.withdrawn,
            "OrganisationSet": self.accreditations.organisation_set,
            "OperationScheduled": self.delegation.operation_scheduled,
            "OperationExecuted": self.delegation.operation_ended,
            "OperationCanceled": self.delegation.operation_ended,
        }
        return {("RegistryAccessControl", name): follow for name, follow in followers.items()}

    def _of_contracts(self) -> dict[tuple[str, str], Follow]:
        table: dict[tuple[str, str], Follow] = {}
        for contract in self.deployments.proxies:
            table[contract, "Upgraded"] = self.contracts.upgraded
            table[contract, "Initialized"] = self.contracts.initialized
            if contract != "RegistryAccessControl":
                table[contract, "AuthorityUpdated"] = self.contracts.authority_updated
                table[contract, "Paused"] = self.contracts.paused
                table[contract, "Unpaused"] = self.contracts.unpaused
        return table

    def _of_forwarder(self) -> dict[tuple[str, str], Follow]:
        return {
            (FORWARDER, "ExecutedForwardRequest"): self.relaying.executed,
            (FORWARDER, "ForwardRequestFailed"): self.relaying.failed,
            (FORWARDER, "NoncesInvalidated"): self.relaying.invalidated,
            (FORWARDER, "EIP712DomainChanged"): _without_effect,
        }

    def _of_ledgers(self) -> dict[tuple[str, str], Follow]:
        return {
            ("CRU", "DeficitChanged"): self.reversals.deficit_changed,
            ("ReversalRegistry", "ReversalRecorded"): self.reversals.recorded,
            ("ReversalRegistry", "ReversalCovered"): self.reversals.covered,
            ("ReversalRegistry", "UnitImpaired"): self.reversals.impaired,
            ("ReversalRegistry", "UnitCompensated"): self.reversals.compensated,
            ("UnitExchange", "ExportStarted"): self.exchange.started,
            ("UnitExchange", "ExportAborted"): self.exchange.aborted,
            ("UnitExchange", "ExportCompleted"): self.exchange.completed,
            ("UnitExchange", "UnitsImported"): self.exchange.imported,
        }

    def _of_domain(self) -> dict[tuple[str, str], Follow]:
        return {
            ("MethodologyRegistry", "MethodologyRegistered"): self.methodologies.registered,
            ("MethodologyRegistry", "MethodologyStatusChanged"): self.methodologies.status_changed,
            ("ProjectRegistry", "PDDRegistered"): self.projects.registered,
            ("ProjectRegistry", "PDDUpdated"): self.projects.updated,
            ("ProjectRegistry", "ValidatorAssigned"): self.projects.validator_assigned,
            ("ProjectRegistry", "ProjectStatusChanged"): self.projects.status_changed,
            ("ProjectRegistry", "ProjectMetadataUpdated"): self.projects.metadata_updated,
            ("ProjectRegistry", "ReportsConnected"): self.contracts.reports_connected,
            ("MRVRegistry", "MRVSubmitted"): self.reports.submitted,
            ("MRVRegistry", "VerifierAssigned"): self.reports.verifier_assigned,
            ("MRVRegistry", "MRVStatusChanged"): self.reports.status_changed,
            ("MRVRegistry", "MRVVerified"): self.reports.verified,
            ("MRVRegistry", "UnitsConnected"): self.contracts.units_connected,
            ("CRU", "CRUMinted"): self.units.minted,
            ("CRU", "CRUSplit"): self.units.divided,
            ("CRU", "CRUMerged"): self.units.joined,
            ("CRU", "CRURetired"): self.units.endings.retired,
            ("CRU", "CRUCancelled"): self.units.endings.cancelled,
            ("CRU", "CRUExpired"): self.units.endings.expired,
            ("CRU", "ExportStatusChanged"): self.units.endings.export_status_changed,
            ("CRU", "BufferReleased"): self.units.endings.released,
            ("CRU", "MonitoringProlonged"): self.units.monitoring.prolonged,
            ("CRU", "AccountSuspended"): self.units.accounts.suspended,
            ("CRU", "AccountReinstated"): self.units.accounts.reinstated,
            ("CRU", "RetirementReasonAdded"): self.units.accounts.reason_added,
            ("CRU", "Transfer"): self.units.transferred,
            ("CRU", "Approval"): self.units.approved,
            ("CRU", "ApprovalForAll"): self.units.operator_approved,
            ("CRU", "MetadataUpdate"): _without_effect,
            ("CRU", "BatchMetadataUpdate"): _without_effect,
        }


def _without_effect(_event: ChainEvent) -> None:
    """What changed comes in an event of its own (ERC-4906, ERC-5267)."""
