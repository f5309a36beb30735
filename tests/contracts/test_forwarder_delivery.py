"""Who delivers a request can deliver it or not deliver it: whatever else is tried gains nothing."""

from __future__ import annotations

import pytest
from eth_utils import keccak, to_hex

from .ledger import Contract, Ledger, Receipt, Reverted, reverts
from .samples import ZERO_ADDRESS
from .signing import Request, Signing

#: Order of secp256k1, as EIP-2 halves it.
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_ACCEPT, _REFUSE, _, _BURN_GAS, _SWALLOW = range(5)


def executed(receipt: Receipt) -> list[tuple[str, int, bool]]:
    return [(*one.values(),) for one in receipt.named("ExecutedForwardRequest")]


@pytest.fixture
def at_target(target: Contract, units: Contract) -> Contract:
    """The target, called as if it were the units."""
    return Contract(units.ledger, target.address, [*units.abi, *target.abi])


@pytest.fixture
def signed(signing: Signing, at_target: Contract, holder: str) -> Request:
    return signing.request(at_target, "split", 7, [1000, 2000], signer=holder)


class TestDelivery:
    """
    when anybody delivers what was signed   the target is called once, for the signer, and says so
    given the action fails                  it reverts with the action's own error, nonce unused
    """

    def test_calls_the_target_for_the_signer_when_anybody_delivers(
        self, signing: Signing, signed: Request, holder: str, stranger: str
    ) -> None:
        receipt = signing.forwarder.execute(signed, sender=stranger)
        assert receipt.named("Called") == [{"signer": holder, "data": signed.data}]
        assert executed(receipt) == [(holder, 0, True)]
        assert signing.forwarder.usedNonces(holder, 0) == 1

    def test_reverts_with_its_error_given_the_action_fails(
        self, signing: Signing, signed: Request, at_target: Contract, holder: str, stranger: str
    ) -> None:
        at_target.behave(_REFUSE, sender=stranger)
        with reverts("ActionTargetRefuses", signed.data[:4]):
            signing.forwarder.execute(signed, sender=stranger)
        at_target.behave(_ACCEPT, sender=stranger)
        assert executed(signing.forwarder.execute(signed, sender=stranger)) == [(holder, 0, True)]


class TestAltering:
    """
    when any field is altered            it reverts, naming who would have signed that
    when value is asked for or sent      it reverts
    when the signature is no signature   it reverts
    when the signature's twin is given   it reverts: of two with one meaning only the low one counts
    """

    @pytest.mark.parametrize(
        "change", ["signer", "target", "gas", "deadline", "data", "nonce", "signature"]
    )
    def test_reverts_when_a_field_is_altered(
        self, signing: Signing, signed: Request, units: Contract, stranger: str, change: str
    ) -> None:
        digit = bytes([signed.data[-1] ^ 1])
        altered = {
            "signer": signed._replace(signer=stranger),
            "target": signed._replace(target=units.address),
            "gas": signed._replace(gas=signed.gas - 1),
            "deadline": signed._replace(deadline=signed.deadline - 1),
            "data": signed._replace(data=signed.data[:-1] + digit),
            "nonce": signed._replace(signature=(1).to_bytes(32, "big") + signed.signature[32:]),
            "signature": signed._replace(
                signature=signed.signature[:40] + b"\x01" + signed.signature[41:]
            ),
        }[change]
        assert altered != signed
        assert not signing.forwarder.verify(altered)
        with pytest.raises(Reverted) as refusal:
            signing.forwarder.execute(altered, sender=stranger)
        recovered, named = refusal.value.arguments
        assert (refusal.value.error, named) == ("ERC2771ForwarderInvalidSigner", altered.signer)
        assert recovered != named

    def test_reverts_when_another_contract_is_named_that_trusts_the_forwarder(
        self, signing: Signing, signed: Request, ledger: Ledger, holder: str, stranger: str
    ) -> None:
        other = ledger.deploy("ActionTarget", sender=stranger)
        with pytest.raises(Reverted, match="ERC2771ForwarderInvalidSigner"):
            signing.forwarder.execute(signed._replace(target=other.address), sender=stranger)

    def test_reverts_when_value_is_asked_for(
        self, signing: Signing, signed: Request, ledger: Ledger, stranger: str
    ) -> None:
        asking = signed._replace(value=1)
        assert not signing.forwarder.verify(asking)
        data = signing.forwarder.calldata("execute", asking)
        sent = {"from": stranger, "to": signing.forwarder.address, "data": to_hex(data)}
        with reverts("RegistryForwarderTakesNoValue", 1):
            ledger._accepted("eth_call", [{**sent, "value": "0x1"}, "latest"])
        with reverts("ERC2771ForwarderMismatchedValue", 1, 0):
            ledger._accepted("eth_call", [sent, "latest"])

    @pytest.mark.parametrize("length", [0, 31])
    def test_reverts_when_the_nonce_is_missing(
        self, signing: Signing, signed: Request, stranger: str, length: int
    ) -> None:
        with reverts("RegistryForwarderNonceMissing", length):
            signing.forwarder.execute(signed._replace(signature=bytes(length)), sender=stranger)

    @pytest.mark.parametrize("signature", [b"", bytes(64), bytes(65), b"\xff" * 65, bytes(66)])
    def test_reverts_when_there_is_no_signature(
        self, signing: Signing, signed: Request, stranger: str, signature: bytes
    ) -> None:
        unsigned = signed._replace(signature=bytes(32) + signature)
        with reverts("ERC2771ForwarderInvalidSigner", ZERO_ADDRESS, signed.signer):
            signing.forwarder.execute(unsigned, sender=stranger)

    def test_reverts_when_nobody_is_named_and_nobody_signed(
        self, signing: Signing, signed: Request, stranger: str
    ) -> None:
        nobody = signed._replace(signer=ZERO_ADDRESS, signature=bytes(32) + bytes(65))
        with reverts("ERC2771ForwarderInvalidSigner", ZERO_ADDRESS, ZERO_ADDRESS):
            signing.forwarder.execute(nobody, sender=stranger)

    def test_reverts_when_the_signatures_twin_is_given(
        self, signing: Signing, signed: Request, stranger: str
    ) -> None:
        nonce, r, s, v = (signed.signature[a:b] for a, b in ((0, 32), (32, 64), (64, 96), (96, 97)))
        twin = (_ORDER - int.from_bytes(s, "big")).to_bytes(32, "big")
        turned = nonce + r + twin + bytes([27 + 28 - v[0]])
        with reverts("ERC2771ForwarderInvalidSigner", ZERO_ADDRESS, signed.signer):
            signing.forwarder.execute(signed._replace(signature=turned), sender=stranger)


