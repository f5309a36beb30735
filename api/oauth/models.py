"""Models: what OAuth's own routes take and answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.access.scopes import SCOPES
from api.models.answers import Answer, Listed, Problem
from api.patterns import ADDRESS, CLIENT_NAME, OAUTH_FIELDS, ONE_LINE, SIGNATURE, VISIBLE

Scope = Annotated[str, Field(max_length=100, json_schema_extra={"enum": list(SCOPES)})]
Scopes = Annotated[list[Scope], Field(min_length=1, max_length=30)]
Handle = Annotated[
    str,
    Field(min_length=1, max_length=8_000, description="The request, as it was given."),
]
Wallet = Annotated[str, Field(pattern=ADDRESS, description="Address of the wallet.")]
Signature = Annotated[
    str,
    Field(
        pattern=SIGNATURE,
        max_length=20_000,
        description="The wallet's personal_sign; `0x` where a smart account has agreed on chain.",
    ),
]


_ASKS_PEOPLE: dict[str, Any] = {
    "required": ["redirect_uris"],
    "properties": {"redirect_uris": {"minItems": 1}},
}
_ASKS_FOR_ITSELF: dict[str, Any] = {
    "required": ["organization", "auth_method"],
    "properties": {
        "organization": {"type": "string", "minLength": 1},
        "auth_method": {"enum": ["client_secret", "private_key_jwt"]},
    },
}


class Asked(BaseModel):
    """A request body; nothing else may stand in it."""

    model_config = ConfigDict(extra="forbid")


class TextRequest(Asked):
    """Which wallet will sign, and what it grants of what was asked for; all when not said."""

    request: Handle
    wallet: Wallet
    scopes: Scopes | None = None


class DecisionRequest(Asked):
    """What a person decides; to allow takes wallet, scopes and signature."""

    request: Handle
    decision: Literal["allow", "deny"]
    wallet: Wallet | None = None
    scopes: Scopes | None = None
    signature: Signature | None = None


class LinkTextRequest(Asked):
    """Which wallet is to let the asking principal act for it."""

    wallet: Wallet


class LinkRequest(Asked):
    """The wallet's signature of the text that it was given."""

    request: Handle
    signature: Signature


class ClientRequest(Asked):
    """A client to register: with redirect_uris it asks people, with an organization for itself."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [_ASKS_PEOPLE, _ASKS_FOR_ITSELF]})

    name: str = Field(max_length=100, json_schema_extra={"pattern": CLIENT_NAME})
    scopes: Scopes
    auth_method: Literal["none", "client_secret", "private_key_jwt"] = "none"
    redirect_uris: list[Annotated[str, Field(max_length=500)]] = Field(default=[], max_length=20)
    organization: str | None = Field(default=None, max_length=200, pattern=ONE_LINE)
    jwks: dict[str, Any] | None = None


def _say_forms(schema: dict[str, Any]) -> None:
    for name, field in schema["properties"].items():
        if "enum" not in field:
            field["pattern"] = OAUTH_FIELDS.get(name, VISIBLE)


class _Form(BaseModel):
    """A form, described here and read by `api.oauth.forms`."""

    model_config = ConfigDict(json_schema_extra=_say_forms)


class TokenRequest(_Form):
    """A form of the token endpoint (RFC 6749, 4.1.3, 4.4.2 and 6)."""

    grant_type: Literal["authorization_code", "refresh_token", "client_credentials"]
    code: str | None = None
    redirect_uri: str | None = None
    code_verifier: str | None = None
    refresh_token: str | None = None
    scope: str | None = None
    resource: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    client_assertion_type: str | None = None
    client_assertion: str | None = None


class TokenQuestion(_Form):
    """A form about one token (RFC 7009, 2.1; RFC 7662, 2.1)."""

    token: str
    token_type_hint: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    client_assertion_type: str | None = None
    client_assertion: str | None = None


class AskedScope(Answer):
    """A scope, and what it lets its holder do."""

    scope: str
    meaning: str


class AskingClient(Answer):
    """Who asks."""

    client_id: str
    name: str
    redirect_host: str


class ConsentRequest(Answer):
    """An authorization request that waits for a person's decision until `expires_at` (RFC 3339)."""

    request: str
    client: AskingClient
    scopes: list[AskedScope]
    expires_at: str
    text_endpoint: str
    decision_endpoint: str


class ConsentText(Answer):
    """The text that the wallet signs, the scopes that it grants, those kept back, and why."""

    text: str
    scopes: list[str]
    withheld: dict[str, str]


class ConsentAnswer(Answer):
    """Where the browser goes now."""

    redirect_to: str


class TokenAnswer(Answer):
    """A token (RFC 6749, 5.1); `expires_in` are seconds."""

    token_type: Literal["Bearer"]
    access_token: str
    expires_in: int
    scope: str
    refresh_token: str | None = None


class Revoked(Answer):
    """Nothing: the token does not count, whatever it was."""


class Introspected(Answer):
    """What is known of a token (RFC 7662, 2.2)."""

    active: bool
    client_id: str | None = None
    sub: str | None = None
    scope: str | None = None
    exp: int | None = None


class ServerMetadata(Answer):
    """What the authorization server can do (RFC 8414)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    grant_types_supported: list[str]
    code_challenge_methods_supported: list[str]


class ResourceMetadata(Answer):
    """Who gives tokens for this API (RFC 9728)."""

    resource: str
    authorization_servers: list[str]
    scopes_supported: list[str]
    bearer_methods_supported: list[str]


class PublicKeys(Answer):
    """The keys that tokens are verified with (RFC 7517)."""

    keys: list[dict[str, Any]]


class RegisteredClient(Answer):
    """A client, without its secret."""

    client_id: str
    name: str
    organization: str | None
    auth_method: str
    redirect_uris: list[str]
    grant_types: list[str]
    scopes: list[str]
    created_at: str
    created_by: str
    revoked_at: str | None


class NewClient(RegisteredClient):
    """A client as it was registered; its secret, if it has one, is shown here and never again."""

    client_secret: str | None = None


class ClientPage(Listed):
    """A page of clients, the newest first."""

    clients: list[RegisteredClient]


class Grant(Answer):
    """What a principal granted a client, with all the tokens of it."""

    id: str
    principal: str
    client_id: str
    client_name: str
    scopes: list[str]
    created_at: str
    expires_at: str
    revoked_at: str | None


class GrantPage(Listed):
    """A page of grants that count now, the newest first."""

    grants: list[Grant]


class WalletLink(Answer):
    """A wallet that let a principal act for it."""

    principal: str
    wallet: str
    created_at: str


class WalletLinks(Answer):
    """The wallets that the asking principal acts for, and the principals that act for its own."""

    principal: str
    wallets: list[str]
    links: list[WalletLink]


class LinkText(Answer):
    """The text that the other wallet signs, and the request to hand in with the signature."""

    request: str
    text: str


class OAuthProblem(Problem):
    """The error envelope, with the members that OAuth's clients look for (RFC 6749, 5.2)."""

    error: str
    error_description: str | None = None
