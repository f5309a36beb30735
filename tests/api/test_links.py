"""Links: what an entry of the audit log is hashed as."""

from __future__ import annotations

from hashlib import sha256

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from api.access.links import MEMBERS, commitment, digest_of, writable

_VALUES = st.none() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text().map(writable)


class TestDigest:
    """
    given any entry     it covers the canonical form (RFC 8785) of its members and the one before
    given any machine   so does its commitment, of what it is and the salt
    given any text      what is written of it is printable, and what was printable is unchanged
    """

    @given(st.fixed_dictionaries(dict.fromkeys(MEMBERS, _VALUES)), st.text().map(writable))
    def test_digest_is_of_the_canonical_form_given_any_entry(
        self, entry: dict[str, object], previous: str
    ) -> None:
        canonical = rfc8785.dumps({**entry, "previous": previous})
        assert digest_of(entry, previous) == sha256(canonical).hexdigest()

    @given(st.text().map(writable), st.text().map(writable))
    def test_commitment_is_of_the_canonical_form_given_any_machine(
        self, address: str, agent: str
    ) -> None:
        canonical = rfc8785.dumps({"salt": "ab", "address": address, "agent": agent})
        assert commitment("ab", address, agent) == sha256(canonical).hexdigest()

    @given(st.text(st.characters(), max_size=600))
    def test_written_text_is_printable_given_any_text(self, text: str) -> None:
        written = writable(text)
        assert written.isprintable()
        assert len(written) == min(len(text), 500)
        assert written == text[:500] or not text.isprintable()
