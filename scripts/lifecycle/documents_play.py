"""The life cycle of whatever PDDs, reports and methodologies a folder holds."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from schemas import content_hash, document_id, to_kg, validate
from scripts.accounts import BUYER, DEVELOPERS
from scripts.auditing.days import day_of
from scripts.auditing.vintages import by_days
from scripts.lifecycle.decisions import pdd_rejected, report_rejected, validated, verified
from scripts.lifecycle.folder import Documents
from scripts.lifecycle.methodology_steps import ActivateMethodology, RegisterMethodology
from scripts.lifecycle.project_steps import AssignValidator, DecideOnPDD, SubmitPDD
from scripts.lifecycle.registry_api import RegistryApi
from scripts.lifecycle.report_steps import AssignVerifier, DecideOnReport, SubmitReport
from scripts.lifecycle.step import Step, Story
from scripts.lifecycle.unit_steps import (
    IssueUnits,
    RetireUnits,
    Series,
    SplitUnit,
    TransferUnits,
)

Document = dict[str, Any]
#: Marks a first version that the demonstration makes only to have it rejected.
FIRST_VERSION = "demo:version"
REASON = "First version, rejected to show how a document comes back."
WHOLE_BPS = 10_000


class FolderPlay:
    """Stories for the documents of a folder: one for each methodology, project and report.

    `faults` names documents that cannot be played, beside those that are not valid.
    """

    def __init__(self, documents: Documents, api: RegistryApi) -> None:
        self._documents = documents
        self._api = api
        self._terms: dict[str, Document] = {}
        self.faults: list[str] = []

    def stories(self) -> list[Story]:
        """Every story, methodologies first, then projects, then reports by their first day."""
        stories = [*self._methodologies()]
        playable = [v for v in self._documents.pdd.values() if _reference(v[-1]) in self._terms]
        for place, versions in enumerate(playable):
            stories.append(self._project(versions, shows_rejection=place == 0))
        reports = sorted(self._documents.mrv.values(), key=_first_day)
        for place, versions in enumerate(reports):
            stories += self._report(versions, shows_rejection=place == 0)
        return stories

    def _methodologies(self) -> Iterator[Story]:
        given = {name: versions[-1] for name, versions in self._documents.methodology.items()}
        for name, document in (given | self._derived(given)).items():
            self._terms[name] = document
            steps: list[Step] = [RegisterMethodology(document), ActivateMethodology(document)]
            yield Story(_methodology_story(name), steps)

    def _derived(self, given: dict[str, Document]) -> dict[str, Document]:
        types: dict[str, set[str]] = {}
        for pdd in (versions[-1] for versions in self._documents.pdd.values()):
            name = _reference(pdd)
            if name not in given and not self._known(name):
                types.setdefault(name, set()).add(pdd["properties"]["project_type"])
        derived = {name: _generic(name, sorted(kinds)) for name, kinds in types.items()}
        faults = {name: validate("methodology", document) for name, document in derived.items()}
        for name, found in faults.items():
            self.faults += [f"methodology {name}, which a PDD names: {fault}" for fault in found]
        return {name: document for name, document in derived.items() if not faults[name]}

    def _known(self, name: str) -> bool:
        methodology_id, _, version = name.rpartition("@")
        record = self._api.methodology(methodology_id, version)
        if record is not None:
            self._terms[name] = record
        return record is not None

    def _project(self, versions: Sequence[Document], *, shows_rejection: bool) -> Story:
        last, developer = versions[-1], developer_of(versions[-1])
        earlier = list(versions[:-1])
        if shows_rejection and not earlier:
            earlier = [_marked(last)]
        steps: list[Step] = []
        for document, following in pairwise([*earlier, last]):
            decision = pdd_rejected(document, _today(), REASON)
            steps.append(SubmitPDD(document, developer, superseded_by=following))
            steps += [AssignValidator(document), DecideOnPDD(document, decision)]
        steps += [SubmitPDD(last, developer), AssignValidator(last)]
        steps.append(DecideOnPDD(last, validated(last, _today())))
        needs = (_methodology_story(_reference(last)),)
        return Story(_project_story(document_id(last)), steps, needs)

    def _report(self, versions: Sequence[Document], *, shows_rejection: bool) -> list[Story]:
        last = versions[-1]
        project = str(last["properties"]["project_id"])
        pdd = self._pdd_of(project)
        if pdd is None:
            self.faults.append(
                f"report {document_id(last)}: its project {project} is neither in the folder nor "
                "in the registry; add its PDD."
            )
            return []
        earlier = list(versions[:-1])
        if shows_rejection and not earlier:
            earlier = [_marked(last)]
        developer = developer_of(pdd)
        steps: list[Step] = []
        for document, following in pairwise([*earlier, last]):
            statement = report_rejected(document, _today(), REASON)
            steps.append(SubmitReport(document, developer, superseded_by=following))
            steps += [AssignVerifier(document), DecideOnReport(document, statement)]
        steps += [SubmitReport(last, developer), AssignVerifier(last)]
        steps.append(DecideOnReport(last, verified(last, _today())))
        name = f"report {document_id(last)} of {project}"
        story = Story(name, steps, (_project_story(project),))
        return [story, Story(f"units of {name}", self._units(last, pdd), (name,))]

    def _pdd_of(self, project: str) -> Document | None:
        if project in self._documents.pdd:
            return self._documents.pdd[project][-1]
        return self._api.known(f"/projects/{project}")

    def _units(self, report: Document, pdd: Document) -> list[Step]:
        name = _reference(pdd)
        if name not in self._terms and not self._known(name):
            return []
        terms, developer = self._terms[name], developer_of(pdd)
        amounts = _granules(report, terms["granularity_kg"])
        project = str(report["properties"]["project_id"])
        due = {Series(project, document_id(report), year): kg for year, kg in amounts.items() if kg}
        steps: list[Step] = [] if terms["automatic_issuance"] or not due else [IssueUnits(due)]
        for series, kg in list(due.items())[:1]:
            steps += _life_of_units(series, _without_buffer(kg, terms), terms, developer)
        return steps


def developer_of(pdd: Document) -> int:
    """The test account that acts for the PDD's actor: always the same one for the same actor."""
    digest = hashlib.sha256(pdd["properties"]["actor_id"].encode()).digest()
    return DEVELOPERS[digest[0] % len(DEVELOPERS)]


