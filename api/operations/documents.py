"""Documents by their hashes."""

from __future__ import annotations

from api.models.documents import SuppliedDocument
from api.operations.operation import READ_ANY, Operation

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", "/documents/{hash}"): Operation(
        "The document's canonical bytes.",
        None,
        "document",
        derived=False,
        also=(304,),
        scopes=READ_ANY,
    ),
    ("put", "/documents/{hash}"): Operation(
        "The document is held now.",
        SuppliedDocument,
        "supplied-document",
        201,
        errors=(400, 404, 405, 409, 413, 415, 422, 500, 503),
        request=("pdd", "mrv", "methodology", "decision", "metadata"),
        request_examples=("pdd",),
        derived=False,
        also=(200,),
        scopes=("projects:write", "mrv:write"),
    ),
}
