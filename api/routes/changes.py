"""The route of the change feed: what became of which row, and what a reorganisation took back."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator, BaseModel, Field
from starlette.responses import Response

from api.dependencies import OfRegistry
from api.errors import Detail, GoneError, ParameterError
from api.features.changes import change_record
from api.parameters import LARGEST, Whole, formed
from api.patterns import listing
from api.queries.changes import Part, Wanted, changes_after
from api.registry import Registry
from api.responses import answer
from api.snapshot import Position
from indexer.models import VERSIONED

router = APIRouter(tags=["changes"], prefix="/changes")

TABLES = tuple(str(table.__table__.name) for table in VERSIONED)
KINDS = ("began", "changed", "ended", "rolled_back")


def _listed(text: str, known: tuple[str, ...]) -> str:
    unknown = [name for name in text.split(",") if name not in known]
    if unknown:
        raise ValueError(f"“{unknown[0][:80]}” is not known; give some of {', '.join(known)}")
    return text


Tables = Annotated[
    str, AfterValidator(lambda text: _listed(text, TABLES)), formed(listing(*TABLES))
]
Kinds = Annotated[str, AfterValidator(lambda text: _listed(text, KINDS)), formed(listing(*KINDS))]


class Following(BaseModel):
    """Which part of the feed."""

    after: Whole = Field(
        default=0,
        ge=0,
        le=LARGEST,
        description="The cursor of the last record that was seen, `next` of the answer before.",
    )
    limit: Whole = Field(default=100, ge=1, le=1000, description="How many to give at most.")
    table: Tables | None = Field(
        default=None,
        description="Only rows of these tables, separated by commas.",
        examples=["project,report"],
    )
    kind: Kinds | None = Field(
        default=None,
        description="Only these kinds of change, separated by commas: began, changed, ended, "
        "rolled_back.",
    )
    finality: Literal["latest", "safe", "finalized"] = Field(
        default="latest",
        description="Give nothing from the first record on that is less sure than this.",
    )


@router.get("", summary="Follow every change")
def list_changes(
    request: Request, registry: OfRegistry, query: Annotated[Following, Query()]
) -> Response:
    """Every change of every row in the order of their cursors. Nothing of it ever changes: a
    reorganisation adds `rolled_back` records, newest first, and one `reorganised`, which says
    after which block the state is again. `restarted` says that something is missing before it: take
    the rows as of its block and go on from its cursor."""
    with registry.snapshot() as snapshot:
        position = snapshot.position
        part = changes_after(snapshot.session, wanted_of(query, position))
    require_kept(query.after, part)
    content = {
        "changes": [change_record(position, record) for record in part.records],
        "next": part.next,
        "first": part.dropped + 1,
        "last": part.last,
        "links": _links(request, registry, part),
    }
    return answer(content, position)


def wanted_of(query: Following, position: Position) -> Wanted:
    """What a reader follows, where finality stands now."""
    ends = {"safe": position.safe_number, "finalized": position.finalized_number}
    return Wanted(
        query.after,
        query.limit,
        query.table.split(",") if query.table else (),
        query.kind.split(",") if query.kind else (),
        ends.get(query.finality),
    )


def require_kept(after: int, part: Part) -> None:
    """Raise `ParameterError` for a cursor that was never given, `GoneError` for a dropped one."""
    if after > part.last:
        message = f"The feed has come to cursor {part.last}; begin with the one you were given."
        raise ParameterError(message, [Detail("after", "INVALID_PARAMETER", message)])
    if after < part.dropped and after > 0:
        raise GoneError(
            f"Records up to cursor {part.dropped} are kept no longer: take the rows as they are "
            f"now and follow from cursor {part.last}."
        )


def _links(request: Request, registry: Registry, part: Part) -> list[dict[str, str]]:
    given = dict(request.query_params)
    following = urlencode({**given, "after": str(part.next)})
    own = f"?{urlencode(given)}" if given else ""
    paths = {"self": f"{request.url.path}{own}", "next": f"{request.url.path}?{following}"}
    return [{"rel": rel, "href": registry.link(path)} for rel, path in paths.items()]
