"""Who governs a registry, and how long each kind of decision waits before it takes effect."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_utils import is_address, to_checksum_address

from scripts.deployment import ROLE_IDS

GRANTABLE = [name for name in ROLE_IDS if name != "public"]
DAY = 86_400
LONGEST = 2**32 - 1
_UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": DAY, "week": 7 * DAY}
_DURATION = re.compile(r"(\d+) (second|minute|hour|day|week)s?")


class TermsError(Exception):
    """The configuration names no usable terms; the message lists every fault."""


@dataclass(frozen=True)
class Delays:
    """Seconds that pass between a decision and its effect.

    `administrator`: every act of the administrator, so upgrades (and with them the trusted
    forwarder), roles, unpausing. `methodology_steward`: every change of a methodology. `settings`:
    the least for changes of who may call a contract's functions, whoever administrates. `grants`:
    what passes after a role was granted until it holds, by role.
    """

    administrator: int = 0
    methodology_steward: int = 0
    settings: int = 0
    grants: Mapping[str, int] = field(default_factory=dict)

    def of_member(self, role: str) -> int:
        """The delay of each act of a holder of the role."""
        return {
            "administrator": self.administrator,
            "methodology_steward": self.methodology_steward,
        }.get(role, 0)


#: What a network has that sets nothing else; a local chain has none of it.
DEFAULT_DELAYS = Delays(
    2 * DAY,
    DAY,
    2 * DAY,
    {"administrator": 2 * DAY, "registry_operator": DAY, "methodology_steward": DAY},
)


@dataclass(frozen=True)
class SafeTerms:
    """The administrator's multi-signature account: an existing one, or the owners of a new one."""

    threshold: int
    owners: tuple[str, ...] = ()
    address: str | None = None


@dataclass(frozen=True)
class Terms:
    """How a registry is governed: by which Safe, after which delays, with which first members."""

    delays: Delays = field(default_factory=Delays)
    safe: SafeTerms | None = None
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_terms(configured: Mapping[str, Any], network: str, *, local: bool) -> Terms:
    """The terms of one network (`ethereum:sepolia`) from the section `governance` of the config.

    What stands under `networks` goes before what stands beside it. Raises TermsError.
    """
    faults: list[str] = []
    own = _mapping(_mapping(configured, "networks", faults), network, faults)
    general = {} if local else configured
    delays = {**_mapping(general, "delays", faults), **_mapping(own, "delays", faults)}
    terms = Terms(
        _delays(delays, Delays() if local else DEFAULT_DELAYS, faults),
        _safe(_mapping(own, "safe", faults), faults),
        _members(_mapping(own, "members", faults), faults),
    )
    known = {"delays", "networks"}, {"delays", "safe", "members"}
    faults += [f"governance.{name} is unknown." for name in sorted(set(configured) - known[0])]
    faults += [f"governance.{network}.{name} is unknown." for name in sorted(set(own) - known[1])]
    if faults:
        raise TermsError(" ".join(faults))
    return terms


def seconds(value: Any) -> int:
    """Seconds from a number of them or from words such as `2 days`; raises ValueError."""
    if isinstance(value, str) and (found := _DURATION.fullmatch(value.strip())):
        value = int(found[1]) * _UNITS[found[2]]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST:
        raise ValueError(f"{value!r} is no delay: say seconds, or `36 hours`, `2 days`, `1 week`.")
    return value


def _mapping(within: Mapping[str, Any], name: str, faults: list[str]) -> Mapping[str, Any]:
    found = within.get(name) or {}
    if isinstance(found, Mapping):
        return found
    faults.append(f"governance: {name} is to hold names and values.")
    return {}


def _delays(given: Mapping[str, Any], default: Delays, faults: list[str]) -> Delays:
    grants = {**default.grants, **_mapping(given, "grants", faults)}
    plain = {
        name: getattr(default, name)
        for name in ("administrator", "methodology_steward", "settings")
    }
    unknown = sorted({*given} - {*plain, "grants"})
    faults += [f"governance.delays.{name} is unknown." for name in unknown]
    faults += [f"governance.delays.grants.{name} is no role." for name in {*grants} - {*GRANTABLE}]
    plain |= {name: value for name, value in given.items() if name in plain}
    return Delays(
        **{name: _seconds(f"delays.{name}", value, faults) for name, value in plain.items()},
        grants={role: _seconds(f"grants.{role}", value, faults) for role, value in grants.items()},
    )


def _seconds(name: str, value: Any, faults: list[str]) -> int:
    try:
        return seconds(value)
    except ValueError as error:
        faults.append(f"governance.{name}: {error}")
        return 0


def _safe(given: Mapping[str, Any], faults: list[str]) -> SafeTerms | None:
    if not given:
        return None
    owners = given.get("owners") or []
    owners = (
        list(owners) if isinstance(owners, Sequence) and not isinstance(owners, str) else [owners]
    )
    address = given.get("address")
    faults += list(safe_faults(owners, given.get("threshold"), address))
    valid = tuple(to_checksum_address(owner) for owner in owners if _is_address(owner))
    threshold = given.get("threshold")
    chosen = to_checksum_address(address) if _is_address(address) else None
    return SafeTerms(threshold if isinstance(threshold, int) else 0, valid, chosen)


def safe_faults(owners: Sequence[Any], threshold: Any, address: Any) -> Iterator[str]:
    """A sentence for everything that makes no multi-signature account."""
    if address is not None and not _is_address(address):
        yield f"The Safe {address} is no address."
    if address is None and not owners:
        yield "A new Safe needs its owners; an existing one its address."
    yield from (
        f"The owner {owner} of the Safe is no address."
        for owner in owners
        if not _is_address(owner)
    )
    if len({str(owner).lower() for owner in owners}) < len(owners):
        yield "An owner of the Safe is named twice."
    if isinstance(threshold, bool) or not isinstance(threshold, int) or threshold < 1:
        yield "A Safe needs a threshold: how many owners must sign (1 or more)."
    elif owners and threshold > len(owners):
        yield f"{threshold} of {len(owners)} owners can never sign: lower the threshold."


def _members(given: Mapping[str, Any], faults: list[str]) -> dict[str, tuple[str, ...]]:
    members: dict[str, tuple[str, ...]] = {}
    for role, accounts in given.items():
        listed = [accounts] if isinstance(accounts, str) else list(accounts or [])
        if role not in GRANTABLE:
            faults.append(f"governance.members.{role} is no role.")
        faults += [f"{one} ({role}) is no address." for one in listed if not _is_address(one)]
        members[role] = tuple(to_checksum_address(one) for one in listed if _is_address(one))
    return members


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and is_address(value)
