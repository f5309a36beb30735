"""Comparison of the model that an API serves with the replay, at one block."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import schemas
from scripts.auditing.api_ledgers import (
    fate_values,
    reversal_values,
    served_fates,
    served_reversal,
)
from scripts.auditing.blocks import LIVE, Block
from scripts.auditing.checks import Checks
from scripts.auditing.days import day_of
from scripts.auditing.monitoring import passed
from scripts.auditing.node import NodeTrouble, Pin
from scripts.auditing.projects import ProjectState
from scripts.auditing.replay import Replay
from scripts.auditing.reports import ReportState
from scripts.auditing.rows import Row, row_of
from scripts.lifecycle.registry_api import Broken, Record, Refused, RegistryApi

#: The status of a document whose bytes the API has.
HELD = "held"
_REPORT_COLUMNS = (
    "status",
    "developer",
    "verifier",
    "report_hash",
    "version",
    "verified_kg",
    "document_id",
    "start_day",
    "end_day",
    "statement_hash",
    "reason",
    "decided_at",
)
MOMENT = "%Y-%m-%dT%H:%M:%SZ"


class ApiModel:
    """The model of an API; every read is of one block (`as_of`)."""

    def __init__(self, url: str) -> None:
        self._api = RegistryApi(url)

    def position(self) -> tuple[int, str]:
        """Number and hash of the newest block that the API answers for."""
        try:
            index = (self._api.get("/projects", limit=1) or {})["ogcr:index"]
        except (Refused, Broken) as error:
            raise NodeTrouble(f"The API {self._api.url} cannot be asked ({error}).") from error
        return index["block_number"], index["block_hash"]

    def check(
        self, replay: Replay, pin: Pin, checks: Checks, progress: Callable[[str], None]
    ) -> None:
        """Compare every methodology, project, report and unit both ways, and every hash."""
        self._check_methodologies(replay, pin, checks)
        projects = {p["properties"]["ogcr:project_id"]: p for p in self._all("/projects", pin)}
        _check_names("project", replay.projects.states, projects, checks)
        for done, (key, feature) in enumerate(projects.items(), start=1):
            progress(f"model: project {done} of {len(projects)}")
            if key in replay.projects.states:
                self._check_project(replay, key, feature, pin, checks)
        self._check_units(replay, pin, checks, progress)
        self._check_reversals(replay, pin, checks)

    def _all(self, path: str, pin: Pin, member: str = "features") -> Iterator[Record]:
        return self._api.pages(path, member, as_of=pin.number)

    def _check_methodologies(self, replay: Replay, pin: Pin, checks: Checks) -> None:
        found = {m["key"]: m for m in self._all("/methodologies", pin, "methodologies")}
        _check_names("methodology", replay.methodologies.states, found, checks)
        for key, entry in found.items():
            row = row_of(replay, ("methodology", (key,)))
            if row is not None:
                served = {**entry, "methodology_id": entry["id"]}
                served["registered_at"] = _seconds(entry["registered_at"])
                _compare(f"methodology {entry['id']}@{entry['version']}", row, served, checks)

    def _check_project(
        self, replay: Replay, key: str, feature: Record, pin: Pin, checks: Checks
    ) -> None:
        state = replay.projects.states[key]
        _check_hash(state.name, feature, checks)
        row = row_of(replay, ("project", (key,))) or {}
        _compare(state.name, _project_values(row), _served_project(feature), checks)
        path = f"/projects/{key}/monitoring"
        reports = {r["properties"]["ogcr:report_id"]: r for r in self._all(path, pin)}
        own = {i: r for i, r in replay.reports.states.items() if r.project.id == key}
        _check_names(f"report of {state.name}", own, reports, checks)
        for report_id in own.keys() & reports.keys():
            self._check_report(replay, own[report_id], state, reports[report_id], pin, checks)

    def _check_report(
        self,
        replay: Replay,
        report: ReportState,
        project: ProjectState,
        feature: Record,
        pin: Pin,
        checks: Checks,
    ) -> None:
        _check_hash(report.name, feature, checks)
        row = row_of(replay, ("report", (report.id,))) or {}
        path = f"/projects/{project.id}/monitoring/{report.id}"
        record = (self._api.get(path, as_of=pin.number) or {}).get("ogcr:record", {})
        _compare(report.name, _report_values(row), _served_report(feature, record), checks)
        issued = replay.units.issuance.issued
        vintages = {
            year: (kg, issued.get((report.id, year), 0)) for year, kg in report.vintages.items()
        }
        served = {
            one["vintage"]: (one["verified_kg"], one["issued_kg"])
            for one in record.get("vintages", ())
        }
        _compare(f"the vintages of {report.name}", vintages, served, checks)

    def _check_units(
        self, replay: Replay, pin: Pin, checks: Checks, progress: Callable[[str], None]
    ) -> None:
        progress("model: units")
        served = {int(u["properties"]["token_id"]): u for u in self._all("/credits", pin)}
        _check_names("unit", replay.units.blocks, served, checks)
        for token in replay.units.blocks.keys() & served.keys():
            block = replay.units.blocks[token]
            row = row_of(replay, ("unit", (f"{token:#066x}",))) or {}
            if block.expires and block.status in LIVE:
                end = replay.units.monitoring.end_of(block.unit)
                row["status"] = "expired" if passed(end, pin.timestamp) else block.status
            _compare(block.name, _unit_values(row, block), _served_unit(served[token]), checks)
            fates = fate_values(replay, token, block.unit.report_id)
            told = served_fates(served[token]["properties"])
            _compare(block.name, fates, told, checks)

    def _check_reversals(self, replay: Replay, pin: Pin, checks: Checks) -> None:
        served = {one["id"]: one for one in self._all("/reversals", pin, "reversals")}
        states = replay.reversals.states
        _check_names("reversal", states, served, checks)
        for key in states.keys() & served.keys():
            record = self._api.get(f"/reversals/{key}", as_of=pin.number) or {}
            expected = reversal_values(states[key])
            _compare(states[key].name, expected, served_reversal(record), checks)


def _check_names(kind: str, expected: Any, served: Any, checks: Checks) -> None:
    for key in expected.keys() - served.keys():
        checks.discrepancy("model", f"The API does not serve the {kind} {_shown(key)}.")
    for key in served.keys() - expected.keys():
        sentence = f"The API serves the {kind} {_shown(key)}, which no event makes."
        checks.discrepancy("model", sentence)


def _check_hash(name: str, feature: Record, checks: Checks) -> None:
    anchor, status = (
        feature["properties"].get(f"ogcr:{member}")
        for member in ("content_hash", "document_status")
    )
    checks.saw("model")
    actual = schemas.content_hash(feature) if status == HELD else status
    checks.expect(
        actual == anchor,
        "model",
        f"What the API serves as {name} hashes to {actual}, its anchor is {anchor}.",
    )


def _compare(name: str, expected: dict[Any, Any], served: dict[Any, Any], checks: Checks) -> None:
    checks.saw("model")
    for column, value in expected.items():
        found = served.get(column)
        checks.expect(
            found == value,
            "model",
            f"The API serves {column} = {found!r} for {name}, the events say {value!r}.",
        )


def _project_values(row: Row) -> Row:
    names = ("status", "developer", "pdd_hash", "version", "document_id", "project_type")
    values = {name: row[name] for name in names}
    return values | {"updated_at": row["updated_at"], "anchored_in": row["created_block"] and True}


def _served_project(feature: Record) -> Row:
    properties = feature["properties"]
    return {
        "status": properties["status"],
        "developer": properties["ogcr:developer"],
        "pdd_hash": properties["ogcr:content_hash"],
        "version": properties["ogcr:version"],
        "document_id": feature["id"],
        "project_type": properties["project_type"],
        "updated_at": _seconds(properties["last_updated"]),
        "anchored_in": feature.get("ledger_reference") is not None,
    }


def _report_values(row: Row) -> Row:
    return {name: row[name] for name in _REPORT_COLUMNS}


def _served_report(feature: Record, record: Record) -> Row:
    properties = feature["properties"]
    return {
        "status": record.get("status"),
        "verifier": properties["ogcr:verifier"],
        "report_hash": properties["ogcr:content_hash"],
        "version": properties["ogcr:version"],
        "verified_kg": properties["ogcr:verified_kg"],
        "document_id": feature["id"],
        "start_day": day_of(properties["start_date"]),
        "end_day": day_of(properties["end_date"]),
        "statement_hash": record.get("statement_hash"),
        "reason": record.get("reason"),
        "developer": properties["ogcr:developer"],
        "decided_at": _seconds(record.get("decided_at")),
    }


def _unit_values(row: Row, block: Block) -> Row:
    names = ("vintage", "first_kg", "quantity_kg", "unit_type", "status", "owner", "issued_at")
    values = {name: row[name] for name in names}
    values |= {"project_key": row["project_id"], "report_key": row["report_id"]}
    if block.status == "retired":
        values["retirement"] = {
            "reason": row["retirement_reason"],
            "beneficiary": block.beneficiary,
            "purpose": block.purpose,
            "retired_at": datetime.fromtimestamp(block.ended_at, UTC).strftime(MOMENT),
        }
    return values


def _served_unit(feature: Record) -> Row:
    properties = feature["properties"]
    served = dict(properties)
    served["issued_at"] = _seconds(properties["issued_at"])
    served["project_key"] = properties["ogcr:project_key"]
    served["report_key"] = properties["ogcr:report_key"]
    return served


def _seconds(moment: str | None) -> int | None:
    return None if moment is None else int(datetime.fromisoformat(moment).timestamp())


def _shown(key: Any) -> str:
    return f"{key:#066x}" if isinstance(key, int) else str(key)
