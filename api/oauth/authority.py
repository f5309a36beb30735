"""The authorization server with all that may be asked of it."""

from sqlmodel import Session

from api.oauth.assertions import Assertion
from api.oauth.endpoints import Introspection, Revocation
from api.oauth.grants import S256, CodeGrant, CredentialsGrant, RefreshGrant
from api.oauth.server import Server
from api.registry import Registry


def authority(registry: Registry, session: Session) -> Server:
    """A server for one request in one transaction."""
    server = Server(registry, session)
    server.register_client_auth_method("private_key_jwt", Assertion(server))
    server.register_grant(CodeGrant, [S256(required=True)])
    server.register_grant(RefreshGrant)
    server.register_grant(CredentialsGrant)
    server.register_endpoint(Revocation)
    server.register_endpoint(Introspection)
    return server
