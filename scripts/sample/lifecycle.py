"""The sample's life cycle: five places in five countries, each step by its proper role."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from schemas import parse
from scripts.accounts import BUYER
from scripts.lifecycle.decisions import pdd_rejected, report_rejected, validated, verified
from scripts.lifecycle.exchange_steps import CompleteExport, ExportUnits, ImportUnits
from scripts.lifecycle.methodology_steps import ActivateMethodology, RegisterMethodology
from scripts.lifecycle.project_steps import (
    AssignValidator,
    DecideOnPDD,
    SubmitPDD,
    UpdateMetadata,
)
from scripts.lifecycle.report_steps import AssignVerifier, DecideOnReport, SubmitReport
from scripts.lifecycle.reversal_steps import (
    CompensateReversal,
    MarkCompensated,
    MarkImpaired,
    Part,
    RecordReversal,
    ReversalOf,
)
from scripts.lifecycle.step import Step, Story
from scripts.lifecycle.unit_steps import (
    CancelUnits,
    IssueUnits,
    MergeUnits,
    ProlongMonitoring,
    RetireUnits,
    Series,
    SplitUnit,
    TransferUnits,
)

Document = dict[str, Any]
FOLDER = Path(__file__).parent
FORESTER, CHARBURNER, FARMER, CAPTURER = 2, 3, 4, 5

LOUSA_2022 = Series("pt-lousa-restoration", "pt-lousa-2022", 2022)
LOUSA_2023 = Series("pt-lousa-restoration", "pt-lousa-2023", 2023)
OFFINSO_2022 = Series("gh-offinso-reserve", "gh-offinso-2023", 2022)
OFFINSO_2023 = Series("gh-offinso-reserve", "gh-offinso-2023", 2023)
LAUSITZ_2023 = Series("de-lausitz-biochar", "de-lausitz-2023-h1", 2023)
MARCHFELD_2022 = Series("at-marchfeld-soil", "at-marchfeld-2023", 2022)
MARCHFELD_2023 = Series("at-marchfeld-soil", "at-marchfeld-2023", 2023)
HELLISHEIDI_2023 = Series("is-hellisheidi-dac", "is-hellisheidi-2023", 2023)


def sample() -> list[Story]:
    """Every story of the sample, in the order in which it is played."""
    return [
        Story("methodologies", _methodologies()),
        Story("Lousã, Portugal", _lousa(), ("methodologies",)),
        Story("Offinso, Ghana", _offinso(), ("methodologies",)),
        Story("Lusatia, Germany", _lausitz(), ("methodologies",)),
        Story("Marchfeld, Austria", _marchfeld(), ("methodologies",)),
        Story("Hellisheiði, Iceland", _hellisheidi(), ("methodologies",)),
        Story("fire at Offinso", _fire(), ("Offinso, Ghana",)),
        Story("other registries", _exchange(), ("Hellisheiði, Iceland",)),
        Story("issuance", _issuance(), ("Lousã, Portugal", "Marchfeld, Austria")),
        Story("ends", _ends(), ("issuance", "Lusatia, Germany")),
    ]


def document(name: str) -> Document:
    """A document of the sample by its path."""
    parsed: Document = parse((FOLDER / name).read_bytes())
    return parsed


def _methodologies() -> list[Step]:
    documents = [parse(p.read_bytes()) for p in sorted(FOLDER.glob("methodologies/*.json"))]
    kinds = (RegisterMethodology, ActivateMethodology)
    return [kind(one) for one in documents for kind in kinds]


def _lousa() -> list[Step]:
    """A PDD and a report are rejected and come back."""
    first, second = document("lousa/pdd-1.json"), document("lousa/pdd-2.json")
    early, late = document("lousa/mrv-2023-1.json"), document("lousa/mrv-2023-2.json")
    finding = {
        "id": "F-1",
        "severity": "major",
        "pointer": "/geometry",
        "text": "The outline contains a hamlet with gardens, which cannot be planted.",
    }
    reason = "The outline contains a hamlet, and the baseline scenario lacks evidence."
    no = pdd_rejected(first, "2024-02-20", reason, [finding])
    area = "The area reported is larger than that of the validated PDD."
    return [
        SubmitPDD(first, FORESTER, superseded_by=second),
        AssignValidator(first),
        DecideOnPDD(first, no),
        *_validation(second, FORESTER, "2024-04-11"),
        *_verification(document("lousa/mrv-2022.json"), FORESTER, "2024-05-30"),
        SubmitReport(early, FORESTER, superseded_by=late),
        AssignVerifier(early),
        DecideOnReport(early, report_rejected(early, "2024-06-03", area)),
        *_verification(late, FORESTER, "2024-07-08"),
    ]


def _offinso() -> list[Step]:
    """Units of one kilogram, two vintages split by days, issued by the verification."""
    sold = OFFINSO_2022.unit(0, 412_748)
    used, kept = OFFINSO_2022.unit(0, 12_748), OFFINSO_2022.unit(12_748, 400_000)
    return [
        *_validation(document("offinso/pdd.json"), FORESTER, "2024-01-19"),
        *_verification(document("offinso/mrv-2023.json"), FORESTER, "2024-03-05"),
        TransferUnits(FORESTER, [sold], BUYER),
        SplitUnit(BUYER, sold, [used.quantity_kg, kept.quantity_kg]),
        RetireUnits(
            BUYER,
            [used],
            "contribution",
            "Forest Fund of the Ashanti Region",
            "Contribution to the restoration of the reserve",
        ),
    ]


def _lausitz() -> list[Step]:
    """Two reports of one vintage; a block is split, partly merged, sold and retired."""
    whole = LAUSITZ_2023.unit(0, 412_000)
    sold = LAUSITZ_2023.unit(0, 100_000)
    kept = [LAUSITZ_2023.unit(100_000, 150_000), LAUSITZ_2023.unit(250_000, 162_000)]
    return [
        *_validation(document("lausitz/pdd.json"), CHARBURNER, "2023-05-02"),
        *_verification(document("lausitz/mrv-2023-first-half.json"), CHARBURNER, "2023-09-14"),
        *_verification(document("lausitz/mrv-2023-second-half.json"), CHARBURNER, "2024-03-21"),
        SplitUnit(CHARBURNER, whole, [unit.quantity_kg for unit in [sold, *kept]]),
        MergeUnits(CHARBURNER, kept),
        TransferUnits(CHARBURNER, [sold], BUYER),
        RetireUnits(
            BUYER,
            [sold],
            "voluntary_claim",
            "Municipal Transport of Rostock",
            "Remaining emissions of the tram network in 2023",
        ),
    ]


def _marchfeld() -> list[Step]:
    """Adjoining parcels, a verifier's own breakdown, and a neighbour still under review."""
    report = document("marchfeld/mrv-2023.json")
    east = document("marchfeld/pdd-east.json")
    vintages = [
        {"year": 2022, "value": 30.1, "unit": "tCO2e"},
        {"year": 2023, "value": 121.2, "unit": "tCO2e"},
    ]
    removal = {"value": 151.3, "unit": "tCO2e"}
    return [
        *_validation(document("marchfeld/pdd.json"), FARMER, "2023-11-27"),
        SubmitReport(report, FARMER),
        AssignVerifier(report),
        DecideOnReport(report, verified(report, "2024-02-09", removal, vintages)),
        SubmitPDD(east, FARMER),
        AssignValidator(east),
    ]


