"""Routes of accreditations (OGCR 6.2.2; Regulation (EU) 2024/3012 Article 10(3))."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.dependencies import AccountName, OfRegistry
from api.errors import MissingError
from api.features.accreditations import accreditation_entry, decision_entry
from api.filters import AccreditationFilters, PageOfAccount
from api.queries.accreditations import ROLES, decisions, holders, holders_of
from api.responses import answer, paging

router = APIRouter(tags=["accreditations"], prefix="/accreditations")


@router.get("", summary="List accreditations")
def list_accreditations(
    request: Request, registry: OfRegistry, filters: Annotated[AccreditationFilters, Query()]
) -> Response:
    """Who is accredited as validator or verifier, or was until a withdrawal."""
    with registry.listing(filters) as snapshot:
        page = holders(snapshot, filters)
        entries = [accreditation_entry(registry, snapshot, one) for one in page.rows]
        content = {"accreditations": entries, **paging(request, registry, page)}
        return answer(content, snapshot.position)


@router.get("/{account}", summary="Read an account's accreditations")
def read_accreditation(
    registry: OfRegistry, account: AccountName, query: Annotated[PageOfAccount, Query()]
) -> Response:
    """An account's accreditations with what it decided: a withdrawal shows it, decision by
    decision."""
    name = account.lower()
    with registry.snapshot(query.as_of) as snapshot:
        found = holders_of(snapshot, name)
        if not found:
            raise MissingError(
                f"{account} was never accredited; GET /accreditations lists who was."
            )
        entries = [
            accreditation_entry(registry, snapshot, holder)
            | {
                "decided": [
                    decision_entry(registry, snapshot, holder, one)
                    for one in decisions(
                        snapshot, holder.account, holder.role_id, query.limit, query.offset
                    )
                ]
            }
            for holder in found
        ]
        content = {"account": name, "roles": [ROLES[holder.role_id] for holder in found]}
        return answer({**content, "accreditations": entries}, snapshot.position)
