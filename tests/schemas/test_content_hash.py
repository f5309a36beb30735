"""The content hash: unmoved by spelling, moved by meaning."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import schemas

MAINTAINED_RELS = (
    "self",
    "alternate",
    "collection",
    "canonical",
    "related-mrv",
    "monitor",
    "predecessor",
    "successor",
)
VALID = Path(schemas.__file__).parent / "examples" / "valid"


def example(name: str) -> Any:
    return json.loads((VALID / f"{name}.json").read_text(encoding="utf-8"))


DOCUMENTS = [
    example(name)
    for name in (
        "pdd.harz-reforestation",
        "pdd.beauce-adjoining-fields-without-id",
        "mrv.harz-first-year",
        "mrv.hellisheidi-one-day-without-id",
        "cru.harz-retired",
        "methodology.reforestation",
        "decision.verified-by-vintage",
        "metadata.harz",
    )
]
LEAVES = (
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.floats(-1e6, 1e6) | st.text("aé€😀")
)


def spelled(value: Any, draw: Any) -> str:
    """The value as JSON text: members in any order, any blanks, any spelling of its values."""
    gap = draw(st.sampled_from(["", " ", "\n\t", "\r\n  "]))
    if isinstance(value, dict):
        members = draw(st.permutations(list(value.items())))
        inside = ",".join(f"{gap}{spelled(k, draw)}{gap}:{spelled(v, draw)}" for k, v in members)
        return f"{{{inside}{gap}}}"
    if isinstance(value, list):
        return "[" + ",".join(gap + spelled(item, draw) for item in value) + gap + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=draw(st.booleans()))
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    return draw(st.sampled_from(number_spellings(value)))


def number_spellings(number: float) -> list[str]:
    exact = Decimal(repr(number))
    plain = f"{exact:f}"
    pointed = plain if "." in plain else plain + ".0"
    return [
        plain,
        pointed,
        pointed + "00",
        f"{exact:e}",
        f"{exact:E}",
        plain + "e0",
        f"{exact * 100:f}e-2",
    ]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inside = value.items() if isinstance(value, dict) else ()
    for step, inner in enumerate(value) if isinstance(value, list) else inside:
        yield from places(inner, (*path, step))


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copied = copy.deepcopy(document)
    holder = copied
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return copied


class TestContentHash:
    """
    given other spellings of the same JSON     it is the same
    given another meaning                      it is another
    given only maintained members differ       it is the same
    given the stored bytes                     it is their SHA-256
    """

    @given(st.sampled_from(DOCUMENTS), st.data())
    def test_hash_stays_given_another_spelling(self, document: Any, data: st.DataObject) -> None:
        text = spelled(document, data.draw)
        assert schemas.content_hash(schemas.parse(text)) == schemas.content_hash(document)

    @pytest.mark.parametrize("spelling", ["1", "1.0", "1e0", "100e-2", "0.1E+1", "1.000"])
    def test_hash_stays_given_a_spelling_of_one(self, spelling: str) -> None:
        assert schemas.content_bytes(schemas.parse(f"[{spelling}]")) == b"[1]"

    @given(st.sampled_from(DOCUMENTS), LEAVES, st.data())
    def test_hash_changes_when_an_authored_value_changes(
        self, document: Any, value: Any, data: st.DataObject
    ) -> None:
        authored = schemas.content_projection(document)
        path = data.draw(st.sampled_from(list(places(authored))))
        other = changed(authored, path, value)
        assume(schemas.canonical_bytes(other) != schemas.canonical_bytes(authored))
        assert schemas.content_hash(other) != schemas.content_hash(document)

    @given(st.sampled_from(DOCUMENTS), st.data())
    def test_hash_changes_when_an_authored_member_is_taken_out(
        self, document: Any, data: st.DataObject
    ) -> None:
        authored = schemas.content_projection(document)
        path = data.draw(st.sampled_from([path for path in places(authored) if path]))
        other = copy.deepcopy(authored)
        holder = other
        for step in path[:-1]:
            holder = holder[step]
        del holder[path[-1]]
        # A Feature without author's links is the same whether it says so with [] or not at all.
        assume(schemas.content_projection(other) != authored)
        assert schemas.content_hash(other) != schemas.content_hash(document)

    @given(st.sampled_from(DOCUMENTS), st.from_regex(r"[a-z]{1,5}:[a-z]{1,5}", fullmatch=True))
    def test_hash_changes_when_a_namespaced_member_is_added(self, document: Any, name: str) -> None:
        assume(not name.startswith("ogcr:"))
        assert schemas.content_hash({**document, name: 1}) != schemas.content_hash(document)

    @given(st.sampled_from(DOCUMENTS))
    def test_document_is_untouched_when_hashed(self, document: Any) -> None:
        before = copy.deepcopy(document)
        schemas.content_hash(document)
        assert document == before

    @pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: f"{d['profile']}")
    def test_hash_is_sha256_of_the_stored_bytes(self, document: Any) -> None:
        stored = schemas.content_bytes(document)
        expected = "sha256:" + hashlib.sha256(stored).hexdigest()
        assert schemas.content_hash(document) == expected
        assert schemas.content_hash(schemas.parse(stored)) == expected
        assert schemas.content_bytes(schemas.parse(stored)) == stored

    def test_known_hash_given_the_harz_document(self) -> None:
        # Written down once, from `sha256sum` of the stored bytes: the rule must never drift.
        assert schemas.content_hash(DOCUMENTS[0]) == HARZ_HASH


class TestContentProjection:
    """
    given a Feature of profile pdd, mrv or cru  maintained members are left out
    given links                                 maintained ones are left out, `links` too if empty
    given anything else                         it is hashed whole
    """

    def test_maintained_members_are_left_out_given_a_feature(self, pdd: Any) -> None:
        submitted = copy.deepcopy(pdd)
        submitted["ledger_reference"] = {"forged": True}
        submitted["ogcr:finality"] = "final"
        submitted["properties"] |= {
            "status": "validated",
            "last_updated": "2026-01-01T00:00:00Z",
            "verification_status": "verified",
            "verification_date": "2026-01-01T00:00:00Z",
            "verifier_info": {"organization": "me"},
            "ogcr:note": 1,
        }
        submitted["links"].append({"rel": "self", "href": "https://elsewhere.example/x"})
        assert schemas.content_projection(submitted) == pdd

    @pytest.mark.parametrize(
        "rel",
        [
            "self",
            "alternate",
            "collection",
            "canonical",
            "related-mrv",
            "monitor",
            "predecessor",
            "successor",
        ],
    )
    def test_links_are_left_out_when_the_registry_maintains_them(self, pdd: Any, rel: str) -> None:
        bare = {name: value for name, value in pdd.items() if name != "links"}
        maintained = {**bare, "links": [{"rel": rel, "href": "https://registry.ogcr.org/x"}]}
        assert (
            schemas.content_hash(maintained)
            == schemas.content_hash({**bare, "links": []})
            == schemas.content_hash(bare)
            != schemas.content_hash(pdd)
        )

    @pytest.mark.parametrize(
        "rel", ["methodology", "supporting", "supporting-doc", "data-source", "pdd", "verifier"]
    )
    def test_links_stay_when_the_author_answers_for_them(self, pdd: Any, rel: str) -> None:
        with_link = {**pdd, "links": [{"rel": rel, "href": "https://registry.ogcr.org/x"}]}
        assert schemas.content_projection(with_link) == with_link

    def test_links_keep_their_order_when_some_are_left_out(self, pdd: Any) -> None:
        own = pdd["links"]
        mixed = [own[0], {"rel": "self", "href": "https://registry.ogcr.org/x"}, own[1]]
        assert schemas.content_projection({**pdd, "links": mixed})["links"] == own

    def test_creation_date_is_the_authors_unless_the_registry_says_it_supplied_it(
        self, pdd: Any
    ) -> None:
        assert "creation_date" in schemas.content_projection(pdd)["properties"]
        supplied = copy.deepcopy(pdd)
        supplied["properties"]["ogcr:assigned"] = ["creation_date", "name"]
        authored = schemas.content_projection(supplied)["properties"]
        assert "creation_date" not in authored
        assert "name" in authored

    @pytest.mark.parametrize(
        "value",
        [
            None,
            1,
            "pdd",
            [],
            {"profile": "pdd", "ledger_reference": 1},
            {"type": "Feature", "profile": ["pdd"], "ledger_reference": 1},
            {"profile": "decision", "links": [], "ogcr:x": 1},
        ],
    )
    def test_value_is_hashed_whole_given_no_feature_of_ours(self, value: Any) -> None:
        assert schemas.content_projection(value) == value

    @pytest.mark.parametrize(
        "broken", [{"properties": 3}, {"links": "x"}, {"links": [1]}, {"id": 7}]
    )
    def test_projection_is_total_given_a_broken_feature(self, broken: Any) -> None:
        feature = {"type": "Feature", "profile": "pdd", **broken}
        assert schemas.content_projection(feature) == feature


class TestAssignedId:
    """
    given no id               the id follows from the content and stays outside the hash
    given an id of one's own  it is hashed
    given the id of another   it is hashed
    """

    def test_id_stays_outside_the_hash_when_it_follows_from_the_content(self) -> None:
        unnamed = example("pdd.beauce-adjoining-fields-without-id")
        name = schemas.document_id(unnamed)
        named = {**unnamed, "id": name}
        assert schemas.content_hash(named) == schemas.content_hash(unnamed)
        assert schemas.document_id(named) == schemas.assigned_id(named) == name
        assert name == "pdd-" + schemas.content_hash(unnamed).removeprefix("sha256:")[:32]
        assert schemas.validate("pdd", named) == []

    def test_id_is_hashed_when_it_is_that_of_an_earlier_version(self) -> None:
        first = example("pdd.beauce-adjoining-fields-without-id")
        second = {**copy.deepcopy(first), "id": schemas.document_id(first)}
        second["properties"]["name"] = "Cover crops in the Beauce"
        unnamed = {name: value for name, value in second.items() if name != "id"}
        assert schemas.document_id(second) == schemas.document_id(first)
        assert schemas.content_hash(second) != schemas.content_hash(unnamed)

    def test_id_is_the_authors_when_there_is_one(self, pdd: Any) -> None:
        assert schemas.document_id(pdd) == "harz-mixed-forest"
        assert schemas.content_hash({**pdd, "id": "other"}) != schemas.content_hash(pdd)


HARZ_HASH = "sha256:47b9b910d15f64d4a6c650b964c59f74486783c45a0eadde1e24b4ce87df8b89"
