"""Retrieved records: what the registry adds never moves the hash."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from schemas.projection import MAINTAINED_RELS
from schemas.retrieval import PROJECT_STATUSES, VERIFICATION_STATUSES

VALID = Path(schemas.__file__).parent / "examples" / "valid"
PDDS = [json.loads(path.read_text()) for path in sorted(VALID.glob("pdd.*.json"))]
MRVS = [json.loads(path.read_text()) for path in sorted(VALID.glob("mrv.*.json"))]

TIMES = st.sampled_from(["2026-01-02T03:04:05Z", "2025-02-11T09:30:00Z", "2031-12-31T23:59:59.5Z"])
LEDGER = {
    "transaction_id": "0x7d1f",
    "block_number": 7,
    "timestamp": "2026-01-02T03:04:05Z",
    "ledger_id": "eip155:31337",
}
LINKS = st.lists(
    st.sampled_from(MAINTAINED_RELS).map(
        lambda rel: {"rel": rel, "href": f"https://registry.ogcr.org/{rel}"}
    ),
    max_size=4,
)
MAINTAINED = st.dictionaries(
    st.sampled_from(["finality", "block_number", "version"]), st.integers(0, 9) | st.text("ab")
)
VERIFIERS = st.none() | st.just({"organization": "Prüfstelle Nord"})


@st.composite
def authored_documents(draw: st.DrawFn, documents: list[Any]) -> Any:
    """A document as somebody might submit it: with or without the members that may be left out."""
    document = copy.deepcopy(draw(st.sampled_from(documents)))
    for name in ("id", "links", "bbox", "ledger_reference"):
        if draw(st.booleans()):
            document.pop(name, None)
    if draw(st.booleans()):
        document["properties"].pop("creation_date", None)
    elif draw(st.booleans()):
        document["properties"]["creation_date"] = draw(TIMES)
    if draw(st.booleans()):
        document["links"] = []
    return document


def assert_anchored(record: Any, document: Any) -> None:
    assert schemas.content_hash(record) == schemas.content_hash(document)
    assert schemas.content_bytes(record) == schemas.content_bytes(document)
    assert schemas.document_id(record) == record["id"] == schemas.document_id(document)
    assert schemas.validate(record["profile"], record) == []


class TestRetrieved:
    """
    given any status and any maintained members  the record hashes to its anchor and is valid
    given a record                               retrieving it once more is the same
    given no id and no creation date             it has both
    when a status, relation or name is not ours  it raises
    """

    @given(
        authored_documents(PDDS),
        st.sampled_from(PROJECT_STATUSES),
        st.none() | st.just(LEDGER),
        TIMES,
        st.none() | TIMES,
        LINKS,
        MAINTAINED,
    )
    def test_hash_is_the_anchor_given_a_project_in_any_status(
        self,
        document: Any,
        status: str,
        ledger: Any,
        created: Any,
        updated: Any,
        links: Any,
        more: Any,
    ) -> None:
        before = copy.deepcopy(document)
        record = schemas.retrieved(
            schemas.parse(schemas.content_bytes(document)),
            status=status,
            ledger_reference=ledger,
            creation_date=created,
            last_updated=updated,
            links=links,
            maintained=more,
        )
        assert_anchored(record, document)
        assert document == before
        assert record["properties"]["status"] == status
        assert record["properties"]["creation_date"] == document["properties"].get(
            "creation_date", created
        )

    @given(
        authored_documents(MRVS),
        st.sampled_from(list(VERIFICATION_STATUSES)),
        TIMES,
        st.none() | TIMES,
        VERIFIERS,
        LINKS,
    )
    def test_hash_is_the_anchor_given_a_report_in_any_status(
        self, document: Any, status: str, created: Any, verified: Any, verifier: Any, links: Any
    ) -> None:
        record = schemas.retrieved(
            document,
            status=status,
            ledger_reference=LEDGER,
            creation_date=created,
            verification_date=verified,
            verifier_info=verifier,
            links=links,
        )
        assert_anchored(record, document)
        assert record["properties"]["ogcr:status"] == status
        again = schemas.retrieved(record, status=status, ledger_reference=LEDGER)
        assert_anchored(again, document)

    @pytest.mark.parametrize(
        ("status", "published"),
        [
            ("submitted", "unverified"),
            ("pending_verification", "pending"),
            ("verified", "verified"),
            ("rejected", "rejected"),
            ("withdrawn", "unverified"),
            ("archived", "verified"),
        ],
    )
    def test_published_word_stands_beside_ours_given_a_report(
        self, mrv: Any, status: str, published: str
    ) -> None:
        properties = schemas.retrieved(mrv, status=status)["properties"]
        assert properties["verification_status"] == published
        assert properties["ogcr:status"] == status

    def test_record_has_id_and_date_given_neither(self) -> None:
        unnamed = next(document for document in PDDS if "id" not in document)
        record = schemas.retrieved(unnamed, status="approved", creation_date="2026-01-02T03:04:05Z")
        assert record["id"].startswith("pdd-")
        assert record["properties"]["ogcr:assigned"] == ["creation_date"]
        assert record["properties"]["status"] == "validated"

    def test_own_date_stays_given_one(self, pdd: Any) -> None:
        record = schemas.retrieved(pdd, status="draft", creation_date="2026-01-02T03:04:05Z")
        assert record["properties"]["creation_date"] == pdd["properties"]["creation_date"]
        assert "ogcr:assigned" not in record["properties"]

    def test_submitted_status_is_ignored_when_a_document_claims_one(self, mrv: Any) -> None:
        mrv["properties"] |= {"verification_status": "verified", "ogcr:status": "verified"}
        record = schemas.retrieved(mrv, status="submitted")
        assert record["properties"]["verification_status"] == "unverified"
        assert "verification_date" not in record["properties"]

    def test_it_raises_when_a_word_is_not_ours(self, pdd: Any, mrv: Any) -> None:
        with pytest.raises(ValueError, match="“verified” is no status of a pdd; use one of draft"):
            schemas.retrieved(pdd, status="verified")
        with pytest.raises(ValueError, match="“draft” is no status of a mrv; use one of submitted"):
            schemas.retrieved(mrv, status="draft")
        with pytest.raises(ValueError, match="does not maintain links with relation “methodology”"):
            schemas.retrieved(pdd, status="draft", links=[{"rel": "methodology", "href": "a:b"}])
        with pytest.raises(ValueError, match="“ogcr:assigned” has its own meaning"):
            schemas.retrieved(pdd, status="draft", maintained={"assigned": ["name"]})
