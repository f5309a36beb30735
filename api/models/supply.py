"""The supply: what became of all units."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.models.answers import Answer, IndexPosition


class Supply(Answer):
    """Units of one type, kg CO2e: `issued_kg` is the sum of all others, always."""

    unit_type: Literal["CRU", "PCR", "CFS", "CSP", "SER"]
    issued_kg: int
    held_kg: int
    buffer_kg: int
    retired_kg: int
    cancelled_kg: int
    expired_kg: int
    exported_kg: int


class SupplyStatistics(Answer):
    """What became of every issued kilogram; `deficit_kg` only of a named project."""

    supply: list[Supply]
    deficit_kg: int | None = None
    index: IndexPosition = Field(alias="ogcr:index")
