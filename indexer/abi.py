"""The compiled contracts as data: calls, errors and events, encoded and decoded by their ABIs."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak

from indexer.decoding import Decode, Textual, decoder_of, textual_of
from indexer.deployments import ALL_NAMES
from indexer.errors import ArtifactsMissing
from indexer.values import Parameter, decode_values, encode_values

_ENUM = re.compile(r"\benum\s+(\w+)\s*\{([^}]*)\}")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_BUILT_IN_ERRORS = (
    {"type": "error", "name": "Error", "inputs": [{"name": "message", "type": "string"}]},
    {"type": "error", "name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
)


@dataclass(frozen=True)
class Call:
    """A decoded call: the contract's name, the function's name and its arguments by name."""

    contract: str
    function: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class ContractError:
    """A decoded custom error."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Function:
    """A function of a contract; `selector` is `0x` + 8 hex digits."""

    contract: str
    name: str
    signature: str
    selector: str
    mutability: str
    inputs: tuple[Parameter, ...]
    outputs: tuple[Parameter, ...]


@dataclass(frozen=True)
class EventType:
    """An event of a contract; `topic` is `0x` + 64 hex digits."""

    contract: str
    name: str
    topic: str
    indexed: tuple[Parameter, ...]
    data: tuple[Parameter, ...]

    @cached_property
    def decode(self) -> Decode:
        """A function: arguments by name from a log's topics and data, lower-case `0x…` text.

        It raises `ValueError` when they misfit.
        """
        return decoder_of(self.name, self.indexed, self.data)

    @cached_property
    def textual(self) -> Textual:
        """A function: the JSON text of decoded arguments, whole numbers as text."""
        return textual_of((*self.indexed, *self.data))


