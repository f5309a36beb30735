"""The examples, the schemas and the fault codes, asked about each other."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

import schemas

FOLDER = Path(schemas.__file__).parent
VALID = sorted((FOLDER / "examples" / "valid").glob("*.json"))
INVALID = sorted((FOLDER / "examples" / "invalid").glob("*.json"))


def faults_of(path: Path) -> list[schemas.Fault]:
    try:
        return schemas.validate(kind_of(path), schemas.parse(path.read_bytes()))
    except schemas.DocumentError as error:
        return error.faults


def kind_of(path: Path) -> str:
    return path.name.split(".")[0]


def reason_of(path: Path) -> tuple[str, str]:
    _, code, *steps = path.stem.split(".")
    return "/" + "/".join(steps), code.replace("-", "_").upper()


#: Codes that no JSON document of ours can show by itself; each has a test of its own.
SHOWN_ELSEWHERE = {
    "BYTE_ORDER_MARK",
    "DUPLICATE_RINGS",
    "MORE_FAULTS",
    "NESTED_TOO_DEEPLY",
    "NOT_CANONICAL",
    "NOT_JSON",
    "NOT_JSON_TEXT",
    "NOT_UTF8",
    "PROFILE_UNKNOWN",
    "TOO_MANY_VALUES",
    "TOO_MANY_VERTICES",
}
#: Codes that the JSON Schema alone must find, whatever validator reads it.
OF_THE_SCHEMA = {
    "REQUIRED_MEMBER_MISSING",
    "WRONG_TYPE",
    "VALUE_NOT_ALLOWED",
    "UNKNOWN_MEMBER",
    "WRONG_FORM",
    "TOO_SHORT",
    "TOO_LONG",
    "NUMBER_OUT_OF_RANGE",
    "NOT_A_MULTIPLE",
    "NEGATIVE_QUANTITY",
    "COORDINATE_OUT_OF_RANGE",
    "COORDINATES_EMPTY",
    "TOO_FEW_POSITIONS",
    "WRONG_LENGTH",
}
#: Of those, what two members have to agree on, and what no parser but ours refuses.
BEYOND_THE_SCHEMA = {
    "cru.required-member-missing.properties.retirement",
    "pdd.number-out-of-range.properties.expected_annual_benefit",
}
REFUSED_BY_SCHEMA = [
    path
    for path in INVALID
    if reason_of(path)[1] in OF_THE_SCHEMA and path.stem not in BEYOND_THE_SCHEMA
]


def plain_validator(kind: str) -> Draft202012Validator:
    files = [json.loads(path.read_text()) for path in FOLDER.glob("*.schema.json")]
    registry = Registry().with_resources((f["$id"], Resource.from_contents(f)) for f in files)
    return Draft202012Validator(schemas.schema(kind), registry=registry)


class TestExamples:
    """
    given a valid example     it has no fault, here and in any JSON Schema validator
    given an invalid example  it has exactly the fault that its file name says
    given a kind              it has both
    given a fault code        an example or a test shows it
    """

    @pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
    def test_no_fault_when_example_is_valid(self, path: Path) -> None:
        assert faults_of(path) == []
        document = json.loads(path.read_text(encoding="utf-8"))
        assert schemas.kind_of(document) == kind_of(path)
        assert list(plain_validator(kind_of(path)).iter_errors(document)) == []

    @pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
    def test_one_fault_when_example_is_invalid(self, path: Path) -> None:
        faults = faults_of(path)
        assert [(fault.pointer, fault.code) for fault in faults] == [reason_of(path)]
        assert re.fullmatch(r"\S.{15,}\.", faults[0].message, re.DOTALL)

    @pytest.mark.parametrize("path", REFUSED_BY_SCHEMA, ids=lambda path: path.stem)
    def test_plain_schema_refuses_when_fault_is_of_the_schema(self, path: Path) -> None:
        document = json.loads(path.read_text(encoding="utf-8"))
        assert list(plain_validator(kind_of(path)).iter_errors(document)) != []

    @pytest.mark.parametrize("kind", schemas.KINDS)
    def test_examples_exist_when_kind_is_known(self, kind: str) -> None:
        assert any(kind_of(path) == kind for path in VALID)
        assert any(kind_of(path) == kind for path in INVALID)

    def test_every_code_is_shown_when_sources_are_read(self) -> None:
        # What lowers the quality of a document refuses nothing.
        rooms = [path for path in FOLDER.glob("*.py") if path.name != "quality.py"]
        sources = "".join(path.read_text(encoding="utf-8") for path in rooms)
        written = set(re.findall(r'"([A-Z]+(?:_[A-Z0-9]+)+)"', sources))
        assert written == SHOWN_ELSEWHERE | {reason_of(path)[1] for path in INVALID}

    def test_no_place_is_invented_when_examples_have_geometry(self) -> None:
        for path in VALID:
            geometry = json.loads(path.read_text(encoding="utf-8")).get("geometry")
            if geometry:
                west, south, east, north = schemas.bounds(geometry)
                assert not (west <= 0 <= east and south <= 0 <= north)


class TestSchemaFiles:
    """
    given a schema file  it is a draft 2020-12 schema under our own address
    given an object      it is closed but for namespaced members, or open on purpose
    """

    @pytest.mark.parametrize("name", [*schemas.KINDS, "common"])
    def test_schema_is_sound_when_read(self, name: str) -> None:
        contents = schemas.schema(name)
        Draft202012Validator.check_schema(contents)
        assert contents["$id"] == f"https://ogcr.org/schemas/{name}.schema.json"
        assert contents["$schema"] == "https://json-schema.org/draft/2020-12/schema"

    @pytest.mark.parametrize("name", [*schemas.KINDS, "common"])
    def test_object_is_closed_but_namespaced_when_it_names_members(self, name: str) -> None:
        for node in objects_with_members(schemas.schema(name)):
            assert node["additionalProperties"] is False
            assert list(node["patternProperties"]) == ["^[a-z][a-z0-9_]*:[A-Za-z0-9_]+$"]


def objects_with_members(node: object) -> list[dict]:
    if isinstance(node, list):
        return [found for item in node for found in objects_with_members(item)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("type") == "object" and "properties" in node else []
    return own + [found for item in node.values() for found in objects_with_members(item)]
