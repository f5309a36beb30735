"""Links: a wallet lets a principal act for it, by signing a text that says so.

The wallet that is linked signs, never the principal alone: a stolen token can link nothing but
what its thief holds. The principal then acts for the wallet; signing in with the wallet gives none
of the principal's.
"""

from __future__ import annotations

import time
from secrets import token_hex
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from sqlmodel import Session

from api.access.principals import Principal
from api.errors import ConflictError, MissingError, PermissionsError
from api.oauth.credentials import digest
from api.oauth.keys import ALGORITHM
from api.oauth.proofs import Occasion, require_signed, text_for
from api.oauth.tables import WalletLinkRow
from api.oauth.tokens import claims_of
from api.oauth.wallets import principal_id
from api.queries import oauth as queries
from api.registry import Registry

TYPE = "ogcr-link+jwt"


def proposed(registry: Registry, principal: Principal, wallet: str) -> tuple[str, str]:
    """The request, and the text that the wallet (lower case) signs.

    Raises `ConflictError` for a wallet that is the principal's already.
    """
    _require_person(principal)
    if wallet in principal.wallets:
        raise ConflictError("The wallet is this principal's already.")
    now, address = int(time.time()), registry.settings.address
    claims = {
        "iss": address,
        "aud": address,
        "sub": principal.id,
        "wallet": wallet,
        "iat": now,
        "exp": now + registry.settings.sign_in_seconds,
        "jti": token_hex(16),
    }
    header = {"alg": ALGORITHM, "typ": TYPE}
    request = jwt.encode(header, claims, registry.signing_keys.current, [ALGORITHM])
    return request, text_for(registry, _occasion(claims), wallet)


def signed(registry: Registry, principal: Principal, request: str, signature: str) -> WalletLinkRow:
    """Keep the link; raises `MissingError` for a request that is over or another's, and
    `AuthenticationError` when the wallet did not sign."""
    _require_person(principal)
    claims = _claims(registry, request)
    if claims["sub"] != principal.id:
        raise MissingError(_OVER)
    wallet = str(claims["wallet"])
    require_signed(registry, text_for(registry, _occasion(claims), wallet), wallet, signature)
    with registry.transaction() as session:
        if not queries.spend(session, digest(claims["jti"]), int(claims["exp"])):
            raise MissingError(_OVER)
        row = queries.wallet_link(session, principal.id, wallet)
        if row is None:
            row = WalletLinkRow(principal=principal.id, wallet=wallet, created_at=int(time.time()))
            session.add(row)
    return row


def ended(session: Session, chain_id: int, principal: Principal, wallet: str) -> WalletLinkRow:
    """End a link, from either side: of a wallet that the principal acts for, or of another
    principal (named by its wallet) that acts for the principal's own. Raises `MissingError`."""
    _require_person(principal)
    found = queries.wallet_link(session, principal.id, wallet)
    if found is None:
        own = principal.id.rpartition(":")[2]
        found = queries.wallet_link(session, principal_id(chain_id, wallet), own)
    if found is None:
        raise MissingError("There is no such link.")
    session.delete(found)
    return found


def _occasion(claims: dict[str, Any]) -> Occasion:
    other = str(claims["sub"]).rpartition(":")[2]
    statement = f"I let {other} act for this wallet in this registry, until one of us ends it."
    return Occasion(statement, claims["jti"], claims["iat"], claims["exp"])


def _claims(registry: Registry, request: str) -> dict[str, Any]:
    try:
        keys, address = registry.signing_keys.all, registry.settings.address
        return claims_of(request, keys, address, TYPE)
    except (JoseError, ValueError):
        raise MissingError(_OVER) from None


def _require_person(principal: Principal) -> None:
    if principal.kind != "wallet":
        raise PermissionsError("Only who signed in with a wallet has wallets: sign in with one.")


_OVER = "This request is over, or another's: ask for the text again."
