"""Credits: units, and what their owners do with them."""

from __future__ import annotations

from api import requests
from api.models.features import Feature, FeatureCollection
from api.operations.operation import GEO, LIST, READ_CREDITS, Operation, read, write

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", "/credits"): read(
        "A page of units.",
        FeatureCollection,
        "credits",
        errors=LIST,
        **GEO,
        scopes=READ_CREDITS,
    ),
    ("get", "/credits/{creditId}"): read(
        "The unit.", Feature, "credit", **GEO, scopes=READ_CREDITS
    ),
    ("post", "/credits/transfer"): write(
        "The transfer is accepted; its task says what to sign.",
        requests.TransferRequest,
        ("transfer",),
        "task-transfer",
        scopes=("credits:transfer",),
    ),
    ("post", "/credits/split"): write(
        "The split is accepted; its task says what to sign.",
        requests.SplitRequest,
        ("split",),
        "task-split",
        scopes=("credits:transfer",),
    ),
    ("post", "/credits/merge"): write(
        "The merge is accepted; its task says what to sign.",
        requests.MergeRequest,
        ("merge",),
        "task-merge",
        scopes=("credits:transfer",),
    ),
    ("post", "/credits/{creditId}/retire"): write(
        "The retirement is accepted; its task says what to sign.",
        requests.RetirementRequest,
        ("retirement",),
        "task-retirement",
        scopes=("credits:retire",),
    ),
    ("post", "/credits/{creditId}/cancel"): write(
        "The cancellation is accepted; its task says what to sign.",
        requests.CancellationRequest,
        ("cancellation",),
        "task-cancellation",
        scopes=("credits:retire",),
    ),
    ("post", "/credits/{creditId}/expire"): write(
        "The expiry is accepted; its task says what to sign.",
        requests.ExpiryRequest,
        ("expiry",),
        "task-expiry",
        scopes=("credits:retire",),
    ),
    ("post", "/credits/{creditId}/export"): write(
        "The export is accepted; its task says what to sign.",
        requests.ExportRequest,
        ("export",),
        "task-export",
        scopes=("credits:transfer",),
    ),
    ("post", "/credits/{creditId}/export/abort"): write(
        "The abortion is accepted; its task says what to sign.",
        requests.ExportAbortRequest,
        ("export-abort",),
        "task-export-abort",
        scopes=("credits:transfer",),
    ),
}
