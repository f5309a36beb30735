"""A registry of any size, made quickly: straight into the tables, in the shapes that the indexer
writes, without a chain. Its rows have the histories that life gives them; nothing verifies them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import shapely
from sqlalchemy import Connection, Engine, Table, text

from indexer.bulk import bulk
from indexer.database import create_index_tables
from indexer.documents import hash_of
from indexer.identity import UnitId, methodology_key, project_id, report_id
from indexer.models import (
    Accreditation,
    Block,
    Checkpoint,
    Decision,
    DocumentFinding,
    Event,
    FeedPosition,
    Footprint,
    ImpairedUnit,
    Methodology,
    PDDVersion,
    Project,
    Report,
    ReportVersion,
    ReportVintage,
    Reversal,
    RowChange,
    Unit,
    Versioned,
    index_metadata,
)
from indexer.versions import blank_row, columns_of
from indexer.words import words_of

Row = dict[str, Any]
CHAIN_ID, START, PAUSE = 31337, 1_700_000_000, 12
DEVELOPERS, JUDGES, HOLDERS, METHODOLOGIES = 500, 50, 5_000, 20
COUNTRIES = ("AT", "BR", "DE", "FI", "FR", "ID", "IS", "KE", "PE", "SE")
TYPES = ("reforestation", "afforestation", "soil_carbon", "biochar", "blue_carbon")
WORDS = (
    *("alder", "bay", "beech", "birch", "cedar", "delta", "field", "fir"),
    *("forest", "glade", "hill", "lake", "maple", "moor", "oak", "pine"),
)
STATES = ("draft", "submitted", "under_review", "rejected", *["validated"] * 16)
CHUNK = 20_000


@dataclass(frozen=True)
class Holdings:
    """How much there is."""

    projects: int = 100_000
    reports: int = 300_000
    units: int = 1_000_000

    @cached_property
    def validated(self) -> list[int]:
        """Numbers of the projects that reports may be of."""
        return [n for n in range(self.projects) if STATES[n % len(STATES)] == "validated"]

    @property
    def blocks(self) -> int:
        """The block that the index has come to: ten things happen in one."""
        return (self.projects + self.reports + self.units) // 10 + 100

    def project(self, number: int) -> str:
        """Document id of a project."""
        return f"{WORDS[number % 16]}-{WORDS[number // 16 % 16]}-{number}"

    def owner_of_report(self, number: int) -> int:
        """The number of the project that a report is of; each has several, one a year."""
        return self.validated[number % len(self.validated)]

    def year_of_report(self, number: int) -> int:
        """Its reporting period."""
        return 2010 + number // len(self.validated)

    def report(self, number: int) -> str:
        """Document id of a report."""
        return f"{self.project(self.owner_of_report(number))}-{self.year_of_report(number)}"

    def report_key(self, number: int) -> str:
        """The 0x… id of a report."""
        return report_id(
            project_id(self.project(self.owner_of_report(number))), self.report(number)
        )

    def token(self, number: int) -> str:
        """The token id of a unit; those of one report follow one another."""
        report = number * self.reports // self.units
        first = number - -(-report * self.units // self.reports)
        unit = UnitId(self.report_key(report), self.year_of_report(report), first * 50_000, 50_000)
        return unit.hex


def address(kind: int, number: int) -> str:
    """An account."""
    return f"0x{kind:02x}{number:038x}"


def transaction(kind: int, number: int) -> str:
    """A transaction's hash."""
    return f"0x{kind:02x}{number:062x}"


