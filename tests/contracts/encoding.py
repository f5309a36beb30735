"""ABI values: what a call, a log or a revert says, from and to bytes."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping
from typing import Any

import eth_abi
from eth_utils import keccak, to_checksum_address

Abi = Mapping[str, Any]


def signature(declared: Abi) -> str:
    """Name and types of a function, event or error, as its selector hashes them."""
    return f"{declared['name']}({','.join(types(declared['inputs']))})"


def selector(declared: Abi) -> bytes:
    return keccak(text=signature(declared))[:4]


def encoded(function: Abi, arguments: tuple[Any, ...]) -> bytes:
    """The calldata of a call."""
    return selector(function) + packed(function, arguments)


def packed(function: Abi, arguments: tuple[Any, ...]) -> bytes:
    """The arguments of a function or a constructor."""
    return bytes(eth_abi.encode(types(function["inputs"]), arguments))


def _type(parameter: Abi) -> str:
    kind: str = parameter["type"]
    if not kind.startswith("tuple"):
        return kind
    members = ",".join(types(parameter["components"]))
    return f"({members}){kind.removeprefix('tuple')}"


def types(parameters: list[Abi]) -> list[str]:
    return [_type(parameter) for parameter in parameters]


def decoded(parameters: list[Abi], data: bytes) -> tuple[Any, ...]:
    values = eth_abi.decode(types(parameters), data)
    return tuple(_named(one, value) for one, value in zip(parameters, values, strict=True))


def _named(parameter: Abi, value: Any) -> Any:
    """Structs as named tuples, addresses with their checksum."""
    kind: str = parameter["type"]
    if kind.endswith("]"):
        element = {**parameter, "type": kind[: kind.rindex("[")]}
        return [_named(element, one) for one in value]
    if kind == "address":
        return to_checksum_address(value)
    if kind == "tuple":
        members = parameter["components"]
        names = [member["name"] for member in members]
        # Dynamic by nature: the fields are those of the compiled struct.
        shape = namedtuple("Struct", names, rename=True)  # type: ignore[misc]
        return shape(*(_named(one, item) for one, item in zip(members, value, strict=True)))
    return value


def result(declared: Abi, returned: bytes) -> Any:
    values = decoded(declared["outputs"], returned)
    return values[0] if len(values) == 1 else values
