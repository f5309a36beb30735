"""Metadata: what a client library reads before it asks for anything (RFC 8414, RFC 9728)."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

from api.access.scopes import SCOPES
from api.oauth import assertions
from api.settings import ApiSettings

_METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt"]


def server_metadata(settings: ApiSettings) -> dict[str, Any]:
    """The authorization server's document."""
    address = settings.address
    found = AuthorizationServerMetadata(
        issuer=address,
        authorization_endpoint=f"{address}/oauth/authorize",
        token_endpoint=f"{address}/oauth/token",
        revocation_endpoint=f"{address}/oauth/revoke",
        introspection_endpoint=f"{address}/oauth/introspect",
        jwks_uri=f"{address}/oauth/jwks",
        service_documentation=f"{address}/docs",
        scopes_supported=list(SCOPES),
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=["authorization_code", "refresh_token", "client_credentials"],
        code_challenge_methods_supported=["S256"],
        token_endpoint_auth_methods_supported=["none", *_METHODS],
        token_endpoint_auth_signing_alg_values_supported=assertions.ALGORITHMS,
        revocation_endpoint_auth_methods_supported=["none", *_METHODS],
        revocation_endpoint_auth_signing_alg_values_supported=assertions.ALGORITHMS,
        introspection_endpoint_auth_methods_supported=_METHODS,
        introspection_endpoint_auth_signing_alg_values_supported=assertions.ALGORITHMS,
        authorization_response_iss_parameter_supported=True,
    )
    return dict(found)


def resource_metadata(settings: ApiSettings) -> dict[str, Any]:
    """This API's document: which servers give tokens for it, the provider of the settings too."""
    servers = [settings.address, *([settings.oidc_issuer] if settings.oidc_issuer else [])]
    return {
        "resource": settings.address,
        "resource_name": "OGCR registry",
        "authorization_servers": servers,
        "jwks_uri": f"{settings.address}/oauth/jwks",
        "scopes_supported": list(SCOPES),
        "bearer_methods_supported": ["header"],
        "resource_documentation": f"{settings.address}/docs",
    }
