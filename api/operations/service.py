"""The service itself."""

from __future__ import annotations

from api.access.scopes import OPEN
from api.models.service import Health, Landing, Metrics
from api.operations.operation import Operation

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", "/contexts/ogcr-1.jsonld"): Operation(
        "The context.",
        None,
        "context",
        media_type="application/ld+json",
        derived=False,
        errors=(400, 405, 500),
        scopes=OPEN,
    ),
    ("get", "/metrics"): Operation(
        "The metrics.",
        Metrics,
        "metrics",
        media_type="text/plain",
        errors=(405, 500),
        derived=False,
        scopes=("admin:metrics",),
    ),
    ("get", "/"): Operation(
        "Where to begin.",
        Landing,
        "landing",
        derived=False,
        errors=(400, 405, 500),
        scopes=OPEN,
    ),
    ("get", "/ready"): Operation(
        "The index is up to date.",
        Health,
        "health",
        errors=(400, 405, 500, 503),
        scopes=OPEN,
    ),
    ("get", "/health"): Operation(
        "All is well.", Health, "health", errors=(400, 405, 500, 503), scopes=OPEN
    ),
}
