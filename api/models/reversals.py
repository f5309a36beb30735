"""Reversals: what was released again, and who makes up for it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.models.answers import Answer, Finality, IndexPosition, Link


class Reversal(Answer):
    """A removal that was released again, and what is still owed for it; amounts in kg CO2e."""

    id: str
    status: Literal["outstanding", "covered"]
    kg: int
    due_kg: int
    covered_kg: int
    outstanding_kg: int
    impaired_kg: int
    avoidable: bool
    project_id: str
    report_id: str
    liable: str
    unit_type: str
    evidence_hash: str
    uri: str
    recorded_at: str
    recorded_by: str
    transaction_hash: str
    finality: Finality
    links: list[Link]


class ReversalPage(Answer):
    """A page of reversals."""

    reversals: list[Reversal]
    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]
    time_stamp: str = Field(alias="timeStamp")
    index: IndexPosition = Field(alias="ogcr:index")
