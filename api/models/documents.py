"""Documents: those that were supplied."""

from __future__ import annotations

from api.models.answers import Answer


class SuppliedDocument(Answer):
    """A document that is held now."""

    content_hash: str
    cid: str
    href: str
