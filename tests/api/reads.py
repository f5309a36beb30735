"""A registry that is only read: three projects and a draft, two reports, several units."""

from __future__ import annotations

from . import documents
from .people import BUYER, DEVELOPER, OTHER_DEVELOPER, VERIFIER
from .world import World

FOREST, FIJI, AIR, DRAFT = "harz-mixed-forest", "taveuni", "hellisheidi", "harz-draft"


def played(world: World) -> None:
    """Let all of it come about."""
    air = documents.example("methodology.air-capture")
    world.add_methodology(air)
    forest, mangroves = documents.forest(), documents.mangroves(FIJI)
    world.register(forest)
    world.validate(forest)
    world.register(mangroves, OTHER_DEVELOPER)
    reference = {"id": air["id"], "version": air["version"]}
    world.register(documents.factory(AIR, "IS-1", reference))
    draft = documents.forest(DRAFT, east=1.0)
    world.done(DEVELOPER, world.post("/projects", draft, draft="true"))
    first, second = documents.report(), documents.report(name="second", start="2026-01-01")
    second["properties"]["end_date"] = "2026-02-28"
    world.report(first)
    world.verify(first, 1000)
    world.report(second)
    world.done(
        VERIFIER,
        world.post(f"/projects/{FOREST}/monitoring/second/verify", documents.rejected(second)),
    )
    (unit,) = world.get("/credits", status="held").json()["features"]
    name = unit["properties"]["serial_number"]
    world.done(
        DEVELOPER, world.post("/credits/transfer", {"units": [name], "to": world.address(BUYER)})
    )
    body = {"unit": name, "quantities_kg": [100_000, 750_000]}
    world.done(BUYER, world.post("/credits/split", body))
    smallest = world.get("/credits", status="held", sort="quantity_kg").json()["features"][0]
    retirement = {"reason": "voluntary_claim", "purpose": "Travel 2025"}
    world.done(BUYER, world.post(f"/credits/{smallest['id']}/retire", retirement))
