"""What readers ask a registry for: every list and every record, in the ways that OGCR 4.2 names."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from indexer.documents import hash_of

from . import holdings
from .holdings import Holdings, address

#: Lists whose order no index holds, because it comes of another table: all that match are sorted.
SORTED = ("name", "country", "methodology")
LIMIT = "limit=100"


def questions(held: Holdings, turn: int) -> Iterator[tuple[str, str]]:
    """Name and path of each, about other things in each turn."""
    number = turn * 7919 % held.projects
    yield from _of_projects(held, number)
    report = turn * 7919 % held.reports
    yield from _of_reports(held, report)
    yield from _of_units(held, report, turn * 7919 % held.units)
    yield from _of_collections(held, number, report)
    yield from _of_others(held, number)


def _of_projects(held: Holdings, number: int) -> Iterator[tuple[str, str]]:
    record, lists = f"/projects/{held.project(number)}", f"/projects?{LIMIT}"
    yield "project", record
    yield "project, a version", f"{record}/versions/1"
    yield "project, in the past", f"{record}?as_of={held.blocks - 20}"
    yield "projects", lists
    yield "projects, by status", f"{lists}&status=submitted"
    yield "projects, by methodology", f"{lists}&methodology=OGCR-M{number % 10:02d}@1.0.0"
    yield "projects, by developer", f"{lists}&actor={address(1, number % 500)}"
    yield "projects, by actor id", f"{lists}&actor=developer-{number % 500}"
    west, south = holdings.corner(number)
    box = f"{west - 1:.4f},{south - 1:.4f},{west + 1:.4f},{south + 1:.4f}".replace("-180", "-179")
    yield "projects, by box", f"{lists}&bbox={box}"
    day = "2023-11-20T00:00:00Z"
    yield "projects, by creation", f"{lists}&created_from={day}"
    yield "projects, by approval", f"{lists}&approved_from={day}&sort=-approved_at"
    yield "projects, by country", f"{lists}&country=FI"
    yield "projects, by type", f"{lists}&project_type=biochar"
    yield "projects, by words", f"{lists}&q={quote(f'cedar hill {number % 79}')}"
    yield "projects, by a frequent word", f"{lists}&q=clearings"
    for sort in ("status", "actor", "approved_at", "updated_at", "id", "project_type", *SORTED):
        yield f"projects, sorted by {sort}", f"{lists}&sort={sort}"
    yield "projects, offset 50%", f"{lists}&offset={held.projects // 2}"
    yield "projects, by cursor", f"{lists}&cursor=*"
    yield "projects, in the past", f"{lists}&as_of={held.blocks - 20}"


def _of_reports(held: Holdings, number: int) -> Iterator[tuple[str, str]]:
    project = f"/projects/{held.project(held.owner_of_report(number))}"
    record, lists = f"{project}/monitoring/{held.report(number)}", f"{project}/monitoring?{LIMIT}"
    yield "report", record
    yield "report, a version", f"{record}/versions/1"
    yield "reports of a project", lists
    yield "reports, by period", f"{lists}&period_from=2011-01-01&period_to=2012-12-31"
    yield "reports, by status", f"{lists}&status=verified"
    yield "reports, by verifier", f"{lists}&verifier={address(0x34, number % 50)}"
    yield "reports, sorted by verifier", f"{lists}&sort=-verifier"


def _of_units(held: Holdings, report: int, number: int) -> Iterator[tuple[str, str]]:
    lists = f"/credits?{LIMIT}"
    yield "unit", f"/credits/{held.token(number)}"
    yield "units", lists
    project = held.project(held.owner_of_report(report))
    yield "units, of a project", f"{lists}&project={project}"
    yield "units, of a report", f"{lists}&report={held.report_key(report)}"
    yield "units, of an owner", f"{lists}&owner={address(5, number % 5000)}"
    yield "units, held by an owner", f"{lists}&owner={address(5, number % 5000)}&status=held"
    yield "units, by issuance year", f"{lists}&issuance_year=2023"
    yield "units, by vintage", f"{lists}&vintage=2012"
    yield "units, retired", f"{lists}&retired=true"
    yield "units, not retired", f"{lists}&retired=false"
    yield "units, held", f"{lists}&status=held"
    yield "units, in the buffer", f"{lists}&status=buffer"
    yield "units, expired", f"{lists}&status=expired"
    yield "units, of a type", f"{lists}&unit_type=CRU"
    for sort in ("vintage", "-quantity_kg", "status", "owner", "project", "report", "id"):
        yield f"units, sorted by {sort}", f"{lists}&sort={sort}"
    yield "units, offset 50%", f"{lists}&offset={held.units // 2}"
    yield "units, by cursor", f"{lists}&cursor=*"
    yield "units, in the past", f"{lists}&as_of={held.blocks - 20}"
    yield "supply", "/statistics/supply"
    yield "figures", "/statistics/registry"
    yield "supply of a project", f"/statistics/supply?project={project}"


def _of_collections(held: Holdings, number: int, report: int) -> Iterator[tuple[str, str]]:
    yield "collections", "/collections"
    yield "collection", "/collections/projects"
    west, south = holdings.corner(number)
    box = f"bbox={west:.4f},{south:.4f},{west + 1:.4f},{south + 1:.4f}"
    for name in ("projects", "project-points", "monitoring"):
        items = f"/collections/{name}/items"
        yield f"{name} of the collection", f"{items}?{LIMIT}"
        yield f"{name} of the collection, by box", f"{items}?{LIMIT}&{box}"
        span = "datetime=2011-01-01T00:00:00Z/2011-06-30T00:00:00Z"
        yield f"{name} of the collection, by time", f"{items}?{LIMIT}&{span}"
        one = held.report_key(report) if name == "monitoring" else held.project(number)
        yield f"one of {name}", f"{items}/{one}"


def _of_others(held: Holdings, number: int) -> Iterator[tuple[str, str]]:
    yield "methodologies", f"/methodologies?{LIMIT}"
    yield "methodology", f"/methodologies/OGCR-M{number % 10:02d}@1.0.0"
    yield "accreditations", f"/accreditations?{LIMIT}"
    yield "accreditation", f"/accreditations/{address(0x34, number % 50)}"
    yield "reversals", f"/reversals?{LIMIT}"
    yield "reversals, outstanding", f"/reversals?{LIMIT}&status=outstanding"
    yield "reversal", f"/reversals/{holdings.transaction(0xE, number % 100)}"
    yield "changes", f"/changes?{LIMIT}&after={number // 2}"
    yield "failed calls", f"/failed-calls?{LIMIT}"
    yield "reorganisations", f"/reorganisations?{LIMIT}"
    yield "document", f"/documents/{hash_of(holdings.pdd(held, number))}"
