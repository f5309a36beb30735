"""The actions of the registry that a person signs, and the EIP-712 type of each, from the ABIs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_utils.crypto import keccak

Entry = Mapping[str, Any]
Field = tuple[str, str]

#: Who signs and for which contract, before what the action says; how it is delivered, after it.
BEFORE: tuple[Field, ...] = (("address", "signer"), ("address", "contractAddress"))
AFTER: tuple[Field, ...] = (("uint256", "nonce"), ("uint48", "deadline"), ("uint256", "gas"))

#: What no person signs for a relayer to deliver, and why.
NOT_RELAYED: dict[str, str] = {
    "initialize": "runs once, in the deployment of a proxy",
    "setAuthority": "only the access manager calls it",
    "upgradeToAndCall": "carries code and bytes that no wallet can show",
    "connectUnits": "runs once, in the deployment",
    "connectReports": "runs once, in the deployment",
    "openProject": "only ProjectRegistry calls it",
    "closeProject": "only ProjectRegistry calls it",
}


class UnsupportedAction(Exception):
    """An action whose arguments have no type of their own here; says which and why."""


@dataclass(frozen=True)
class Struct:
    """A struct among an action's arguments."""

    name: str
    members: tuple[Entry, ...]


@dataclass(frozen=True)
class Action:
    """A function of one or more contracts: `selector` as in Solidity, `type_name` as a wallet
    shows it."""

    contracts: tuple[str, ...]
    function: str
    signature: str
    selector: bytes
    type_name: str
    inputs: tuple[Entry, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Type and name of everything that is signed, in order."""
        own = tuple((field_type(entry), entry["name"]) for entry in self.inputs)
        return (*BEFORE, *own, *AFTER)

    @property
    def structs(self) -> tuple[Struct, ...]:
        """Every struct that the arguments hold, by name."""
        found = {struct.name: struct for struct in _structs(self.inputs)}
        return tuple(found[name] for name in sorted(found))

    @property
    def encoded_type(self) -> str:
        """`encodeType` of EIP-712."""
        return encoded_type(self.type_name, self.fields, self.structs)


def actions(abis: Mapping[str, Sequence[Entry]], ours: Mapping[str, Sequence[str]]) -> list[Action]:
    """Every action, by selector.

    `abis` are those of the contracts and, as `I<name>`, of their interfaces, whose names of
    arguments count. `ours` are the functions of each contract that only contracts of the
    registry call. Raises `UnsupportedAction`.
    """
    found: dict[bytes, Action] = {}
    for contract in (name for name in abis if "I" + name in abis):
        signed = list(_signed(abis[contract], ours.get(contract, ())))
        named = {signature(e): e for e in abis["I" + contract] if e["type"] == "function"}
        for entry in signed:
            action = _action(contract, named.get(signature(entry), entry), signed)
            found[action.selector] = _joined(found.get(action.selector), action)
    found_actions = [found[selector] for selector in sorted(found)]
    _refuse_doubles(found_actions)
    return found_actions


def _refuse_doubles(found: Sequence[Action]) -> None:
    structs = {(struct.name, struct_fields(struct)) for one in found for struct in one.structs}
    names = [name for name, _ in structs] + [one.type_name for one in found]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise UnsupportedAction(f"Two types are named {', '.join(sorted(doubled))}.")


def _signed(abi: Sequence[Entry], ours: Sequence[str]) -> Iterator[Entry]:
    for entry in abi:
        if entry["type"] != "function" or entry["stateMutability"] in ("view", "pure"):
            continue
        if entry["name"] not in NOT_RELAYED and entry["name"] not in ours:
            yield entry


def _action(contract: str, entry: Entry, beside: Sequence[Entry]) -> Action:
    taken = {name for _, name in (*BEFORE, *AFTER)}
    clash = [i["name"] for i in entry["inputs"] if i["name"] in taken or not i["name"]]
    if clash:
        raise UnsupportedAction(f"{contract}.{entry['name']} has an argument named “{clash[0]}”.")
    text = signature(entry)
    return Action(
        (contract,),
        entry["name"],
        text,
        keccak(text=text)[:4],
        _type_name(entry, beside),
        tuple(entry["inputs"]),
    )


def _type_name(entry: Entry, beside: Sequence[Entry]) -> str:
    # Of two functions of one name the longer says what it has more: SafeTransferFromWithData.
    shorter = [
        len(e["inputs"])
        for e in beside
        if e["name"] == entry["name"] and len(e["inputs"]) < len(entry["inputs"])
    ]
    more = [_capital(i["name"]) for i in entry["inputs"][max(shorter) :]] if shorter else []
    return _capital(entry["name"]) + ("With" + "And".join(more) if more else "")


def _joined(known: Action | None, action: Action) -> Action:
    if known is None:
        return action
    if known.encoded_type != action.encoded_type:
        raise UnsupportedAction(f"{action.signature} has two types: name its arguments alike.")
    contracts = (*known.contracts, *action.contracts)
    return Action(contracts, *(getattr(known, n) for n in list(Action.__annotations__)[1:]))


def signature(entry: Entry) -> str:
    """Name and types as a selector hashes them."""
    return f"{entry['name']}({','.join(_abi_type(i) for i in entry['inputs'])})"


def encoded_type(name: str, fields: Sequence[Field], structs: Sequence[Struct]) -> str:
    """`encodeType` of EIP-712 for a type and the structs it refers to."""
    members = [_type_text(s.name, struct_fields(s)) for s in structs if s.name != name]
    return _type_text(name, fields) + "".join(members)


def struct_fields(struct: Struct) -> tuple[Field, ...]:
    """Type and name of each member."""
    return tuple((field_type(member), member["name"]) for member in struct.members)


def struct_name(entry: Entry) -> str:
    """Name of the struct that a tuple is."""
    internal: str = entry["internalType"].removeprefix("struct ").rsplit(".", 1)[-1]
    return internal.split("[", 1)[0]


def field_type(entry: Entry) -> str:
    """The EIP-712 type of an argument: a struct by its name, anything else as in the ABI."""
    kind: str = entry["type"]
    return struct_name(entry) + kind.removeprefix("tuple") if kind.startswith("tuple") else kind


def structs_of(found: Sequence[Action]) -> list[Struct]:
    """Every struct of several actions, by name."""
    by_name = {struct.name: struct for action in found for struct in action.structs}
    return [by_name[name] for name in sorted(by_name)]


def _structs(entries: Sequence[Entry]) -> Iterator[Struct]:
    for entry in entries:
        if entry["type"].startswith("tuple"):
            yield Struct(struct_name(entry), tuple(entry["components"]))
            yield from _structs(entry["components"])


def _abi_type(entry: Entry) -> str:
    kind: str = entry["type"]
    if not kind.startswith("tuple"):
        return kind
    members = ",".join(_abi_type(member) for member in entry["components"])
    return f"({members}){kind.removeprefix('tuple')}"


def _type_text(name: str, fields: Sequence[Field]) -> str:
    return f"{name}({','.join(f'{kind} {field}' for kind, field in fields)})"


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]
