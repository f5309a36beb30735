"""Bodies: reading what a client sends, strictly and never more than the limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel
from pydantic import ValidationError as ModelError

from api.errors import Detail, MediaTypeError, TooLargeError, ValidationError
from api.patterns import fault_sentence
from api.requests import SignedDocument
from schemas import parse

Model = TypeVar("Model", bound=BaseModel)
MEDIA_TYPES = ("application/json", "application/geo+json")


@dataclass(frozen=True)
class Received:
    """A document that came in, and the signed transaction that may have come with it."""

    document: Any
    signed_transaction: str | None = None


def check_coding(request: Request) -> None:
    """Raise `MediaTypeError` for a compressed body, whose size nobody can tell beforehand."""
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding != "identity":
        message = "Send the body as it is, without a Content-Encoding."
        raise MediaTypeError(message, headers={"Accept-Encoding": "identity"})


async def read_body(request: Request) -> bytes:
    """The body's bytes; raises `MediaTypeError` or `TooLargeError`."""
    check_coding(request)
    _check_type(request.headers.get("content-type", ""))
    limit: int = request.app.state.registry.settings.body_bytes
    if _announced(request) > limit:
        raise _too_large(limit)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


async def read_json(request: Request) -> Any:
    """The body as a JSON value; raises `DocumentError` for what is no I-JSON (RFC 7493)."""
    body = await read_body(request)
    # A document of megabytes takes a while to read; others are answered meanwhile.
    return await run_in_threadpool(parse, body)


async def read_document(request: Request) -> Received:
    """The body as a document, alone or as `{"document": …, "signed_transaction": …}`."""
    value = await read_json(request)
    if not isinstance(value, dict) or "document" not in value:
        return Received(value)
    wanted = _checked(SignedDocument, value)
    return Received(wanted.document, wanted.signed_transaction)


def modelled(model: type[Model], value: Any) -> Model:
    """The value as a request model; raises `ValidationError` with every fault.

    In JSON 9.0 is the whole number 9 (JSON Schema 2020-12, 6.1.1), which the models take for none.
    """
    return _checked(model, _whole(value))


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    return value


def _checked(model: type[Model], value: Any) -> Model:
    try:
        return model.model_validate(value)
    except ModelError as error:
        details = [_model_detail(entry) for entry in error.errors(include_url=False)]
        message = "The request has faults; mend each and try again."
        raise ValidationError(message, details) from error


def _model_detail(entry: Any) -> Detail:
    pointer = "".join(f"/{step}" for step in entry["loc"])
    return Detail(pointer, str(entry["type"]).upper(), f"{fault_sentence(entry)}.")


def _check_type(content_type: str) -> None:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        message = f"Send the body as {' or '.join(MEDIA_TYPES)}."
        raise MediaTypeError(message, headers={"Accept": ", ".join(MEDIA_TYPES)})


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(
        f"The body has more than {limit:,} bytes; simplify or divide the document."
    )
