"""Forms: what a client asks an OAuth endpoint, read strictly into what Authlib works with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749 import (
    InvalidClientError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.errors import OAuth2Error
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from fastapi import Request

from api.bodies import check_coding
from api.errors import MediaTypeError, TooLargeError
from api.patterns import OAUTH_FIELDS, VISIBLE

FORM = "application/x-www-form-urlencoded"
MOST_BYTES = 20_000
MOST_FIELDS = 30


class InvalidTargetError(OAuth2Error):
    """The token is wanted for another API (RFC 8707)."""

    error = "invalid_target"


class FormRequest(OAuth2Request):
    """One request: its fields, each given once, and its headers."""

    def __init__(self, method: str, uri: str, fields: Mapping[str, str], headers: Any) -> None:
        super().__init__(method, uri, headers=headers)
        self.fields = dict(fields)
        self.payload = BasicOAuth2Payload(self.fields)

    @property
    def args(self) -> dict[str, str]:
        """The fields of the query."""
        return self.fields

    @property
    def form(self) -> dict[str, str]:
        """The fields of the body."""
        return self.fields


async def read_form(request: Request) -> str:
    """The body of a form as text; raises `MediaTypeError` or `TooLargeError`."""
    check_coding(request)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM:
        raise MediaTypeError(f"Send the body as {FORM}.", headers={"Accept": FORM})
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_BYTES:
            raise TooLargeError(f"The form has more than {MOST_BYTES:,} bytes; send less.")
        chunks.append(chunk)
    return b"".join(chunks).decode("latin-1")


def query_request(address: str, request: Request) -> FormRequest:
    """An authorization request; raises `OAuth2Error`."""
    return _made(address, request, str(request.scope["query_string"], "latin-1"))


def form_request(address: str, request: Request, body: str) -> FormRequest:
    """A request of the token, revocation or introspection endpoint; raises `OAuth2Error`."""
    made = _made(address, request, body)
    _check_credentials(made)
    return made


def _made(address: str, request: Request, text: str) -> FormRequest:
    fields = _fields(text)
    wanted = fields.get("resource")
    if wanted is not None and wanted.rstrip("/") != address:
        raise InvalidTargetError("This server gives tokens for its own API alone.")
    return FormRequest(request.method, address + request.url.path, fields, request.headers)


def _fields(text: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise InvalidRequestError("The fields cannot be read.") from error
    for name, count in Counter(name for name, _ in pairs).items():
        if count > 1:
            raise InvalidRequestError(f"Give every field once: {_plain(name)} comes twice.")
    # Without a value a field counts as not given (RFC 6749, 3.1).
    fields = {name: value for name, value in pairs if value}
    for name, value in fields.items():
        _check_field(name, value)
    return fields


def _fits(name: str, value: str) -> bool:
    return re.fullmatch(OAUTH_FIELDS.get(name, VISIBLE)[1:-1], value) is not None


def _check_field(name: str, value: str) -> None:
    if not _fits(name, value):
        kind = InvalidScopeError if name == "scope" else InvalidRequestError
        raise kind(f"The field {_plain(name)} holds what no such field can hold.")


def _check_credentials(request: FormRequest) -> None:
    """One way to authenticate at a time (RFC 6749, 2.3), and a header that can be read."""
    shown = request.headers.get("authorization")
    if shown is None:
        return
    if "client_secret" in request.fields or "client_assertion" in request.fields:
        raise InvalidRequestError("Authenticate in one way: by header, or in the body.")
    try:
        name, secret = extract_basic_authorization({"Authorization": shown})
    except ValueError:
        name, secret = None, None
    if not name or not secret or not _fits("client_id", name):
        message = "The Authorization header holds no id and secret (HTTP Basic)."
        raise InvalidClientError(message, status_code=401)
    if request.fields.get("client_id", name) != name:
        raise InvalidRequestError("The header and the body name different clients.")


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_\-.]", "?", name)[:40]
