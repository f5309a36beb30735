"""Content: the bytes of a document that are stored and anchored, and their hash."""

from __future__ import annotations

import hashlib
from typing import Any

from .canonical import canonical_bytes
from .projection import content_projection


def content_bytes(document: Any) -> bytes:
    """The bytes that are stored: the canonical form of the content projection (RFC 8785).

    Raises `DocumentError` when the document has no canonical form.
    """
    return canonical_bytes(content_projection(document))


def content_hash(document: Any) -> str:
    """`sha256:<hex>` of the content bytes; `sha256sum` of the stored bytes gives the same."""
    return "sha256:" + hashlib.sha256(content_bytes(document)).hexdigest()
