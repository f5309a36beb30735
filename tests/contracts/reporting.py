"""Brings monitoring reports to a status and units into hands, each step by its proper role."""

from __future__ import annotations

from typing import NamedTuple

from .ledger import Contract, Receipt, enum
from .samples import Pdd, Stage, Terms, content_hash

ReportStatus = enum("ReportStatus")
UnitStatus = enum("UnitStatus")
RetirementReason = enum("RetirementReason")
CancellationReason = enum("CancellationReason")

#: 2023 and 2024, first and last day, in UTC days since 1970-01-01.
YEAR_2023 = (19_358, 19_722)
YEAR_2024 = (19_723, 20_088)


class Submission(NamedTuple):
    """`ReportSubmission` of contracts/interfaces/IMRVRegistry.sol."""

    report_hash: bytes
    start_day: int = YEAR_2024[0]
    end_day: int = YEAR_2024[1]
    uri: str = "ipfs://report"


class Verification(NamedTuple):
    """`Verification` of contracts/interfaces/IMRVRegistry.sol; amounts in kg CO2e."""

    report_hash: bytes
    verified_kg: int = 1_000
    vintages: tuple[tuple[int, int], ...] = ()
    statement_hash: bytes = content_hash("statement")
    statement_uri: str = "ipfs://statement"


class Retirement(NamedTuple):
    """`Retirement` of contracts/interfaces/ICRU.sol."""

    reason: int = RetirementReason.VoluntaryClaim
    beneficiary: bytes = content_hash("beneficiary")
    purpose: str = "Footprint of 2024"
    claim_start_day: int = 0
    claim_end_day: int = 0


class Cancellation(NamedTuple):
    """`Cancellation` of contracts/interfaces/ICRU.sol."""

    reason: int = CancellationReason.Voluntary
    beneficiary: bytes = content_hash("beneficiary")
    purpose: str = "Gift to the climate"


class Serial(NamedTuple):
    """What a token id says; amounts in kg CO2e."""

    report_id: bytes
    vintage: int
    first_kg: int
    quantity_kg: int

    @property
    def token_id(self) -> int:
        series = int.from_bytes(self.report_id, "big") << 16 | self.vintage
        return series << 128 | self.first_kg << 64 | self.quantity_kg

    @classmethod
    def of(cls, token_id: int) -> Serial:
        word = token_id.to_bytes(32, "big")
        numbers = (int.from_bytes(word[a:b], "big") for a, b in ((14, 16), (16, 24), (24, 32)))
        return cls(word[:14], *numbers)


class Reporting:
    """Reports of one project and the units issued against them."""

    def __init__(self, stage: Stage) -> None:
        self.cast = stage.cast
        self.stage = stage
        self.reports = stage.registry.reports
        self.units = stage.registry.units
        self.ledger = self.reports.ledger

    def project(
        self,
        terms: Terms | None = None,
        name: str = "project-1",
        days: tuple[int, int] | None = None,
    ) -> bytes:
        """A validated project under a methodology of its own with those terms; gives its id."""
        key = self.stage.methodology(f"methodology.{name}", terms)
        pdd = Pdd(content_hash(name), key)
        return self.stage.project(
            name=name, pdd=pdd._replace(start_day=days[0], end_day=days[1]) if days else pdd
        )

    def submit(
        self, project_id: bytes, name: str = "report-1", days: tuple[int, int] = YEAR_2024
    ) -> bytes:
        """Submit a report whose hash is `content_hash(name)`; give its id."""
        submission = Submission(content_hash(name), *days)
        developer = self.cast.developer
        receipt = self.reports.submitReport(project_id, name, submission, sender=developer)
        report_id: bytes = receipt.value
        return report_id

    def resubmit(
        self, project_id: bytes, name: str, version: str, days: tuple[int, int] = YEAR_2024
    ) -> Receipt:
        """Submit the next version, whose hash is `content_hash(version)`."""
        return self.reports.resubmitReport(
            project_id, name, Submission(content_hash(version), *days), sender=self.cast.developer
        )

    def assign(self, report_id: bytes) -> Receipt:
        return self.reports.assignVerifier(report_id, self.cast.verifier, sender=self.cast.operator)

    def pending(
        self, project_id: bytes, name: str = "report-1", days: tuple[int, int] = YEAR_2024
    ) -> bytes:
        """A report that the verifier is to judge; gives its id."""
        report_id = self.submit(project_id, name, days)
        self.assign(report_id)
        return report_id

    def verify(
        self, report_id: bytes, kg: int = 1_000, vintages: tuple[tuple[int, int], ...] = ()
    ) -> Receipt:
        current = self.reports.report(report_id).reportHash
        verification = Verification(current, kg, vintages)
        return self.reports.verifyReport(report_id, verification, sender=self.cast.verifier)

    def reject(self, report_id: bytes, reason: str = "samples lost") -> Receipt:
        return self.reports.rejectReport(
            report_id,
            self.reports.report(report_id).reportHash,
            content_hash("statement"),
            "ipfs://statement",
            reason,
            sender=self.cast.verifier,
        )

    def withdraw(self, report_id: bytes) -> Receipt:
        return self.reports.withdrawReport(report_id, "", sender=self.cast.developer)

    def verified(
        self,
        kg: int = 1_000,
        terms: Terms | None = None,
        name: str = "1",
        days: tuple[int, int] = YEAR_2024,
    ) -> bytes:
        """A verified report of a project of its own; gives its id."""
        report_id = self.pending(self.project(terms, f"project-{name}"), f"report-{name}", days)
        self.verify(report_id, kg)
        return report_id

    def issued(self, kg: int = 1_000, terms: Terms | None = None, name: str = "1") -> int:
        """A block of vintage 2024 that the developer holds, all of a report; gives its token id."""
        report_id = self.verified(kg, terms, name)
        token_id: int = self.units.mint(report_id, 2024, kg, sender=self.cast.operator).value
        return token_id

    def buffered(self) -> int:
        """A block of 100 kg in the buffer; gives its token id."""
        report_id = self.verified(1_000, Terms(buffer_rate_bps=1_000))
        self.units.mint(report_id, 2024, 1_000, sender=self.cast.operator)
        return Serial(report_id, 2024, 900, 100).token_id

    def retired(self) -> int:
        """A block of 1000 kg that the developer retired; gives its token id."""
        token_id = self.issued()
        self.units.retire(token_id, 1_000, Retirement(), sender=self.cast.developer)
        return token_id

    def receiver(self) -> Contract:
        """A new contract that receives tokens, with ether to send transactions of its own."""
        receiver = self.ledger.deploy("UnitReceiver", sender=self.cast.stranger)
        self.ledger.rpc("anvil_setBalance", [receiver.address, hex(10**20)])
        return receiver