def fill(engine: Engine, documents: Path, held: Holdings) -> None:
    """Make the tables, and everything in them; indexes last, as that is quicker."""
    create_index_tables(engine)
    documents.mkdir(parents=True, exist_ok=True)
    with engine.begin() as connection:
        made = [index for table in index_metadata.sorted_tables for index in table.indexes]
        for index in made:
            index.drop(connection, checkfirst=True)
        for table, rows in _everything(documents, held):
            _write(connection, table, rows)
        for index in made:
            index.create(connection, checkfirst=True)
    # SQLite answers without statistics in service, too: nothing makes any.
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _everything(documents: Path, held: Holdings) -> Iterator[tuple[Any, Iterable[Row]]]:
    yield Checkpoint, [_checkpoint(held)]
    yield FeedPosition, [{"place": 1, "last_cursor": held.projects, "dropped_cursor": 0}]
    yield Block, (_block(number) for number in range(1, held.blocks + 1))
    yield Methodology, map(_methodology, range(METHODOLOGIES))
    yield Accreditation, map(_accreditation, range(2 * JUDGES))
    yield Footprint, (_footprint(documents, held, number) for number in range(held.projects))
    yield Project, _histories(_project, held, held.projects)
    yield PDDVersion, (_pdd_version(held, number) for number in range(held.projects))
    yield Report, _histories(_report, held, held.reports, documents)
    yield ReportVersion, (_report_version(held, number) for number in range(held.reports))
    yield ReportVintage, (_vintage(held, number) for number in range(held.reports))
    yield Decision, (_decision(held, number) for number in range(held.reports))
    yield Unit, _histories(_unit, held, held.units)
    yield Event, (_event(held, number) for number in range(held.units))
    yield DocumentFinding, _findings(held)
    yield Reversal, (_reversal(held, number) for number in range(min(500, held.reports)))
    yield ImpairedUnit, (_impaired(held, number) for number in range(min(500, held.units)))
    yield RowChange, (_change(held, number) for number in range(1, held.projects + 1))


def _write(connection: Connection, table: Any, rows: Iterable[Row]) -> None:
    into: Table = table.__table__
    names = columns_of(table) if issubclass(table, Versioned) else tuple(into.columns.keys())
    blank = blank_row(table) if issubclass(table, Versioned) else dict.fromkeys(names)
    to, source = bulk(connection), iter(rows)
    while part := list(islice(source, CHUNK)):
        values = [tuple((blank | {"valid_to": None} | row)[name] for name in names) for row in part]
        to.insert(into, names, values)


def _histories(
    versions: Any, held: Holdings, count: int, documents: Path | None = None
) -> Iterator[Row]:
    for number in range(count):
        rows = versions(held, number) if documents is None else versions(held, number, documents)
        for row, later in zip(rows, [*rows[1:], None], strict=True):
            yield row | {"valid_to": later and later["valid_from"]}


def _time(block: int) -> int:
    return START + block * PAUSE


def _checkpoint(held: Holdings) -> Row:
    marks = {f"{name}_number": held.blocks - less for name, less in _BEHIND.items()}
    return {
        "chain_id": CHAIN_ID,
        "block_number": held.blocks,
        "block_hash": transaction(0xB, held.blocks),
        "block_timestamp": _time(held.blocks),
        "deployments_hash": "none",
        **marks,
    }


def _block(number: int) -> Row:
    hashes = {"hash": transaction(0xB, number), "parent_hash": transaction(0xB, number - 1)}
    return {"number": number, "timestamp": _time(number), **hashes}


def _methodology(number: int) -> Row:
    name, version = f"OGCR-M{number // 2:02d}", f"1.{number % 2}.0"
    return {
        "methodology_key": methodology_key(name, version),
        "methodology_id": name,
        "version": version,
        "status": "active",
        "document_hash": hash_of(f"methodology {number}".encode()),
        "uri": "https://registry.example/m",
        "unit_type": "CRU",
        "granularity_kg": 1,
        "buffer_rate_bps": 1000,
        "automatic_issuance": True,
        "expires": False,
        "durability_years": 100,
        "project_types": orjson.dumps(TYPES).decode(),
        "registered_at": _time(1 + number),
        "valid_from": 1 + number,
    }


def _methodology_of(number: int) -> str:
    kind = number % METHODOLOGIES
    return methodology_key(f"OGCR-M{kind // 2:02d}", f"1.{kind % 2}.0")


def _accreditation(number: int) -> Row:
    role, who = ("3", "4")[number % 2], number // 2
    return {
        "account": address(0x30 + int(role), who),
        "role_id": role,
        "project_types": orjson.dumps(TYPES).decode(),
        "start_day": 0,
        "end_day": 65_535,
        "granted_at": _time(2),
        "granted_tx": transaction(0xA, number),
        "valid_from": 2,
    }


