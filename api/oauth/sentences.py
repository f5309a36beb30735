"""Sentences: what is wrong with a request and how to mend it, where the library names the fault
alone. Of the letters that an `error_description` may consist of (RFC 6749, 5.2)."""

from __future__ import annotations

_BEGIN = "begin again at /oauth/authorize."
_BY_TEXT = {
    "The requested scope is invalid, unknown, or malformed.": (
        "Ask for scopes that this server knows (scopes_supported of its metadata) and the client "
        "is registered for; a refresh for none that was not granted."
    ),
    "The client does not exist on this server.": (
        "There is no client of that client_id here; register it, or see that the id is whole."
    ),
    "Missing 'code' in request.": "Give the code that the browser came back with.",
    "Invalid 'code' in request.": f"The code is over, used, or another client's; {_BEGIN}",
    "Invalid 'redirect_uri' in request.": (
        "Give the redirect_uri of the authorization request, letter for letter."
    ),
    "Missing 'refresh_token' in request.": "Give the refresh_token.",
    "Missing 'code_challenge'": "Give a code_challenge: PKCE (RFC 7636) is needed here.",
    "Invalid 'code_challenge'": (
        "The code_challenge is no BASE64URL(SHA256(code_verifier)), which has 43 characters."
    ),
    "Unsupported 'code_challenge_method'": "Give code_challenge_method=S256; no other is taken.",
    "Missing 'code_verifier'": f"Give the code_verifier of the code_challenge; {_BEGIN}",
    "Invalid 'code_verifier'": (
        f"A code_verifier has 43 to 128 letters, digits, '-', '.', '_' and '~'; {_BEGIN}"
    ),
    "Code challenge failed.": f"The code_verifier is not that of the code_challenge; {_BEGIN}",
}


_BY_CODE = {
    "unsupported_response_type": "Ask with response_type=code: no other flow begins here.",
    "unsupported_grant_type": "Give authorization_code, refresh_token or client_credentials.",
}


def mended(code: str, description: str | None) -> str | None:
    """The description of one of Authlib's errors, with a remedy."""
    return _BY_CODE.get(code) or _BY_TEXT.get(description or "", description)
