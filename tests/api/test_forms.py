"""Forms: what the OpenAPI document says of a parameter is what the API takes, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from api.access.scopes import SCOPES
from api.operations import OPERATIONS

from .world import World

#: What fuzzers sent, because the document allowed it.
NO_MOMENTS = ("", "2025", "7056-17-04", "2025-02-30", "2025-01-01 ", "2025-01-01T", "2025-1-1")
PEOPLE = {"redirect_uris": ["https://app.example/signed-in"]}
NO_BOXES = ("", "1,2,3", "181,0,181,1", "0,91,0,92", "0,0,0,1,", "a,b,c,d", "1,2,3,4,5")


def parameters(document: dict[str, Any], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The paths whose reads take a parameter, with its schema."""
    for (method, path), _ in OPERATIONS.items():
        for one in document["paths"][path][method].get("parameters", ()):
            if method == "get" and one["name"] == name and path != "/changes/stream":
                yield path.replace("{projectId}", "harz-mixed-forest"), one["schema"]


def patterns(schema: dict[str, Any]) -> list[str]:
    """The forms of a text, wherever the schema says them."""
    return [one["pattern"] for one in (schema, *schema.get("anyOf", ())) if "pattern" in one]


class TestForms:
    """
    given a sort parameter    every name of its form sorts, either way and all of them together
    given moments             they are dates and date-times by format, and others are refused
    given boxes, intervals    what does not fit the form is refused
    given a list of names     the form lists those that are known
    given scopes              the document lists them; a key makes no keys
    given a document that may come signed  both alternatives have names, for generators of clients
    given whole numbers       9.0 is 9, as JSON Schema has it
    given parameters          none is null: “null” in a header is four letters
    given bodies              what goes together, or without one another, is said
    """

    def test_every_name_of_the_form_sorts(self, units_world: World) -> None:
        found = dict(parameters(units_world.app.openapi(), "sort"))
        assert len(found) >= 6
        for path, schema in found.items():
            (pattern,) = patterns(schema)
            names = re.findall(r"[a-z_]+", pattern.partition(")")[0])
            assert len(names) > 1
            for text in (",".join(names), ",".join(f"-{name}" for name in names)):
                assert re.fullmatch(pattern, text)
                assert units_world.get(path, sort=text).status_code == 200, (path, text)
            assert not re.fullmatch(pattern, "no_such_name")
            assert units_world.get(path, sort="no_such_name").status_code == 400

    @pytest.mark.parametrize(
        "name", ["created_from", "approved_to", "period_from", "period_to", "since", "until"]
    )
    def test_moments_have_a_format(self, units_world: World, name: str) -> None:
        for path, schema in parameters(units_world.app.openapi(), name):
            formats = [one.get("format") for one in schema["anyOf"]]
            assert formats[:2] == ["date", "date-time"]
            for text in ("2025-02-28", "2025-02-28T23:59:59.25+02:00"):
                assert units_world.get(path, **{name: text}).status_code in (200, 403), (path, text)
            for text in NO_MOMENTS:
                assert units_world.get(path, **{name: text}).status_code in (400, 403), (path, text)

    def test_others_have_a_form(self, units_world: World) -> None:
        document = units_world.app.openapi()
        for name, wrong, right in (
            ("bbox", NO_BOXES, ("10.5,51.7,10.7,51.8", "179,-1.5,-179,90", "1,2,3,1,2.5,3")),
            ("datetime", ("", "/", "../..", "2025-13-01"), ("2025-01-01/..", "/2025-01-01")),
            ("methodology", ("", "a b", "OGCR@1"), ("OGCR-REF-01@1.2.0", "OGCR-REF-01")),
            ("table", ("", "project,"), ("project,report",)),
            ("as_of", ("", "-1", "2025-13-01", "0x1"), ("2999-01-01",)),
        ):
            for path, schema in parameters(document, name):
                forms = patterns(schema)
                if not forms or "{" in path:
                    continue
                for text in wrong:
                    assert not any(re.search(form, text) for form in forms), (path, name, text)
                    assert units_world.get(path, **{name: text}).status_code == 400, (path, text)
                for text in right:
                    fits = [re.search(form, text) for form in forms] if name != "as_of" else [True]
                    assert any(fits), (path, name, text)
                    assert units_world.get(path, **{name: text}).status_code == 200, (path, text)

    def test_scopes_are_listed(self, units_world: World) -> None:
        components = units_world.app.openapi()["components"]["schemas"]
        lists = {name: components[name]["properties"]["scopes"] for name in ("KeyRequest",)}
        assert lists["KeyRequest"]["items"]["enum"] == [s for s in SCOPES if s != "keys:own"]
        assert components["ClientRequest"]["properties"]["scopes"]["items"]["enum"] == list(SCOPES)

    def test_alternatives_of_bodies_have_names(self, units_world: World) -> None:
        document = units_world.app.openapi()
        for (method, path), operation in OPERATIONS.items():
            if operation.signable:
                content = document["paths"][path][method]["requestBody"]["content"]
                for media in content.values():
                    assert all(set(one) == {"$ref"} for one in media["schema"]["anyOf"]), path

    def test_whole_numbers_may_be_written_with_a_point(self, units_world: World) -> None:
        unit = units_world.get("/credits", status="held").json()["features"][0]["id"]
        body = {"unit": unit, "quantities_kg": [1000.0, 849000]}
        assert units_world.post("/credits/split", body).status_code == 202
        refused = units_world.post("/credits/split", body | {"quantities_kg": [1000.5, 848999.5]})
        details = [(one["field"], one["code"]) for one in refused.json()["details"]]
        assert details == [("/quantities_kg/0", "INT_TYPE"), ("/quantities_kg/1", "INT_TYPE")]

    @pytest.mark.parametrize(
        ("path", "remedy"),
        [
            ("/validations?code=unknown%20member", "capitals, as in METHODOLOGY_UNKNOWN"),
            ("/tasks?state=done", "give some of awaiting_signature, broadcast, "),
            ("/tasks?resource=projects", "a path, as in /projects/"),
            ("/projects?created_from=2026-01-02&created_to=2026-01-01", "turn them round"),
            ("/validations?since=2026-01-02T00:00:00Z&until=2026-01-01", "turn them round"),
            ("/webhooks/mine", "32 of 0-9 and a-f"),
            ("/changes?table=" + "x" * 500, "is not known; give some of "),
        ],
    )
    def test_what_does_not_fit_is_told_what_would(
        self, units_world: World, path: str, remedy: str
    ) -> None:
        shown = {"Authorization": f"Bearer {units_world.api_key(scopes=SCOPES)}"}
        answer = units_world.client.get(path, headers=shown)
        assert answer.status_code == 400
        (detail,) = answer.json()["details"]
        assert remedy in detail["message"]
        assert len(detail["message"]) < 600

    def test_parameters_are_never_null(self, units_world: World) -> None:
        for entry in units_world.app.openapi()["paths"].values():
            for operation in entry.values():
                for parameter in operation.get("parameters", ()):
                    assert {"type": "null"} not in parameter["schema"].get("anyOf", ())

    @pytest.mark.parametrize(
        ("name", "value", "fits"),
        [
            ("RelayRequest", {}, False),
            ("RelayRequest", {"signed_transaction": "0x01", "signature": None}, True),
            ("RelayRequest", {"signature": "0x01"}, False),
            ("SignatureRequest", {"signed_transaction": "0x01", "signature": "0x01"}, False),
            ("SignatureRequest", {"signature": "0x01"}, True),
            ("Beneficiary", {}, False),
            ("Beneficiary", {"name": "Brewery", "commitment": None}, True),
            ("ClientRequest", {"name": "A", "scopes": ["mrv:read"]}, False),
            ("ClientRequest", {"name": "A\nB", "scopes": ["mrv:read"], **PEOPLE}, False),
            ("ClientRequest", {"name": "A", "scopes": ["mrv:read"], **PEOPLE}, True),
            ("WebhookRequest", {"url": "+Ch>U<&0d"}, False),
            ("WebhookRequest", {"url": "https://a.b", "holders": ["0x" + "0" * 40]}, False),
        ],
    )
    def test_bodies_say_what_goes_together(
        self, units_world: World, name: str, value: dict[str, Any], fits: bool
    ) -> None:
        components = units_world.app.openapi()["components"]
        schema = {**components["schemas"][name], "components": components}
        assert Draft202012Validator(schema).is_valid(value) is fits
