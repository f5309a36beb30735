"""The code that a contract of this build has on a chain, immutables filled in."""

from __future__ import annotations

from collections.abc import Mapping

from eth_utils import to_bytes, to_int

from scripts.building.compilation import Compilation, CompilationError


def runtime_code(build: Compilation, name: str, immutables: Mapping[str, str]) -> bytes:
    """The runtime code with each immutable as it is to be: addresses by the variable's name.

    Raises CompilationError for an immutable whose value nobody gives.
    """
    code = bytearray.fromhex(build.contract(name)["evm"]["deployedBytecode"]["object"])
    for variable, places in build.immutables(name).items():
        if variable not in immutables:
            raise CompilationError(f"{name} has an immutable {variable} that nothing here knows.")
        for start, length in places:
            value = to_bytes(hexstr=immutables[variable]).rjust(length, b"\0")
            code[start : start + length] = value
    return bytes(code)


def without_metadata(code: bytes) -> bytes:
    """The code less its CBOR trailer (a hash of the sources); the last two bytes are its length."""
    return code[: max(0, len(code) - 2 - to_int(code[-2:]))] if code else code
