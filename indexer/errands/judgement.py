"""What a document is worth: by its schema and rules alone, and beside what the chain says."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import structlog

import schemas
from indexer.errands.anchors import Anchored
from indexer.identity import methodology_key, project_id

Difference = dict[str, Any]
_EPOCH = date(1970, 1, 1)
MOST = 50

log = structlog.get_logger("indexer")


def reasons(kind: str, content: bytes) -> tuple[Any, list[dict[str, str]]]:
    """The document, and everything that makes it invalid as one of that kind."""
    try:
        document = schemas.parse(content)
    except schemas.DocumentError as error:
        return None, _listed(error.faults)
    found = schemas.kind_of(document)
    if found != kind:
        message = f"The chain anchors this hash as {kind}, the document is {found or 'unknown'}."
        return document, [{"pointer": "/profile", "code": "UNKNOWN_PROFILE", "message": message}]
    try:
        return document, _listed(schemas.validate(kind, document))
    except Exception:
        # Whatever a document may do to our rules, those after it are examined.
        log.exception("a document cannot be examined", kind=kind)
        message = "The rules cannot be applied to this document; the operator's log says why."
        return document, [{"pointer": "", "code": "NOT_EXAMINED", "message": message}]


def differences(anchored: Anchored, document: Any) -> list[Difference]:
    """Where a document of the right kind says otherwise than the row that anchors it."""
    table, kind = anchored.anchor.table_name, anchored.anchor.kind
    compare = _COMPARISONS.get((table, kind))
    if compare is None or not isinstance(document, Mapping):
        return []
    try:
        said = list(compare(anchored.row, document))
    except (KeyError, TypeError, ValueError, AttributeError):
        # A document that breaks its schema may lack what would be compared; that is told already.
        return []
    return [
        {"pointer": pointer, "document": theirs, "chain": ours}
        for pointer, theirs, ours in said
        if theirs != ours
    ]


Said = Iterator[tuple[str, Any, Any]]


def _pdd(row: Any, document: Mapping[str, Any]) -> Said:
    properties = document["properties"]
    named = properties["methodology"]
    period = properties["project_duration"]
    yield "/id", document["id"], row.document_id
    yield "/properties/project_type", properties["project_type"], row.project_type
    key = methodology_key(named["id"], named["version"])
    yield "/properties/methodology", key, row.methodology_key
    yield "/properties/project_duration/start", period["start"], _day(row.start_day)
    if "end" in period:
        yield "/properties/project_duration/end", period["end"], _day(row.end_day)


def _report(row: Any, document: Mapping[str, Any]) -> Said:
    properties = document["properties"]
    yield "/id", document["id"], row.document_id
    yield "/properties/project_id", project_id(properties["project_id"]), row.project_id
    yield from _period(row, document)


def _period(row: Any, document: Mapping[str, Any]) -> Said:
    properties = document["properties"]
    yield "/properties/start_date", properties["start_date"], _day(row.start_day)
    yield "/properties/end_date", properties["end_date"], _day(row.end_day)


def _metadata(row: Any, document: Mapping[str, Any]) -> Said:
    yield "/project_id", document["project_id"], row.document_id


def _statement(row: Any, document: Mapping[str, Any]) -> Said:
    yield "/subject", document["subject"], row.report_hash
    if row.status in ("verified", "rejected"):
        yield "/outcome", document["outcome"], row.status
    if document["outcome"] == "verified":
        amount = document["verified_removal"]
        kg = schemas.to_kg(amount["value"], amount["unit"])
        yield "/verified_removal", f"{kg} kg", f"{row.verified_kg or 0} kg"


def _decision(row: Any, document: Mapping[str, Any]) -> Said:
    if row.decided_version == row.version:
        yield "/subject", document["subject"], row.pdd_hash
    if row.status in ("validated", "rejected"):
        yield "/outcome", document["outcome"], row.status


def _methodology(row: Any, document: Mapping[str, Any]) -> Said:
    yield "/id", document["id"], row.methodology_id
    for name in ("version", "unit_type", "granularity_kg", "buffer_rate_bps", "automatic_issuance"):
        yield f"/{name}", document[name], getattr(row, name)
    yield "/project_types", sorted(document["project_types"]), sorted(row.project_types or [])


_COMPARISONS: dict[tuple[str, str], Callable[[Any, Mapping[str, Any]], Said]] = {
    ("project", "pdd"): _pdd,
    ("project", "metadata"): _metadata,
    ("project", "decision"): _decision,
    ("report", "mrv"): _report,
    ("report", "decision"): _statement,
    ("report_version", "mrv"): _period,
    ("methodology", "methodology"): _methodology,
}


def _day(number: int | None) -> str | None:
    return None if number is None else (_EPOCH + timedelta(days=number)).isoformat()


def _listed(faults: Iterable[schemas.Fault]) -> list[dict[str, str]]:
    return [
        {"pointer": _kept(fault.pointer), "code": fault.code, "message": _kept(fault.message)}
        for fault in list(faults)[:MOST]
    ]


def _kept(text: str) -> str:
    """Text without the one character that no database keeps."""
    return text.replace("\x00", "\ufffd")
