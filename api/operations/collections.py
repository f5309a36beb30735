"""Collections: OGC API – Features."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from api.access.scopes import OPEN
from api.models.features import Collection, Collections, Conformance, Feature, FeatureCollection
from api.operations.operation import GEO, LIST, READ_ANY, READ_MRV, READ_PROJECTS, Operation, read

_COLLECTIONS = "/collections"


def _fixed(said: str, answer: type[BaseModel] | None, example: str, **more: Any) -> Operation:
    """The same whatever the registry holds."""
    errors = (400, 405, 500)
    return Operation(said, answer, example, derived=False, errors=errors, scopes=OPEN, **more)


def _items(said: str, example: str, scopes: tuple[str, ...]) -> Operation:
    return read(said, FeatureCollection, example, errors=LIST, **GEO, scopes=scopes)


def _item(said: str, example: str, scopes: tuple[str, ...]) -> Operation:
    return read(said, Feature, example, **GEO, scopes=scopes)


OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", "/conformance"): _fixed("The conformance classes.", Conformance, "conformance"),
    ("get", "/openapi-3.0.json"): _fixed(
        "An OpenAPI 3.0 document.",
        None,
        "definition",
        media_type="application/vnd.oai.openapi+json;version=3.0",
    ),
    ("get", _COLLECTIONS): read(
        "The collections.", Collections, "collections", errors=LIST, scopes=READ_ANY
    ),
    ("get", _COLLECTIONS + "/{collectionId}"): read(
        "The collection.", Collection, "collection", scopes=READ_ANY
    ),
    ("get", _COLLECTIONS + "/projects/items"): _items(
        "A page of projects.", "areas", READ_PROJECTS
    ),
    ("get", _COLLECTIONS + "/projects/items/{projectId}"): _item(
        "The project.", "area", READ_PROJECTS
    ),
    ("get", _COLLECTIONS + "/project-points/items"): _items(
        "A page of points.", "points", READ_PROJECTS
    ),
    ("get", _COLLECTIONS + "/project-points/items/{projectId}"): _item(
        "The point.", "point", READ_PROJECTS
    ),
    ("get", _COLLECTIONS + "/monitoring/items"): _items(
        "A page of reports.", "report-areas", READ_MRV
    ),
    ("get", _COLLECTIONS + "/monitoring/items/{featureId}"): _item(
        "The report.", "report-area", READ_MRV
    ),
}
