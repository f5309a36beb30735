"""Methodologies: their versions."""

from __future__ import annotations

from pydantic import Field

from api.models.answers import Answer, Finality, IndexPosition, Link


class MethodologyVersion(Answer):
    """A methodology version with the terms that the chain holds."""

    key: str
    id: str | None
    version: str | None
    status: str | None
    project_types: list[str] | None
    unit_type: str | None
    granularity_kg: int | None
    buffer_rate_bps: int | None
    automatic_issuance: bool | None
    expires: bool | None
    durability_years: int | None
    document_hash: str | None
    uri: str | None
    registered_at: str | None
    finality: Finality
    links: list[Link]


class MethodologyPage(Answer):
    """A page of methodology versions."""

    methodologies: list[MethodologyVersion]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]
    time_stamp: str = Field(alias="timeStamp")
    index: IndexPosition = Field(alias="ogcr:index")
