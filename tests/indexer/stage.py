"""The registry on a node, deployed and granted as `scripts/deploy` does it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexer.abi import Abi
from indexer.deployments import FORWARDER, Deployments
from scripts.deployment import CONTRACTS, FUNCTION_ROLES, HOLDERS, ROLE_IDS

from .node import Node

MANIFEST = Path(".build/__local__.json")
NOBODY = "0x" + "0" * 40
#: What links the contracts and who may call what: of the present ones, unless a release is named.
DEPLOYED = {
    "contracts": CONTRACTS,
    "function_roles": FUNCTION_ROLES,
    "holders": HOLDERS,
    "role_ids": ROLE_IDS,
}


class Registry:
    """The contracts behind their proxies, as `scripts/deploy` wires them."""

    def __init__(
        self, node: Node, manifest: Path = MANIFEST, deployed: Mapping[str, Any] = DEPLOYED
    ) -> None:
        self.node = node
        self.abi = Abi.load(manifest)
        self._bytecode = _bytecodes(manifest)
        self._deployed = deployed
        self.record: dict[str, Any] = {
            "chain_id": node.chain_id,
            "forwarder": NOBODY,
            "contracts": {},
        }
        self.administrator, self.operator = node.accounts[0], node.accounts[1]
        self.developers = node.accounts[2:5]
        self.validator, self.verifier = node.accounts[6], node.accounts[7]
        self.holders = node.accounts[8:10]
        self._deploy()
        self._wire()
        self.deployments = Deployments.from_record(self.record, node.chain_id)

    def address(self, contract: str) -> str:
        """Where a contract's proxy is."""
        return str(self.record["contracts"][contract]["address"])

    def send(self, sender: str, contract: str, function: str, *arguments: Any) -> str:
        """Put a call into the pool; gives the transaction's hash."""
        data = self.abi.encode_call(contract, function, list(arguments))
        return self.node.send(sender, self.address(contract), data)

    def view(self, contract: str, function: str, *arguments: Any) -> Any:
        """What a view answers now."""
        data = self.abi.encode_call(contract, function, list(arguments))
        answer = self.node.call(self.address(contract), data)
        return self.abi.decode_result(contract, function, answer)

    def save(self, folder: Path) -> None:
        """Write the deployments record into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.node.chain_id}.json").write_text(json.dumps(self.record))

    def _deploy(self) -> None:
        trusted = self._forwarder()
        for name, links in self._deployed["contracts"].items():
            forwarder = "" if name == "RegistryAccessControl" else trusted
            code = self._created(self._bytecode[name] + forwarder)["contractAddress"]
            linked = [self.address(other) for other in links]
            opening = self.abi.encode_call(name, "initialize", linked or [self.administrator])
            receipt = self._created(self._bytecode["RegistryProxy"] + _proxy_input(code, opening))
            self.record["contracts"][name] = {
                "address": receipt["contractAddress"],
                "block": int(receipt["blockNumber"], 16),
                "implementation": code,
            }

    def _forwarder(self) -> str:
        """Deploy it, unless a release had none; gives the word that constructors take."""
        if FORWARDER in self._bytecode:
            created = self._created(self._bytecode[FORWARDER])
            address, block = created["contractAddress"], int(created["blockNumber"], 16)
            self.record["contracts"][FORWARDER] = {"address": address, "block": block}
            self.record["forwarder"] = address
        return str(self.record["forwarder"]).removeprefix("0x").rjust(64, "0")

    def _created(self, initcode: str) -> dict[str, Any]:
        transaction = self.node.send(self.administrator, None, initcode)
        self.node.mine()
        receipt = self.node.receipt(transaction)
        assert receipt["status"] == "0x1"
        return receipt

    def _wire(self) -> None:
        access = "RegistryAccessControl"
        role_ids = self._deployed["role_ids"]
        for name, roles in self._deployed["function_roles"].items():
            for role, functions in roles.items():
                selectors = [self.abi.function(name, f).selector for f in functions]
                target, number = self.address(name), role_ids[role]
                arguments = (target, selectors, number)
                self.send(self.administrator, access, "setTargetFunctionRole", *arguments)
        members = [(role, self.address(name)) for role, name in self._deployed["holders"].items()]
        members += [("registry_operator", self.operator)]
        members += [("methodology_steward", self.operator)]
        members += [("developer", developer) for developer in self.developers]
        members += [("validator", self.validator), ("verifier", self.verifier)]
        members += [("guardian", self.administrator)]
        for role, account in members:
            self.send(self.administrator, access, "grantRole", role_ids[role], account, 0)
        for account in (*self.developers, self.validator, self.verifier):
            organisation = "0x" + account.removeprefix("0x").rjust(64, "0")
            self.send(self.operator, access, "setOrganisation", account, organisation)
        for role, account in (("validator", self.validator), ("verifier", self.verifier)):
            accreditation = (0xFF, 0, 65_535, "0x" + "ac" * 32)
            arguments = (account, role_ids[role], accreditation, "ipfs://accreditation")
            self.send(self.operator, access, "accredit", *arguments)
        reports = self.address("MRVRegistry")
        self.send(self.administrator, "ProjectRegistry", "connectReports", reports)
        self.send(self.administrator, "MRVRegistry", "connectUnits", self.address("CRU"))
        self.node.mine()


def blocks_of_units(registry: Registry) -> list[dict[str, Any]]:
    """Every block of units that was minted and not burned, as the chain's logs and views say."""
    units = registry.address("CRU")
    topic = next(
        topic
        for (name, topic), e in registry.abi.events.items()
        if (name, e.name) == ("CRU", "Transfer")
    )
    asked = {"fromBlock": "0x0", "toBlock": "latest", "address": units, "topics": [topic]}
    owners: dict[int, str] = {}
    for log in registry.node.rpc("eth_getLogs", asked):
        owners[int(log["topics"][3], 16)] = "0x" + log["topics"][2][26:]
    alive = [token for token, owner in sorted(owners.items()) if owner != NOBODY]
    return [registry.view("CRU", "unit", token) | {"id": token} for token in alive]


def _bytecodes(path: Path) -> dict[str, str]:
    manifest = json.loads(path.read_bytes())
    return {
        name: "0x" + entry["deploymentBytecode"]["bytecode"].removeprefix("0x")
        for name, entry in manifest["contractTypes"].items()
        if (entry.get("deploymentBytecode") or {}).get("bytecode")
    }


def _proxy_input(code: str, opening: str) -> str:
    data = opening.removeprefix("0x")
    padded = data.ljust(-(-len(data) // 64) * 64, "0")
    length = f"{len(data) // 2:064x}"
    return code.removeprefix("0x").rjust(64, "0") + f"{64:064x}" + length + padded
