"""Documentation: the OpenAPI document with examples and every error."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.access.schemes import CHALLENGE, SCHEMES, security_of
from api.access.scopes import OPEN
from api.branches import routes_of
from api.hooks.documentation import messages_sent
from api.idempotency.keys import HEADER as IDEMPOTENCY_KEY
from api.models.answers import Problem
from api.oauth.forms import FORM
from api.oauth.models import OAuthProblem
from api.operations import OPERATIONS, Operation
from api.representations import GEOJSON, REPRESENTATIONS
from api.requests import SignedDocument
from api.specimens import with_specimen
from schemas import KINDS, schema

_EXAMPLES = Path(__file__).parent / "examples"
_HEADERS = {
    "OGCR-Block-Number": "Block that the answer is about.",
    "OGCR-Block-Hash": "Its hash, where it is known.",
    "OGCR-Finality": "latest, safe or finalized.",
    "OGCR-Lag": "Blocks between that block and the newest one known.",
    "ETag": "Changes with the content, not with the block that it is read at.",
}
_ERRORS = {
    400: "A parameter or the body cannot be read.",
    401: "No credential where one is needed, or one that is of no use.",
    403: "The credential lacks the scope, or no wallet of the asker may do this.",
    404: "Nothing of that name is known.",
    405: "The path does not know the verb.",
    406: "The reader takes none of the representations that there are.",
    409: "The state of the registry forbids it.",
    410: "It was here, and is kept no longer.",
    412: "The record is not of a version that `If-Match` names; `ETag` tells the current one.",
    413: "The body is too large.",
    415: "The body is of a type that is not read here.",
    422: "The document, request or transaction has faults; all are listed.",
    428: "This registry wants `If-Match` with every change of a document.",
    429: "The client asks too often; `Retry-After` says when to try again.",
    500: "Something went wrong on our side.",
    503: "The index or the node does not answer; try again later.",
}


def describe(app: FastAPI) -> None:
    """Let the application's OpenAPI document be the complete one."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = complete(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def complete(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document: schemas of documents and answers, examples, errors."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary="A carbon-removal registry whose authority is on an EVM chain.",
        description=_ABOUT,
        routes=routes_of(app),
    )
    document.setdefault("components", {})["securitySchemes"] = SCHEMES
    components = document["components"].setdefault("schemas", {})
    for superseded in ("HTTPValidationError", "ValidationError"):
        components.pop(superseded, None)
    components.update(_document_schemas())
    for (method, path), operation in OPERATIONS.items():
        entry = document["paths"][path][method]
        _describe_operation(entry, operation, components)
        if method != "get":
            _describe_once(entry, components)
        entry["parameters"] = [with_specimen(one) for one in entry.get("parameters", ())]
        _describe_access(entry, operation, components)
        # Wrong credentials are counted everywhere, also where requests are not.
        entry["responses"]["429"] = _error_response(429, components)
    document["webhooks"] = messages_sent(_model_schema, components)
    return document


