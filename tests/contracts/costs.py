"""What each action costs through proxies and access manager, and a bare ERC-721 beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .ledger import Contract, Receipt
from .reporting import (
    YEAR_2023,
    YEAR_2024,
    Cancellation,
    Reporting,
    Retirement,
    Serial,
    Submission,
)
from .reversing import Import, Portion, Reversing
from .samples import Pdd, Terms, UnitType, content_hash
from .signing import Signing

Measured = Iterator[tuple[str, Receipt]]

#: Gas that the project aims at; "relayed" includes the forwarder.
AIMS = {
    "issue one block to a new owner": 115_000,
    "issue ten blocks": 550_000,
    "transfer to a new holder": 70_000,
    "transfer to a holder": 52_000,
    "split in two": 110_000,
    "retire": 62_000,
    "retire, relayed": 95_000,
    "submit a report": 120_000,
    "verify": 85_000,
    "register a project": 150_000,
}
EXPIRING = Terms(expires=True, durability_years=60)


@dataclass
class Costs:
    """Takes every action once, in a registry that others have used before."""

    reporting: Reporting
    signing: Signing

    def __post_init__(self) -> None:
        self.cast = self.reporting.cast
        self.ledger = self.reporting.ledger
        self.units = self.reporting.units
        self.reversing = Reversing(self.reporting)

    def registry(self) -> dict[str, int]:
        """Gas of every action."""
        self._as_others_left_it()
        steps = (self._projects, self._reports, self._units, self._holder, self._ledgers)
        return {name: receipt.gas_used for step in steps for name, receipt in step()}

    def bare(self) -> dict[str, int]:
        """Gas of the same actions of OpenZeppelin's ERC-721."""
        return {name: receipt.gas_used for name, receipt in self._bare()}

    def _as_others_left_it(self) -> None:
        """Sums that are not zero any more, as every user but the first finds them."""
        report_id = self.reporting.verified(2_000, Terms(buffer_rate_bps=1_000), "before")
        block = self.units.mint(report_id, 2024, 1_000, sender=self.cast.operator).value
        self.units.retire(block, 100, Retirement(), sender=self.cast.developer)
        self.units.cancel(
            Serial.of(block)._replace(quantity_kg=800).token_id,
            100,
            Cancellation(),
            sender=self.cast.developer,
        )

    def _projects(self) -> Measured:
        stage, projects = self.reporting.stage, self.reporting.stage.registry.projects
        key, developer = stage.methodology("costs"), self.cast.developer
        pdd = Pdd(content_hash("costs"), key)
        registered = projects.registerProject("costs", pdd, sender=developer)
        yield "register a project", registered
        assign = projects.assignValidator
        yield (
            "assign a validator",
            assign(registered.value, self.cast.validator, sender=self.cast.operator),
        )
        decision = (pdd.pdd_hash, content_hash("decision"), "ipfs://decision")
        validate = projects.validateProject
        yield (
            "validate a project",
            validate(registered.value, *decision, sender=self.cast.validator),
        )

    def _reports(self) -> Measured:
        reporting, reports = self.reporting, self.reporting.reports
        project_id, developer = reporting.project(name="reports"), self.cast.developer
        first = Submission(content_hash("a"), *YEAR_2023)
        submitted = reports.submitReport(project_id, "report-2023", first, sender=developer)
        yield "submit a project's first report", submitted
        second = Submission(content_hash("b"), *YEAR_2024)
        following = reports.submitReport(project_id, "report-2024", second, sender=developer)
        yield "submit a report", following
        yield "assign a verifier", reporting.assign(submitted.value)
        yield "verify", reporting.verify(submitted.value)
        automatic = Terms(automatic_issuance=True, buffer_rate_bps=1_000)
        issuing = reporting.pending(reporting.project(automatic, "automatic"))
        yield "verify, issue and fill the buffer", reporting.verify(issuing)

    def _units(self) -> Measured:
        units, operator = self.units, self.cast.operator
        report_id, many = (self.reporting.verified(2_000, name=one) for one in ("one", "many"))
        yield "issue a vintage's first block", units.mint(report_id, 2024, 500, sender=operator)
        yield "issue its next block", units.mint(report_id, 2024, 500, sender=operator)
        yield "issue ten blocks", units.mintBatch([(many, 2024, 100)] * 10, sender=operator)
        own = self.reporting.stage.registry.projects
        other = self.cast.other_developer
        yield "issue one block to a new owner", self._issued_to(other, own)

    def _issued_to(self, developer: str, projects: Contract) -> Receipt:
        """The second block of a report whose first went elsewhere: its owner holds nothing."""
        reporting, cast = self.reporting, self.cast
        key = reporting.stage.methodology("newcomer")
        pdd = Pdd(content_hash("newcomer"), key)
        project_id = projects.registerProject("newcomer", pdd, sender=developer).value
        reporting.stage.assign(project_id)
        reporting.stage.validate(project_id, pdd.pdd_hash)
        report_id = reporting.reports.submitReport(
            project_id, "newcomer", Submission(content_hash("newcomer")), sender=developer
        ).value
        reporting.assign(report_id)
        reporting.verify(report_id)
        first = self.units.mint(report_id, 2024, 500, sender=cast.operator).value
        self.units.transferFrom(developer, cast.stranger, first, sender=developer)
        return self.units.mint(report_id, 2024, 500, sender=cast.operator)

    def _holder(self) -> Measured:
        units, own, holder = self.units, self.cast.developer, self.cast.holder
        report_id = self.reporting.verified(10_000, name="holder")
        blocks = [
            units.mint(report_id, 2024, 1_000, sender=self.cast.operator).value for _ in range(10)
        ]
        yield "transfer to a new holder", units.transferFrom(own, holder, blocks[0], sender=own)
        yield "transfer to a holder", units.transferFrom(own, holder, blocks[1], sender=own)
        yield "transfer part of a block", units.transferPart(holder, blocks[2], 400, sender=own)
        yield "transfer three blocks", units.transferBatch(holder, blocks[3:6], sender=own)
        split = units.split(blocks[6], [400, 600], sender=own)
        yield "split in two", split
        yield "merge two", units.merge(split.value, sender=own)
        yield "retire", units.retire(blocks[0], 1_000, Retirement(), sender=holder)
        yield "retire part of a block", units.retire(blocks[1], 400, Retirement(), sender=holder)
        relayed = self.signing.request(
            units, "retire", blocks[3], 1_000, Retirement(), signer=holder, nonce=1
        )
        first = self.signing.request(
            units, "retire", blocks[4], 1_000, Retirement(), signer=holder, nonce=0
        )
        execute = self.signing.forwarder.execute
        yield "retire, relayed for the first time", execute(first, sender=self.cast.stranger)
        yield "retire, relayed", execute(relayed, sender=self.cast.stranger)
        yield "cancel", units.cancel(blocks[7], 1_000, Cancellation(), sender=own)

    def _ledgers(self) -> Measured:
        units, cast, exchange = self.units, self.cast, self.reversing.exchange
        report_id, block, buffer = self.reversing.issued(2_000, name="reversed")
        yield "record a reversal", self.reversing.record(report_id, 100, (Portion(buffer, 100),))
        started = exchange.startExport(block, 400, "other", "account", sender=cast.developer)
        yield "start an export", started
        complete = exchange.completeExport
        evidence = (content_hash("agreement"), "ipfs://agreement")
        yield "complete an export", complete(started.value, *evidence, sender=cast.operator)
        imported = Import(cast.holder, unit_type=UnitType.CRU)
        yield "import", exchange.importUnits(imported.struct, sender=cast.operator)
        ending = self.reporting.issued(1_000, EXPIRING, "ending")
        yield (
            "suspend an account",
            units.suspendAccount(
                cast.stranger, content_hash("fraud"), "fraud", sender=cast.operator
            ),
        )
        end_day = units.unit(ending).monitoringEndDay
        self.ledger.wait((end_day + 1 - self.ledger.today) * 86_400)
        yield "expire", units.expire(ending, sender=cast.stranger)

    def _bare(self) -> Measured:
        owner, holder = self.cast.developer, self.cast.holder
        token = self.ledger.deploy("BareToken", sender=owner)
        yield "issue one block to a new owner", token.mint(owner, 1, 1, sender=owner)
        yield "issue its next block", token.mint(owner, 2, 1, sender=owner)
        yield "issue ten blocks", token.mint(owner, 10, 10, sender=owner)
        yield "transfer to a new holder", token.transferFrom(owner, holder, 1, sender=owner)
        yield "transfer to a holder", token.transferFrom(owner, holder, 2, sender=owner)
        yield "split in two", token.split(10, 30, 31, sender=owner)
        yield "retire", token.burn(11, sender=owner)
