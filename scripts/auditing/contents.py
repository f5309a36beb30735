"""What PDDs, metadata and decisions must say to fit their anchors."""

from collections.abc import Iterator
from typing import Any

import schemas
from indexer.identity import methodology_key
from scripts.auditing.anchors import Document, differing
from scripts.auditing.days import day_of

#: Days of a project whose PDD names no duration.
UNBOUNDED = (0, 65535)


def decision_differences(outcome: str, judged: str, document: Document) -> Iterator[str]:
    """How a decision document departs from the outcome and the judged content hash."""
    yield from differing("outcome", document["outcome"], outcome)
    yield from differing("subject", document["subject"], judged)


def pdd_differences(
    document_id: str, anchored: dict[str, Any], document: Document
) -> Iterator[str]:
    """How a PDD departs from the event that anchored it (days are UTC days)."""
    properties = document["properties"]
    reference = properties["methodology"]
    key = methodology_key(reference["id"], reference["version"])
    yield from differing("id", schemas.document_id(document), document_id)
    yield from differing("methodology key", key, anchored["methodologyKey"])
    yield from differing("project type", properties["project_type"], anchored["projectType"])
    duration = properties.get("project_duration")
    days = (day_of(duration["start"]), day_of(duration["end"])) if duration else UNBOUNDED
    yield from differing("duration in days", days, (anchored["startDay"], anchored["endDay"]))


def metadata_differences(names: tuple[str, str], document: Document) -> Iterator[str]:
    """How metadata depart from the project, which has a document id and a hashed one."""
    if document["project_id"] not in names:
        yield from differing("project_id", document["project_id"], names[0])
