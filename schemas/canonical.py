"""Canonical form: the RFC 8785 bytes of a JSON value."""

from __future__ import annotations

from typing import Any

import rfc8785

from .faults import DocumentError, Fault
from .limits import limit_faults


def canonical_bytes(document: Any) -> bytes:
    """The RFC 8785 (JCS) bytes of any JSON value, as it is.

    Raises `DocumentError` when the value has no canonical form: NaN, infinities, whole numbers
    beyond ±(2^53 - 1), lone surrogates, what is not JSON.
    """
    try:
        return rfc8785.dumps(document)
    except (ValueError, RecursionError) as error:
        raise DocumentError(limit_faults(document) or [_without_form(error)]) from error


def _without_form(error: Exception) -> Fault:
    return Fault("", "NOT_CANONICAL", f"The value has no canonical form ({error}); mend it.")
