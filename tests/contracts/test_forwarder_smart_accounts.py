"""Smart accounts sign as their code says (ERC-1271), and a bad one harms nobody else."""

from __future__ import annotations

import pytest

from .ledger import Contract, Ledger, Reverted
from .signing import Request, Signing
from .test_forwarder_delivery import executed

_SOUND, _ANYTHING, _REFUSE, _WRONG, _BURN, _LONG = range(6)


@pytest.fixture
def at_target(target: Contract, units: Contract) -> Contract:
    return Contract(units.ledger, target.address, units.abi)


@pytest.fixture
def account(ledger: Ledger, holder: str, stranger: str) -> Contract:
    """A smart account of the holder."""
    return ledger.deploy("SmartAccount", holder, sender=stranger)


@pytest.fixture
def signed(signing: Signing, at_target: Contract, account: Contract, holder: str) -> Request:
    return signing.request(at_target, "expire", 7, signer=account.address, key=signing.keys[holder])


class TestSmartAccounts:
    """
    given its owner signed                    it is delivered for the account
    given somebody else signed                it reverts
    given the account refuses in any way      it reverts, its nonce unused
    given it accepts anything                 its own requests alone are delivered
    when it invalidates its nonce             its request is not delivered
    given the key's account has taken code    the key's signature still counts (EIP-7702)
    """

    def test_is_delivered_given_its_owner_signed(
        self, signing: Signing, signed: Request, account: Contract, stranger: str
    ) -> None:
        assert signing.forwarder.verify(signed)
        receipt = signing.forwarder.execute(signed, sender=stranger)
        assert executed(receipt) == [(account.address, 0, True)]
        assert receipt.named("Called") == [{"signer": account.address, "data": signed.data}]

    def test_reverts_given_somebody_else_signed(
        self, signing: Signing, at_target: Contract, account: Contract, stranger: str
    ) -> None:
        forged = signing.request(
            at_target, "expire", 7, signer=account.address, key=signing.keys[stranger]
        )
        with pytest.raises(Reverted) as refusal:
            signing.forwarder.execute(forged, sender=stranger)
        wanted = ("ERC2771ForwarderInvalidSigner", (stranger, account.address))
        assert (refusal.value.error, refusal.value.arguments) == wanted

    @pytest.mark.parametrize("behaviour", [_REFUSE, _WRONG, _LONG])
    def test_reverts_given_the_account_refuses(
        self,
        signing: Signing,
        signed: Request,
        account: Contract,
        holder: str,
        stranger: str,
        behaviour: int,
    ) -> None:
        account.behave(behaviour, sender=holder)
        assert not signing.forwarder.verify(signed)
        with pytest.raises(Reverted) as refusal:
            signing.forwarder.execute(signed, sender=stranger)
        wanted = ("ERC2771ForwarderInvalidSigner", (holder, account.address))
        assert (refusal.value.error, refusal.value.arguments) == wanted
        account.behave(_SOUND, sender=holder)
        assert signing.forwarder.verify(signed)

    def test_delivers_its_own_requests_alone_given_it_accepts_anything(
        self, signing: Signing, at_target: Contract, account: Contract, holder: str, stranger: str
    ) -> None:
        account.behave(_ANYTHING, sender=holder)
        request = signing.request(
            at_target, "expire", 7, signer=account.address, key=signing.keys[stranger]
        )
        assert signing.forwarder.verify(request)
        assert signing.forwarder.verify(request._replace(signature=bytes(32)))
        assert not signing.forwarder.verify(request._replace(signer=holder))

    def test_is_not_delivered_when_it_invalidates_its_nonce(
        self, signing: Signing, signed: Request, account: Contract, holder: str
    ) -> None:
        data = signing.forwarder.calldata("invalidateNonces", 0, 1)
        account.perform(signing.forwarder.address, data, sender=holder)
        assert not signing.forwarder.verify(signed)

    def test_counts_the_keys_signature_given_its_account_has_taken_code(
        self, signing: Signing, at_target: Contract, ledger: Ledger, account: Contract, holder: str
    ) -> None:
        # What EIP-7702 leaves at an address that delegates: 0xef0100 and the delegate.
        delegation = "0xef0100" + account.address[2:]
        ledger._result("anvil_setCode", [holder, delegation])
        request = signing.request(at_target, "expire", 7, signer=holder)
        assert signing.forwarder.verify(request)
