"""Forms: what the OpenAPI document says of a parameter is what the API takes, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.access.scopes import SCOPES
from api.operations import OPERATIONS

from .world import World

#: What fuzzers sent, because the document allowed it.
NO_MOMENTS = ("", "2025", "7056-17-04", "2025-02-30", "2025-01-01 ", "2025-01-01T", "2025-1-1")
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