def _hellisheidi() -> list[Step]:
    """Permitted metadata change; two blocks are sold and retired at once."""
    whole = HELLISHEIDI_2023.unit(0, 1_204_000)
    sold = [HELLISHEIDI_2023.unit(0, 200_000), HELLISHEIDI_2023.unit(200_000, 304_000)]
    return [
        *_validation(document("hellisheidi/pdd.json"), CAPTURER, "2023-01-30"),
        UpdateMetadata(document("hellisheidi/metadata.json"), CAPTURER),
        *_verification(document("hellisheidi/mrv-2023.json"), CAPTURER, "2024-02-28"),
        SplitUnit(CAPTURER, whole, [200_000, 304_000, 700_000]),
        TransferUnits(CAPTURER, sold, BUYER),
        RetireUnits(
            BUYER,
            sold,
            "product_claim",
            "Northern Ferry Lines",
            "Fuel of the 2023 summer timetable",
        ),
    ]


def _fire() -> list[Step]:
    """A reversal takes the whole buffer and leaves a deficit, which the developer makes up for; the
    retired units that it hit stay retired."""
    fire = ReversalOf(OFFINSO_2022.report_id, "Burnt area mapped on 2024-02-11, 31 ha")
    buffer = [OFFINSO_2022.unit(412_748, 72_839), OFFINSO_2023.unit(406_019, 71_651)]
    retired, kept = OFFINSO_2022.unit(0, 12_748), OFFINSO_2023.unit(0, 406_019)
    return [
        RecordReversal(
            fire,
            180_000,
            False,
            "https://example.org/offinso/burnt-area-2024",
            [Part(unit, unit.quantity_kg) for unit in buffer],
        ),
        MarkImpaired(fire, [Part(retired, 4_100)]),
        CompensateReversal(FORESTER, fire, [Part(kept, 35_510)]),
        MarkCompensated(BUYER, fire, [retired]),
    ]


