"""The sample: valid documents about real places, and a life cycle that is complete."""

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from schemas import area_m2, conflict, content_hash, is_land_based, kind_of, parse, validate
from scripts.sample.lifecycle import FOLDER, sample

FILES = sorted(FOLDER.rglob("*.json"))


def documents(kind: str) -> dict[str, Any]:
    found = {path.relative_to(FOLDER).as_posix(): parse(path.read_bytes()) for path in FILES}
    return {name: document for name, document in found.items() if kind_of(document) == kind}


class TestSampleDocuments:
    """
    each document                  it is valid
    PDDs that are not rejected     they do not claim the same ground
    kinds and countries            at least four kinds of project in different countries
    parcels                        one project has several that share borders
    """

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
    def test_document_is_valid(self, path: Path) -> None:
        document = parse(path.read_bytes())
        assert validate(kind_of(document) or "pdd", document) == []

    def test_grounds_do_not_conflict_given_the_final_versions(self) -> None:
        pdds = documents("pdd")
        final = [d for name, d in pdds.items() if name != "lousa/pdd-1.json"]
        land = [d["geometry"] for d in final if is_land_based(d["properties"]["project_type"])]
        assert len(land) == 4
        assert all(conflict(one, other) is None for one, other in combinations(land, 2))
        assert all(area_m2(geometry) > 100_000 for geometry in land)

    def test_kinds_and_countries_differ(self) -> None:
        pdds = [document["properties"] for document in documents("pdd").values()]
        assert {p["project_type"] for p in pdds} == {
            "reforestation",
            "biochar",
            "soil_carbon",
            "direct_air_capture",
        }
        assert {p["country"] for p in pdds} == {"PT", "GH", "DE", "AT", "IS"}

    def test_parcels_share_borders_when_they_adjoin(self) -> None:
        parcels = documents("pdd")["marchfeld/pdd.json"]["geometry"]["coordinates"]
        corners = [{tuple(position) for position in parcel[0]} for parcel in parcels]
        assert len(corners) == 4
        assert all(any(len(a & b) >= 2 for b in corners if a is not b) for a in corners)


class TestSampleLifeCycle:
    """
    decisions     each is valid and names the document that it judged
    steps         every act of the life cycle is among them, each by its proper role
    """

    def test_decisions_name_what_they_judge(self) -> None:
        deciding = [s for story in sample() for s in story.steps if hasattr(s, "decision")]
        assert len(deciding) == 14
        for step in deciding:
            assert validate("decision", step.decision) == []
            assert step.decision["subject"] == content_hash(step.document)

    def test_every_act_is_played_by_its_role(self) -> None:
        acts = {(step.role, step.action) for story in sample() for step in story.steps}
        assert acts == {
            ("methodology_steward", "registers the methodology"),
            ("methodology_steward", "activates the methodology"),
            ("registry_operator", "assigns a validator to"),
            ("registry_operator", "assigns a verifier to"),
            ("registry_operator", "issues units of"),
            ("developer", "submits the PDD"),
            ("developer", "submits the report"),
            ("developer", "updates the metadata of"),
            ("validator", "validates"),
            ("validator", "rejects"),
            ("verifier", "verifies"),
            ("verifier", "rejects the report"),
            ("holder", "splits"),
            ("holder", "merges"),
            ("holder", "transfers"),
            ("holder", "retires"),
            ("holder", "cancels"),
            ("registry_operator", "prolongs the monitoring of"),
            ("registry_operator", "records a reversal"),
            ("registry_operator", "marks as impaired"),
            ("holder", "compensates"),
            ("holder", "marks as compensated"),
            ("holder", "starts an export"),
            ("registry_operator", "completes the export"),
            ("registry_operator", "imports units"),
        }
