"""A world for the API's tests: a chain, an indexer, an API, and people who use the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.identity import methodology_key, project_id
from schemas import content_hash

from ..indexer.stage import Registry  # noqa: TID252
from . import documents
from .people import DEVELOPER, OPERATOR, VALIDATOR, VERIFIER
from .signing import Signing


class World(Signing):
    """Everything that runs, people who sign, and what they do with a registry."""

    def add_methodology(self, document: Mapping[str, Any]) -> None:
        """Register and activate another methodology."""
        self.keep(document)
        activate(self.registry, document)
        self.follower.catch_up()

    def register(self, document: Mapping[str, Any], who: int = DEVELOPER) -> dict[str, Any]:
        """Register a project; gives its Feature."""
        self.done(who, self.post("/projects", document))
        return self.project(document["id"])

    def project(self, name: str) -> dict[str, Any]:
        found = self.get(f"/projects/{name}")
        assert found.status_code == 200, found.text
        feature: dict[str, Any] = found.json()
        return feature

    def review(self, document: Mapping[str, Any]) -> None:
        """Assign the validator."""
        key, validator = project_id(document["id"]), self.address(VALIDATOR)
        self.relay(OPERATOR, "ProjectRegistry", "assignValidator", key, validator)

    def validate(self, document: dict[str, Any], *, reviewed: bool = False) -> str:
        """Let the validator approve a submitted project; gives its hashed id."""
        if not reviewed:
            self.review(document)
        key, decision = project_id(document["id"]), documents.validated(document)
        hashes = (content_hash(document), content_hash(decision))
        arguments = (key, *hashes, "https://registry.example/decision")
        self.relay(VALIDATOR, "ProjectRegistry", "validateProject", *arguments, along=[decision])
        return key

    def report(self, document: dict[str, Any], who: int = DEVELOPER) -> str:
        """Submit a report and assign the verifier; gives its hashed id."""
        project = document["properties"]["project_id"]
        self.done(who, self.post(f"/projects/{project}/monitoring", document))
        key = self.report_id(document)
        self.relay(OPERATOR, "MRVRegistry", "assignVerifier", key, self.address(VERIFIER))
        return key

    def report_id(self, document: Mapping[str, Any]) -> str:
        """The hashed id of a submitted report."""
        path = f"/projects/{document['properties']['project_id']}/monitoring/{document['id']}"
        return str(self.get(path).json()["ogcr:record"]["report_id"])

    def verify(self, document: dict[str, Any], tonnes: float = 1000.0) -> None:
        """Let the verifier confirm a report."""
        project = document["properties"]["project_id"]
        path = f"/projects/{project}/monitoring/{document['id']}/verify"
        self.done(VERIFIER, self.post(path, documents.verified(document, tonnes)))


def activate(registry: Registry, document: Mapping[str, Any]) -> None:
    """Register and activate a methodology, straight on chain."""
    words = registry.abi.enum_words("ProjectType")
    terms = (
        document["unit_type"],
        document["granularity_kg"],
        document["buffer_rate_bps"],
        document["automatic_issuance"],
        document["expires"],
        document["durability_years"],
        sum(1 << words.index(word) for word in document["project_types"]),
    )
    name, version = document["id"], document["version"]
    arguments = (name, version, content_hash(document), "https://registry.example", terms)
    contract, key = "MethodologyRegistry", methodology_key(name, version)
    registry.send(registry.operator, contract, "registerMethodology", *arguments)
    registry.send(registry.operator, contract, "activateMethodology", key)
    registry.node.mine()
