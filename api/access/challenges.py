"""Challenges: what a 401 or 403 says about the credential that would do (RFC 6750, RFC 9728)."""

from __future__ import annotations

from api.errors import ApiError, AuthenticationError, PermissionsError

METADATA = "/.well-known/oauth-protected-resource"


def challenge(error: ApiError, address: str) -> dict[str, str]:
    """The `WWW-Authenticate` header of a refusal; empty where no other credential would help."""
    if isinstance(error, AuthenticationError):
        return {"WWW-Authenticate": _bearer(address, error.error, error.message, error.scopes)}
    if isinstance(error, PermissionsError) and error.scopes:
        said = _bearer(address, "insufficient_scope", error.message, error.scopes)
        return {"WWW-Authenticate": said}
    return {}


def _bearer(address: str, code: str | None, message: str, scopes: tuple[str, ...]) -> str:
    parts = [f'realm="{address}"', f'resource_metadata="{address}{METADATA}"']
    if code:
        parts += [f'error="{code}"', f'error_description="{_plain(message)}"']
    if scopes:
        parts.append(f'scope="{" ".join(scopes)}"')
    return f"Bearer {', '.join(parts)}"


def _plain(message: str) -> str:
    """The characters that RFC 6750, section 3 lets stand in a description."""
    typewritten = message.replace("“", "'").replace("”", "'").replace("…", "...")
    return "".join(c for c in typewritten if " " <= c <= "~" and c not in '"\\')
