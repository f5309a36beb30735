"""Steps of methodologies: registered and activated by the methodology steward (OGCR 6.1.1)."""

from dataclasses import dataclass
from typing import Any

from indexer.abi import Abi
from indexer.identity import methodology_key
from indexer.settings import IndexerSettings
from schemas import content_hash
from scripts.accounts import STEWARD
from scripts.lifecycle.registry_api import RegistryApi
from scripts.lifecycle.step import Call


@dataclass(frozen=True)
class MethodologyStep:
    """A step about one methodology document."""

    document: dict[str, Any]
    actor: int = STEWARD
    role: str = "methodology_steward"

    @property
    def subject(self) -> str:
        """Id and version."""
        return f"{self.document['id']}@{self.document['version']}"

    def _status(self, api: RegistryApi) -> str | None:
        found = api.methodology(self.document["id"], self.document["version"])
        return str(found["status"]) if found else None


class RegisterMethodology(MethodologyStep):
    """(none) → registered."""

    action = "registers the methodology"

    def is_done(self, api: RegistryApi) -> bool:
        """Whether the registry has this version."""
        return self._status(api) is not None

    def request(self, api: RegistryApi) -> Call:
        """The terms are those of the document."""
        document, digest = self.document, content_hash(self.document)
        words = Abi.load(IndexerSettings().artifacts).enum_words("ProjectType")
        terms = {
            "unitType": document["unit_type"],
            "granularityKg": document["granularity_kg"],
            "bufferRateBps": document["buffer_rate_bps"],
            "automaticIssuance": document["automatic_issuance"],
            "expires": document["expires"],
            "durabilityYears": document["durability_years"],
            "projectTypes": sum(1 << words.index(word) for word in document["project_types"]),
        }
        arguments = {
            "methodologyId": document["id"],
            "version": document["version"],
            "documentHash": digest,
            "uri": api.document_uri(digest),
            "terms": terms,
        }
        return Call("MethodologyRegistry", "registerMethodology", arguments, [document])


class ActivateMethodology(MethodologyStep):
    """registered → active."""

    action = "activates the methodology"

    def is_done(self, api: RegistryApi) -> bool:
        """Whether it is no longer only registered."""
        return self._status(api) not in (None, "registered")

    def request(self, api: RegistryApi) -> Call:
        """By its key."""
        key = methodology_key(self.document["id"], self.document["version"])
        return Call("MethodologyRegistry", "activateMethodology", {"methodologyKey": key})
