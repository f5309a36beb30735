"""Projects: their documents, versions and changes."""

from __future__ import annotations

from api.models.features import Feature, FeatureCollection
from api.operations.operation import CHANGE, GEO, LIST, READ_PROJECTS, Operation, end, read, write

_PROJECTS = "/projects"

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", _PROJECTS): read(
        "A page of projects.",
        FeatureCollection,
        "projects",
        errors=LIST,
        **GEO,
        scopes=READ_PROJECTS,
    ),
    ("post", _PROJECTS): write(
        "The PDD is accepted; its task says what to sign.",
        "pdd",
        ("pdd", "signed-pdd"),
        "task-to-sign",
        scopes=("projects:write",),
    ),
    ("get", "/projects/{projectId}"): read(
        "The project.", Feature, "project", **GEO, scopes=READ_PROJECTS
    ),
    ("get", "/projects/{projectId}/versions/{version}"): read(
        "The version.", Feature, "project-version", scopes=READ_PROJECTS, **GEO
    ),
    ("put", "/projects/{projectId}"): write(
        "The change is accepted; its task says what to sign.",
        ("pdd", "metadata"),
        ("pdd", "metadata"),
        "task-to-sign",
        CHANGE,
        scopes=("projects:write",),
    ),
    ("delete", "/projects/{projectId}"): end(
        "The task says what to sign.", "task-archival", scopes=("projects:write",)
    ),
}
