"""Records the examples of keys and of the audit log, as `recording.py` does those of the others."""

from __future__ import annotations

from typing import Any

from .running import EVERYTHING
from .world import World

REQUEST = {
    "name": "Nightly export",
    "organization": "Example Registry Services",
    "scopes": ["projects:read", "mrv:read"],
    "wallets": [],
    "days": 90,
    "rate": "1200/minute",
}


def recorded_access(world: World) -> dict[str, Any]:
    """Every example by name: a key from its making to its end, and the log of that."""
    shown = world.shown
    world.show(world.api_key(*range(10), scopes=EVERYTHING | {"admin:*"}))
    made = world.post("/keys", REQUEST)
    path = made.headers["location"]
    query = {"organization": "Example Registry Services", "wallet": world.address(2)}
    found = {
        "key-request": REQUEST,
        # Nobody is to find what looks like a secret in the repository.
        "new-key": {**made.json(), "key": f"ogcr_{made.json()['id']}_{'0' * 64}"},
        "key": world.get(path).json(),
        "keys": world.get("/keys", organization=REQUEST["organization"]).json(),
        "statement": world.get("/keys/statement", **query).json(),
        "revoked-key": world.client.delete(path).json(),
        "audit": world.get("/audit", operation="DELETE /keys/{id}", limit=1).json(),
    }
    world.show(shown["Authorization"].removeprefix("Bearer "))
    return found