class TestReplaying:
    """
    when it was delivered already                it reverts, naming the nonce
    when the deadline is over                    it reverts, naming it; at the deadline not yet
    when it was signed for another forwarder     it reverts
    when the chain forked off                    it reverts there
    when it is another action's signature        it reverts
    """

    def test_reverts_when_it_was_delivered_already(
        self, signing: Signing, signed: Request, stranger: str, holder: str
    ) -> None:
        signing.forwarder.execute(signed, sender=holder)
        assert not signing.forwarder.verify(signed)
        with reverts("RegistryForwarderNonceUsed", holder, 0):
            signing.forwarder.execute(signed, sender=stranger)

    def test_reverts_when_the_deadline_is_over(
        self, signing: Signing, at_target: Contract, ledger: Ledger, holder: str, stranger: str
    ) -> None:
        deadline = ledger.now + 100
        late = signing.request(at_target, "expire", 7, signer=holder, deadline=deadline)
        assert signing.forwarder.verify(late)
        ledger.wait(101)
        assert not signing.forwarder.verify(late)
        with reverts("ERC2771ForwarderExpiredRequest", deadline):
            signing.forwarder.execute(late, sender=stranger)

    def test_is_delivered_in_the_last_second(
        self, signing: Signing, at_target: Contract, ledger: Ledger, holder: str, stranger: str
    ) -> None:
        deadline = ledger.now + 100
        request = signing.request(at_target, "expire", 7, signer=holder, deadline=deadline)
        ledger._result("evm_setNextBlockTimestamp", [deadline])
        ledger._result("evm_mine", [])
        assert ledger.now == deadline
        assert signing.forwarder.verify(request)

    def test_reverts_when_it_was_signed_for_another_forwarder(
        self, signing: Signing, signed: Request, ledger: Ledger, stranger: str
    ) -> None:
        other = ledger.deploy("RegistryForwarder", sender=stranger)
        assert not other.verify(signed)
        with pytest.raises(Reverted, match="ERC2771ForwarderInvalidSigner"):
            other.execute(signed, sender=stranger)

    def test_reverts_when_the_chain_forked_off(
        self, signing: Signing, signed: Request, ledger: Ledger, stranger: str
    ) -> None:
        ledger._result("anvil_setChainId", [31338])
        try:
            assert not signing.forwarder.verify(signed)
            with pytest.raises(Reverted, match="ERC2771ForwarderInvalidSigner"):
                signing.forwarder.execute(signed, sender=stranger)
        finally:
            ledger._result("anvil_setChainId", [31337])
        assert signing.forwarder.verify(signed)

    def test_reverts_when_it_is_another_actions_signature(
        self, signing: Signing, at_target: Contract, holder: str, stranger: str
    ) -> None:
        # Two actions with the same fields of the same types.
        transfer = signing.request(at_target, "transferFrom", holder, stranger, 7, signer=holder)
        safe = at_target.calldata("safeTransferFrom", holder, stranger, 7)
        assert transfer.data[4:] == safe[4:]
        with pytest.raises(Reverted, match="ERC2771ForwarderInvalidSigner"):
            signing.forwarder.execute(transfer._replace(data=safe), sender=stranger)


