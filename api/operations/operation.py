"""Operations: what is said of a route, and what many of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from api.models.tasks import Task

READ = (400, 404, 405, 500, 503)
LIST = (400, 405, 410, 500, 503)
WRITE = (400, 403, 404, 405, 409, 413, 415, 422, 500, 503)
CHANGE = tuple(sorted({*WRITE, 412, 428}))
GEOJSON = "application/geo+json"


@dataclass(frozen=True)
class Operation:
    """The success of a route, its example, its errors, and what it takes.

    One of the `scopes` must be granted; an operation without any is refused to everybody.
    `request` is a kind of document, a request model, or several kinds; `signable` says that the
    document may come together with a signed transaction. A `form` is no JSON; the `refusals` of
    OAuth's own endpoints carry the members that its clients read (RFC 6749, 5.2). A `secret`
    answer shows what is shown once and kept nowhere. The query parameters `needed` must be given,
    and be so, where the route itself says what is wrong with them.
    """

    said: str
    answer: type[BaseModel] | None
    example: str
    status: int = 200
    media_type: str = "application/json"
    errors: tuple[int, ...] = READ
    request: Any = None
    request_examples: tuple[str, ...] = ()
    signable: bool = False
    derived: bool = True
    also: tuple[int, ...] = ()
    secret: bool = False
    form: bool = False
    refusals: tuple[int, ...] = ()
    needed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()


def read(said: str, answer: type[BaseModel], example: str, **more: Any) -> Operation:
    """A read, whose answer the reader may have already."""
    return Operation(said, answer, example, also=(304,), **more)


def write(
    said: str,
    request: Any,
    examples: tuple[str, ...],
    example: str,
    errors: tuple[int, ...] = WRITE,
    *,
    scopes: tuple[str, ...],
) -> Operation:
    """A write that becomes a task."""
    return Operation(
        said,
        Task,
        example,
        202,
        errors=errors,
        request=request,
        request_examples=examples,
        signable=not isinstance(request, type),
        derived=False,
        scopes=scopes,
    )


def end(said: str, example: str, *, scopes: tuple[str, ...]) -> Operation:
    """A write without a body that becomes a task."""
    errors = (400, 403, 404, 405, 409, 422, 500, 503)
    return Operation(said, Task, example, 202, errors=errors, derived=False, scopes=scopes)


READ_ANY = ("public:read", "projects:read", "mrv:read", "credits:read")
READ_PROJECTS = ("public:read", "projects:read")
READ_MRV = ("public:read", "mrv:read")
READ_CREDITS = ("public:read", "credits:read")
ANY_WRITE = (
    "projects:write",
    "projects:approve",
    "mrv:write",
    "mrv:verify",
    "credits:transfer",
    "credits:retire",
)
#: What a call needs itself is asked again, by its contract and function.
ANY_CALL = (*ANY_WRITE, "admin:registry")
OWN_TASKS = (*ANY_CALL, "admin:audit")
GEO: dict[str, Any] = {"media_type": GEOJSON}
MONITORING = "/projects/{projectId}/monitoring"
