"""Collections: OGC API – Features."""

from __future__ import annotations

from api.access.scopes import OPEN
from api.models.features import Collection, Collections, Conformance, Feature, FeatureCollection
from api.operations.operation import GEO, LIST, READ_ANY, READ_MRV, READ_PROJECTS, Operation, read

_COLLECTIONS = "/collections"

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", "/conformance"): Operation(
        "The conformance classes.",
        Conformance,
        "conformance",
        derived=False,
        errors=(400, 405, 500),
        scopes=OPEN,
    ),
    ("get", "/openapi-3.0.json"): Operation(
        "An OpenAPI 3.0 document.",
        None,
        "definition",
        media_type="application/vnd.oai.openapi+json;version=3.0",
        derived=False,
        errors=(400, 405, 500),
        scopes=OPEN,
    ),
    ("get", _COLLECTIONS): read(
        "The collections.", Collections, "collections", errors=LIST, scopes=READ_ANY
    ),
    ("get", _COLLECTIONS + "/{collectionId}"): read(
        "The collection.", Collection, "collection", scopes=READ_ANY
    ),
    ("get", _COLLECTIONS + "/projects/items"): read(
        "A page of projects.",
        FeatureCollection,
        "areas",
        errors=LIST,
        **GEO,
        scopes=READ_PROJECTS,
    ),
    ("get", _COLLECTIONS + "/projects/items/{projectId}"): read(
        "The project.", Feature, "area", **GEO, scopes=READ_PROJECTS
    ),
    ("get", _COLLECTIONS + "/project-points/items"): read(
        "A page of points.",
        FeatureCollection,
        "points",
        errors=LIST,
        **GEO,
        scopes=READ_PROJECTS,
    ),
    ("get", _COLLECTIONS + "/project-points/items/{projectId}"): read(
        "The point.", Feature, "point", **GEO, scopes=READ_PROJECTS
    ),
    ("get", _COLLECTIONS + "/monitoring/items"): read(
        "A page of reports.",
        FeatureCollection,
        "report-areas",
        errors=LIST,
        **GEO,
        scopes=READ_MRV,
    ),
    ("get", _COLLECTIONS + "/monitoring/items/{featureId}"): read(
        "The report.", Feature, "report-area", **GEO, scopes=READ_MRV
    ),
}
