"""The program that plays on this machine, as a client that people may sign in to."""

from pathlib import Path

from api.access.scopes import SCOPES
from api.oauth.clients import Registration, register
from api.queries.oauth import client
from api.registry import Registry
from api.settings import ApiSettings
from scripts.signing.session import REDIRECT

#: What people of the life cycle do; what a wallet holds no role for is not granted to it.
PLAYED = frozenset(SCOPES) - {name for name in SCOPES if name.startswith("admin:")} | {
    "admin:registry"
} - {"keys:own", "public:read"}


def register_player(path: Path) -> None:
    """Write the id of a registered client to a file, the known one where it still counts.

    Raises what the database raises.
    """
    registry = Registry(ApiSettings())
    try:
        with registry.transaction() as session:
            known = client(session, path.read_text().strip()) if path.exists() else None
            if known is None or known.revoked_at is not None:
                wanted = Registration("Demonstration", sorted(PLAYED), redirect_uris=[REDIRECT])
                path.write_text(register(session, wanted)[0].id)
    finally:
        registry.close()
