"""Issuing: what somebody may put into an API key that is asked for through the API."""

from __future__ import annotations

import time
from collections.abc import Iterator

from limits import parse_many

from api.access.authorization import has_scope, require_grantable
from api.access.keys import Wanted
from api.access.principals import Principal
from api.access.proofs import require_proven
from api.access.scopes import SCOPES, is_admin, unknown
from api.errors import Detail, PermissionsError, ValidationError
from api.registry import Registry
from api.requests import KeyRequest, KeyWallet

OWN, ALL = "keys:own", "admin:keys"
_DAY = 86_400


def wanted_key(registry: Registry, principal: Principal, request: KeyRequest) -> Wanted:
    """The key that a request asks for.

    Whoever signed in with a wallet gives away no more than was granted to it; an administrator
    gives any scope but those of administrators that it has not itself. Raises `PermissionsError`,
    and `ValidationError` with everything that is wrong.
    """
    is_for_all = has_scope(registry, principal, ALL)
    _require_maker(principal, is_for_all)
    details = list(_faults(request, is_for_all))
    if details:
        raise ValidationError(details[0].message, details)
    handed_on = [scope for scope in request.scopes if is_admin(scope) or not is_for_all]
    require_grantable(registry, principal, handed_on)
    wallets = request.wallets
    if wallets is None:
        wallets = [KeyWallet(address=wallet) for wallet in sorted(principal.wallets)]
    return Wanted(
        name=request.name,
        organization=request.organization,
        scopes=frozenset(request.scopes),
        proofs={w.address: _proof(registry, principal, request.organization, w) for w in wallets},
        owner=principal.id,
        rate=request.rate,
        expires_at=time.time() + request.days * _DAY,
    )


def _require_maker(principal: Principal, is_for_all: bool) -> None:
    if is_for_all or principal.kind == "wallet":
        return
    message = "Keys are made by whoever signed in with a wallet, and by administrators."
    raise PermissionsError(message, [Detail("", "NOT_SIGNED_IN", message)])


def _faults(request: KeyRequest, is_for_all: bool) -> Iterator[Detail]:
    for place, scope in enumerate(request.scopes):
        if unknown([scope]):
            message = f"There is no scope “{scope[:50]}”; give some of {', '.join(SCOPES)}."
            yield Detail(f"/scopes/{place}", "UNKNOWN_SCOPE", message)
        elif scope == OWN:
            message = "A key cannot make keys; leave keys:own out."
            yield Detail(f"/scopes/{place}", "SCOPE_NOT_FOR_KEYS", message)
    if request.rate is None:
        return
    if not is_for_all:
        message = "Administrators alone give a key a limit of its own; leave it out."
        yield Detail("/rate", "RATE_NOT_YOURS", message)
    elif not _is_rate(request.rate):
        yield Detail("/rate", "INVALID_RATE", "Give a limit as in 1200/minute.")


def _is_rate(text: str) -> bool:
    try:
        return bool(parse_many(text))
    except ValueError:
        return False


def _proof(registry: Registry, principal: Principal, organization: str, wallet: KeyWallet) -> str:
    if wallet.signature is None and wallet.address in principal.wallets:
        return f"signed in as {principal.id} ({principal.credential})"
    return require_proven(registry, organization, wallet.address, wallet.signature or "0x")
