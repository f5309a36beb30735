"""Operations: what the documentation says of each route beside what its code says."""

from __future__ import annotations

from starlette.routing import compile_path

from api.operations import (
    accreditations,
    changes,
    collections,
    credits,
    documents,
    evidence,
    keys,
    methodologies,
    monitoring,
    projects,
    reversals,
    service,
    sign_in,
    statistics,
    tasks,
    validation,
    webhooks,
)
from api.operations.operation import Operation

#: By method and path; a completeness test holds it against the application.
OPERATIONS: dict[tuple[str, str], Operation] = {
    **projects.OPERATIONS,
    **monitoring.OPERATIONS,
    **service.OPERATIONS,
    **changes.OPERATIONS,
    **credits.OPERATIONS,
    **statistics.OPERATIONS,
    **reversals.OPERATIONS,
    **accreditations.OPERATIONS,
    **methodologies.OPERATIONS,
    **validation.OPERATIONS,
    **evidence.OPERATIONS,
    **collections.OPERATIONS,
    **documents.OPERATIONS,
    **webhooks.OPERATIONS,
    **tasks.OPERATIONS,
    **sign_in.OPERATIONS,
    **keys.OPERATIONS,
}

#: Pages and their files, which anybody may read; the documentation leaves them out.
OPEN_PAGES = frozenset(
    {
        "/docs",
        "/docs/swagger-ui.css",
        "/docs/swagger-ui-bundle.js",
        "/docs/favicon-32x32.png",
        "/openapi.json",
    }
)


def methods_of(path: str) -> list[str]:
    """The verbs that a path of this API knows."""
    found = {method.upper() for method, _ in _keys_of(path)}
    return sorted(found | {"HEAD"} if "GET" in found else found)


def operation_at(method: str, path: str) -> Operation | None:
    """What a verb does at a path; None where the path does not know it."""
    found = [OPERATIONS[key] for key in _keys_of(path) if key[0].upper() == method]
    return found[0] if found else None


def template_of(path: str) -> str | None:
    """The path of the operations that a path of this API leads to, whether or not one answered."""
    found = _keys_of(path)
    return found[0][1] if found else None


#: What the path of each operation looks like.
_FORMS = {template: compile_path(template)[0] for _, template in OPERATIONS}


def _keys_of(path: str) -> list[tuple[str, str]]:
    matching = [key for key in OPERATIONS if _FORMS[key[1]].match(path)]
    literal = [key for key in matching if key[1] == path]
    return literal or matching
