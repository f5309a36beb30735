"""Which methodology versions there are (contracts/MethodologyRegistry.sol)."""

from __future__ import annotations

import re

from eth_utils import keccak

from tests.contracts.samples import ZERO_HASH, MethodologyStatus, ProjectType, Terms, UnitType

from .world import NONE, URI_LIMIT, Check, Rule, World, within


def register(
    w: World, who: str, name: str, version: str, document_hash: bytes, uri: str, terms: Terms
) -> Rule:
    key = keccak(text=f"{name}@{version}")
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,100}", name):
        yield ("MethodologyRegistryInvalidId", name)
    if not re.fullmatch(r"[0-9]+(\.[0-9]+){1,2}", version) or len(version) > 32:
        yield ("MethodologyRegistryInvalidVersion", version)
    if document_hash == ZERO_HASH:
        yield ("MethodologyRegistryZeroHash",)
    yield from within("MethodologyRegistryUriTooLong", uri, URI_LIMIT)
    yield from _sound(terms)
    if key in w.methodologies:
        yield ("MethodologyRegistryAlreadyRegistered", key)
    return lambda: w.methodologies.update({key: (MethodologyStatus.Registered, terms)})


def activate(w: World, who: str, key: bytes) -> Rule:
    return (yield from _change(w, key, MethodologyStatus.Active, (MethodologyStatus.Registered,)))


def deprecate(w: World, who: str, key: bytes) -> Rule:
    before = (MethodologyStatus.Registered, MethodologyStatus.Active)
    return (yield from _change(w, key, MethodologyStatus.Deprecated, before))


def _change(w: World, key: bytes, to: int, before: tuple[int, ...]) -> Rule:
    status, terms = w.methodologies.get(key, (NONE, Terms()))
    if status not in before:
        yield ("MethodologyRegistryUnexpectedStatus", key, status)
    return lambda: w.methodologies.update({key: (to, terms)})


def _sound(terms: Terms) -> Check:
    is_whole = terms.granularity_kg % 1_000 == 0
    if not terms.granularity_kg or not (is_whole or terms.unit_type == UnitType.CRU):
        yield ("MethodologyRegistryInvalidGranularity", terms.unit_type, terms.granularity_kg)
    if terms.buffer_rate_bps >= 10_000:
        yield ("MethodologyRegistryInvalidBufferRate", terms.buffer_rate_bps)
    if not 0 < terms.project_types < 1 << len(ProjectType):
        yield ("MethodologyRegistryInvalidProjectTypes", terms.project_types)
    is_temporary = terms.unit_type in (UnitType.CFS, UnitType.CSP)
    if terms.unit_type != UnitType.CRU and terms.expires != is_temporary:
        yield ("MethodologyRegistryInvalidExpiry", terms.unit_type, terms.expires)
    if not 1 <= terms.durability_years <= 1_000:
        yield ("MethodologyRegistryInvalidDurability", terms.durability_years)


RULES = {
    "registerMethodology": register,
    "activateMethodology": activate,
    "deprecateMethodology": deprecate,
}
