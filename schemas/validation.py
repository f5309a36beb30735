"""Validation: every fault of a document at once, each with its place and its remedy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .dialect import KINDS, validator
from .faults import Fault
from .geometry import is_collection
from .limits import describing_faults, limit_faults, unusable
from .rules import rule_faults
from .sentences import schema_faults

#: So many faults are listed; a document with more has one cause that repeats.
MOST_FAULTS = 500
_COORDINATES = "/geometry/coordinates"
_NEGATIVE_REMOVALS = {
    "/properties/net_removal_estimate/value",
    "/properties/expected_annual_benefit",
    "/verified_removal/value",
}


def kind_of(document: Any) -> str | None:
    """The kind that a document's `profile` names, None when it names none of ours."""
    profile = document.get("profile") if isinstance(document, dict) else None
    return profile if isinstance(profile, str) and profile in KINDS else None


def validate(kind: str, document: Any) -> list[Fault]:
    """All faults of a document of `kind`, sorted by pointer; an empty list when there are none.

    Checks the JSON Schema, the formats, the geometry (RFC 7946, WGS84 degrees) and the rules
    between members. Any JSON value is taken, none is changed; only an unknown kind raises
    (ValueError). Members that the registry maintains may be present (OGCR 4.4).
    """
    if kind not in KINDS:
        raise ValueError(f"“{kind}” is no kind of document; use one of {', '.join(KINDS)}.")
    faults = [*limit_faults(document), *describing_faults(_without_coordinates(document))]
    if not unusable(faults):
        faults.extend(_faults(kind, document))
    return _listed(sorted(set(faults)))


def _listed(faults: list[Fault]) -> list[Fault]:
    more = len(faults) - MOST_FAULTS
    if more <= 0:
        return faults
    message = f"{more} further faults are not listed; mend the listed ones first."
    return [Fault("", "MORE_FAULTS", message), *faults[:MOST_FAULTS]]


def _faults(kind: str, document: Any) -> Iterator[Fault]:
    for error in validator(kind).iter_errors(_without_coordinates(document)):
        for fault in schema_faults(error):
            if not _left_to_geometry(fault, document):
                yield _in_plain_words(fault, error.instance)
    if isinstance(document, dict):
        yield from rule_faults(kind, document)


def _left_to_geometry(fault: Fault, document: Any) -> bool:
    if fault.pointer.startswith("/geometry/") and is_collection(document["geometry"]):
        return True
    inside = fault.pointer == _COORDINATES or fault.pointer.startswith(_COORDINATES + "/")
    return inside and fault.code != "REQUIRED_MEMBER_MISSING"


def _without_coordinates(document: Any) -> Any:
    # The geometry rules say better and faster what is wrong with coordinates than the JSON Schema.
    geometry = document.get("geometry") if isinstance(document, dict) else None
    if not isinstance(geometry, dict) or "coordinates" not in geometry:
        return document
    return {**document, "geometry": {**geometry, "coordinates": []}}


def _in_plain_words(fault: Fault, value: Any) -> Fault:
    vintage = fault.pointer.startswith("/vintages/") and fault.pointer.endswith("/value")
    if fault.code == "NUMBER_OUT_OF_RANGE" and (vintage or fault.pointer in _NEGATIVE_REMOVALS):
        message = (
            f"{value} is negative; removals are entered as positive quantities here, although "
            "Regulation (EU) 2024/3012 writes them with a minus sign."
        )
        return Fault(fault.pointer, "NEGATIVE_QUANTITY", message)
    if fault.pointer.endswith("/confidence_level") and _is_percentage(value):
        message = f"{value} looks like a percentage; write it as a share, {value / 100:g}."
        return Fault(fault.pointer, fault.code, message)
    return fault


def _is_percentage(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 1 < value <= 100
