"""What the tests hand to the contracts: terms, PDDs, hashes; and the shortest way to a status."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from eth_utils import keccak

from scripts.deployment import ROLE_IDS

from .ledger import Contract, Receipt, enum

MethodologyStatus = enum("MethodologyStatus")
ProjectStatus = enum("ProjectStatus")
ProjectType = enum("ProjectType")
Standing = enum("Standing")
UnitType = enum("UnitType")

Step = Callable[[bytes, bytes], object]

ZERO_ADDRESS = "0x" + "00" * 20
ZERO_HASH = bytes(32)


def content_hash(text: str) -> bytes:
    """A hash that stands for a document of that name."""
    return keccak(text=f"document {text}")


class Terms(NamedTuple):
    """`MethodologyTerms` of contracts/interfaces/IMethodologyRegistry.sol."""

    unit_type: int = UnitType.CRU
    granularity_kg: int = 1
    buffer_rate_bps: int = 0
    automatic_issuance: bool = False
    expires: bool = False
    durability_years: int = 40
    project_types: int = 1 << ProjectType.Biochar | 1 << ProjectType.Afforestation


class Pdd(NamedTuple):
    """`PDD` of contracts/interfaces/IProjectRegistry.sol; its days are 2020-01-01 to 2049-12-31."""

    pdd_hash: bytes
    methodology_key: bytes
    project_type: int = ProjectType.Biochar
    start_day: int = 18_262
    end_day: int = 29_219
    uri: str = "ipfs://pdd"


class Accreditation(NamedTuple):
    """`Accreditation` of contracts/interfaces/IRegistryAccessControl.sol: every type, for ever."""

    project_types: int = (1 << len(ProjectType)) - 1
    start_day: int = 0
    end_day: int = 2**16 - 1
    evidence_hash: bytes = content_hash("accreditation")


def accredit(
    access: Contract, account: str, role: str, operator: str, accreditation: Accreditation
) -> Receipt:
    """Accredit an account for a role."""
    given = (account, ROLE_IDS[role], accreditation, "ipfs://evidence")
    receipt: Receipt = access.accredit(*given, sender=operator)
    return receipt


def admit(access: Contract, cast: Cast, account: str, role: str) -> None:
    """Let another account judge: give it the role, a house of its own and an accreditation."""
    access.grantRole(ROLE_IDS[role], account, 0, sender=cast.administrator)
    access.setOrganisation(account, keccak(text=f"house of {account}"), sender=cast.operator)
    accredit(access, account, role, cast.operator, Accreditation())


class Cast(NamedTuple):
    """Who acts, each with the role of its name; the holder and the stranger have none."""

    administrator: str
    operator: str
    developer: str
    other_developer: str
    validator: str
    other_validator: str
    verifier: str
    holder: str
    guardian: str
    steward: str
    stranger: str


class Contracts(NamedTuple):
    """The registry's contracts at their proxies."""

    access: Contract
    methodologies: Contract
    projects: Contract
    reports: Contract
    units: Contract
    reversals: Contract
    exchange: Contract


class Stage:
    """Brings methodologies and projects to where a test begins, each step by its proper role."""

    def __init__(self, registry: Contracts, cast: Cast) -> None:
        self.registry = registry
        self.cast = cast

    def methodology(
        self,
        name: str = "biochar.v",
        terms: Terms | None = None,
        status: int = MethodologyStatus.Active,
    ) -> bytes:
        """A methodology version 1.0 in that status; gives its key."""
        held, steward = self.registry.methodologies, self.cast.steward
        key: bytes = held.registerMethodology(
            name, "1.0", content_hash(name), "ipfs://methodology", terms or Terms(), sender=steward
        ).value
        if status in (MethodologyStatus.Active, MethodologyStatus.Deprecated):
            held.activateMethodology(key, sender=steward)
        if status == MethodologyStatus.Deprecated:
            held.deprecateMethodology(key, sender=steward)
        return key

    def project(
        self,
        status: int = ProjectStatus.Validated,
        name: str = "project-1",
        pdd: Pdd | None = None,
        methodology_key: bytes | None = None,
    ) -> bytes:
        """A project of the developer in that status, reviewed by the validator; gives its id."""
        projects, developer = self.registry.projects, self.cast.developer
        if pdd is None:
            pdd = Pdd(content_hash(name), methodology_key or self.methodology())
        enter = projects.draftProject if status == ProjectStatus.Draft else projects.registerProject
        project_id: bytes = enter(name, pdd, sender=developer).value
        for step in self._steps_to(status):
            step(project_id, pdd.pdd_hash)
        return project_id

    def _steps_to(self, status: int) -> list[Step]:
        rejected: list[Step] = [self.assign, self.reject]
        validated: list[Step] = [self.assign, self.validate]
        steps: dict[int, list[Step]] = {
            ProjectStatus.UnderReview: [self.assign],
            ProjectStatus.Validated: validated,
            ProjectStatus.Rejected: rejected,
            ProjectStatus.Archived: [*validated, self.archive],
        }
        return steps.get(status, [])

    def assign(self, project_id: bytes, _pdd_hash: bytes = b"") -> object:
        assign = self.registry.projects.assignValidator
        return assign(project_id, self.cast.validator, sender=self.cast.operator)

    def validate(self, project_id: bytes, pdd_hash: bytes) -> object:
        return self.registry.projects.validateProject(
            project_id,
            pdd_hash,
            content_hash("decision"),
            "ipfs://decision",
            sender=self.cast.validator,
        )

    def reject(self, project_id: bytes, pdd_hash: bytes, reason: str = "no baseline") -> object:
        return self.registry.projects.rejectProject(
            project_id,
            pdd_hash,
            content_hash("decision"),
            "ipfs://decision",
            reason,
            sender=self.cast.validator,
        )

    def archive(self, project_id: bytes, _pdd_hash: bytes = b"") -> object:
        return self.registry.projects.archiveProject(project_id, "", sender=self.cast.developer)
