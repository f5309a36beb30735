"""Subjects of another OpenID provider: their JWTs, believed as far as the settings say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError

from api.access.principals import Principal
from api.access.scopes import SCOPES
from api.errors import AuthenticationError, UnavailableError
from api.oauth.provider import ProviderError
from api.oauth.wallets import allowed_to
from api.patterns import ADDRESS
from api.registry import Registry
from api.settings import ApiSettings
from indexer import database

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_TYPES = ("jwt", "at+jwt", "application/at+jwt", None)
#: What only an ID token says: it tells a client who signed in, and opens nothing (OIDC Core, 2).
_OF_ID_TOKENS = ("nonce", "at_hash", "c_hash", "s_hash")
_LEEWAY = 30


def principal_of_subject(registry: Registry, token: str) -> Principal:
    """The principal of a JWT of the provider; raises `AuthenticationError`, or `UnavailableError`
    when the provider's keys cannot be had."""
    settings = registry.settings
    try:
        header = jws.extract_compact(token.encode()).headers()
        keys = registry.provider.keys(_text(header.get("kid")))
        read = jwt.decode(token, keys, algorithms=ALGORITHMS)
        _check(settings, read.header, read.claims)
    except ProviderError:
        message = "The OpenID provider does not answer; try again in a moment."
        raise UnavailableError(message, headers={"Retry-After": "5"}) from None
    except (JoseError, ValueError):
        raise _refused() from None
    return _principal(registry, read.claims)


def _check(settings: ApiSettings, header: dict[str, Any], claims: dict[str, Any]) -> None:
    kind = header.get("typ")
    if (kind.lower() if isinstance(kind, str) else kind) not in _TYPES:
        raise ValueError("typ")
    if any(name in claims for name in _OF_ID_TOKENS):
        raise ValueError("an ID token")
    rules = jwt.JWTClaimsRegistry(
        leeway=_LEEWAY,
        iss={"essential": True, "value": settings.oidc_issuer},
        aud={"essential": True, "value": settings.oidc_audience or settings.address},
        exp={"essential": True},
        sub={"essential": True},
    )
    rules.validate(claims)


def _principal(registry: Registry, claims: dict[str, Any]) -> Principal:
    settings = registry.settings
    wallets = _wallets(claims.get(settings.oidc_wallet_claim)) if settings.oidc_wallet_claim else ()
    wanted = _scopes(settings, claims.get(settings.oidc_scope_claim))
    with database.snapshot(registry.engine) as session:
        scopes = allowed_to(session, wallets, wanted)
    organization = claims.get(settings.oidc_organization_claim or "")
    return Principal(
        id=f"subject:{settings.oidc_issuer}#{claims['sub']}",
        kind="subject",
        scopes=frozenset(scopes),
        wallets=frozenset(wallets),
        organization=_text(organization),
        credential=_text(claims.get("jti")),
    )


def _scopes(settings: ApiSettings, value: Any) -> set[str]:
    """What the operator lets each value of the claim stand for."""
    named = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
    found = [settings.oidc_scopes.get(name, []) for name in named if isinstance(name, str)]
    return {scope for scopes in found for scope in scopes if scope in SCOPES}


def _wallets(value: Any) -> tuple[str, ...]:
    named: Iterable[Any] = value if isinstance(value, list) else [value]
    return tuple(
        one.lower() for one in named if isinstance(one, str) and re.fullmatch(ADDRESS, one)
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _refused() -> AuthenticationError:
    message = "The access token of the OpenID provider is not valid here, or over."
    return AuthenticationError(message, error="invalid_token")
