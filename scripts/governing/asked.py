"""The terms that a command asks for: its options before the section `governance` of the config."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ape import networks, project
from click import UsageError
from eth_utils import is_address, to_checksum_address

from scripts.accounts import CAST, address_of, development_account, is_local
from scripts.governing.terms import (
    GRANTABLE,
    SafeTerms,
    Terms,
    TermsError,
    read_terms,
    safe_faults,
    seconds,
)


@dataclass(frozen=True)
class Asked:
    """Options of `scripts/deploy` about who governs, as they were typed."""

    owners: tuple[str, ...] = ()
    threshold: int | None = None
    safe: str | None = None
    delay: str | None = None
    members: tuple[str, ...] = ()
    administrator: str | None = None
    single_key: bool = False


def configured_terms() -> Terms:
    """The terms of the connected network from ape-config.yaml; raises TermsError."""
    configured = project.config.model_extra.get("governance") or {}
    return read_terms(configured, _network(), local=is_local())


def terms_of(asked: Asked) -> Terms:
    """The terms of the connected network as asked for.

    Raises TermsError for terms that no registry of any value may have, UsageError for options that
    contradict each other.
    """
    terms = configured_terms()
    terms = replace(terms, safe=_safe(asked, terms.safe), members=_members(asked, terms))
    if asked.delay is not None:
        terms = replace(terms, delays=replace(terms.delays, administrator=_delay(asked.delay)))
    faults = [] if is_local() else list(_too_weak(asked, terms))
    if faults:
        raise TermsError(" ".join(faults))
    return terms


def expected_terms(owners: Sequence[str], threshold: int | None, delay: str | None) -> Terms:
    """The terms that a check compares with: the configured ones unless told otherwise.

    Raises TermsError for the configuration, UsageError for an owner that is no account.
    """
    terms = configured_terms()
    if owners or threshold is not None:
        asked = tuple(address_of(owner) for owner in owners)
        terms = replace(terms, safe=SafeTerms(threshold or len(asked), asked))
    if delay is not None:
        terms = replace(terms, delays=replace(terms.delays, administrator=_delay(delay)))
    return terms


def _network() -> str:
    network = networks.provider.network
    return f"{network.ecosystem.name}:{network.name}"


def _safe(asked: Asked, configured: SafeTerms | None) -> SafeTerms | None:
    if asked.administrator and (asked.owners or asked.safe):
        raise UsageError("Either a Safe (--owner, --safe) or one key (--administrator).")
    if asked.administrator:
        return None
    if not asked.owners and not asked.safe and asked.threshold is None:
        return configured
    owners = tuple(address_of(owner) for owner in asked.owners) or (
        configured.owners if configured and not asked.safe else ()
    )
    threshold = asked.threshold or (configured.threshold if configured else None)
    faults = list(safe_faults(owners, threshold, asked.safe))
    if faults:
        raise UsageError(" ".join(faults))
    address = to_checksum_address(asked.safe) if asked.safe else None
    return SafeTerms(threshold or 0, owners, address)


def _members(asked: Asked, terms: Terms) -> Mapping[str, tuple[str, ...]]:
    members = {role: tuple(accounts) for role, accounts in terms.members.items()}
    for one in asked.members:
        role, _, account = one.partition("=")
        if role not in GRANTABLE or not is_address(account):
            raise UsageError(
                f"--member {one}: say ROLE=ADDRESS, ROLE one of {', '.join(GRANTABLE)}."
            )
        members[role] = (*members.get(role, ()), to_checksum_address(account))
    if is_local() and not asked.administrator:
        for role, numbers in CAST.items():
            played = (str(development_account(number).address) for number in numbers)
            members[role] = tuple(dict.fromkeys([*members.get(role, ()), *played]))
    return members


def _delay(text: str) -> int:
    try:
        return seconds(int(text) if text.isdecimal() else text)
    except ValueError as error:
        raise UsageError(f"--delay: {error}") from error


def _too_weak(asked: Asked, terms: Terms) -> Iterator[str]:
    if terms.safe is None and not asked.single_key:
        yield (
            f"One key alone would administrate the registry on {_network()}: name the owners of a "
            "Safe (--owner, --threshold, or governance.networks in ape-config.yaml) or an existing "
            "one (--safe). Whoever wants one key all the same says --single-key."
        )
    if terms.delays.administrator == 0:
        yield "Without a delay nobody could stop a plan: only a local chain may do without."
    if not terms.members.get("guardian"):
        yield (
            "Nobody could pause the registry or cancel a plan: name a guardian "
            "(--member guardian=ADDRESS, or members in ape-config.yaml)."
        )


def settings_of(terms: Terms) -> dict[str, Any]:
    """The delays of the terms by name, in seconds, as tables show them."""
    delays = terms.delays
    plain = ("administrator", "methodology_steward", "settings")
    return {name: getattr(delays, name) for name in plain} | dict(delays.grants)
