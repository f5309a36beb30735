"""Authorization: whether a principal may do this, on this, now (OGCR 4.3).

Interface: the scopes of the operation. Operation: the role that access control gives the contract's
function to, and the accreditation of judges. Resource: whose project, report or unit it is. Roles
come from the index, as of its newest block: what the chain took back counts no more.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from api.access.asked import Asked, note_call, note_scopes, note_wallets
from api.access.calls import rule_of
from api.access.principals import Principal
from api.access.scopes import OPEN, beyond, covers, is_admin
from api.errors import AuthenticationError, Detail, PermissionsError
from api.queries import roles
from api.registry import Registry
from api.snapshot import Snapshot
from api.writes.write import Write

ADMINISTRATOR, PUBLIC_ROLE = "0", str(2**64 - 1)
#: The roles whose holders judge, and must be accredited for it.
_JUDGES = ("3", "4")
#: Asked for by its function's role on chain, not by the administrator's.
_BY_FUNCTION = "admin:registry"
_DAY = 86_400


def require_scope(registry: Registry, principal: Principal, scopes: Iterable[str]) -> None:
    """Raise unless one of the scopes was granted; `AuthenticationError` when nobody asks, else
    `PermissionsError`. A scope under `admin:*` also takes an administrator."""
    wanted = tuple(scopes)
    if wanted == OPEN:
        return
    note_scopes(wanted)
    held = [scope for scope in wanted if covers(principal.scopes, scope)]
    if not held:
        raise _lacking(principal, wanted)
    if not any(_is_in_force(registry, principal, scope) for scope in held):
        message = (
            "Administrators alone may do this: accounts with the role administrator on chain, and "
            "keys that the operator made on the machine."
        )
        raise PermissionsError(message, [Detail("", "ROLE_MISSING", message)])


def has_scope(registry: Registry, principal: Principal, scope: str) -> bool:
    """Whether a scope was granted and is in force."""
    has = covers(principal.scopes, scope) and _is_in_force(registry, principal, scope)
    if has:
        note_scopes((scope,))
    return has


def require_call(registry: Registry, principal: Principal, write: Write) -> None:
    """Raise `PermissionsError` unless one of the principal's wallets may make this call now."""
    rule = rule_of(write.contract, write.function)
    require_scope(registry, principal, (rule.scope,))
    call = (write.contract, write.function, len(write.arguments))
    note_call(*call)
    with registry.newest_state() as snapshot:
        able = _with_role(registry, snapshot, principal, *call)
        if rule.also and roles.holders_among(snapshot, able, rule.also, _now(snapshot)):
            note_wallets(able)
            return
        parties = rule.parties(snapshot, write.arguments) if rule.parties else set()
        if parties and not able & parties:
            raise _not_theirs(write, parties)
        note_wallets(able & parties if parties else able)


def require_still(registry: Registry, principal: Principal, asked: Asked) -> None:
    """Raise unless a principal may still have the answer to what was asked for once: the scopes,
    the roles of the calls, the wallets. Whose affair it is may have changed by the very call."""
    for scopes in asked.scopes:
        require_scope(registry, principal, scopes)
    for wallets in asked.wallets:
        if not principal.wallets.intersection(wallets):
            raise _no_more_theirs(wallets)
    if asked.calls:
        with registry.newest_state() as snapshot:
            for call in asked.calls:
                _with_role(registry, snapshot, principal, *call)


def require_signer(principal: Principal, address: str | None) -> None:
    """Raise `PermissionsError` for the address of a wallet that the principal has not proven."""
    if address is None:
        return
    if address.lower() in principal.wallets:
        note_wallets((address.lower(),))
        return
    if principal.is_anonymous:
        raise AuthenticationError(f"Sign in with {address} to act for it.")
    known = ", ".join(sorted(principal.wallets)) or "none"
    message = (
        f"{address} is none of the wallets that you have proven ({known}); sign in with it, or use "
        "a key that was made for it."
    )
    raise PermissionsError(message, [Detail("/signer", "SIGNER_NOT_PROVEN", message)])


def require_paid_for(registry: Registry, signer: str) -> None:
    """Raise `PermissionsError` unless the relayer pays for a signer: for whoever holds a role or
    units. Accounts cost nothing to make, so it would otherwise pay for anybody's thousands."""
    with registry.newest_state() as snapshot:
        if roles.roles_of(snapshot, [signer], _now(snapshot)) or roles.owns_units(snapshot, signer):
            return
    message = (
        f"The relayer pays for accounts that hold a role or units; {signer} holds neither. Sign "
        "the transaction and pay for its gas."
    )
    raise PermissionsError(message, [Detail("/signature", "NOT_PAID_FOR", message)])


