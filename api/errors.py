"""Errors: what can go wrong while answering, and the status that each becomes.

ApiError                      500  INTERNAL_ERROR
├── ParameterError            400  VALIDATION_ERROR          a path, query or header value
├── UnreadableBodyError       400  VALIDATION_ERROR          a body that is no I-JSON
├── ValidationError           422  VALIDATION_ERROR          a document or request with faults
├── AuthenticationError       401  AUTHENTICATION_REQUIRED   nobody, or a credential of no use
├── PermissionsError          403  INSUFFICIENT_PERMISSIONS  the asker or signer may not do this
├── MissingError              404  RESOURCE_NOT_FOUND
├── MethodError               405  METHOD_NOT_ALLOWED
├── NotAcceptableError        406  NOT_ACCEPTABLE            the reader takes none of what there is
├── ConflictError             409  CONFLICT                  the state of the registry forbids it
├── GoneError                 410  RESOURCE_GONE             it was here, and is kept no longer
├── PreconditionFailedError   412  PRECONDITION_FAILED       it is not as the client saw it
├── TooLargeError             413  PAYLOAD_TOO_LARGE
├── MediaTypeError            415  UNSUPPORTED_MEDIA_TYPE
├── PreconditionRequiredError 428  PRECONDITION_REQUIRED     the client must say what it saw
├── RateLimitError            429  RATE_LIMIT_EXCEEDED       too many requests
└── UnavailableError          503  SERVICE_UNAVAILABLE       the index or the node is not there
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError, ProgrammingError, TimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.patterns import fault_sentence
from api.refusals import refusal_of
from indexer.abi import ContractError
from indexer.documents import DocumentCorrupt, DocumentMissing
from indexer.errors import ChainMoved, IndexerError, TryLater
from schemas import DocumentError, Fault


@dataclasses.dataclass(frozen=True)
class Detail:
    """One thing that is wrong: a JSON pointer or parameter name, a code, a sentence, and extras.

    `conflict` says that the request is well formed and only the state of the registry forbids it.
    """

    field: str
    code: str
    message: str
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    conflict: bool = False

    def as_json(self) -> dict[str, Any]:
        """The member of `details` in a problem."""
        return {"field": self.field, "code": self.code, "message": self.message, **self.extra}


@dataclasses.dataclass(frozen=True)
class RefusedCall:
    """A call that a contract refused: whose it was, of what, and the name of the custom error."""

    sender: str
    contract: str
    function: str
    error: str


class ApiError(Exception):
    """Any answer that is no success; `message` is one sentence that says how to mend it."""

    status = 500
    code = "INTERNAL_ERROR"
    #: What a contract refused, for the trail of denied attempts.
    refused: RefusedCall | None = None

    def __init__(
        self,
        message: str,
        details: Iterable[Detail] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)
        self.headers = dict(headers or {})

    @property
    def title(self) -> str:
        """The reason phrase of the status."""
        return HTTPStatus(self.status).phrase


class ParameterError(ApiError):
    """A value in the path, the query or a header that cannot be used."""

    status, code = 400, "VALIDATION_ERROR"


class UnreadableBodyError(ApiError):
    """A body that is no I-JSON (RFC 7493)."""

    status, code = 400, "VALIDATION_ERROR"


class ValidationError(ApiError):
    """A document or request that can be read, but not accepted as it is."""

    status, code = 422, "VALIDATION_ERROR"


class AuthenticationError(ApiError):
    """No credential where one is needed, or one that cannot be used.

    `error` is the code of RFC 6750 (`invalid_request`, `invalid_token`), None when none was shown;
    `scopes` are those that would do. Both stand in `WWW-Authenticate`.
    """

    status, code = 401, "AUTHENTICATION_REQUIRED"

    def __init__(
        self, message: str, *, error: str | None = None, scopes: Iterable[str] = ()
    ) -> None:
        super().__init__(message)
        self.error = error
        self.scopes = tuple(scopes)


class PermissionsError(ApiError):
    """The asker or the signer may not do this; `scopes` are those that the credential lacks."""

    status, code = 403, "INSUFFICIENT_PERMISSIONS"
    scopes: tuple[str, ...] = ()


class MissingError(ApiError):
    """Nothing of that name is known."""

    status, code = 404, "RESOURCE_NOT_FOUND"


class MethodError(ApiError):
    """The resource does not know the verb."""

    status, code = 405, "METHOD_NOT_ALLOWED"


class NotAcceptableError(ApiError):
    """The reader takes none of the representations that there are."""

    status, code = 406, "NOT_ACCEPTABLE"


class ConflictError(ApiError):
    """The request is well formed, but the state of the registry forbids it."""

    status, code = 409, "CONFLICT"


class GoneError(ApiError):
    """What is asked for was here, and is kept no longer."""

    status, code = 410, "RESOURCE_GONE"


class PreconditionFailedError(ApiError):
    """What is to be changed is not as the client saw it."""

    status, code = 412, "PRECONDITION_FAILED"


class TooLargeError(ApiError):
    """The body is larger than this API takes."""

    status, code = 413, "PAYLOAD_TOO_LARGE"


class MediaTypeError(ApiError):
    """The body is of a type that this API does not read."""

    status, code = 415, "UNSUPPORTED_MEDIA_TYPE"


class PreconditionRequiredError(ApiError):
    """The client has to say what it saw of what it changes."""

    status, code = 428, "PRECONDITION_REQUIRED"


class RateLimitError(ApiError):
    """The client asks more often than it may."""

    status, code = 429, "RATE_LIMIT_EXCEEDED"


class UnavailableError(ApiError):
    """Something this API depends on is not there; asking again later is right."""

    status, code = 503, "SERVICE_UNAVAILABLE"


_BY_STATUS: dict[int, type[ApiError]] = {
    400: ParameterError,
    401: AuthenticationError,
    403: PermissionsError,
    404: MissingError,
    405: MethodError,
    409: ConflictError,
    413: TooLargeError,
    415: MediaTypeError,
    422: ValidationError,
    503: UnavailableError,
}


def faults_error(faults: Iterable[Fault], message: str | None = None) -> ValidationError:
    """All faults of a document as one answer (OGCR 4.4.1)."""
    details = [Detail(f.pointer, f.code, f.message) for f in sorted(set(faults))]
    count = f"{len(details)} fault{'s' if len(details) != 1 else ''}"
    return ValidationError(
        message or f"The document has {count}; mend each and try again.", details
    )


def contract_error(error: ContractError, names: Mapping[str, str] | None = None) -> ApiError:
    """A contract's refusal as an answer: its status, a sentence, and its arguments.

    `names` are the document ids of the arguments that are hashed ids, for the sentence.
    """
    refusal = refusal_of(error, names or {})
    kind = _BY_STATUS[refusal.status]
    values = {name: _json_value(value) for name, value in error.arguments.items()}
    detail = Detail("", error.name, refusal.sentence, {"arguments": values})
    return kind(refusal.sentence, [detail])


def as_api_error(error: Exception) -> ApiError:
    """The one map from any exception to an answer; what is not known becomes 500 without a word
    about the inside."""
    if isinstance(error, ApiError):
        return error
    for kind, translate in _FOREIGN:
        if isinstance(error, kind):
            found: ApiError = translate(error)
            return found
    return ApiError(_OUR_FAULT)


def _unreadable(error: Any) -> ApiError:
    details = [Detail(f.pointer, f.code, f.message) for f in error.faults]
    return UnreadableBodyError("The body is no I-JSON document; mend what is listed.", details)


def _http(error: Any) -> ApiError:
    kind = _BY_STATUS.get(error.status_code, ApiError)
    message = _HTTP_SENTENCES.get(error.status_code, str(error.detail))
    return kind(message)


def _parameters(error: Any) -> ApiError:
    details = [_parameter_detail(entry) for entry in error.errors()]
    return ParameterError("A parameter cannot be used; see the details.", details)


def _parameter_detail(entry: Mapping[str, Any]) -> Detail:
    place = [str(step) for step in entry["loc"] if step not in ("query", "path", "header")]
    name = ".".join(place)
    return Detail(name, "INVALID_PARAMETER", f"{name}: {fault_sentence(entry)}.")


def _database(error: Any) -> ApiError:
    message = str(getattr(error, "orig", ""))
    if "no such table" in message or "does not exist" in message:
        return UnavailableError("The index has no tables yet; start the indexer.", headers=_SOON)
    if isinstance(error, ProgrammingError):
        return ApiError(_OUR_FAULT)
    return UnavailableError("The database does not answer; try again in a moment.", headers=_SOON)


def _json_value(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        return str(value)
    return value


_OUR_FAULT = "Something went wrong on our side; the request id finds it in our log."
_BROKEN_OFF = "The body broke off before all of it had come; send it again."
_SOON = {"Retry-After": "2"}
# Which node, file or host it is stands in the log, where it is nobody else's affair.
_NODE = "The node of the chain does not answer as it should; try again in a moment."
_MOVED = "The chain moved while it was read; try again in a moment."
_SET_UP = "This server is not set up for its chain and index as it should be; tell the operator."
_HTTP_SENTENCES = {
    404: "There is no such path, and none ends in a slash; GET / lists what there is.",
    405: "The path does not know this verb; the Allow header names those it knows.",
}
_FOREIGN: tuple[tuple[type[Exception], Any], ...] = (
    (HTTPException, _http),
    (RequestValidationError, _parameters),
    (DocumentError, _unreadable),
    (ClientDisconnect, lambda e: UnreadableBodyError(_BROKEN_OFF)),
    (DocumentMissing, lambda e: MissingError(_not_held(e))),
    (DocumentCorrupt, lambda e: UnavailableError(_damaged())),
    (ChainMoved, lambda e: UnavailableError(_MOVED, headers=_SOON)),
    (TryLater, lambda e: UnavailableError(_NODE, headers=_SOON)),
    (IndexerError, lambda e: UnavailableError(_SET_UP, headers=_SOON)),
    (OperationalError, _database),
    (ProgrammingError, _database),
    (TimeoutError, _database),
)

#: What may be raised while answering; anything else is a fault of ours.
EXPECTED: tuple[type[Exception], ...] = (ApiError, *(kind for kind, _ in _FOREIGN))


def _not_held(error: Exception) -> str:
    return f"The document {error.args[0]} is not held here; PUT /documents/{error.args[0]} adds it."


def _damaged() -> str:
    return "The stored copy of the document is damaged; hand the document in again with PUT."