class Abi:
    """What Ape's manifest says about our contracts.

    Values: addresses and `bytesN` are lower-case `0x…` text, whole numbers `int`, structs dicts by
    member, enums words (`under_review`; members that are all capitals stay so: `PCR`).
    """

    def __init__(
        self, contracts: Mapping[str, list[dict[str, Any]]], enums: Mapping[str, tuple[str, ...]]
    ):
        self._contracts = contracts
        self._enums = enums

    @classmethod
    def load(cls, manifest: Path) -> "Abi":
        """Read the manifest; raises `ArtifactsMissing` when that cannot be done."""
        path = Path(manifest)
        try:
            return _load(path, path.stat().st_mtime_ns)
        except (OSError, ValueError, KeyError) as error:
            raise ArtifactsMissing(
                f"The compiled contracts cannot be read from {path} ({error}): compile them with "
                "`scripts/compile`, or name the manifest with OGCR_ARTIFACTS."
            ) from error

    def contract_abi(self, name: str) -> list[dict[str, Any]]:
        """The ABI of a contract by its name; raises `KeyError` for an unknown one."""
        return self._contracts[name]

    def enum_words(self, name: str) -> tuple[str, ...]:
        """Words of a Solidity enum, in the order of their numbers."""
        return self._enums[name]

    def functions(self, contract: str) -> tuple[Function, ...]:
        """Every function of a contract, views included."""
        return tuple(f for f in self._functions if f.contract == contract)

    def function(self, contract: str, name: str, count: int | None = None) -> Function:
        """A function by name or by signature; `count` of arguments tells overloads apart."""
        named = [f for f in self.functions(contract) if name in (f.name, f.signature)]
        if len(named) > 1 and count is not None:
            named = [f for f in named if len(f.inputs) == count]
        if len(named) != 1:
            raise KeyError(f"{contract} has {len(named)} functions {name}.")
        return named[0]

    def encode_call(
        self, contract: str, function: str, arguments: Sequence[Any] | Mapping[str, Any]
    ) -> str:
        """Calldata as `0x…`. Structs may be dicts, enums words, hashes `sha256:…` or `0x…`.

        Raises `KeyError` for an unknown function, `ValueError` for arguments that do not fit.
        """
        found = self.function(contract, function, len(arguments))
        return found.selector + encode_values(found.inputs, arguments).hex()

    def decode_call(self, contract: str, calldata: str | bytes) -> Call:
        """Raises `KeyError` for a function of another contract, `ValueError` for a misfit."""
        raw = _raw(calldata)
        found = self._by_selector[contract, "0x" + raw[:4].hex()]
        return Call(contract, found.name, decode_values(found.inputs, raw[4:]))

    def decode_result(self, contract: str, function: str, result: str | bytes) -> Any:
        """What a call returned: the value, or a dict by name when there are several."""
        found = self.function(contract, function)
        values = decode_values(found.outputs, _raw(result))
        return next(iter(values.values())) if len(values) == 1 else values

    def decode_error(self, data: str | bytes) -> ContractError | None:
        """A custom error of any of our contracts, `Error` or `Panic`; None when it is no other."""
        raw = _raw(data)
        found = self._errors.get("0x" + raw[:4].hex())
        if found is None:
            return None
        try:
            return ContractError(found[0], decode_values(found[1], raw[4:]))
        except ValueError:
            return None

    @property
    def errors(self) -> dict[str, tuple[Parameter, ...]]:
        """Every custom error of our contracts by name, with its arguments."""
        return dict(self._errors.values())

    @cached_property
    def events(self) -> dict[tuple[str, str], EventType]:
        """Every event by (contract name, topic)."""
        found = [
            self._event(contract, entry)
            for contract in ALL_NAMES
            for entry in self._contracts.get(contract, ())
            if entry["type"] == "event" and not entry.get("anonymous")
        ]
        return {(event.contract, event.topic): event for event in found}

    def events_of(self, contract: str) -> tuple[EventType, ...]:
        """Every event of a contract."""
        return tuple(event for event in self.events.values() if event.contract == contract)

    @cached_property
    def textual(self) -> dict[tuple[str, str], Textual]:
        """By (contract name, event name): the function that gives arguments as JSON text."""
        return {(event.contract, event.name): event.textual for event in self.events.values()}

    @cached_property
    def _functions(self) -> tuple[Function, ...]:
        return tuple(
            self._function(contract, entry)
            for contract, abi in self._contracts.items()
            for entry in abi
            if entry["type"] == "function"
        )

    @cached_property
    def _by_selector(self) -> dict[tuple[str, str], Function]:
        return {(f.contract, f.selector): f for f in self._functions}

    @cached_property
    def _errors(self) -> dict[str, tuple[str, tuple[Parameter, ...]]]:
        ours = [e for n in ALL_NAMES for e in self._contracts.get(n, ()) if e["type"] == "error"]
        found = {}
        for entry in [*_BUILT_IN_ERRORS, *ours]:
            inputs = self._parameters(entry["inputs"])
            found[_selector(_signature(entry["name"], inputs))] = (entry["name"], inputs)
        return found

    def _function(self, contract: str, entry: dict[str, Any]) -> Function:
        inputs, outputs = self._parameters(entry["inputs"]), self._parameters(entry["outputs"])
        signature = _signature(entry["name"], inputs)
        mutability = entry["stateMutability"]
        selector = _selector(signature)
        return Function(contract, entry["name"], signature, selector, mutability, inputs, outputs)

    def _event(self, contract: str, entry: dict[str, Any]) -> EventType:
        parameters = self._parameters(entry["inputs"])
        marks = [bool(i.get("indexed")) for i in entry["inputs"]]
        indexed = tuple(_topic(p) for p, mark in zip(parameters, marks, strict=True) if mark)
        data = tuple(p for p, mark in zip(parameters, marks, strict=True) if not mark)
        topic = "0x" + keccak(text=_signature(entry["name"], parameters)).hex()
        return EventType(contract, entry["name"], topic, indexed, data)

    def _parameters(self, inputs: Sequence[dict[str, Any]]) -> tuple[Parameter, ...]:
        return tuple(self._parameter(entry, place) for place, entry in enumerate(inputs))

    def _parameter(self, entry: dict[str, Any], place: int) -> Parameter:
        internal = entry.get("internalType", "").removesuffix("[]")
        words: tuple[str, ...] = ()
        if internal.startswith("enum "):
            words = self._enums[internal.removeprefix("enum ").rsplit(".", 1)[-1]]
        members = self._parameters(entry.get("components", ()))
        return Parameter(entry["name"] or f"value{place}", entry["type"], members, words)


@lru_cache(maxsize=4)
def _load(path: Path, _changed: int) -> Abi:
    manifest = json.loads(path.read_bytes())
    contracts = {name: entry["abi"] for name, entry in manifest["contractTypes"].items()}
    missing = [name for name in ALL_NAMES if name not in contracts]
    if missing:
        raise ValueError(f"{', '.join(missing)} not in it")
    sources = [source["content"] for source in manifest["sources"].values()]
    return Abi(contracts, dict(_enum_words(sources)))


def _enum_words(sources: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for source in sources:
        for name, members in _ENUM.findall(_COMMENT.sub("", source)):
            yield (
                name,
                tuple(_word(member.strip()) for member in members.split(",") if member.strip()),
            )


def _word(member: str) -> str:
    return member if member.isupper() else re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", member).lower()


def _topic(parameter: Parameter) -> Parameter:
    """Of an indexed text, array or struct, the topic holds the hash alone."""
    is_whole = parameter.type not in ("string", "bytes") and not parameter.is_array
    if is_whole and not parameter.members:
        return parameter
    return Parameter(parameter.name, "bytes32")


def _signature(name: str, parameters: Sequence[Parameter]) -> str:
    return f"{name}({','.join(p.canonical for p in parameters)})"


def _selector(signature: str) -> str:
    return "0x" + keccak(text=signature)[:4].hex()


def _raw(data: str | bytes) -> bytes:
    return bytes.fromhex(data.removeprefix("0x")) if isinstance(data, str) else bytes(data)
