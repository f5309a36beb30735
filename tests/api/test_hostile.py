"""Hostile input: whatever is sent, the answer is a problem that fits the envelope, never a 500."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.access.scopes import SCOPES
from api.models.answers import Problem
from api.oauth.forms import FORM
from api.operations import OPERATIONS

from . import documents
from .world import World

JSON = {"Content-Type": "application/json"}
BODIES = [
    path for (method, path), one in OPERATIONS.items() if method in ("post", "put") and not one.form
]
#: An answer of the event stream never ends: tests/api/test_stream.py asks it the wrong way.
ENDLESS = "/changes/stream"
READS = [path for method, path in OPERATIONS if method == "get" and path != ENDLESS]
_KEY = {"name": "A", "organization": "ACME", "scopes": ["projects:read"]}
_ADDRESS = "0x" + "11" * 20
_CALL = {"signer": _ADDRESS, "to": _ADDRESS, "data": "0x00", "deadline": 1, "gas": 1}
_NONCE = "The number is not below 2^256; give the one of the typed data."
_LINE = "“a\x00b” does not fit; this is one line of text."
_EITHER = "Give either “signed_transaction”, or “request” and “signature”."
QUERIES = (
    "status",
    "methodology",
    "actor",
    "bbox",
    "created_from",
    "approved_to",
    "sort",
    "limit",
    "offset",
    "as_of",
    "project",
    "report",
    "vintage",
    "issuance_year",
    "owner",
    "retired",
    "unit_type",
    "period_from",
    "verifier",
    "project_type",
    "sender",
    "wait",
)
quick = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
texts = st.text(max_size=40)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
)


@pytest.fixture(scope="module")
def target(each_file_world: World) -> World:
    """A world with one validated project, for everything that is thrown at it."""
    each_file_world.show(each_file_world.api_key(*range(10), scopes=SCOPES))
    each_file_world.register(documents.forest())
    each_file_world.validate(documents.forest())
    return each_file_world


def check(answer: Any) -> None:
    """The answer is a success, or a problem by the envelope and not of our making."""
    assert answer.status_code < 500, answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    if answer.status_code >= 400:
        problem = Problem.model_validate(answer.json())
        assert problem.status == answer.status_code
        assert "Traceback" not in answer.text


def filled(path: str, name: str) -> str:
    """A path with something in the place of each parameter."""
    return re.sub(r"\{[^}]*\}", lambda _: quote(name, safe=""), path)


class TestRemedies:
    """
    given a request with one fault     the sentence says what to give instead, in no library's words
    """

    @pytest.mark.parametrize(
        ("path", "body", "sentence"),
        [
            ("/credits/1/retire", [], "give a JSON object."),
            ("/credits/1/retire", {}, "this is missing; add it."),
            (
                "/credits/1/retire",
                {"reason": "other", "x": 1},
                "this is not known here; take it out.",
            ),
            (
                "/credits/1/retire",
                {"reason": "other", "purpose": 1},
                "give a text in quotation marks.",
            ),
            (
                "/credits/split",
                {"unit": "1", "quantities_kg": [0, 1]},
                "give a number greater than 0.",
            ),
            ("/credits/merge", {"units": ["1"]}, "give at least 2 of them."),
            ("/relay", {"signed_transaction": 7}, "give a text in quotation marks."),
            ("/relay", {"signed_transaction": None}, _EITHER),
            ("/relay", {"request": {**_CALL, "nonce": str(2**256)}, "signature": "0x00"}, _NONCE),
            ("/keys", {**_KEY, "name": "a\x00b"}, _LINE),
            ("/clients", {**_KEY, "organization": "a\x00b"}, _LINE),
        ],
    )
    def test_body_is_refused_with_a_remedy_given_one_fault(
        self, target: World, path: str, body: Any, sentence: str
    ) -> None:
        answer = target.client.post(path, content=json.dumps(body).encode(), headers=JSON)
        assert [detail["message"] for detail in answer.json()["details"]] == [sentence]

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ("limit=0", "limit: give 1 or more."),
            ("limit=1001", "limit: give 1000 or less."),
            ("limit=many", "limit: give a whole number."),
            ("limit=10.0", "limit: give a whole number."),
            ("offset=1_0", "offset: give a whole number."),
            ("vintage=2022.0", "vintage: give a whole number."),
            ("vintage=2022.5", "vintage: give a whole number."),
            ("retired=maybe", "retired: give true or false."),
            ("unit_type=X", "unit_type: give one of 'CRU', 'PCR', 'CFS', 'CSP' or 'SER'."),
        ],
    )
    def test_parameter_is_refused_with_a_remedy_given_one_fault(
        self, target: World, query: str, sentence: str
    ) -> None:
        answer = target.client.get(f"/credits?{query}")
        assert [detail["message"] for detail in answer.json()["details"]] == [sentence]


class TestHostile:
    """
    when a body is any bytes, any JSON, or a mangled document   it is refused, never a 500
    when a parameter or a path is any text                      it is refused, or answered
    when JSON is deep, huge, doubled, or holds NaN              it is refused by name
    """

    @quick
    @given(path=st.sampled_from(BODIES), body=st.binary(max_size=200))
    def test_any_bytes_are_refused(self, target: World, path: str, body: bytes) -> None:
        verb = "PUT" if path.startswith("/documents") else "POST"
        answer = target.client.request(
            verb, filled(path, "harz-mixed-forest"), content=body, headers=JSON
        )
        check(answer)
        # Some bytes are JSON, such as 0: the dry run says then what is wrong with it.
        is_said = path == "/validate" and answer.status_code == 200 and not answer.json()["valid"]
        assert is_said or answer.status_code in (400, 404, 405, 422)

    @quick
    @given(path=st.sampled_from(BODIES), value=values)
    def test_any_json_is_refused(self, target: World, path: str, value: Any) -> None:
        for verb in ("POST", "PUT"):
            body = json.dumps(value).encode()
            check(target.client.request(verb, filled(path, "1"), content=body, headers=JSON))

    @quick
    @given(data=st.data())
    def test_any_mangled_document_is_refused_or_taken(self, target: World, data: Any) -> None:
        made = data.draw(
            st.sampled_from(
                [
                    ("/projects", documents.forest("other", east=2.0)),
                    ("/projects/harz-mixed-forest/monitoring", documents.report()),
                    ("/projects/harz-mixed-forest", documents.metadata("harz-mixed-forest")),
                    ("/credits/transfer", {"units": ["1"], "to": "0x" + "12" * 20}),
                    ("/credits/1/retire", {"reason": "other", "beneficiary": {"name": "x"}}),
                    ("/relay", {"signed_transaction": "0x02", "documents": []}),
                ]
            )
        )
        path, document = made
        mangled = _mangled(document, data)
        verb = "PUT" if path.endswith("forest") else "POST"
        body = json.dumps(mangled).encode()
        check(target.client.request(verb, path, content=body, headers=JSON))

    @quick
    @given(path=st.sampled_from(READS), name=st.sampled_from(QUERIES), value=texts)
    def test_any_parameter_is_refused_or_answered(
        self, target: World, path: str, name: str, value: str
    ) -> None:
        parameters = {name: value} if name != "wait" else {name: value[:1]}
        check(target.client.get(filled(path, "harz-mixed-forest"), params=parameters))

    @quick
    @given(path=st.sampled_from(READS), name=st.text(min_size=1, max_size=60))
    def test_any_path_is_refused_or_answered(self, target: World, path: str, name: str) -> None:
        encoded = name.encode("utf-8", "surrogatepass")
        check(target.client.get(filled(path, encoded.decode("utf-8", "replace"))))

    @pytest.mark.parametrize(
        ("method", "path"),
        [one for one in OPERATIONS if "{" in one[1] and not OPERATIONS[one].form],
    )
    def test_a_name_that_no_database_keeps_is_missing(
        self, target: World, method: str, path: str
    ) -> None:
        answer = target.client.request(method, filled(path, "a\x00b"))
        check(answer)
        assert (answer.status_code, "U+0000" in answer.text) == (404, True)

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b'{"type": "Feature", "type": "Feature"}', "DUPLICATE_MEMBER"),
            (b'{"value": NaN}', None),
            (b'{"value": 1e999}', "NUMBER_OUT_OF_RANGE"),
            (b'{"value": 123456789012345678901234567890}', "INTEGER_TOO_LARGE"),
            (b'{"value": "\\ud800"}', "LONE_SURROGATE"),
            (b"[" * 100 + b"]" * 100, "NESTED_TOO_DEEPLY"),
            (b"[" * 100_000, "NESTED_TOO_DEEPLY"),
            (b"\xff\xfe", "NOT_UTF8"),
            (b"\xef\xbb\xbf{}", "BYTE_ORDER_MARK"),
            (b"", "NOT_JSON_TEXT"),
            (b"{'a': 1}", "NOT_JSON_TEXT"),
        ],
        ids=range(11),
    )
    def test_it_is_refused_by_name(self, target: World, body: bytes, code: str | None) -> None:
        answer = target.client.post("/projects", content=body, headers=JSON)
        check(answer)
        assert answer.status_code == 400
        if code:
            assert [detail["code"] for detail in answer.json()["details"]] == [code]

    def test_it_is_refused_when_it_is_too_large(self, target: World) -> None:
        limit = target.settings.body_bytes
        announced = target.client.post("/projects", content=b" " * (limit + 1), headers=JSON)
        assert (announced.status_code, announced.json()["code"]) == (413, "PAYLOAD_TOO_LARGE")

        def pieces() -> Iterator[bytes]:
            for _ in range(limit // 100_000 + 1):
                yield b" " * 100_000

        streamed = target.client.post("/projects", content=pieces(), headers=JSON)
        assert streamed.status_code == 413
        lying = target.client.post(
            "/projects", content=b"{}", headers=JSON | {"Content-Length": "9" * 30}
        )
        check(lying)

    @pytest.mark.parametrize("media_type", ["", "text/plain", "multipart/form-data", "a/b;c=d"])
    def test_it_is_refused_when_it_is_no_json(self, target: World, media_type: str) -> None:
        answer = target.client.post(
            "/projects", content=b"{}", headers={"Content-Type": media_type}
        )
        assert (answer.status_code, answer.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
        assert "application/geo+json" in answer.headers["accept"]

    @pytest.mark.parametrize("coding", ["gzip", "br", "gzip, gzip", "aes128gcm"])
    @pytest.mark.parametrize("path", ["/projects", "/validate", "/relay", "/oauth/token"])
    def test_it_is_refused_when_it_is_compressed(
        self, target: World, path: str, coding: str
    ) -> None:
        kind = FORM if path == "/oauth/token" else "application/json"
        headers = {"Content-Type": kind, "Content-Encoding": coding}
        answer = target.client.post(path, content=gzip.compress(b"{}"), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
        assert answer.headers["accept-encoding"] == "identity"


def _mangled(document: Any, data: Any) -> Any:
    """The document with one member replaced by anything, or taken away."""
    paths = list(_paths(document, ()))
    path = data.draw(st.sampled_from(paths))
    if not path:
        return data.draw(values)
    copied = json.loads(json.dumps(document))
    holder = copied
    for step in path[:-1]:
        holder = holder[step]
    if isinstance(holder, dict) and data.draw(st.booleans()):
        del holder[path[-1]]
    else:
        holder[path[-1]] = data.draw(values)
    return copied


def _paths(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value[:3]):
            yield from _paths(item, (*path, index))
