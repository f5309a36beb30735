"""Reversals: what was released again, and how it is made up for."""

from __future__ import annotations

from api import requests
from api.models.reversals import Reversal, ReversalPage
from api.operations.operation import LIST, READ_CREDITS, Operation, read, write

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", "/reversals"): read(
        "A page of reversals.", ReversalPage, "reversals", errors=LIST, scopes=READ_CREDITS
    ),
    ("get", "/reversals/{reversalId}"): read(
        "The reversal.", Reversal, "reversal", scopes=READ_CREDITS
    ),
    ("post", "/reversals/{reversalId}/compensate"): write(
        "The compensation is accepted; its task says what to sign.",
        requests.CompensationRequest,
        ("compensation",),
        "task-compensation",
        scopes=("credits:retire",),
    ),
}
