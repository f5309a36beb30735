"""Batches: each request stands for itself, and nothing in one reaches the next."""

from __future__ import annotations

import pytest
from eth_utils import keccak, to_hex

from .ledger import Contract, Ledger, Receipt, reverts
from .signing import ALL_OR_NONE, EACH_FOR_ITSELF, Request, Signing
from .test_forwarder_delivery import executed

_REFUSE, _LONG, _BURN_GAS = 1, 2, 3
_WALLET_BURNS, _WALLET_LONG = 4, 5


@pytest.fixture
def at_target(target: Contract, units: Contract) -> Contract:
    return Contract(units.ledger, target.address, [*units.abi, *target.abi])


@pytest.fixture
def at_other(ledger: Ledger, units: Contract, stranger: str) -> Contract:
    """Another target, for the request that goes wrong."""
    other = ledger.deploy("ActionTarget", sender=stranger)
    return Contract(ledger, other.address, [*units.abi, *other.abi])


@pytest.fixture
def three(signing: Signing, at_target: Contract, holder: str) -> list[Request]:
    return [
        signing.request(at_target, "expire", number, signer=holder, nonce=number)
        for number in range(3)
    ]


def failed(receipt: Receipt) -> list[tuple[str, int]]:
    return [(one["signer"], one["nonce"]) for one in receipt.named("ForwardRequestFailed")]


def error(signature: str) -> bytes:
    return keccak(text=signature)[:4]


