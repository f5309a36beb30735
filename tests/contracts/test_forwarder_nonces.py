"""Nonces: no order between independent actions, and what nobody delivered can be taken back."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .ledger import Contract, reverts
from .signing import Signing

WHOLE = 2**256 - 1


@pytest.fixture
def at_target(target: Contract, units: Contract) -> Contract:
    return Contract(units.ledger, target.address, units.abi)


class TestOrder:
    """
    when requests are delivered in another order   each one acts
    when any nonce is taken                        it is used, and no other one
    """

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (2, 1, 0)])
    def test_acts_in_any_order(
        self,
        signing: Signing,
        at_target: Contract,
        holder: str,
        stranger: str,
        order: tuple[int, ...],
    ) -> None:
        requests = [
            signing.request(at_target, "expire", number, signer=holder, nonce=number)
            for number in range(3)
        ]
        for number in order:
            receipt = signing.forwarder.execute(requests[number], sender=stranger)
            (called,) = receipt.named("Called")
            assert called["data"] == requests[number].data

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(nonces=st.lists(st.integers(0, WHOLE), min_size=1, max_size=5, unique=True))
    def test_uses_that_nonce_and_no_other(
        self,
        signing: Signing,
        at_target: Contract,
        holder: str,
        developer: str,
        stranger: str,
        nonces: list[int],
    ) -> None:
        ledger = at_target.ledger
        snapshot = ledger.snapshot()
        for nonce in nonces:
            request = signing.request(at_target, "expire", 7, signer=holder, nonce=nonce)
            signing.forwarder.execute(request, sender=stranger)
        words: dict[int, int] = {}
        for nonce in nonces:
            words[nonce >> 8] = words.get(nonce >> 8, 0) | 1 << (nonce & 255)
        for word, bits in words.items():
            assert signing.forwarder.usedNonces(holder, word) == bits
            assert signing.forwarder.usedNonces(developer, word) == 0
        ledger.restore(snapshot)

    def test_costs_little_when_nonces_follow_one_another(
        self, signing: Signing, at_target: Contract, holder: str, stranger: str
    ) -> None:
        used = [
            signing.forwarder.execute(
                signing.request(at_target, "expire", 7, signer=holder, nonce=nonce),
                sender=stranger,
            ).gas_used
            for nonce in (0, 1, 255, 256)
        ]
        # A word's first nonce makes a slot of storage, the other 255 change it.
        assert used[0] - used[1] > 17_000
        assert abs(used[1] - used[2]) < 100
        assert used[3] - used[2] > 17_000


class TestNextNonce:
    """
    given none is used               `nonces` gives zero
    given some are used              it gives the lowest that is not
    given a whole word is used       it looks in the next one
    """

    @pytest.mark.parametrize(
        ("used", "lowest"),
        [([], 0), ([0b0], 0), ([0b1], 1), ([0b1011], 2), ([0b10], 0), ([WHOLE, WHOLE, 0b11], 514)],
    )
    def test_gives_the_lowest_unused(
        self, forwarder: Contract, holder: str, used: list[int], lowest: int
    ) -> None:
        for word, bits in enumerate(used):
            forwarder.invalidateNonces(word, bits, sender=holder)
        assert forwarder.nonces(holder) == lowest


class TestInvalidation:
    """
    when a signer invalidates nonces   what is signed with them is not delivered, others' is
    when it was delivered already      nothing changes
    """

    def test_is_not_delivered_when_its_signer_invalidates_the_nonce(
        self, signing: Signing, at_target: Contract, holder: str, stranger: str
    ) -> None:
        given_up, kept = (
            signing.request(at_target, "expire", 7, signer=holder, nonce=nonce) for nonce in (5, 6)
        )
        receipt = signing.forwarder.invalidateNonces(0, 1 << 5, sender=holder)
        assert receipt.named("NoncesInvalidated") == [{"signer": holder, "word": 0, "bits": 1 << 5}]
        assert not signing.forwarder.verify(given_up)
        with reverts("RegistryForwarderNonceUsed", holder, 5):
            signing.forwarder.execute(given_up, sender=stranger)
        signing.forwarder.execute(kept, sender=stranger)

    def test_invalidates_the_callers_own_nonces_alone(
        self, signing: Signing, at_target: Contract, holder: str, stranger: str
    ) -> None:
        request = signing.request(at_target, "expire", 7, signer=holder)
        signing.forwarder.invalidateNonces(0, WHOLE, sender=stranger)
        signing.forwarder.execute(request, sender=stranger)

    def test_keeps_what_is_used_when_others_are_invalidated(
        self, signing: Signing, at_target: Contract, holder: str, stranger: str
    ) -> None:
        signing.forwarder.execute(
            signing.request(at_target, "expire", 7, signer=holder), sender=stranger
        )
        signing.forwarder.invalidateNonces(0, 0b110, sender=holder)
        assert signing.forwarder.usedNonces(holder, 0) == 0b111