def grantable(registry: Registry, wallets: Iterable[str]) -> frozenset[str]:
    """The scopes under `admin:*` that a credential for these wallets can hold now; all others can
    be granted to anybody, since roles and ownership are asked again with every call."""
    with registry.newest_state() as snapshot:
        held = roles.roles_of(snapshot, wallets, _now(snapshot))
    if ADMINISTRATOR in held:
        return frozenset({"admin:*"})
    return frozenset({_BY_FUNCTION}) if held else frozenset()


def require_grantable(registry: Registry, principal: Principal, scopes: Iterable[str]) -> None:
    """Raise `PermissionsError` for scopes that a principal has not itself."""
    missing = beyond(scopes, principal.scopes)
    if missing:
        message = f"You cannot hand on what was not granted to you: {', '.join(missing)}."
        raise _with_scopes(PermissionsError(message), missing)


def _is_in_force(registry: Registry, principal: Principal, scope: str) -> bool:
    if not is_admin(scope) or scope == _BY_FUNCTION or principal.by_operator:
        return True
    with registry.newest_state() as snapshot:
        held = roles.roles_of(snapshot, principal.wallets, _now(snapshot))
    return ADMINISTRATOR in held


def _with_role(
    registry: Registry,
    snapshot: Snapshot,
    principal: Principal,
    contract: str,
    function: str,
    inputs: int,
) -> set[str]:
    """The wallets that the contract's function lets in; raises `PermissionsError` without one."""
    target = registry.deployments.contracts[contract].address
    selector = registry.abi.function(contract, function, inputs).selector
    role, now = roles.role_for(snapshot, target, selector), _now(snapshot)
    if role is None or role == PUBLIC_ROLE:
        return set(principal.wallets)
    able = roles.holders_among(snapshot, principal.wallets, role, now)
    if not able:
        raise _without_role(snapshot, f"{contract}.{function}", roles.label_of(snapshot, role))
    if role in _JUDGES:
        able = roles.accredited_among(snapshot, able, role, now // _DAY)
        if not able:
            raise _not_accredited(snapshot, roles.label_of(snapshot, role))
    return able


def _now(snapshot: Snapshot) -> int:
    """The chain's own time, UNIX seconds."""
    return snapshot.position.block_time or int(time.time())


def _lacking(principal: Principal, scopes: tuple[str, ...]) -> Exception:
    named = " or ".join(scopes)
    if principal.is_anonymous:
        return AuthenticationError(
            f"This needs a credential with the scope {named}.", scopes=scopes
        )
    message = f"The credential lacks the scope {named}; use one that has it."
    detail = Detail("", "SCOPE_MISSING", message)
    return _with_scopes(PermissionsError(message, [detail]), scopes)


def _with_scopes(error: PermissionsError, scopes: Iterable[str]) -> PermissionsError:
    error.scopes = tuple(scopes)
    return error


def _without_role(snapshot: Snapshot, call: str, role: str) -> PermissionsError:
    message = (
        f"{call} takes the role {role}, which none of your wallets "
        f"holds at block {snapshot.position.block_number}; ask an administrator for it."
    )
    return PermissionsError(message, [Detail("", "ROLE_MISSING", message, {"role": role})])


def _not_accredited(snapshot: Snapshot, role: str) -> PermissionsError:
    message = (
        f"No accreditation as {role} of your wallets is in force at block "
        f"{snapshot.position.block_number}; ask a registry operator for it."
    )
    return PermissionsError(message, [Detail("", "ACCREDITATION_MISSING", message, {"role": role})])


def _not_theirs(write: Write, parties: set[str]) -> PermissionsError:
    message = (
        f"{write.contract}.{write.function} on this is the affair of "
        f"{' or '.join(sorted(parties))}, which is none of your wallets that may call it."
    )
    return PermissionsError(message, [Detail("", "NOT_A_PARTY", message)])


def _no_more_theirs(wallets: Iterable[str]) -> PermissionsError:
    message = (
        f"This was answered for {' or '.join(wallets)}, which is no more a wallet that you have "
        "proven; sign in with it, or let it be linked again."
    )
    return PermissionsError(message, [Detail("", "WALLET_NOT_YOURS", message)])