class TestBatches:
    """
    when all are sound                     each one acts, in the order given
    when one was delivered before          the others act, and it is reported
    when one appears twice                 it acts once
    when one is forged, late or dirty      the others act, and it is reported with the reason
    when one's action fails                the others act, its nonce stays unused
    when one burns all its gas             the others act
    when one answers without end           the others act, and its reason is cut short
    when one asks for more gas than is     the ones before act
    when the batch is all or none          one that fails takes all with it
    when value is sent                     it reverts
    """

    def test_each_acts_when_all_are_sound(
        self, signing: Signing, three: list[Request], holder: str, stranger: str
    ) -> None:
        receipt = signing.forwarder.executeBatch(three, EACH_FOR_ITSELF, sender=stranger)
        assert [one["data"] for one in receipt.named("Called")] == [one.data for one in three]
        assert executed(receipt) == [(holder, number, True) for number in range(3)]
        assert failed(receipt) == []

    def test_the_others_act_when_one_was_delivered_before(
        self, signing: Signing, three: list[Request], holder: str, stranger: str, developer: str
    ) -> None:
        signing.forwarder.execute(three[1], sender=developer)
        receipt = signing.forwarder.executeBatch(three, EACH_FOR_ITSELF, sender=stranger)
        assert executed(receipt) == [(holder, 0, True), (holder, 2, True)]
        (report,) = receipt.named("ForwardRequestFailed")
        assert (report["signer"], report["nonce"]) == (holder, 1)
        assert report["reason"][:4] == error("RegistryForwarderNonceUsed(address,uint256)")

    def test_acts_once_when_it_appears_twice(
        self, signing: Signing, three: list[Request], holder: str, stranger: str
    ) -> None:
        batch = [three[0], three[0]]
        receipt = signing.forwarder.executeBatch(batch, EACH_FOR_ITSELF, sender=stranger)
        assert (executed(receipt), failed(receipt)) == ([(holder, 0, True)], [(holder, 0)])

    @pytest.mark.parametrize("fault", ["forged", "late", "dirty", "short", "unknown", "valued"])
    def test_the_others_act_when_one_is_unsound(
        self,
        signing: Signing,
        three: list[Request],
        at_target: Contract,
        holder: str,
        stranger: str,
        fault: str,
    ) -> None:
        sound = three[1]
        late = signing.request(at_target, "expire", 1, signer=holder, nonce=1, deadline=1)
        unsound, reason = {
            "forged": (sound._replace(gas=1), "ERC2771ForwarderInvalidSigner(address,address)"),
            "late": (late, "ERC2771ForwarderExpiredRequest(uint48)"),
            "dirty": (
                sound._replace(data=sound.data + b"\0"),
                "RegistryForwarderMalformedCall(uint256)",
            ),
            "short": (sound._replace(signature=b""), "RegistryForwarderNonceMissing(uint256)"),
            "unknown": (sound._replace(data=b""), "RegistryForwarderUnknownAction(bytes4)"),
            "valued": (
                sound._replace(value=1),
                "ERC2771ForwarderMismatchedValue(uint256,uint256)",
            ),
        }[fault]
        batch = [three[0], unsound, three[2]]
        receipt = signing.forwarder.executeBatch(batch, EACH_FOR_ITSELF, sender=stranger)
        assert executed(receipt) == [(holder, 0, True), (holder, 2, True)]
        (report,) = receipt.named("ForwardRequestFailed")
        assert report["reason"][:4] == error(reason)
        assert signing.forwarder.usedNonces(holder, 0) == 0b101

    def test_the_others_act_when_ones_action_fails(
        self,
        signing: Signing,
        three: list[Request],
        at_other: Contract,
        holder: str,
        stranger: str,
    ) -> None:
        at_other.behave(_REFUSE, sender=stranger)
        failing = signing.request(at_other, "expire", 9, signer=holder, nonce=9)
        batch = [three[0], failing, three[2]]
        receipt = signing.forwarder.executeBatch(batch, EACH_FOR_ITSELF, sender=stranger)
        assert executed(receipt) == [(holder, 0, True), (holder, 2, True)]
        selector = failing.data[:4]
        assert receipt.named("ForwardRequestFailed") == [
            {
                "signer": holder,
                "nonce": 9,
                "reason": error("ActionTargetRefuses(bytes4)") + selector.ljust(32, b"\0"),
            }
        ]
        at_other.behave(0, sender=stranger)
        assert executed(signing.forwarder.execute(failing, sender=stranger)) == [(holder, 9, True)]

    def test_the_others_act_when_one_burns_its_gas(
        self,
        signing: Signing,
        three: list[Request],
        at_other: Contract,
        holder: str,
        stranger: str,
    ) -> None:
        at_other.behave(_BURN_GAS, sender=stranger)
        burning = signing.request(at_other, "expire", 9, signer=holder, nonce=9)
        receipt = signing.forwarder.executeBatch(
            [burning, *three], EACH_FOR_ITSELF, sender=stranger
        )
        assert (len(executed(receipt)), failed(receipt)) == (3, [(holder, 9)])
        assert burning.gas < receipt.gas_used < burning.gas + 1_000_000

    def test_cuts_the_reason_short_when_one_answers_without_end(
        self,
        signing: Signing,
        three: list[Request],
        at_other: Contract,
        holder: str,
        stranger: str,
    ) -> None:
        at_other.behave(_LONG, sender=stranger)
        long = signing.request(at_other, "expire", 9, signer=holder, nonce=9)
        receipt = signing.forwarder.executeBatch([long, *three], EACH_FOR_ITSELF, sender=stranger)
        assert len(executed(receipt)) == 3
        (report,) = receipt.named("ForwardRequestFailed")
        assert len(report["reason"]) == 1024

    @pytest.mark.parametrize("behaviour", [_WALLET_BURNS, _WALLET_LONG])
    def test_the_others_act_when_a_smart_account_burns_the_gas_of_the_check(
        self,
        signing: Signing,
        ledger: Ledger,
        three: list[Request],
        at_target: Contract,
        holder: str,
        stranger: str,
        behaviour: int,
    ) -> None:
        account = ledger.deploy("SmartAccount", stranger, sender=stranger)
        account.behave(behaviour, sender=stranger)
        bad = signing.request(
            at_target, "expire", 9, signer=account.address, key=signing.keys[stranger]
        )
        receipt = signing.forwarder.executeBatch([bad, *three], EACH_FOR_ITSELF, sender=stranger)
        assert (len(executed(receipt)), failed(receipt)) == (3, [(account.address, 0)])
        assert receipt.gas_used < bad.gas + 1_000_000

    @pytest.mark.parametrize("gas", [2**256 - 1, 2**255, 10**9])
    def test_those_before_act_when_one_asks_for_more_gas_than_there_is(
        self,
        signing: Signing,
        three: list[Request],
        at_target: Contract,
        holder: str,
        stranger: str,
        gas: int,
    ) -> None:
        greedy = signing.request(at_target, "expire", 9, signer=holder, nonce=9, gas=gas)
        batch = [*three, greedy]
        receipt = signing.forwarder.executeBatch(batch, EACH_FOR_ITSELF, sender=stranger)
        assert (len(executed(receipt)), failed(receipt)) == (3, [(holder, 9)])

    def test_starves_none_into_acting_otherwise(
        self,
        signing: Signing,
        at_target: Contract,
        ledger: Ledger,
        three: list[Request],
        holder: str,
        stranger: str,
    ) -> None:
        at_target.behave(4, sender=stranger)
        data = to_hex(signing.forwarder.calldata("executeBatch", three, EACH_FOR_ITSELF))
        call = {"from": stranger, "to": signing.forwarder.address, "data": data}
        counts = set()
        for gas in range(200_000, 1_600_000, 40_000):
            snapshot = ledger.snapshot()
            receipt = ledger.mined({**call, "gas": hex(gas)})
            events = [ledger.event(log) for log in receipt["logs"]]
            worked = [one.arguments["finished"] for one in events if one.name == "Worked"]
            assert all(worked)
            used = signing.forwarder.usedNonces(holder, 0)
            assert used.bit_count() == len(worked)
            counts.add(len(worked))
            ledger.restore(snapshot)
        assert counts >= {0, 3}

    def test_takes_all_with_it_when_the_batch_is_all_or_none(
        self, signing: Signing, three: list[Request], holder: str, stranger: str
    ) -> None:
        signing.forwarder.executeBatch(three[:2], ALL_OR_NONE, sender=stranger)
        with reverts("RegistryForwarderNonceUsed", holder, 1):
            signing.forwarder.executeBatch([three[2], three[1]], ALL_OR_NONE, sender=stranger)
        assert signing.forwarder.verify(three[2])

    def test_reverts_when_value_is_sent(
        self, signing: Signing, three: list[Request], ledger: Ledger, stranger: str
    ) -> None:
        data = to_hex(signing.forwarder.calldata("executeBatch", three, EACH_FOR_ITSELF))
        call = {"from": stranger, "to": signing.forwarder.address, "data": data, "value": "0x5"}
        with reverts("RegistryForwarderTakesNoValue", 5):
            ledger._accepted("eth_call", [call, "latest"])

    def test_does_nothing_when_it_is_empty(self, signing: Signing, stranger: str) -> None:
        assert signing.forwarder.executeBatch([], EACH_FOR_ITSELF, sender=stranger).events == ()