def pdd(held: Holdings, number: int) -> bytes:
    """The PDD of a project."""
    west, south = corner(number)
    ring = [[west, south], [west + 0.02, south], [west + 0.02, south + 0.02], [west, south + 0.02]]
    document = {
        "type": "Feature",
        "id": held.project(number),
        "ogcr_version": "0.1.0",
        "profile": "pdd",
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        "properties": {
            "name": _name(held, number),
            "description": f"Planting of {WORDS[number % 16]} on {1 + number % 97} clearings. " * 4,
            "project_type": TYPES[number % len(TYPES)],
            "actor_id": f"developer-{number % DEVELOPERS}",
            "country": COUNTRIES[number % len(COUNTRIES)],
            "methodology": {"id": f"OGCR-M{number % METHODOLOGIES // 2:02d}", "version": "1.0.0"},
            "expected_annual_benefit": 1000 + number % 900,
            "project_duration": {"start": "2010-01-01", "end": "2055-12-31"},
        },
    }
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def _mrv(held: Holdings, number: int) -> bytes:
    year = held.year_of_report(number)
    west, south = corner(held.owner_of_report(number))
    document = {
        "type": "Feature",
        "id": held.report(number),
        "ogcr_version": "0.1.0",
        "profile": "mrv",
        "geometry": {"type": "Point", "coordinates": [west, south]},
        "properties": {
            "project_id": held.project(held.owner_of_report(number)),
            "methodology_id": "OGCR-M01",
            "methodology_version": "1.0.0",
            "start_date": f"{year}-01-01",
            "end_date": f"{year}-12-31",
            "methodology_data": {"parameters": {"plots": number % 99, "survival_rate": 0.91}},
            "net_removal_estimate": {"value": 170.5, "unit": "tCO2e", "basis": "Two inventories"},
            "total_uncertainty": {"min": 150.0, "max": 190.0, "confidence_level": 0.9},
        },
    }
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def _name(held: Holdings, number: int) -> str:
    first, second = WORDS[number % 16], WORDS[number // 16 % 16]
    return f"{first.title()} {second} of {number % 7919}"


def corner(number: int) -> tuple[float, float]:
    """West and south of a project's ground, WGS84 degrees."""
    place = random.Random(number)
    return round(place.uniform(-179, 178), 5), round(place.uniform(-60, 70), 5)


def _footprint(documents: Path, held: Holdings, number: int) -> Row:
    content = pdd(held, number)
    digest = _keep(documents, content)
    west, south = corner(number)
    name = _name(held, number)
    return {
        "hash": digest,
        "kind": "pdd",
        "document_id": held.project(number),
        "project_type": TYPES[number % len(TYPES)],
        "country": COUNTRIES[number % len(COUNTRIES)],
        "name": name,
        "words": " ".join(words_of((held.project(number), name, "planting of clearings"))),
        "actor_id": f"developer-{number % DEVELOPERS}",
        "methodology_id": f"OGCR-M{number % METHODOLOGIES // 2:02d}",
        "methodology_version": "1.0.0",
        "west": west,
        "south": south,
        "east": west + 0.02,
        "north": south + 0.02,
        "area_m2": 4_900_000.0,
        "geometry": shapely.to_wkb(shapely.box(west, south, west + 0.02, south + 0.02)),
    }


def _keep(documents: Path, content: bytes) -> str:
    digest = hash_of(content)
    path = documents / f"{digest.removeprefix('sha256:')}.json"
    if not path.exists():
        path.write_bytes(content)
    return digest


def _project(held: Holdings, number: int) -> list[Row]:
    block, status = 10 + number // 10, STATES[number % len(STATES)]
    name, developer = held.project(number), address(1, number % DEVELOPERS)
    row = {
        "project_id": project_id(name),
        "document_id": name,
        "status": "draft" if status == "draft" else "submitted",
        "developer": developer,
        "methodology_key": _methodology_of(number),
        "project_type": TYPES[number % len(TYPES)],
        "pdd_hash": hash_of(pdd(held, number)),
        "uri": f"https://registry.example/documents/{number}",
        "version": 1,
        "start_day": 14_610,
        "end_day": 31_411,
        "created_at": _time(block),
        "created_block": block,
        "created_tx": transaction(1, number),
        "submitted_at": _time(block),
        "updated_at": _time(block),
        "updated_tx": transaction(1, number),
        "valid_from": block,
    }
    rows = [row]
    for later in _steps(status):
        block += 2
        row = row | {"status": later, "validator": address(0x33, number % JUDGES)}
        row |= {"updated_at": _time(block), "valid_from": block}
        if later in ("validated", "rejected"):
            row |= {
                "decided_by": row["validator"],
                "decided_at": _time(block),
                "decided_version": 1,
            }
            row |= {"decision_hash": hash_of(f"decision {number}".encode())}
            row |= {"validated_at": _time(block)} if later == "validated" else {"reason": "No."}
        rows.append(row)
    return rows


def _steps(status: str) -> tuple[str, ...]:
    ends = {"under_review": (), "rejected": ("rejected",), "validated": ("validated",)}
    return ("under_review", *ends[status]) if status in ends else ()


def _pdd_version(held: Holdings, number: int) -> Row:
    block = 10 + number // 10
    return {
        "project_id": project_id(held.project(number)),
        "version": 1,
        "pdd_hash": hash_of(pdd(held, number)),
        "uri": f"https://registry.example/documents/{number}",
        "methodology_key": _methodology_of(number),
        "registered_by": address(1, number % DEVELOPERS),
        "registered_at": _time(block),
        "block_number": block,
        "tx_hash": transaction(1, number),
        "valid_from": block,
    }


def _report_block(held: Holdings, number: int) -> int:
    return 20 + (held.projects + number) // 10


def _report(held: Holdings, number: int, documents: Path) -> list[Row]:
    project, year, block = _project_of(held, number), held.year_of_report(number), 0
    block = _report_block(held, number)
    row = {
        "report_id": held.report_key(number),
        "project_id": project_id(project),
        "document_id": held.report(number),
        "status": "submitted",
        "developer": address(1, held.owner_of_report(number) % DEVELOPERS),
        "report_hash": _keep(documents, _mrv(held, number)),
        "uri": f"https://registry.example/documents/{number}",
        "version": 1,
        "start_day": _first_day(year),
        "end_day": _first_day(year + 1) - 1,
        "created_at": _time(block),
        "created_block": block,
        "created_tx": transaction(2, number),
        "updated_at": _time(block),
        "updated_tx": transaction(2, number),
        "valid_from": block,
    }
    verifier = address(0x34, number % JUDGES)
    assigned = row | {"status": "pending_verification", "verifier": verifier}
    assigned |= {"valid_from": block + 2, "updated_at": _time(block + 2)}
    if number % 10 == 0:
        return [row, assigned]
    outcome = "rejected" if number % 10 == 1 else "verified"
    decided = assigned | {"status": outcome, "decided_by": verifier, "valid_from": block + 4}
    decided |= {
        "decided_at": _time(block + 4),
        "verified_kg": 170_500,
        "updated_at": _time(block + 4),
    }
    decided |= {"statement_hash": hash_of(f"statement {number}".encode())}
    return [row, assigned, decided]


def _project_of(held: Holdings, report: int) -> str:
    return held.project(held.owner_of_report(report))


def _first_day(year: int) -> int:
    return (year - 1970) * 365 + (year - 1969) // 4


def _report_version(held: Holdings, number: int) -> Row:
    year, block = held.year_of_report(number), _report_block(held, number)
    return {
        "report_id": held.report_key(number),
        "version": 1,
        "report_hash": hash_of(_mrv(held, number)),
        "start_day": _first_day(year),
        "end_day": _first_day(year + 1) - 1,
        "registered_by": address(1, held.owner_of_report(number) % DEVELOPERS),
        "registered_at": _time(block),
        "block_number": block,
        "tx_hash": transaction(2, number),
        "valid_from": block,
    }


def _vintage(held: Holdings, number: int) -> Row:
    return {
        "report_id": held.report_key(number),
        "vintage": held.year_of_report(number),
        "verified_kg": 170_500,
        "issued_kg": 150_000,
        "monitoring_end_day": 65_535,
        "valid_from": _report_block(held, number) + 4,
    }


def _decision(held: Holdings, number: int) -> Row:
    return {
        "block_number": _report_block(held, number) + 4,
        "log_index": number % 10,
        "account": address(0x34, number % JUDGES),
        "role_id": "4",
        "subject_id": held.report_key(number),
        "outcome": "verified",
        "content_hash": hash_of(_mrv(held, number)),
        "decided_at": _time(_report_block(held, number) + 4),
        "decided_tx": transaction(3, number),
        "valid_from": _report_block(held, number) + 4,
    }


def _unit_block(held: Holdings, number: int) -> int:
    return 40 + (held.projects + held.reports + number) // 10


def _unit(held: Holdings, number: int) -> list[Row]:
    report, block = number * held.reports // held.units, _unit_block(held, number)
    token = held.token(number)
    parts = UnitId.from_token_id(token)
    row = {
        "token_id": token,
        "report_id": held.report_key(report),
        "project_id": project_id(_project_of(held, report)),
        "vintage": parts.vintage,
        "first_kg": parts.first_kg,
        "quantity_kg": 50_000,
        "unit_type": "CRU",
        "expires": False,
        "status": "buffer" if number % 10 == 9 else "held",
        "owner": address(1, held.owner_of_report(report) % DEVELOPERS),
        "issued_at": _time(block),
        "issued_tx": transaction(4, number),
        "updated_at": _time(block),
        "updated_tx": transaction(4, number),
        "valid_from": block,
    }
    rows = [row]
    if number % 10 < 6:
        rows.append(row | {"owner": address(5, number % HOLDERS), "valid_from": block + 3})
    if number % 10 < 3:
        ended = {"status": "retired", "retirement_reason": "voluntary_claim", "purpose": "Travel"}
        ended |= {"ended_at": _time(block + 5), "retired_by": rows[-1]["owner"]}
        rows.append(rows[-1] | ended | {"valid_from": block + 5})
    return rows


def _event(held: Holdings, number: int) -> Row:
    block = _unit_block(held, number)
    arguments = {
        "tokenId": held.token(number),
        "to": address(1, number % DEVELOPERS),
        "kg": "50000",
        "unitType": "CRU",
        "status": "held",
    }
    return {
        "block_number": block,
        "log_index": number % 10,
        "block_hash": transaction(0xB, block),
        "tx_hash": transaction(4, number),
        "tx_index": number % 10,
        "address": address(9, 5),
        "contract": "CRU",
        "name": "CRUMinted",
        "arguments": orjson.dumps(arguments).decode(),
    }


def _findings(held: Holdings) -> Iterator[Row]:
    for number in range(held.projects):
        digest = hash_of(pdd(held, number))
        key = project_id(held.project(number))
        yield _finding("project", key, "pdd_hash", digest, "pdd", 10 + number // 10)
    for number in range(held.reports):
        digest, key = hash_of(_mrv(held, number)), held.report_key(number)
        yield _finding("report", key, "report_hash", digest, "mrv", _report_block(held, number))


def _finding(table: str, key: str, column: str, digest: str, kind: str, block: int) -> Row:
    return {
        "table_name": table,
        "row_key": key,
        "column_name": column,
        "hash": digest,
        "kind": kind,
        "status": "valid",
        "reasons": "[]",
        "differences": "[]",
        "examined_at": _time(block),
        "block_number": block,
    }


def _reversal(held: Holdings, number: int) -> Row:
    block = held.blocks - 50
    return {
        "reversal_id": transaction(0xE, number),
        "report_id": held.report_key(number),
        "project_id": project_id(_project_of(held, number)),
        "unit_type": "CRU",
        "liable": address(1, number % DEVELOPERS),
        "kg": 1_000,
        "due_kg": 1_000,
        "covered_kg": number % 2 * 1_000,
        "impaired_kg": 0,
        "avoidable": number % 3 == 0,
        "evidence_hash": transaction(0xE, number),
        "uri": "https://registry.example/storm",
        "recorded_at": _time(block),
        "recorded_block": block,
        "recorded_by": address(2, 1),
        "recorded_tx": transaction(0xE, number),
        "valid_from": block,
    }


def _impaired(held: Holdings, number: int) -> Row:
    return {
        "token_id": held.token(number),
        "reversal_id": transaction(0xE, number),
        "kg": 1_000,
        "integrity": "impaired",
        "impaired_at": _time(held.blocks - 40),
        "valid_from": held.blocks - 40,
    }


def _change(held: Holdings, number: int) -> Row:
    return {
        "cursor": number,
        "kind": "changed",
        "table_name": "project",
        "row_key": orjson.dumps({"project_id": project_id(held.project(number - 1))}).decode(),
        "block_number": 10 + number // 10,
        "block_hash": transaction(0xB, 10 + number // 10),
        "log_index": number % 10,
        "before": '{"status":"submitted"}',
        "after": orjson.dumps(_project(held, number - 1)[-1]).decode(),
    }


_BEHIND = {"head": 0, "safe": 32, "finalized": 64}
