"""API keys, and the log of what was tried."""

from __future__ import annotations

from api import requests
from api.access.scopes import SCOPES
from api.models.audit import AuditPage
from api.models.keys import ApiKey, ApiKeyPage, NewApiKey, WalletStatement
from api.operations.operation import Operation

_KEYS = ("keys:own", "admin:keys")
#: Whoever holds a key may look at it and revoke it.
_OWN_KEY = tuple(scope for scope in SCOPES if scope != "public:read")

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", "/keys"): Operation(
        "A page of keys.",
        ApiKeyPage,
        "keys",
        errors=(400, 405, 410, 500, 503),
        derived=False,
        scopes=_KEYS,
    ),
    ("post", "/keys"): Operation(
        "The key, which is shown this once.",
        NewApiKey,
        "new-key",
        201,
        errors=(400, 405, 409, 413, 415, 422, 500, 503),
        request=requests.KeyRequest,
        request_examples=("key-request",),
        derived=False,
        secret=True,
        scopes=_KEYS,
    ),
    ("get", "/keys/statement"): Operation(
        "The text to sign.", WalletStatement, "statement", derived=False, scopes=_KEYS
    ),
    ("get", "/keys/{id}"): Operation("The key.", ApiKey, "key", derived=False, scopes=_OWN_KEY),
    ("delete", "/keys/{id}"): Operation(
        "The key, which is of no use any more.",
        ApiKey,
        "revoked-key",
        derived=False,
        scopes=_OWN_KEY,
    ),
    ("get", "/audit"): Operation(
        "A page of the log.",
        AuditPage,
        "audit",
        errors=(400, 405, 410, 500, 503),
        derived=False,
        scopes=("admin:audit",),
    ),
}