@cache
def example(name: str) -> Any:
    """An example, as it was once really sent or answered."""
    return json.loads((_EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def _describe_operation(
    entry: dict[str, Any], operation: Operation, components: dict[str, Any]
) -> None:
    for parameter in entry.get("parameters", ()):
        parameter["schema"] = _without_null(parameter["schema"])
        if parameter["name"] in operation.needed:
            form = operation.needed[parameter["name"]]
            parameter |= {"required": True, "schema": {"type": "string", **form}}
    if operation.request is not None:
        entry["requestBody"] = _request_body(operation, components)
    success: dict[str, Any] = {"description": operation.said}
    if operation.example:
        content = {
            "schema": _model_schema(operation.answer, components),
            "examples": {operation.example: {"value": example(operation.example)}},
        }
        success["content"] = dict.fromkeys(_types(operation), content)
    if operation.derived:
        success["headers"] = {name: _header(text) for name, text in _HEADERS.items()}
    entry["responses"] = {str(operation.status): success}
    for status in operation.also:
        same = {"content": success["content"]} if status == 200 else {}
        entry["responses"][str(status)] = {"description": _ALSO[status], **same}
    for status in (*operation.errors, *((406,) if _is_negotiated(operation) else ())):
        entry["responses"][str(status)] = _error_response(status, components)
    for status in operation.refusals:
        answer = entry["responses"].setdefault(str(status), {"description": _ERRORS[status]})
        answer.setdefault("content", {})["application/json"] = _refusal(status, components)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is left out, never null; whoever writes “null” has sent these four letters."""
    options = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    others = {name: value for name, value in schema.items() if name != "anyOf"}
    if len(options) == 1:
        return {**others, **options[0]}
    return {**others, "anyOf": options} if options else schema


def _describe_once(entry: dict[str, Any], components: dict[str, Any]) -> None:
    """The key that makes trying again safe, and what comes of using it twice."""
    entry.setdefault("parameters", []).append(_ONCE)
    for status in (409, 422):
        entry["responses"].setdefault(str(status), _error_response(status, components))


def _describe_access(
    entry: dict[str, Any], operation: Operation, components: dict[str, Any]
) -> None:
    """The credentials that it takes, and what comes of others: a wrong one is refused anywhere."""
    entry["security"] = security_of(operation.scopes)
    statuses = (401,) if operation.scopes == OPEN else (401, 403)
    for status in statuses:
        known = entry["responses"].get(str(status), {})
        said = _error_response(status, components)
        said["content"] |= known.get("content", {})
        entry["responses"][str(status)] = {**said, "headers": CHALLENGE}


def _is_negotiated(operation: Operation) -> bool:
    return operation.media_type == GEOJSON


def _types(operation: Operation) -> tuple[str, ...]:
    return REPRESENTATIONS if _is_negotiated(operation) else (operation.media_type,)


def _request_body(operation: Operation, components: dict[str, Any]) -> dict[str, Any]:
    kinds = operation.request if isinstance(operation.request, tuple) else (operation.request,)
    options = [_request_schema(kind, components) for kind in kinds]
    if operation.signable:
        options.append(_together(kinds, options, components))
    content = {
        "schema": options[0] if len(options) == 1 else {"anyOf": options},
        "examples": {name: {"value": example(name)} for name in operation.request_examples},
    }
    types = [FORM] if operation.form else ["application/json"]
    if any(kind in ("pdd", "mrv") for kind in kinds):
        types = ["application/geo+json", "application/json"]
    return {"required": True, "content": dict.fromkeys(types, content)}


def _together(
    kinds: Sequence[str], options: list[dict[str, Any]], components: dict[str, Any]
) -> dict[str, Any]:
    """A document with its signed transaction, for each of the documents; by a name of its own,
    since generators of clients leave out an alternative that has none."""
    name = "Signed" + "Or".join(kind.capitalize() for kind in kinds)
    _model_schema(SignedDocument, components)
    envelope = components.pop(SignedDocument.__name__)
    document = options[0] if len(options) == 1 else {"anyOf": list(options)}
    members = {**envelope["properties"], "document": document}
    components[name] = {**envelope, "title": name, "properties": members}
    return {"$ref": f"#/components/schemas/{name}"}


def _request_schema(kind: Any, components: dict[str, Any]) -> dict[str, Any]:
    if isinstance(kind, str):
        return {"$ref": f"#/components/schemas/{kind}"}
    return _model_schema(kind, components)


def _model_schema(model: Any, components: dict[str, Any]) -> dict[str, Any]:
    if model is None:
        return {"type": "object"}
    found = model.model_json_schema(ref_template="#/components/schemas/{model}", by_alias=True)
    components.update(found.pop("$defs", {}))
    components[model.__name__] = found
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _error_response(status: int, components: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": _ERRORS[status],
        "content": {
            "application/problem+json": {
                "schema": _model_schema(Problem, components),
                "examples": {f"problem-{status}": {"value": example(f"problem-{status}")}},
            }
        },
    }


def _refusal(status: int, components: dict[str, Any]) -> dict[str, Any]:
    name = f"oauth-problem-{status}"
    return {
        "schema": _model_schema(OAuthProblem, components),
        "examples": {name: {"value": example(name)}},
    }


def _header(text: str) -> dict[str, Any]:
    return {"description": text, "schema": {"type": "string"}}


def _document_schemas() -> dict[str, Any]:
    """The JSON Schemas of documents as components; shared definitions keep their own names."""
    shared = {f"common-{name}": entry for name, entry in schema("common")["$defs"].items()}
    found = {name: _relocated(entry, "common") for name, entry in shared.items()}
    for kind in KINDS:
        whole = dict(schema(kind))
        for name, entry in whole.pop("$defs", {}).items():
            found[f"{kind}-{name}"] = _relocated(entry, kind)
        dropped = ("$schema", "$id")
        content = {key: value for key, value in whole.items() if key not in dropped}
        found[kind] = _relocated(content, kind)
    return found


def _relocated(value: Any, home: str) -> Any:
    if isinstance(value, dict):
        found = {key: _relocated_member(key, item, home) for key, item in value.items()}
        # Generators of clients give up on an array of anything.
        bare = value.get("type") == "array" and not {"items", "prefixItems"} & set(value)
        return {**found, "items": {}} if bare else found
    if isinstance(value, list):
        return [_relocated(item, home) for item in value]
    return value


def _relocated_member(key: str, value: Any, home: str) -> Any:
    if key != "$ref" or not isinstance(value, str):
        return _relocated(value, home)
    where, _, name = value.partition("#/$defs/")
    owner = where.removesuffix(".schema.json") or home
    return f"#/components/schemas/{owner}-{name}"


_ONCE = {
    "name": IDEMPOTENCY_KEY,
    "in": "header",
    "required": False,
    "description": "Of your own making, best a random UUID: the same request with the same key is "
    "carried out once, and answered again with the first answer (`Idempotency-Replayed: true`); "
    "with it, trying again is safe.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!#-~]+$"},
}
_ALSO = {
    200: "It was held already.",
    302: "What is wrong, sent to the address of the client (`error`, `state`, `iss`).",
    304: "The reader has it already (`If-None-Match`); the headers say what block it holds for.",
}
_ABOUT = """\
The chain decides; this API checks documents, relays what others signed, and reads the index.

**Reading** is public, unless the registry says otherwise. Every derived answer says which block it
is about and how sure that is (`ogcr:index`, headers `OGCR-…`); `as_of` asks for any earlier block
or date, or for the state that a transaction left. `GET /changes` tells every change since.

**Writing** takes a credential: sign in with your wallet (OAuth 2.0, `/oauth/authorize`) or show an
API key of your organization, in the `Authorization` header. It never does what your wallets may not
on chain: roles, accreditation and ownership are asked with every call.

Then it takes two steps: hand in the document or request, sign what the task asks for
(`to_sign`), hand it in at `POST /tasks/{id}`, and follow the task until it is `indexed` and
`final`. Either sign the transaction and pay its gas (it may also come with the document in one
request), or, where a relayer pays, sign `typed_data` with `?sender=` your address: your wallet
shows every field of the action, and the relayer can deliver it or not, never alter it. No key of
yours is ever on this server.

**Trying again** is safe with an `Idempotency-Key`; a change of a document holds for the version
that you saw when you send its `ETag` in `If-Match`; `DELETE /tasks/{id}` gives up what was not
delivered yet. **Being told** is for `POST /webhooks`: signed messages (Standard Webhooks), in
order, at least once, and what a reorganisation takes back as well.
"""
