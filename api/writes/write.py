"""A write: what somebody wants to happen, as the call that a signature would make happen."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api.registry import Registry
from indexer.abi import Abi
from indexer.values import Parameter
from schemas import content_hash


@dataclass(frozen=True)
class Write:
    """One call of one contract, and the documents whose hashes it anchors.

    `kind` is a word for readers, `resource` the path of what will be there afterwards,
    `arguments` what the ABI names; `once` says that the call can succeed only one time ever.
    """

    kind: str
    contract: str
    function: str
    arguments: Mapping[str, Any]
    resource: str | None = None
    documents: tuple[Any, ...] = field(default=(), compare=False)
    once: bool = False

    @property
    def hashes(self) -> list[str]:
        """Content hashes of the documents."""
        return [content_hash(document) for document in self.documents]


@dataclass(frozen=True)
class EncodedCall:
    """A write as bytes for one address on one chain."""

    chain_id: int
    to: str
    data: str

    @property
    def fingerprint(self) -> str:
        """Equal for equal calls."""
        text = f"{self.chain_id}:{self.to}:{self.data}"
        return hashlib.sha256(text.encode()).hexdigest()


def encoded(registry: Registry, write: Write) -> EncodedCall:
    """The call as a wallet signs it; raises `ValueError` for arguments that do not fit the ABI."""
    to = registry.deployments.contracts[write.contract].address
    data = registry.abi.encode_call(write.contract, write.function, _values(registry.abi, write))
    return EncodedCall(registry.chain_id, to, data)


def shown_arguments(abi: Abi, write: Write) -> dict[str, Any]:
    """The arguments as JSON shows them: 256-bit numbers as decimal text, hashes as `0x…`."""
    inputs = abi.function(write.contract, write.function, len(write.arguments)).inputs
    return {p.name: _shown(p, write.arguments[p.name]) for p in inputs}


def document_uri(registry: Registry, digest: str) -> str:
    """Where a document can be had, as the call anchors it."""
    return registry.link(f"/documents/{digest}")


def _values(abi: Abi, write: Write) -> Mapping[str, Any]:
    names = [
        p.name for p in abi.function(write.contract, write.function, len(write.arguments)).inputs
    ]
    return {name: write.arguments[name] for name in names}


def _shown(parameter: Parameter, value: Any) -> Any:
    if parameter.is_array:
        return [_shown(parameter.item, item) for item in value]
    if parameter.members:
        return {m.name: _shown(m, value[m.name]) for m in parameter.members}
    if parameter.type == "uint256":
        return str(value)
    return value.replace("sha256:", "0x") if parameter.type == "bytes32" else value