def _life_of_units(series: Series, kg: int, terms: Document, developer: int) -> Iterator[Step]:
    """Split into a sold and a kept part where the amount allows, transfer and retire the first."""
    granules = kg // terms["granularity_kg"]
    if not granules:
        return
    sold_kg = max(1, granules * 2 // 5) * terms["granularity_kg"]
    sold = series.unit(0, sold_kg)
    if sold_kg < kg:
        yield SplitUnit(developer, series.unit(0, kg), [sold_kg, kg - sold_kg])
    yield TransferUnits(developer, [sold], BUYER)
    purpose = f"Demonstration with {series.report}"[:200]
    yield RetireUnits(BUYER, [sold], "voluntary_claim", "Buyer of the demonstration", purpose)


def _granules(report: Document, granularity_kg: int) -> dict[int, int]:
    properties = report["properties"]
    estimate = properties["net_removal_estimate"]
    kg = to_kg(estimate["value"], estimate["unit"])
    days = (day_of(properties["start_date"]), day_of(properties["end_date"]))
    return {year: amount - amount % granularity_kg for year, amount in by_days(kg, *days).items()}


def _without_buffer(kg: int, terms: Document) -> int:
    granules = kg // terms["granularity_kg"]
    buffered = -(-granules * terms["buffer_rate_bps"] // WHOLE_BPS)
    return int(granules - buffered) * int(terms["granularity_kg"])


def _generic(name: str, project_types: list[str]) -> Document:
    """A methodology for a reference that no document explains: units of one kilogram, no buffer."""
    methodology_id, _, version = name.rpartition("@")
    where = f"https://example.org/methodologies/{content_hash(name)[7:23]}"
    procedure = {"id": "as-referenced", "href": where}
    return {
        "ogcr_version": "0.1.0",
        "profile": "methodology",
        "id": methodology_id,
        "version": version,
        "name": f"Stand-in for {methodology_id} {version}"[:200],
        "project_types": project_types,
        "unit_type": "CRU",
        "granularity_kg": 1,
        "buffer_rate_bps": 0,
        "automatic_issuance": True,
        "expires": False,
        "durability_years": 100,
        "monitoring_protocols": [procedure],
        "calculation_procedures": [procedure],
    }


def _marked(document: Document) -> Document:
    name = document_id(document)
    properties = {**document["properties"], FIRST_VERSION: "1"}
    return {**document, "id": name, "properties": properties}


def _reference(pdd: Document) -> str:
    reference = pdd["properties"]["methodology"]
    return f"{reference['id']}@{reference['version']}"


def _first_day(versions: Sequence[Document]) -> str:
    return str(versions[-1]["properties"]["start_date"])


def _methodology_story(name: str) -> str:
    return f"methodology {name}"


def _project_story(name: str) -> str:
    return f"project {name}"


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
