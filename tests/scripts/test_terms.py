"""The section `governance` of ape-config.yaml: what it may say, and every fault at once."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.governing.terms import (
    DEFAULT_DELAYS,
    Delays,
    SafeTerms,
    TermsError,
    read_terms,
    seconds,
)

DAY = 86_400
OWNERS = [f"0x{number:040X}" for number in (0xA1, 0xA2, 0xA3)]
NETWORK = "ethereum:sepolia"


def under(terms: dict[str, Any]) -> dict[str, Any]:
    return {"networks": {NETWORK: terms}}


class TestReadTerms:
    """
    given nothing               a network has the default delays, a local chain none
    given general delays        they are every network's but a local chain's
    given a network's own       they go first, one by one
    given owners or an address  it is a Safe
    given many faults           each is told
    """

    def test_has_the_defaults_given_nothing(self) -> None:
        assert read_terms({}, NETWORK, local=False).delays == DEFAULT_DELAYS
        local = read_terms({"delays": {"administrator": 7}}, "ethereum:local", local=True)
        assert (local.delays, local.safe, local.members) == (Delays(), None, {})

    def test_prefers_a_networks_own_delays(self) -> None:
        general = {"administrator": "3 days", "grants": {"verifier": "1 hour"}}
        own = {"administrator": "36 hours"}
        terms = read_terms({"delays": general, **under({"delays": own})}, NETWORK, local=False)
        assert terms.delays.administrator == DAY + DAY // 2
        assert terms.delays.settings == DEFAULT_DELAYS.settings
        assert terms.delays.grants == {**DEFAULT_DELAYS.grants, "verifier": 3_600}

    def test_names_a_safe_and_members(self) -> None:
        own = {
            "safe": {"owners": [owner.lower() for owner in OWNERS], "threshold": 2},
            "members": {"guardian": OWNERS[0], "verifier": OWNERS[1:]},
        }
        terms = read_terms(under(own), NETWORK, local=False)
        assert terms.safe is not None
        assert (terms.safe.threshold, [o.lower() for o in terms.safe.owners]) == (
            2,
            [owner.lower() for owner in OWNERS],
        )
        assert set(terms.members) == {"guardian", "verifier"}
        taken = under({"safe": {"address": OWNERS[0], "threshold": 3}})
        assert isinstance(read_terms(taken, NETWORK, local=False).safe, SafeTerms)

    def test_tells_every_fault_at_once(self) -> None:
        own = {
            "delays": {"administrator": "soon", "pause": 1, "grants": {"king": 1}},
            "safe": {"owners": [OWNERS[0], OWNERS[0], "me"], "threshold": 4},
            "members": {"queen": OWNERS[0], "guardian": "nobody"},
            "quorum": 1,
        }
        with pytest.raises(TermsError) as caught:
            read_terms({**under(own), "owner": 1}, NETWORK, local=False)
        for told in (
            "governance.delays.administrator: 'soon' is no delay",
            "governance.delays.pause is unknown.",
            "governance.delays.grants.king is no role.",
            "The owner me of the Safe is no address.",
            "An owner of the Safe is named twice.",
            "4 of 3 owners can never sign",
            "governance.members.queen is no role.",
            "nobody (guardian) is no address.",
            f"governance.{NETWORK}.quorum is unknown.",
            "governance.owner is unknown.",
        ):
            assert told in str(caught.value)

    @pytest.mark.parametrize("threshold", [0, -1, None, "2", True])
    def test_tells_that_a_threshold_is_none(self, threshold: Any) -> None:
        own = {"safe": {"owners": OWNERS, "threshold": threshold}}
        with pytest.raises(TermsError, match="A Safe needs a threshold"):
            read_terms(under(own), NETWORK, local=False)


class TestSeconds:
    """
    it reads numbers and words; anything else, or what 32 bits cannot hold, is refused
    """

    @pytest.mark.parametrize(
        ("told", "expected"),
        [(0, 0), (90, 90), ("1 day", DAY), ("2 weeks", 14 * DAY), ("5 minutes", 300)],
    )
    def test_reads_numbers_and_words(self, told: Any, expected: int) -> None:
        assert seconds(told) == expected

    @pytest.mark.parametrize("told", [-1, 2**32, True, 1.5, "2", "days", "1 month", None, []])
    def test_refuses_anything_else(self, told: Any) -> None:
        with pytest.raises(ValueError, match="is no delay: say seconds"):
            seconds(told)
