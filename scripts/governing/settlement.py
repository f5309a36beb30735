"""Puts a new registry under its terms: first members, delays, guardians."""

from __future__ import annotations

from collections.abc import Iterator

from ape.api import AccountAPI

from scripts.deployment import ACCESS, CONTRACTS, ROLE_IDS, Due, Registry
from scripts.governing.delays import grant_delay, target_delay
from scripts.governing.terms import Terms


def settle(account: AccountAPI, registry: Registry, terms: Terms) -> None:
    """Send what the terms ask for and the chain lacks; the account administrates without delay."""
    for function, arguments in [*_members_due(registry, terms), *_delays_due(registry, terms)]:
        function(*arguments, sender=account)


def _members_due(registry: Registry, terms: Terms) -> Iterator[Due]:
    access = registry[ACCESS]
    for role, accounts in terms.members.items():
        for account in accounts:
            since, delay, *_ = access.getAccess(ROLE_IDS[role], account)
            if not since or delay != terms.delays.of_member(role):
                arguments = (ROLE_IDS[role], account, terms.delays.of_member(role))
                yield access.grantRole, arguments


def _delays_due(registry: Registry, terms: Terms) -> Iterator[Due]:
    access, delays = registry[ACCESS], terms.delays
    for name in CONTRACTS:
        address = registry.placements[name].address
        if not target_delay(access.address, address).is_or_becomes(delays.settings):
            yield access.setTargetAdminDelay, (address, delays.settings)
    for role, seconds in delays.grants.items():
        if not grant_delay(access.address, ROLE_IDS[role]).is_or_becomes(seconds):
            yield access.setGrantDelay, (ROLE_IDS[role], seconds)
