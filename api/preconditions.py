"""Preconditions: a write that holds only while the record is still as its author saw it.

Optional: without `If-Match` the write is about whatever the record is now, unless
`OGCR_REQUIRE_IF_MATCH` asks everybody to say what they saw.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Header, Request

from api.entity_tags import versions_in
from api.errors import (
    Detail,
    ParameterError,
    PreconditionFailedError,
    PreconditionRequiredError,
)
from api.operations import OPERATIONS
from api.registry import Registry

_SAFE = ("GET", "HEAD", "OPTIONS")
_HEADER = "If-Match"
_FORM = r'^(\*|(W/)?"[!#-~]*"(\s*,\s*(W/)?"[!#-~]*")*)$'


class Precondition:
    """What a request says of the record that it changes."""

    def __init__(self, listed: str | None) -> None:
        self._listed = listed
        self._versions = [] if listed in (None, "*") else versions_in(listed or "")

    def require(
        self, registry: Registry, version: str | None, current: Callable[[], str | None]
    ) -> str | None:
        """The version that the write is bound to, None for whichever it is. Raises
        `PreconditionFailedError` unless the record is there and of a version named.

        `version` is None when there is no such record; `current` gives its tag, for the refusal.
        """
        if self._listed is None:
            if registry.settings.require_if_match and version is not None:
                raise _required(current())
        elif version is None or not (self._listed == "*" or version in self._versions):
            raise failed(current())
        return version if self._versions else None


def failed(tag: str | None) -> PreconditionFailedError:
    """The refusal, which tells the current tag in its `ETag` as well."""
    message = (
        "The record has changed since you read it; read it again, and send your change with its "
        "ETag in If-Match."
        if tag
        else "There is no such record yet; leave If-Match out to make it."
    )
    detail = Detail(_HEADER, "PRECONDITION_FAILED", message, {"current": tag}, conflict=True)
    return PreconditionFailedError(message, [detail], {"ETag": tag} if tag else {})


def refuse_unheeded(request: Request) -> None:
    """Refuse `If-Match` where a write does not heed it, rather than leave it aside."""
    if request.method in _SAFE or "if-match" not in request.headers:
        return
    path = getattr(request.scope.get("route"), "path", "")
    operation = OPERATIONS.get((request.method.lower(), path))
    if operation is None or 428 not in operation.errors:
        message = f"{_HEADER} says nothing here: the write is not about a document; leave it out."
        raise ParameterError(message, [Detail(_HEADER, "INVALID_PARAMETER", message)])


async def _given(
    request: Request,
    if_match: Annotated[
        str | None,
        Header(
            alias=_HEADER,
            description="The ETag of the record as you read it: the change is refused (412) when "
            "the record is of another version by now, or not there. `*`: whatever version it is.",
            examples=["*"],
            json_schema_extra={"pattern": _FORM},
        ),
    ] = None,
) -> Precondition:
    listed = request.headers.getlist(_HEADER)
    return Precondition(", ".join(listed).strip() if listed else None)


def _required(tag: str | None) -> PreconditionRequiredError:
    message = "Say which version you change: send the ETag of the record in If-Match."
    detail = Detail(_HEADER, "PRECONDITION_REQUIRED", message, {"current": tag})
    return PreconditionRequiredError(message, [detail], {"ETag": tag} if tag else {})


IfMatch = Annotated[Precondition, Depends(_given)]
