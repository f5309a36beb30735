"""Whether access control holds the role table, the delays and the Safe that the terms ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from eth_utils import function_signature_to_4byte_selector

from scripts.checking.finding import Finding, compare
from scripts.deployment import ACCESS, CONTRACTS, FUNCTION_ROLES, HOLDERS, ROLE_IDS, Registry
from scripts.governing.delays import StoredDelay, grant_delay, target_delay
from scripts.governing.permissions import role_name
from scripts.governing.safe import Safe
from scripts.governing.terms import SafeTerms, Terms

#: (role, account) → delay of each act in seconds, as events and access control tell it.
Members = Mapping[tuple[str, str], int]


def check_functions(registry: Registry) -> Iterator[Finding]:
    """Compare the role of every function that the table names, and of all it does not name."""
    access = registry[ACCESS]
    for name in CONTRACTS:
        target, wrong = registry[name], []
        wanted = {f: role for role, fs in FUNCTION_ROLES[name].items() for f in fs}
        for method in target.contract_type.mutable_methods:
            expected = wanted.get(method.name, "administrator")
            held = role_name(
                access.getTargetFunctionRole(
                    target.address, function_signature_to_4byte_selector(method.selector)
                )
            )
            if held != expected:
                wrong.append(f"{name}: {method.name} is for {held}, not for {expected}.")
        if access.isTargetClosed(target.address):
            wrong.append(f"{name}: access control has closed it to everybody.")
        found = f"{len(wanted)} of roles, all others the administrator's"
        yield Finding(name, "role table", found if not wrong else "differs", " ".join(wrong))


def check_roles(registry: Registry) -> Iterator[Finding]:
    """Compare who grants each role and who cancels its plans."""
    access = registry[ACCESS]
    for name, role in ROLE_IDS.items():
        if name != "public":
            guardian = "administrator" if name == "guardian" else "guardian"
            held = [role_name(access.getRoleAdmin(role)), role_name(access.getRoleGuardian(role))]
            wanted = ["administrator", guardian]
            yield compare(f"role {name}", "who grants it, who cancels its plans", held, wanted)


def check_members(registry: Registry, terms: Terms, members: Members) -> Iterator[Finding]:
    """Compare who holds what with which delay: roles of contracts alone, one administrator."""
    for role, contract in HOLDERS.items():
        holders = sorted(account for of, account in members if of == role)
        expected = [registry.placements[contract].address]
        yield compare(f"role {role}", "held by", holders, expected)
    for (role, account), delay in sorted(members.items()):
        if role in HOLDERS:
            continue
        wanted = terms.delays.of_member(role)
        yield compare(f"role {role}", f"delay of {account}", _time(delay), _time(wanted))
    administrators = [account for of, account in members if of == "administrator"]
    if registry.safe:
        yield compare("role administrator", "held by", administrators, [registry.safe])
    if not any(of == "guardian" for of, _ in members):
        yield Finding(
            "role guardian", "held by", "nobody", "role guardian: nobody could pause or cancel."
        )


def check_delays(registry: Registry, terms: Terms) -> Iterator[Finding]:
    """Compare the delays of grants and of the role table; what changes later is told."""
    access = registry[ACCESS].address
    for name in CONTRACTS:
        delay = target_delay(access, registry.placements[name].address)
        yield _delay(name, "delay of its role table", delay, terms.delays.settings)
    for role, number in ROLE_IDS.items():
        if role != "public":
            delay = grant_delay(access, number)
            yield _delay(f"role {role}", "delay of grants", delay, terms.delays.grants.get(role, 0))


def check_safe(registry: Registry, terms: SafeTerms | None) -> Iterator[Finding]:
    """Compare the Safe with the terms, or with itself where the terms name none."""
    if registry.safe is None:
        difference = "The record tells of no Safe, though the terms ask for one." if terms else ""
        yield Finding("Safe", "administrator", "a single key", difference)
        return
    safe = Safe(registry.safe)
    if not safe.version:
        yield Finding(
            "Safe", "code", safe.address, f"{safe.address} is no Safe of a known version."
        )
        return
    asked = terms or SafeTerms(safe.threshold)
    faults = " ".join(safe.faults(asked))
    found = f"{safe.version}, {safe.threshold} of {', '.join(safe.owners)}"
    yield Finding("Safe", safe.address, found, faults)


def _delay(subject: str, what: str, delay: StoredDelay, wanted: int) -> Finding:
    found = _time(delay.now)
    if delay.is_changing:
        since = datetime.fromtimestamp(delay.since, UTC)
        found += f", {_time(delay.later)} from {since:%Y-%m-%d %H:%M} UTC on"
    difference = (
        "" if delay.later == wanted else f"{subject}: {what} is {found}, not {_time(wanted)}."
    )
    return Finding(subject, what, found, difference)


def _time(seconds: int) -> str:
    return str(timedelta(seconds=seconds)) if seconds else "none"