class TestTargets:
    """
    given the target does not trust this forwarder   it reverts, naming both
    given the target is the forwarder, or no code    it reverts
    """

    def test_reverts_given_the_target_does_not_trust_it(
        self, signing: Signing, signed: Request, at_target: Contract, stranger: str
    ) -> None:
        at_target.distrust(sender=stranger)
        assert not signing.forwarder.verify(signed)
        with reverts("ERC2771UntrustfulTarget", signed.target, signing.forwarder.address):
            signing.forwarder.execute(signed, sender=stranger)

    @pytest.mark.parametrize("place", ["forwarder", "account", "access"])
    def test_reverts_given_the_target_knows_no_forwarder(
        self,
        signing: Signing,
        units: Contract,
        access: Contract,
        holder: str,
        stranger: str,
        place: str,
    ) -> None:
        forwarder = signing.forwarder
        places = {"forwarder": forwarder.address, "account": holder, "access": access.address}
        there = Contract(units.ledger, places[place], units.abi)
        request = signing.request(there, "expire", 7, signer=holder)
        with reverts("ERC2771UntrustfulTarget", there.address, forwarder.address):
            forwarder.execute(request, sender=stranger)


class TestStarving:
    """
    given less gas than what was signed   it reverts, whatever the action makes of it; nonce unused
    given as much                         the action has all of it
    """

    @pytest.mark.parametrize("behaviour", [_ACCEPT, _SWALLOW])
    def test_never_acts_with_less_gas_than_what_was_signed(
        self,
        signing: Signing,
        at_target: Contract,
        ledger: Ledger,
        holder: str,
        stranger: str,
        behaviour: int,
    ) -> None:
        at_target.behave(behaviour, sender=stranger)
        request = signing.request(at_target, "expire", 7, signer=holder, gas=400_000)
        data = to_hex(signing.forwarder.calldata("execute", request))
        call = {"from": stranger, "to": signing.forwarder.address, "data": data}
        outcomes = set()
        for gas in range(100_000, 520_000, 6_000):
            snapshot = ledger.snapshot()
            receipt = ledger.mined({**call, "gas": hex(gas)})
            succeeded = int(receipt["status"], 16) == 1
            events = [ledger.event(log) for log in receipt["logs"]]
            worked = [one.arguments["finished"] for one in events if one.name == "Worked"]
            assert worked == ([True] if succeeded and behaviour == _SWALLOW else [])
            assert signing.forwarder.usedNonces(holder, 0) == int(succeeded)
            outcomes.add(succeeded)
            assert not succeeded or gas > 400_000
            ledger.restore(snapshot)
        assert outcomes == {False, True}

    def test_names_the_gas_that_was_signed(
        self, signing: Signing, at_target: Contract, ledger: Ledger, holder: str, stranger: str
    ) -> None:
        request = signing.request(at_target, "expire", 7, signer=holder, gas=400_000)
        data = to_hex(signing.forwarder.calldata("execute", request))
        call = {"from": stranger, "to": signing.forwarder.address, "data": data, "gas": "0x493e0"}
        with reverts("RegistryForwarderInsufficientGas", 400_000):
            ledger._accepted("eth_call", [call, "latest"])

    def test_takes_no_more_than_what_was_signed(
        self, signing: Signing, at_target: Contract, holder: str, stranger: str
    ) -> None:
        at_target.behave(_BURN_GAS, sender=stranger)
        request = signing.request(at_target, "expire", 7, signer=holder, gas=200_000)
        with reverts("0x"):
            signing.forwarder.execute(request, sender=stranger)


class TestFrontRunning:
    """
    when somebody else delivers first   the action has happened once, and the second one reverts
    """

    def test_happens_once_when_somebody_else_delivers_first(
        self, signing: Signing, signed: Request, holder: str, stranger: str, developer: str
    ) -> None:
        first = signing.forwarder.execute(signed, sender=developer)
        assert first.named("Called") == [{"signer": holder, "data": signed.data}]
        with reverts("RegistryForwarderNonceUsed", holder, 0):
            signing.forwarder.execute(signed, sender=stranger)


def test_knows_no_type_that_shows_bytes(signing: Signing) -> None:
    # OpenZeppelin's own, whose `data` a wallet shows as bytes, is not what counts here.
    blind = keccak(
        text="ForwardRequest(address from,address to,uint256 value,uint256 gas,uint256 nonce,"
        "uint48 deadline,bytes data)"
    )
    code = bytes.fromhex(
        signing.forwarder.ledger._result("eth_getCode", [signing.forwarder.address, "latest"])[2:]
    )
    assert blind not in code
