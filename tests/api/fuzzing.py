"""A fuzzer by the OpenAPI document, with every check on; by hand: `pytest tests/api/fuzzing.py`.

What fits the document may still be refused, but only for what no schema can say: that a block is
not there yet, a cursor is none, a checksum is wrong, or a rule of the registry forbids it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.access.scopes import SCOPES
from api.parameters import RANGES

from .test_hostile import ENDLESS
from .test_stream import serving
from .world import World

EXAMPLES = 8
#: Of a body that fits its schema: numbers beyond I-JSON, capitals of an address (EIP-55).
_BEYOND_SCHEMAS = {"INTEGER_TOO_LARGE", "VALUE_ERROR"}
#: Faults that the document should have told: what pydantic and JSON Schema find.
_OF_FORM = {
    "MISSING",
    "EXTRA_FORBIDDEN",
    "LITERAL_ERROR",
    "REQUIRED_MEMBER_MISSING",
    "UNKNOWN_MEMBER",
    "VALUE_NOT_ALLOWED",
    "WRONG_TYPE",
    "WRONG_FORM",
    "NUMBER_OUT_OF_RANGE",
    "NOT_A_DATE",
    "NOT_A_DATE_TIME",
    "NOT_A_URI",
}
_ENDS_OF_FORM = ("_TYPE", "_PARSING", "_TOO_LONG", "_TOO_SHORT", "PATTERN_MISMATCH")
#: Parameters that name something of the registry, which may not be there, or whose parts must be in
#: order, each once.
_ENDS = tuple(last for _, last in RANGES)
_BEYOND_FORMS = ("cursor", "as_of", "after", "bbox", "datetime", "sort", "q", *_ENDS)
_SAID = (
    "The index holds no event of the transaction",
    # The fuzzer shows its key everywhere, also where clients show credentials of their own.
    "Authenticate in one way",
    "Give a redirect_uri that the client is registered with",
    "This server gives tokens for its own API alone",
    # Fields that are none of the form's, which are read as strictly.
    "The field ",
    "Give every field once",
)

schema = schemathesis.pytest.from_fixture("api_schema")


@pytest.fixture(scope="module")
def shown(units_world: World) -> dict[str, str]:
    """The credential of an administrator who may also do everything else."""
    return {"Authorization": f"Bearer {units_world.api_key(*range(10), scopes=SCOPES)}"}


@pytest.fixture(scope="module")
def api_schema(units_world: World) -> Iterator[Any]:
    """The document of a registry that is really served."""
    with serving(units_world) as served:
        yield schemathesis.openapi.from_url(f"{served}/openapi.json")


@schema.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
def test_answers_as_described(case: Any, shown: dict[str, str]) -> None:
    if case.operation.path == ENDLESS:
        return
    headers = dict(shown)
    if "Idempotency-Key" in (case.headers or {}) and is_valid(case):
        # The same key for two requests is refused on purpose.
        headers["Idempotency-Key"] = str(uuid4())
    answer = case.call(headers=headers)
    case.validate_response(answer, excluded_checks=[positive_data_acceptance], headers=headers)
    if is_valid(case) and answer.status_code in (400, 405, 406, 412, 413, 415, 422):
        assert is_beyond_the_document(answer.json()), (case.as_curl_command(), answer.text)


def is_valid(case: Any) -> bool:
    """The fuzzer means to send what fits the document, and does.

    Where it goes through the forms one by one, it has letters and digits alone for headers, thus
    nothing that fits `If-Match`: what it sends then for want of that does not, though it says so.
    """
    means = case.meta is not None and bool(case.meta.generation.mode.is_positive)
    return means and all(
        Draft202012Validator(one["schema"]).is_valid(case.headers[one["name"]])
        for one in case.operation.definition.raw.get("parameters", ())
        if one["in"] == "header" and one["name"] in (case.headers or {})
    )


def is_beyond_the_document(problem: dict[str, Any]) -> bool:
    """Nothing that the document could have said is wrong."""
    if problem["status"] == 412 or problem["message"].startswith(_SAID):
        return True
    if problem["status"] == 400:
        return bool(problem["details"]) and all(
            one["code"] in _BEYOND_SCHEMAS or one["field"] in _BEYOND_FORMS
            for one in problem["details"]
        )
    return not any(_is_of_form(one["code"]) for one in problem["details"])


def _is_of_form(code: str) -> bool:
    return code in _OF_FORM or code.endswith(_ENDS_OF_FORM)
