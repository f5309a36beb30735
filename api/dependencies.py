"""Dependencies: what routes are given.

What only looks something up is a coroutine: FastAPI gives a function a thread of its own.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Request
from pydantic import Field

from api.access.gate import principal_of, require_access
from api.access.principals import Principal
from api.bodies import Received, read_body, read_document, read_json
from api.parameters import DIGITS, refuse_unknown
from api.patterns import ADDRESS
from api.preconditions import refuse_unheeded
from api.registry import Registry


async def admit(request: Request) -> None:
    """Refuse, before any route, who may not ask that, and what no operation there heeds."""
    await require_access(request)
    refuse_unknown(request)
    refuse_unheeded(request)


async def registry_of(request: Request) -> Registry:
    """The parts of this process."""
    found: Registry = request.app.state.registry
    return found


OfRegistry = Annotated[Registry, Depends(registry_of)]
OfPrincipal = Annotated[Principal, Depends(principal_of)]
RawBody = Annotated[bytes, Depends(read_body)]
JsonBody = Annotated[Any, Depends(read_json)]
DocumentBody = Annotated[Received, Depends(read_document)]

ProjectName = Annotated[
    str,
    Path(
        alias="projectId",
        max_length=200,
        description="Document id of the project, or its 0x… id.",
        examples=["waldviertel_soil"],
    ),
]
ReportName = Annotated[
    str,
    Path(
        alias="reportId",
        max_length=200,
        description="Document id of the report, or its 0x… id.",
        examples=["waldviertel_soil_2024"],
    ),
]
Version = Annotated[
    Annotated[int, Field(ge=1, le=2**31 - 1), DIGITS],
    Path(
        alias="version",
        description="Number of the version; the first one is 1.",
        examples=[1],
    ),
]
UnitName = Annotated[
    str,
    Path(
        alias="creditId",
        max_length=400,
        description="Token id (decimal or 0x…) or serial number.",
        examples=["OGCR-AT-waldviertel_soil.waldviertel_soil_2024-CRU-2024-0-411999"],
    ),
]
ReversalName = Annotated[
    str,
    Path(
        alias="reversalId",
        max_length=200,
        description="The reversal's 0x… id.",
        examples=["0x" + "0" * 64],
    ),
]
AccountName = Annotated[
    str,
    Path(
        pattern=ADDRESS,
        max_length=42,
        description="Address of the account.",
        examples=["0x976ea74026e726554db657fa54763abd0c3a0aa9"],
    ),
]
MethodologyName = Annotated[
    str,
    Path(max_length=200, description="Key (0x…), `id@version`, or id.", examples=["OGCR-SOC@1.0"]),
]
HashName = Annotated[
    str,
    Path(
        alias="hash",
        max_length=200,
        description="`sha256:…`, `0x…`, or the bare 64 hex digits.",
        examples=["sha256:" + "0" * 64],
    ),
]
