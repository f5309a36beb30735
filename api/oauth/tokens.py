"""Tokens: access tokens as signed JWTs (RFC 9068) that name the grant they belong to."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.oauth.credentials import new_secret
from api.oauth.keys import ALGORITHM, SigningKeys

TYPE = "at+jwt"
#: The claim that names the grant: whoever revokes that one revokes all of its tokens.
GRANT_CLAIM = "ogcr:grant"


class ForeignToken(JoseError):
    """A JWT of ours that is meant for something else."""

    error = "foreign_token"


class AccessTokens(JWTBearerTokenGenerator):
    """Makes the tokens of one grant, for this API alone."""

    def __init__(self, issuer: str, keys: SigningKeys, seconds: int) -> None:
        super().__init__(
            issuer,
            ALGORITHM,
            refresh_token_generator=lambda **_: new_secret(),
            expires_generator=seconds,
        )
        self._keys = keys
        self.grant_id = ""

    def get_jwks(self) -> KeySet:
        """The one key that signs."""
        return self._keys.current

    def get_audiences(self, client: Any, user: Any, scope: str) -> str:
        """This API."""
        return str(self.issuer)

    def get_extra_claims(
        self, client: Any, grant_type: str, user: Any, scope: str
    ) -> dict[str, str]:
        """The grant."""
        return {GRANT_CLAIM: self.grant_id}


def claims_of(token: str, keys: KeySet, issuer: str, kind: str = TYPE) -> dict[str, Any]:
    """The claims of a JWT of ours of that `typ` and no other; raises `JoseError`.

    The algorithm is fixed, and the key is one of ours by its `kid`: whatever else the header
    says about either is not looked at.
    """
    read = jwt.decode(token, keys, algorithms=[ALGORITHM])
    if read.header.get("typ") != kind or "kid" not in read.header:
        raise ForeignToken
    rules = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": issuer},
        exp={"essential": True},
        iat={"essential": True},
        jti={"essential": True},
    )
    rules.validate(read.claims)
    return read.claims
