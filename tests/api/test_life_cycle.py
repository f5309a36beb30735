"""The write flow from a document to a retired unit, each step relayed for its proper signer."""

from __future__ import annotations

from schemas import content_hash, validate

from . import documents
from .people import BUYER, DEVELOPER
from .world import World


class TestLifeCycle:
    """
    when all steps are signed   the index shows each, and every Feature hashes to its anchor
    """

    def test_it_shows_each_step_when_all_of_them_are_signed(self, each_world: World) -> None:
        world, pdd, mrv = each_world, documents.forest(), documents.report()
        project = world.register(pdd)
        assert project["properties"]["status"] == "submitted"
        assert content_hash(project) == content_hash(pdd)
        assert validate("pdd", project) == []
        world.validate(pdd)
        project = world.project(pdd["id"])
        assert project["properties"]["status"] == "validated"
        assert content_hash(project) == content_hash(pdd)
        world.report(mrv)
        world.verify(mrv, 1023.417)
        feature = world.get(f"/projects/{pdd['id']}/monitoring/{mrv['id']}").json()
        assert feature["properties"]["verification_status"] == "verified"
        assert content_hash(feature) == content_hash(mrv)
        assert validate("mrv", feature) == []
        units = world.get("/credits", status="held").json()
        assert units["numberMatched"] == 1
        unit = units["features"][0]
        assert validate("cru", unit) == []
        serial = unit["properties"]["serial_number"]
        world.done(
            DEVELOPER,
            world.post("/credits/transfer", {"units": [serial], "to": world.address(BUYER)}),
        )
        assert world.get(f"/credits/{serial}").json()["properties"]["owner"] == world.address(BUYER)
        body = {
            "reason": "voluntary_claim",
            "beneficiary": {"name": "A. Person"},
            "purpose": "Trip",
        }
        world.done(BUYER, world.post(f"/credits/{serial}/retire", body))
        retired = world.get(f"/credits/{serial}").json()
        assert retired["properties"]["status"] == "retired"
        assert validate("cru", retired) == []
