"""Routes of OGC API – Features 1.0: what GIS clients read (OGC 17-069r4)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.conformance import COLLECTIONS, CONFORMS_TO, DEFINITION, Collection, described
from api.dependencies import OfRegistry, ProjectName
from api.encoding import dumps
from api.errors import MissingError
from api.features.places import project_area, project_point, report_area
from api.filters import PlaceFilters, ReportPlaceFilters
from api.openapi30 import collections_definition
from api.pages import tagged
from api.parameters import AsOfQuery
from api.queries.beside import beside_listed_projects, beside_listed_reports
from api.queries.places import (
    Place,
    ReportPlace,
    project_place,
    project_places,
    report_place,
    report_places,
)
from api.responses import answer, collection, feature
from api.snapshot import Snapshot

router = APIRouter(tags=["collections"])

CollectionName = Annotated[
    str,
    Path(
        alias="collectionId",
        max_length=100,
        description="projects, project-points or monitoring.",
        examples=["projects"],
    ),
]
ReportId = Annotated[
    str,
    Path(
        alias="featureId",
        max_length=100,
        description="The report's 0x… id.",
        examples=["0x" + "0" * 28],
    ),
]
Places = Annotated[PlaceFilters, Query()]
ReportPlaces = Annotated[ReportPlaceFilters, Query()]


@router.get("/conformance", summary="Which standards the collections follow")
def read_conformance() -> Response:
    """The conformance classes of OGC API – Features that hold here."""
    return Response(dumps({"conformsTo": CONFORMS_TO}), media_type="application/json")


@router.get("/openapi-3.0.json", summary="The collections in OpenAPI 3.0")
def read_definition(request: Request) -> Response:
    """The operations on collections, for clients that do not read OpenAPI 3.1."""
    return tagged(dumps(collections_definition(request.app.openapi())), DEFINITION)


@router.get("/collections", summary="List the collections")
def list_collections(registry: OfRegistry) -> Response:
    """Collections of features, each with its extent."""
    with registry.snapshot() as snapshot:
        found = described(registry, snapshot, COLLECTIONS)
        own = {"rel": "self", "href": registry.link("/collections"), "type": "application/json"}
        return answer({"links": [own], "collections": found}, snapshot.position)


@router.get("/collections/{collectionId}", summary="Read a collection")
def read_collection(registry: OfRegistry, name: CollectionName) -> Response:
    """One collection with its extent."""
    with registry.snapshot() as snapshot:
        (found,) = described(registry, snapshot, (_collection(name),))
        return answer(found, snapshot.position)


@router.get("/collections/projects/items", summary="Projects as areas")
def list_areas(request: Request, registry: OfRegistry, filters: Places) -> Response:
    """Projects with their boundaries, by box, time and status; the first ones first."""
    with registry.listing(filters) as snapshot:
        page = project_places(snapshot, filters, as_points=False)
        beside = beside_listed_projects(snapshot, [place.row for place in page.rows])
        features = page.of(lambda place: project_area(registry, snapshot, place, beside))
        return collection(request, registry, snapshot, features)


@router.get("/collections/projects/items/{projectId}", summary="One project as an area")
def read_area(
    request: Request, registry: OfRegistry, name: ProjectName, query: AsOfQuery
) -> Response:
    """The project's Feature, its boundary as a MultiPolygon."""
    with registry.snapshot(query.as_of) as snapshot:
        place = _require_project(snapshot, name)
        content = project_area(
            registry, snapshot, place, beside_listed_projects(snapshot, [place.row])
        )
        return feature(request, registry, content, snapshot.position)


@router.get("/collections/project-points/items", summary="Projects as points")
def list_points(request: Request, registry: OfRegistry, filters: Places) -> Response:
    """A point for each project, by box, time and status; the first ones first."""
    with registry.listing(filters) as snapshot:
        page = project_places(snapshot, filters, as_points=True)
        features = page.of(lambda place: project_point(registry, place))
        return collection(request, registry, snapshot, features)


@router.get("/collections/project-points/items/{projectId}", summary="One project as a point")
def read_point(
    request: Request, registry: OfRegistry, name: ProjectName, query: AsOfQuery
) -> Response:
    """A point on the project's ground."""
    with registry.snapshot(query.as_of) as snapshot:
        place = _require_project(snapshot, name)
        return feature(request, registry, project_point(registry, place), snapshot.position)


@router.get("/collections/monitoring/items", summary="Monitoring reports of all projects")
def list_report_areas(request: Request, registry: OfRegistry, filters: ReportPlaces) -> Response:
    """Reports on the ground of their projects, by box, reporting period and status."""
    with registry.listing(filters) as snapshot:
        page = report_places(snapshot, filters)
        beside = beside_listed_reports(snapshot, [place.row for place in page.rows])
        features = page.of(lambda place: report_area(registry, snapshot, place, beside))
        return collection(request, registry, snapshot, features)


@router.get("/collections/monitoring/items/{featureId}", summary="One monitoring report")
def read_report_area(
    request: Request, registry: OfRegistry, report_id: ReportId, query: AsOfQuery
) -> Response:
    """The report's Feature on the ground of its project."""
    with registry.snapshot(query.as_of) as snapshot:
        place = _require_report(snapshot, report_id)
        content = report_area(
            registry, snapshot, place, beside_listed_reports(snapshot, [place.row])
        )
        return feature(request, registry, content, snapshot.position)


def _collection(name: str) -> Collection:
    for one in COLLECTIONS:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in COLLECTIONS)
    raise MissingError(f"There is no collection {name}; there are {known}.")


def _require_project(snapshot: Snapshot, name: str) -> Place:
    place = project_place(snapshot, name)
    if place is None:
        raise MissingError(f"There is no project {name}; the collection lists those there are.")
    return place


def _require_report(snapshot: Snapshot, report_id: str) -> ReportPlace:
    place = report_place(snapshot, report_id)
    if place is None:
        raise MissingError(f"There is no report {report_id}; the collection lists those there are.")
    return place
