"""The OpenAPI document: complete, true, and its examples accepted by what they are examples of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator, FormatChecker

from api.documentation import example
from api.hooks.models import MESSAGES
from api.main import create_app
from api.models.answers import Problem
from api.operations import OPERATIONS, Operation
from api.requests import SignedDocument
from api.settings import ApiSettings
from schemas import KINDS, validate

from .recording import recorded, recorded_relaying
from .relaying import RelayWorld
from .world import World


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(ApiSettings(database_url="sqlite://"))


@pytest.fixture(scope="module")
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def operations() -> Iterator[Any]:
    """Every documented operation, by method and path."""
    for (method, path), operation in OPERATIONS.items():
        yield pytest.param(method, path, operation, id=f"{method} {path}")


class TestDocumentation:
    """
    every route is documented, every documented one exists
    every operation has a summary, a description, and described parameters, bounded as JSON Schema
    every example is accepted: documents by their schema, requests and answers by their model
    every example fits the JSON Schema that stands beside it
    every message to subscribers is described, with an example that fits
    every error that can come is documented with an example
    the whole is a valid OpenAPI 3.1 document: every reference leads somewhere
    the examples have the members of what is really answered
    """

    def test_every_route_is_documented(self, document: dict[str, Any]) -> None:
        routes = {(method, path) for path, entry in document["paths"].items() for method in entry}
        assert routes == set(OPERATIONS)

    @pytest.mark.parametrize(("method", "path", "operation"), operations())
    def test_every_operation_is_described(
        self, document: dict[str, Any], method: str, path: str, operation: Operation
    ) -> None:
        entry = document["paths"][path][method]
        assert entry["summary"]
        assert entry["description"]
        assert all(parameter["description"] for parameter in entry.get("parameters", ()))
        for parameter in entry["parameters"]:
            schema = parameter["schema"]
            assert schema["examples"], parameter["name"]
            for value in schema["examples"]:
                Draft202012Validator(schema, format_checker=FormatChecker()).validate(value)
        named = {part[1:-1] for part in path.split("/") if part.startswith("{")}
        declared = {p["name"] for p in entry.get("parameters", ()) if p["in"] == "path"}
        assert named == declared
        assert str(operation.status) in entry["responses"]
        assert all(
            "content" in entry["responses"].get(str(s), {"content": {}}) for s in (200, 201, 202)
        )
        assert {str(status) for status in operation.errors} <= set(entry["responses"])

    @pytest.mark.parametrize(("method", "path", "operation"), operations())
    def test_every_example_is_accepted(self, method: str, path: str, operation: Operation) -> None:
        if operation.answer is not None:
            operation.answer.model_validate(example(operation.example))
        kinds = operation.request if isinstance(operation.request, tuple) else (operation.request,)
        for name in operation.request_examples:
            value = example(name)
            if operation.signable and "signed_transaction" in value:
                value = SignedDocument.model_validate(value).document
            assert any(_accepts(kind, value) for kind in kinds), name
        for status in operation.errors:
            problem = Problem.model_validate(example(f"problem-{status}"))
            assert problem.status == status

    @pytest.mark.parametrize(("method", "path", "operation"), operations())
    def test_every_example_fits_its_schema(
        self, document: dict[str, Any], method: str, path: str, operation: Operation
    ) -> None:
        entry = document["paths"][path][method]
        bodies = [response.get("content", {}) for response in entry["responses"].values()]
        bodies.append(entry.get("requestBody", {}).get("content", {}))
        for content in (media for body in bodies for media in body.values()):
            schema = content["schema"] | {"components": document["components"]}
            for named in content["examples"].values():
                Draft202012Validator(schema).validate(named["value"])

    @pytest.mark.parametrize("name", MESSAGES)
    def test_every_message_is_described(self, document: dict[str, Any], name: str) -> None:
        sent = document["webhooks"][name]["post"]
        assert sent["summary"]
        assert {p["name"] for p in sent["parameters"]} == {
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
        }
        content = sent["requestBody"]["content"]["application/json"]
        value = content["examples"][name]["value"]
        MESSAGES[name].model_validate(value)
        schema = content["schema"] | {"components": document["components"]}
        Draft202012Validator(schema).validate(value)

    def test_every_reference_leads_somewhere(self, document: dict[str, Any]) -> None:
        components = document["components"]["schemas"]
        for reference in _references(document):
            assert reference.removeprefix("#/components/schemas/") in components, reference
        assert document["openapi"].startswith("3.1")
        assert set(KINDS) <= set(components)

    def test_every_bound_is_said_in_words_of_json_schema(self, document: dict[str, Any]) -> None:
        operations = [entry for path in document["paths"].values() for entry in path.values()]
        schemas = [p["schema"] for one in operations for p in one.get("parameters", ())]
        options = [one for schema in schemas for one in (schema, *schema.get("anyOf", ()))]
        said = {name for one in options for name in one}
        assert {"minimum", "maximum"} <= said
        assert not said & {"ge", "gt", "le", "lt"}

    def test_the_page_is_there(self, world: World) -> None:
        page = world.get("/docs")
        assert page.status_code == 200
        assert "/openapi.json" in page.text
        assert '<html lang="en">' in page.text
        assert "https://" not in page.headers["content-security-policy"]
        assert world.get("/openapi.json").json()["info"]["title"] == "OGCR registry"

    def test_the_document_is_not_sent_again(self, world: World) -> None:
        for path in ("/openapi.json", "/openapi-3.0.json"):
            known = {"If-None-Match": world.get(path).headers["etag"]}
            again = world.client.get(path, headers=known)
            assert (again.status_code, again.content) == (304, b"")

    def test_every_operation_has_a_short_name(self, document: dict[str, Any]) -> None:
        names = [one["operationId"] for way in document["paths"].values() for one in way.values()]
        assert len(names) == len(set(names)) == len(OPERATIONS)
        assert {"list_projects", "retire_unit", "read_task"} <= set(names)

    def test_the_page_needs_no_other_host(self, world: World) -> None:
        page = world.get("/docs")
        assert "://" not in page.text + page.headers["content-security-policy"]
        for path in re.findall(r'(?:src|href)="([^"]+)"', page.text):
            assert world.get(path).status_code == 200, path

    def test_the_examples_have_the_members_of_real_answers(self, world: World) -> None:
        for name, value in recorded(world).items():
            assert _shape(example(name)) == _shape(value), name

    def test_the_examples_of_relaying_have_the_members_of_real_answers(
        self, relay_world: RelayWorld
    ) -> None:
        for name, value in recorded_relaying(relay_world).items():
            assert _shape(example(name)) == _shape(value), name


def _accepts(kind: Any, value: Any) -> bool:
    if isinstance(kind, str):
        return validate(kind, value) == []
    try:
        kind.model_validate(value)
    except ValueError:
        return False
    return True


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "$ref" and isinstance(item, str):
                yield item
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shape(item) for item in value[:1]]
    return type(value).__name__
