"""Thinks up calls: mostly such as the rules allow at present, often spoilt in one place."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from tests.contracts.permissions import ANYBODY, EVERY_ACCOUNT, MATRIX
from tests.contracts.reporting import (
    YEAR_2023,
    YEAR_2024,
    ReportStatus,
    Serial,
    Submission,
    UnitStatus,
    Verification,
)
from tests.contracts.reversing import ExportStatus, Import, UnitIntegrity
from tests.contracts.samples import (
    ZERO_ADDRESS,
    ZERO_HASH,
    Accreditation,
    Cast,
    MethodologyStatus,
    Pdd,
    ProjectStatus,
    ProjectType,
    Terms,
    UnitType,
    content_hash,
)

from .reports import RETURNED, UNDECIDED
from .reversals import VERIFIED, buffer_of
from .units import LIVE, issuable
from .world import FOREVER, ROLES, World

Arguments = tuple[Any, ...]
#: Names are few, so that calls meet what others made.
NAMES = ("alpha", "beta", "gamma", "delta")
TEXTS = ("", "reason", "x" * 200, "x" * 201, "x" * 500, "x" * 501, "x" * 512, "x" * 513)
PERIODS = (YEAR_2023, YEAR_2024, (YEAR_2023[0], YEAR_2024[1]), (19_700, 19_730), (20_089, 20_453))
SPOILT = 0.12


class Caller:
    """Draws who calls a function, and with which arguments, from a seed."""

    def __init__(self, w: World, cast: Cast, seed: int) -> None:
        self.w = w
        self.cast = cast
        self.accounts = list(dict.fromkeys(cast))
        self.random = random.Random(seed)

    def call(self, contract: str, function: str) -> tuple[str, Arguments]:
        """Who calls, and the arguments."""
        if function in ("pause", "unpause"):
            return self.who(contract, function), ()
        draw: Callable[[], Arguments] = getattr(self, f"{contract}_{function}")
        arguments = draw()
        return self.who(contract, function, arguments), arguments

    def who(self, contract: str, function: str, arguments: Arguments = ()) -> str:
        """Mostly somebody who may."""
        if self.is_spoilt():
            return self.any_of(self.accounts)
        role = MATRIX[contract][function]
        if role in (ANYBODY, EVERY_ACCOUNT):
            return self.owner_of(arguments)
        fitting = sorted(self.w.members[role])
        concerned = [one for one in fitting if one in self.concerned(arguments)]
        return self.any_of(concerned or fitting or self.accounts)

    def concerned(self, arguments: Arguments) -> set[str]:
        """Developer and judge of the project or report that the first argument names."""
        held = arguments[0] if arguments and isinstance(arguments[0], bytes) else b""
        report = self.w.reports.get(held)
        project = self.w.projects.get(report.project_id if report else held)
        found = {project.developer, project.validator} if project else set()
        return found - {project.validator} | {report.verifier} if project and report else found

    def owner_of(self, arguments: Arguments) -> str:
        ids = [one for one in _flat(arguments) if isinstance(one, int) and one in self.w.blocks]
        owners = [self.w.blocks[one].owner for one in ids]
        found = [one for one in owners if one != self.w.units]
        return self.any_of(found or self.accounts)

    def any_of(self, options: Iterable[Any]) -> Any:
        return self.random.choice(list(options))

    def is_spoilt(self, chance: float = SPOILT) -> bool:
        return self.random.random() < chance

    def some(self, good: Iterable[Any], others: Iterable[Any]) -> Any:
        """Mostly one of the good; something else when there is none, or to spoil the call."""
        right, wrong = list(good), list(others)
        return self.any_of(wrong if wrong and (not right or self.is_spoilt()) else right or wrong)

    def text(self, allowed: str = "reason") -> str:
        return self.any_of(TEXTS) if self.is_spoilt() else allowed

    def hash(self, of: str = "") -> bytes:
        if self.is_spoilt(0.05):
            return ZERO_HASH
        return content_hash(of or str(self.random.randrange(10**6)))

    def account(self) -> str:
        if self.is_spoilt(0.08):
            return str(self.any_of((ZERO_ADDRESS, self.w.units)))
        return str(self.any_of(self.accounts))

    # --- access

    def access_grantRole(self) -> Arguments:  # noqa: N802
        return (self.role(), self.any_of(self.accounts), 0)

    def access_revokeRole(self) -> Arguments:  # noqa: N802
        return (self.role(), self.any_of(self.accounts))

    def access_renounceRole(self) -> Arguments:  # noqa: N802
        return (self.role(), self.any_of(self.accounts))

    def role(self) -> int:
        names = ("operator", "developer", "validator", "verifier", "guardian", "steward")
        return ROLES[self.any_of(names)]

    def access_accredit(self) -> Arguments:
        days = self.some([(0, FOREVER)], [(0, self.w.day - 1), (self.w.day + 1, FOREVER), (2, 1)])
        types = self.some([255], [0, 1, 1 << ProjectType.Biochar, 256])
        given = Accreditation(types, *days, self.hash())
        role = self.some((ROLES["validator"], ROLES["verifier"]), ROLES.values())
        return (self.account(), role, given, self.text())

    def access_withdrawAccreditation(self) -> Arguments:  # noqa: N802
        others = [(one, ROLES["verifier"]) for one in self.accounts]
        account, role = self.some(sorted(self.w.accreditations), others)
        return (account, role, self.hash(), self.text())

    def access_setOrganisation(self) -> Arguments:  # noqa: N802
        return (
            self.account(),
            self.some([self.hash(f"house {self.any_of('abcdef')}")], [ZERO_HASH]),
        )

    # --- methodologies

    def methodologies_registerMethodology(self) -> Arguments:  # noqa: N802
        name = self.some(NAMES, ["", "a@b", "x" * 101])
        version = self.some([f"1.{self.random.randrange(6)}"], ["1", "1.", "1.0.0.0", "v1.0"])
        return (name, version, self.hash(), self.text(), self.terms())

    def terms(self) -> Terms:
        kind = self.any_of(UnitType)
        expires = kind in (UnitType.CFS, UnitType.CSP)
        granularity = self.any_of((1, 7, 1_000)) if kind == UnitType.CRU else 1_000
        rate = self.some((0, 1, 500, 3_333, 9_999), (10_000,))
        made = Terms(kind, granularity, rate, self.random.random() < 0.4, expires)
        made = made._replace(durability_years=self.some((1, 2, 30), (0, 1_000, 1_001)))
        if self.is_spoilt():
            return made._replace(granularity_kg=self.any_of((0, 500)))
        if self.is_spoilt():
            return made._replace(expires=not expires)
        return made._replace(project_types=self.some((255, 1 << ProjectType.Biochar), (0, 256)))

    def methodologies_activateMethodology(self) -> Arguments:  # noqa: N802
        return (self.methodology(MethodologyStatus.Registered),)

    def methodologies_deprecateMethodology(self) -> Arguments:  # noqa: N802
        return (self.methodology(MethodologyStatus.Active),)

    def methodology(self, status: int) -> bytes:
        held = self.w.methodologies
        good = [key for key, (is_now, _) in held.items() if is_now == status]
        return bytes(self.some(good, [*held, content_hash("unknown")]))

    # --- projects

    def projects_draftProject(self) -> Arguments:  # noqa: N802
        return (self.some(NAMES, ["", "a b", "x" * 101]), self.pdd())

    projects_registerProject = projects_draftProject  # noqa: N815

    def pdd(self) -> Pdd:
        days = self.some([(18_262, 29_219)], [(20_000, 19_999), (19_500, 20_088)])
        kind = self.some((ProjectType.Biochar,), (ProjectType.SoilCarbon,))
        key = self.methodology(MethodologyStatus.Active)
        return Pdd(self.hash(), key, kind, *days, self.text())

    def project(self, *statuses: int) -> bytes:
        good = [one for one, held in self.w.projects.items() if held.status in statuses]
        return bytes(self.some(good, [*self.w.projects, content_hash("unknown")]))

    def projects_updatePDD(self) -> Arguments:  # noqa: N802
        statuses = (ProjectStatus.Draft, ProjectStatus.Submitted, ProjectStatus.Rejected)
        return (self.project(*statuses), self.next_pdd())

    def projects_resubmitProject(self) -> Arguments:  # noqa: N802
        return (self.project(ProjectStatus.Draft, ProjectStatus.Rejected), self.next_pdd())

    def projects_redraftProject(self) -> Arguments:  # noqa: N802
        return (self.project(ProjectStatus.Rejected), self.next_pdd())

    def next_pdd(self) -> Pdd:
        held = [one.pdd for one in self.w.projects.values()]
        if held and self.random.random() < 0.6:
            present: Pdd = self.any_of(held)
            return present._replace(pdd_hash=self.some([self.hash()], [present.pdd_hash]))
        return self.pdd()

    def projects_submitProject(self) -> Arguments:  # noqa: N802
        project_id = self.project(ProjectStatus.Draft, ProjectStatus.Rejected)
        return (project_id, self.pdd_hash(project_id))

    def pdd_hash(self, project_id: bytes) -> bytes:
        held = self.w.projects.get(project_id)
        return bytes(self.some([held.pdd.pdd_hash] if held else [], [self.hash()]))

    def projects_assignValidator(self) -> Arguments:  # noqa: N802
        judges = sorted(self.w.members["validator"])
        project_id = self.project(ProjectStatus.Submitted, ProjectStatus.UnderReview)
        return (project_id, self.some(judges, self.accounts))

    def projects_validateProject(self) -> Arguments:  # noqa: N802
        project_id = self.project(ProjectStatus.UnderReview)
        return (project_id, self.pdd_hash(project_id), self.hash(), self.text())

    def projects_rejectProject(self) -> Arguments:  # noqa: N802
        return (*self.projects_validateProject(), self.text())

    projects_requestRevision = projects_rejectProject  # noqa: N815

    def projects_updateMetadata(self) -> Arguments:  # noqa: N802
        return (self.project(ProjectStatus.Validated), self.hash(), self.text())

    def projects_archiveProject(self) -> Arguments:  # noqa: N802
        return (self.project(ProjectStatus.Validated, ProjectStatus.Rejected), self.text())

    # --- reports

    def reports_submitReport(self) -> Arguments:  # noqa: N802
        name = self.some([f"{self.any_of(NAMES)}-{self.random.randrange(9)}"], ["", "a b"])
        project_id = self.project(ProjectStatus.Validated)
        return (project_id, name, self.submission(project_id))

    def submission(self, project_id: bytes) -> Submission:
        """Mostly days after every other report's; also in between, across others, and no days."""
        held = (one for one in self.w.reports.values() if one.project_id == project_id)
        first = max((one.end_day for one in held), default=19_000) + 1
        following = (first, first + self.random.randrange(60))
        start = self.random.randrange(18_300, 20_500)
        between = (start, start + self.random.randrange(30))
        days = self.any_of((following, following, between, self.any_of(PERIODS)))
        days = self.some([days], [(20_000, 19_999), (1, 2), (self.w.day, self.w.day)])
        return Submission(self.hash(), *days, self.text())

    def reports_resubmitReport(self) -> Arguments:  # noqa: N802
        good = [one for one, held in self.w.reports.items() if held.status in RETURNED]
        report_id = self.some(good, list(self.w.reports))
        project_id, name = self.names.get(report_id, (content_hash("unknown"), "alpha"))
        return (project_id, name, self.submission(project_id))

    #: Filled by whoever plays: a report's id does not tell its document.
    names: dict[bytes, tuple[bytes, str]]

    def report(self, *statuses: int) -> bytes:
        good = [one for one, held in self.w.reports.items() if held.status in statuses]
        return bytes(self.some(good, [*self.w.reports, bytes(14)]))

    def reports_withdrawReport(self) -> Arguments:  # noqa: N802
        return (self.report(*UNDECIDED), self.text())

    def reports_assignVerifier(self) -> Arguments:  # noqa: N802
        judges = sorted(self.w.members["verifier"])
        return (self.report(*UNDECIDED), self.some(judges, self.accounts))

    def reports_verifyReport(self) -> Arguments:  # noqa: N802
        report_id = self.report(ReportStatus.PendingVerification)
        kg = self.some((1, 999, 1_000, 5_500, 40_001), (0, 2**53 - 1, 2**53))
        return (
            report_id,
            Verification(self.report_hash(report_id), kg, self.breakdown(kg), self.hash()),
        )

    def breakdown(self, kg: int) -> tuple[tuple[int, int], ...]:
        if self.random.random() < 0.5:
            return ()
        first = self.random.randrange(kg + 1)
        year = self.any_of((2023, 2023, 2024))
        return ((year, first), (year + 1, kg - first + self.some([0], [1])))

    def report_hash(self, report_id: bytes) -> bytes:
        held = self.w.reports.get(report_id)
        return bytes(self.some([held.report_hash] if held else [], [self.hash()]))

    def reports_rejectReport(self) -> Arguments:  # noqa: N802
        report_id = self.report(ReportStatus.PendingVerification)
        return (report_id, self.report_hash(report_id), self.hash(), self.text(), self.text())

    def reports_archiveReport(self) -> Arguments:  # noqa: N802
        return (self.report(ReportStatus.Verified), self.text())

    # --- units

    def units_mint(self) -> Arguments:
        report_id = self.report(ReportStatus.Verified)
        held = self.w.reports.get(report_id)
        if not held or not held.terms:
            return (report_id, 2024, 1_000)
        left = {
            vintage: kg - self.issued(report_id, vintage)
            for vintage, kg in issuable(held.vintages, held.terms).items()
        }
        vintage = self.some([one for one, kg in left.items() if kg], [*left, 1999])
        return (report_id, vintage, self.portion(left.get(vintage, 0), held.terms.granularity_kg))

    def issued(self, report_id: bytes, vintage: int) -> int:
        held = self.w.series.get((report_id, vintage))
        return held.issued_kg if held else 0

    def portion(self, whole: int, granularity: int) -> int:
        """Some whole granules of an amount, or all of it; spoilt: too much, nothing, a fraction."""
        if self.is_spoilt():
            return int(self.any_of((0, whole + granularity, whole // 2 + 1, 2**64 - 1)))
        if self.random.random() < 0.4:
            return whole
        return self.random.randint(1, max(1, whole // granularity)) * granularity

    def units_mintBatch(self) -> Arguments:  # noqa: N802
        return ([self.units_mint() for _ in range(self.some((1, 2, 3), (0,)))],)

    def block(self, *statuses: int) -> int:
        held = self.w.blocks
        good = [
            one
            for one, block in held.items()
            if block.status in (statuses or (UnitStatus.Held,)) and not self.w.is_expired(one)
        ]
        return int(self.some(good, [*held, *self.gone, 1]))

    #: Filled by whoever plays: blocks that were split or merged away.
    gone: list[int]

    def with_kg(self, token_id: int) -> tuple[int, int]:
        series = self.w.series_of(token_id) if token_id in self.w.blocks else None
        whole = Serial.of(token_id).quantity_kg
        return token_id, self.portion(whole, series.granularity_kg if series else 1)

    def units_approve(self) -> Arguments:
        return (self.account(), self.block())

    def units_setApprovalForAll(self) -> Arguments:  # noqa: N802
        return (self.account(), self.random.random() < 0.6)

    def units_transferFrom(self) -> Arguments:  # noqa: N802
        token_id = self.block()
        held = self.w.blocks.get(token_id)
        return (self.some([held.owner] if held else [], self.accounts), self.account(), token_id)

    units_safeTransferFrom = units_transferFrom  # noqa: N815

    def units_transferBatch(self) -> Arguments:  # noqa: N802
        return (self.account(), self.blocks())

    def blocks(self) -> list[int]:
        """Some different blocks, mostly of one owner."""
        first = self.block()
        held = self.w.blocks.get(first)
        like = [
            one
            for one, block in self.w.blocks.items()
            if held and one != first and (block.owner == held.owner or self.is_spoilt())
        ]
        more = self.random.sample(like, min(len(like), self.random.randrange(3)))
        return [] if self.is_spoilt(0.05) else [first, *more]

    def units_transferPart(self) -> Arguments:  # noqa: N802
        return (self.account(), *self.with_kg(self.block()))

    def units_split(self) -> Arguments:
        token_id, first = self.with_kg(self.block())
        rest = Serial.of(token_id).quantity_kg - first
        parts = [first, max(0, rest)] if self.is_spoilt(0.9) else [first]
        return (token_id, self.some([parts], [[*parts, first]]))

    def units_merge(self) -> Arguments:
        held = sorted(self.w.blocks)
        good = [
            [one, other]
            for one, other in pairwise(held)
            if _are_adjacent(one, other)
            and self.w.blocks[one] == self.w.blocks[other]
            and self.w.blocks[one].status == UnitStatus.Held
        ]
        return (self.some(good, [self.blocks(), held[:3], held[1::-1]]),)

    def units_retire(self) -> Arguments:
        return (*self.with_kg(self.block()), self.retirement())

    def retirement(self) -> Arguments:
        reason = self.some([*range(1, 7), *self.w.labels], [0, 7, 99])
        claim = self.some([(0, 0), (19_723, 20_088)], [(2, 1), (0, 9)])
        return (reason, self.hash(), self.text(), *claim)

    def units_retireBatch(self) -> Arguments:  # noqa: N802
        return (self.blocks(), self.retirement())

    def units_cancel(self) -> Arguments:
        reason = self.some((1, 2), (0, 3, 4, 5, 6))
        return (*self.with_kg(self.block()), (reason, self.hash(), self.text()))

    def units_cancelSuspended(self) -> Arguments:  # noqa: N802
        held = self.w.blocks.items()
        good = [one for one, block in held if block.owner in self.w.suspended]
        token_id = self.some(good, [self.block()])
        reason = self.some((3, 4), (0, 1, 2, 5, 6))
        return (*self.with_kg(token_id), (reason, self.hash(), self.text()))

    def units_expire(self) -> Arguments:
        return (self.lapsed(),)

    def lapsed(self) -> int:
        good = [
            one
            for one, block in self.w.blocks.items()
            if block.status in LIVE and self.w.is_expired(one)
        ]
        return int(self.some(good, [self.block()]))

    def units_expireBatch(self) -> Arguments:  # noqa: N802
        return (list(dict.fromkeys(self.lapsed() for _ in range(self.some((1, 2), (0,))))),)

    def units_prolong(self) -> Arguments:
        good = [key for key, one in self.w.series.items() if one.expires]
        unopened = [(one, 2024) for one in self.w.reports]
        report_id, vintage = self.some([*good, *unopened], [(bytes(14), 2024)])
        series = self.w.series.get((report_id, vintage))
        end_day = series.monitoring_end_day if series else self.w.day + 400
        later = self.some((end_day + 30, end_day + 400), (0, end_day, FOREVER))
        return (report_id, vintage, min(later, FOREVER), self.hash(), self.text())

    def units_releaseBuffer(self) -> Arguments:  # noqa: N802
        good = [one for one, held in self.w.blocks.items() if held.status == UnitStatus.Buffer]
        return (*self.with_kg(self.some(good, [self.block()])), self.hash())

    def units_suspendAccount(self) -> Arguments:  # noqa: N802
        return (self.account(), self.hash(), self.text())

    def units_reinstateAccount(self) -> Arguments:  # noqa: N802
        return (self.some(sorted(self.w.suspended), self.accounts), self.hash(), self.text())

    def units_addRetirementReason(self) -> Arguments:  # noqa: N802
        code = self.some(range(7, 12), (0, 1, 6, 255))
        return (code, self.some(("article_6", "x" * 31), ("", "x" * 32, "Über", "a b")))

    # --- reversals

    def reversals_recordReversal(self) -> Arguments:  # noqa: N802
        report_id = self.report(*VERIFIED)
        kg = self.some((1, 500, 999, 1_000, 3_000), (0, 2**64 - 1))
        held = self.w.reports.get(report_id)
        if not held or not held.terms:
            return (report_id, kg, True, self.hash(), self.text(), [], [])
        due = -(-kg // held.terms.granularity_kg) * held.terms.granularity_kg
        buffer = self.drawn(
            min(due, buffer_of(self.w, held.project_id)), self.buffers(held.project_id)
        )
        left = due - sum(kg for _, kg in buffer)
        live = self.drawn(
            self.any_of((0, left)), self.holdings(held.developer, held.terms.unit_type)
        )
        return (report_id, kg, True, self.hash(self.any_of("abcd")), self.text(), buffer, live)

    def buffers(self, project_id: bytes) -> list[int]:
        return [
            one
            for one, held in self.w.blocks.items()
            if (held.status == UnitStatus.Buffer or self.is_spoilt(0.02))
            and (self.w.series_of(one).project_id == project_id or self.is_spoilt(0.05))
        ]

    def holdings(self, owner: str, unit_type: int) -> list[int]:
        return [
            one
            for one, held in self.w.blocks.items()
            if ((held.owner == owner and held.status == UnitStatus.Held) or self.is_spoilt(0.03))
            and (self.w.series_of(one).unit_type == unit_type or self.is_spoilt(0.05))
        ]

    def drawn(self, kg: int, among: list[int]) -> list[tuple[int, int]]:
        """Portions of different blocks that sum to so much, as far as they go."""
        found = []
        for token_id in self.random.sample(among, len(among)):
            taken = min(kg, Serial.of(token_id).quantity_kg)
            if taken:
                found.append((token_id, taken))
            kg -= taken
        if found and self.is_spoilt():
            found[-1] = self.with_kg(found[-1][0])
        return found

    def reversal(self) -> bytes:
        good = [one for one, held in self.w.reversals.items() if held.outstanding_kg]
        return bytes(self.some(good, [*self.w.reversals, content_hash("unknown")]))

    def reversals_drawOnLiable(self) -> Arguments:  # noqa: N802
        reversal_id = self.reversal()
        held = self.w.reversals.get(reversal_id)
        if not held:
            return (reversal_id, self.drawn(1_000, self.holdings(self.cast.developer, 0)))
        owner = held.liable
        return (reversal_id, self.drawn(held.outstanding_kg, self.holdings(owner, held.unit_type)))

    def reversals_compensate(self) -> Arguments:
        reversal_id = self.reversal()
        held = self.w.reversals.get(reversal_id)
        owner = self.any_of(self.accounts)
        kg, kind = (held.outstanding_kg, held.unit_type) if held else (1_000, 0)
        return (reversal_id, self.drawn(kg, self.holdings(owner, kind)))

    def reversals_markImpaired(self) -> Arguments:  # noqa: N802
        reversal_id = self.some(self.w.reversals, [content_hash("unknown")])
        held = self.w.reversals.get(reversal_id)
        retired = [
            one
            for one, block in self.w.blocks.items()
            if block.status == UnitStatus.Retired
            and (not held or Serial.of(one).report_id == held.report_id or self.is_spoilt())
        ]
        kg = held.due_kg - held.impaired_kg if held else 1_000
        return (reversal_id, self.drawn(kg, retired))

    def reversals_markCompensated(self) -> Arguments:  # noqa: N802
        marked = [
            (reversal_id, token_id)
            for (token_id, reversal_id), (integrity, _) in self.w.marks.items()
            if integrity == UnitIntegrity.Impaired
        ]
        others = [(one, self.block()) for one in self.w.reversals]
        unknown = [(content_hash("unknown"), 1)]
        reversal_id, token_id = self.some(marked, others or unknown)
        return (reversal_id, self.some([[token_id]], [[]]))

    # --- exchange

    def exchange_startExport(self) -> Arguments:  # noqa: N802
        registry = self.some(("other.registry",), ("", "a b"))
        return (*self.with_kg(self.block()), registry, self.text())

    def export(self) -> int:
        good = [
            one for one, (is_now, _) in self.w.exports.items() if is_now == ExportStatus.Started
        ]
        return int(self.some(good, [*self.w.exports, self.block()]))

    def exchange_abortExport(self) -> Arguments:  # noqa: N802
        return (self.export(), self.text())

    def exchange_completeExport(self) -> Arguments:  # noqa: N802
        return (self.export(), self.hash(), self.text())

    def exchange_importUnits(self) -> Arguments:  # noqa: N802
        terms = self.terms()
        kg = terms.granularity_kg * self.random.randint(1, 5) + self.some([0], [1, 2**53])
        units = Import(
            to=self.account(),
            origin_registry=self.some(("registry.example", "Registry.Example"), ("", "a b")),
            origin_key=self.some([f"EX-{self.random.randrange(6)}", "ex-1"], ["", "a b"]),
            origin_project=self.some(("EX-1", "ex-2"), ("", "a b")),
            vintage=self.some((2021, 2024), (0, 1969, 2200)),
            kg=self.some([kg], [0]),
            unit_type=terms.unit_type,
            granularity_kg=terms.granularity_kg,
            expires=terms.expires,
            monitoring_end_day=self.some((self.w.day + 300, self.w.day), (self.w.day - 1, 0)),
            evidence_hash=self.hash(),
            uri=self.text(),
        )
        return (units.struct,)


def _flat(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return [leaf for one in value for leaf in _flat(one)]
    return [value]


def _are_adjacent(one: int, other: int) -> bool:
    a, b = Serial.of(one), Serial.of(other)
    return (a.report_id, a.vintage, a.first_kg + a.quantity_kg) == b[:3]
