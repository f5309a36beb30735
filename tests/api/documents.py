"""Documents for the API's tests: real places, each with ids of its own, moved where wanted."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas import content_hash

VALID = Path(__file__).parents[2] / "schemas" / "examples" / "valid"
Document = dict[str, Any]


def example(name: str) -> Document:
    """One of the room's valid examples."""
    found: Document = json.loads((VALID / f"{name}.json").read_text())
    return found


def methodology(**members: Any) -> Document:
    """The methodology of the example projects; without automatic issuance if told so."""
    return {**example("methodology.reforestation"), **members}


def forest(name: str = "harz-mixed-forest", *, east: float = 0.0, **properties: Any) -> Document:
    """A reforestation project, moved `east` by so many degrees."""
    return _moved(example("pdd.harz-reforestation"), name, east, properties)


def mangroves(name: str = "taveuni") -> Document:
    """The PDD of ground on both sides of the antimeridian, for the methodology of forests."""
    document = example("pdd.taveuni-mangroves-across-the-antimeridian")
    document["id"] = name
    document["properties"] |= {
        "project_type": "afforestation",
        "methodology": {"id": "OGCR-REF-01", "version": "1.2.0"},
    }
    return document


def factory(name: str, facility: str, methodology: Mapping[str, str]) -> Document:
    """A direct air capture project at a facility."""
    document = example("pdd.hellisheidi-air-capture")
    document["id"] = name
    document["properties"] |= {"facility_id": facility, "methodology": dict(methodology)}
    return document


def report(
    project: str = "harz-mixed-forest",
    name: str = "harz-mixed-forest-2025",
    start: str = "2025-03-01",
    end: str = "2025-12-31",
    **properties: Any,
) -> Document:
    """A monitoring report of a project."""
    document = example("mrv.harz-first-year")
    document["id"] = name
    days = {"start_date": start, "end_date": end}
    document["properties"] |= {"project_id": project, **days, **properties}
    return document


def verified(judged: Document, tonnes: float = 1000.0, **members: Any) -> Document:
    """A verifier's decision that so many tonnes CO2e were removed."""
    return {
        **_decision(judged, "verified"),
        "verified_removal": {"value": tonnes, "unit": "tCO2e"},
        **members,
    }


def rejected(subject: Document, reason: str = "The plots were not measured.") -> Document:
    """A decision that a report, or a project, cannot stand as it is."""
    return {**_decision(subject, "rejected"), "reason": reason}


def validated(subject: Document) -> Document:
    """A validator's decision that a project may begin."""
    return _decision(subject, "validated")


def metadata(project: str, **members: Any) -> Document:
    """What may still change once a project is validated."""
    return {**example("metadata.harz"), "project_id": project, **members}


def _decision(subject: Document, outcome: str) -> Document:
    return {
        "ogcr_version": "0.1.0",
        "profile": "decision",
        "subject": content_hash(subject),
        "outcome": outcome,
        "actor_id": "reviewer-01",
        "decided_on": "2026-03-02",
    }


def _moved(document: Document, name: str, east: float, properties: Mapping[str, Any]) -> Document:
    moved = copy.deepcopy(document)
    moved["id"] = name
    geometry = moved["geometry"]
    geometry["coordinates"] = [
        [[round(x + east, 7), y] for x, y in ring] for ring in geometry["coordinates"]
    ]
    moved.pop("bbox", None)
    moved["properties"] |= properties
    return moved
