"""Where the contracts of one chain are: the record that the deployment wrote."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from eth_utils.address import is_address

from indexer.errors import DeploymentsMissing

CONTRACT_NAMES = (
    "RegistryAccessControl",
    "MethodologyRegistry",
    "ProjectRegistry",
    "MRVRegistry",
    "CRU",
    "ReversalRegistry",
    "UnitExchange",
)
#: No proxy, and no part of a registry that trusts another forwarder or none.
FORWARDER = "RegistryForwarder"
ALL_NAMES = (*CONTRACT_NAMES, FORWARDER)


@dataclass(frozen=True)
class DeployedContract:
    """A proxy, or our forwarder: its lower-case address and the block of its creation."""

    address: str
    block: int


@dataclass(frozen=True)
class Deployments:
    """The contracts of one chain by name."""

    chain_id: int
    contracts: Mapping[str, DeployedContract]
    forwarder: str

    @classmethod
    def load(cls, folder: Path, chain_id: int) -> Self:
        """Read `<folder>/<chain id>.json`; raises `DeploymentsMissing` when that cannot be done."""
        path = Path(folder) / f"{chain_id}.json"
        try:
            record = json.loads(path.read_text())
        except OSError as error:
            raise DeploymentsMissing(
                f"No record of a deployment on chain {chain_id} at {path}: deploy the contracts "
                "first, or name the folder of the record with OGCR_DEPLOYMENTS."
            ) from error
        except ValueError as error:
            raise DeploymentsMissing(_broken(path, str(error))) from error
        return cls.from_record(record, chain_id, path)

    @classmethod
    def from_record(cls, record: Any, chain_id: int, path: Path | str = "the record") -> Self:
        """The record as its JSON value; raises `DeploymentsMissing` naming what is wrong."""
        faults = list(_faults(record, chain_id))
        if faults:
            raise DeploymentsMissing(_broken(path, "; ".join(faults)))
        contracts = {
            name: DeployedContract(entry["address"].lower(), entry["block"])
            for name, entry in record["contracts"].items()
        }
        return cls(chain_id, contracts, str(record.get("forwarder", "")).lower())

    def name_of(self, address: str) -> str | None:
        """Name of our contract at an address in any case, or None."""
        return self._names.get(address.lower())

    @property
    def proxies(self) -> dict[str, DeployedContract]:
        """The contracts whose code can be exchanged: all but the forwarder."""
        return {name: held for name, held in self.contracts.items() if name != FORWARDER}

    @property
    def addresses(self) -> tuple[str, ...]:
        """Lower-case addresses of all contracts."""
        return tuple(contract.address for contract in self.contracts.values())

    @property
    def first_block(self) -> int:
        """The block of the first contract: nothing of ours happened before."""
        return min(contract.block for contract in self.contracts.values())

    @property
    def fingerprint(self) -> str:
        """SHA-256 of chain id, names, addresses and blocks: a database belongs to one of these."""
        placed = sorted((name, it.address, it.block) for name, it in self.contracts.items())
        return hashlib.sha256(json.dumps([self.chain_id, *placed]).encode()).hexdigest()

    @cached_property
    def _names(self) -> dict[str, str]:
        return {contract.address: name for name, contract in self.contracts.items()}


def _broken(path: Path | str, what: str) -> str:
    return f"The deployments record {path} cannot be used ({what}): deploy again or mend it."


def _faults(record: Any, chain_id: int) -> Any:
    if not isinstance(record, dict) or not isinstance(record.get("contracts"), dict):
        yield "it is no object with `contracts`"
        return
    if record.get("chain_id") != chain_id:
        yield f"it is for chain {record.get('chain_id')}, not {chain_id}"
    ours = (*CONTRACT_NAMES, *(name for name in (FORWARDER,) if name in record["contracts"]))
    for name in ours:
        entry = record["contracts"].get(name)
        if not isinstance(entry, dict) or not is_address(entry.get("address", "")):
            yield f"{name} has no address"
        elif not isinstance(entry.get("block"), int) or entry["block"] < 0:
            yield f"{name} has no block"
