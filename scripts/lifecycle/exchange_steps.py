"""Steps of units that cross between registries: export and its end, import (OGCR 2.3)."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from indexer.identity import UnitId, imported_report_id
from scripts.accounts import OPERATOR, development_account
from scripts.lifecycle.registry_api import RegistryApi
from scripts.lifecycle.step import Call, Proposal
from scripts.lifecycle.unit_steps import is_gone


@dataclass(frozen=True)
class ExportUnits:
    """A holder locks the last `kg` of a block for another registry."""

    actor: int
    unit: UnitId
    kg: int
    target: str
    account: str
    role: str = field(default="holder", kw_only=True)
    action: str = "starts an export"

    @property
    def subject(self) -> str:
        """The amount and the target."""
        return f"of {self.kg} kg to {self.target}"

    @property
    def locked(self) -> UnitId:
        """The block that waits for the end."""
        start = self.unit.first_kg + self.unit.quantity_kg - self.kg
        return UnitId(self.unit.report_id, self.unit.vintage, start, self.kg)

    def is_done(self, api: RegistryApi) -> bool:
        """Whether that block is on its way or has gone."""
        return _export_status(api, self.locked) in ("started", "completed")

    def request(self, api: RegistryApi) -> Proposal:
        """`POST /credits/{id}/export`."""
        body = {
            "quantity_kg": self.kg,
            "target_registry": self.target,
            "target_account": self.account,
        }
        return Proposal("POST", f"/credits/{self.unit.hex}/export", body)


@dataclass(frozen=True)
class CompleteExport:
    """An operator ends a locked block for ever, once the other registry agreed to take it."""

    unit: UnitId
    evidence: str
    uri: str
    actor: int = OPERATOR
    role: str = "registry_operator"
    action: str = "completes the export"

    @property
    def subject(self) -> str:
        """The amount."""
        return f"of {self.unit.quantity_kg} kg"

    def is_done(self, api: RegistryApi) -> bool:
        """Whether the export has ended."""
        return _export_status(api, self.unit) == "completed"

    def request(self, api: RegistryApi) -> Call:
        """Through the relay."""
        arguments = {
            "tokenId": self.unit.token_id,
            "evidenceHash": _sha256(self.evidence),
            "uri": self.uri,
        }
        return Call("UnitExchange", "completeExport", arguments)


@dataclass(frozen=True)
class ImportUnits:
    """An operator creates units that ended in another registry; amounts in kg CO2e."""

    to: int
    registry: str
    key: str
    project: str
    vintage: int
    kg: int
    unit_type: str
    granularity_kg: int
    evidence: str
    uri: str
    actor: int = OPERATOR
    role: str = "registry_operator"
    action: str = "imports units"

    @property
    def subject(self) -> str:
        """The amount and the origin."""
        return f"of {self.kg} kg from {self.registry}"

    @property
    def unit(self) -> UnitId:
        """The block as it is created here."""
        return UnitId(imported_report_id(self.registry, self.key), self.vintage, 0, self.kg)

    def is_done(self, api: RegistryApi) -> bool:
        """Whether the block is there or was."""
        return api.unit(self.unit.hex) is not None or is_gone(api, self.unit)

    def request(self, api: RegistryApi) -> Call:
        """Through the relay; units of a type that does not expire."""
        units: dict[str, Any] = {
            "originRegistry": self.registry,
            "originKey": self.key,
            "originProject": self.project,
            "to": str(development_account(self.to).address),
            "vintage": self.vintage,
            "kg": self.kg,
            "unitType": self.unit_type,
            "granularityKg": self.granularity_kg,
            "expires": False,
            "monitoringEndDay": 0,
            "evidenceHash": _sha256(self.evidence),
            "uri": self.uri,
        }
        return Call("UnitExchange", "importUnits", {"units": units})


def _export_status(api: RegistryApi, unit: UnitId) -> str | None:
    record = api.unit(unit.hex)
    export = record.get("ogcr:export") if record else None
    return str(export["status"]) if export else None


def _sha256(text: str) -> str:
    return "0x" + hashlib.sha256(text.encode()).hexdigest()