def _exchange() -> list[Step]:
    """Units leave for another registry, and units of another one arrive."""
    leaving = ExportUnits(
        CAPTURER,
        HELLISHEIDI_2023.unit(504_000, 700_000),
        120_000,
        "registry.example.org",
        "account 4711",
    )
    return [
        leaving,
        CompleteExport(
            leaving.locked,
            "registry.example.org takes 120 t for account 4711",
            "https://registry.example.org/agreements/120",
        ),
        ImportUnits(
            BUYER,
            "registry.example.org",
            "EX-2022-000417-000466",
            "EX-17",
            2022,
            50_000,
            "PCR",
            1_000,
            "EX-2022-000417-000466 cancelled for this registry",
            "https://registry.example.org/cancellations/417",
        ),
    ]


def _issuance() -> list[Step]:
    """What an operator issues: one vintage alone, then several at once."""
    batch = {LOUSA_2023: 2_198_000, MARCHFELD_2022: 30_000, MARCHFELD_2023: 121_000}
    return [IssueUnits({LOUSA_2022: 1_842_000}), IssueUnits(batch)]


def _ends() -> list[Step]:
    """Part of a block is retired, part of the rest cancelled; monitoring of a forest goes on."""
    kept = LAUSITZ_2023.unit(100_000, 312_000)
    left = LAUSITZ_2023.unit(100_000, 262_000)
    return [
        RetireUnits(
            CHARBURNER,
            [kept],
            "voluntary_claim",
            "Lusatian Rye Bakery",
            "Ovens of 2023",
            quantity_kg=50_000,
        ),
        CancelUnits(
            CHARBURNER, left, 12_000, "The climate", "A gift at the opening of the second kiln"
        ),
        ProlongMonitoring(
            LOUSA_2022,
            "2067-12-31",
            "The parish monitors the restored forest for five more years",
            "https://example.org/lousa/monitoring-agreement",
        ),
    ]


def _validation(pdd: Document, developer: int, on: str) -> Sequence[Step]:
    decision = validated(pdd, on)
    return [SubmitPDD(pdd, developer), AssignValidator(pdd), DecideOnPDD(pdd, decision)]


def _verification(report: Document, developer: int, on: str) -> Sequence[Step]:
    statement = verified(report, on)
    return [
        SubmitReport(report, developer),
        AssignVerifier(report),
        DecideOnReport(report, statement),
    ]
