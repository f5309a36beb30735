"""Dirty calldata: a call that is hashed as one thing and decoded as another does not exist."""

from __future__ import annotations

import eth_abi
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .encoding import types
from .ledger import Contract, Reverted, reverts
from .signing import Request, Signing
from .test_forwarder_types import ACTIONS, arguments

RETIRE = ACTIONS["Retire"]
WORD = 32
_REFUSALS = ("RegistryForwarderMalformedCall", "RegistryForwarderUnknownAction")
#: Positions within the data of `retire`: selector, three words, then the retirement.
KG, OFFSET, TUPLE = 4 + 32, 4 + 64, 4 + 96
PURPOSE = TUPLE + 5 * 32


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


@pytest.fixture
def signed(signing: Signing, holder: str, target: Contract, units: Contract) -> Request:
    """A retirement that its signer signed for the target, canonical."""
    at_target = Contract(units.ledger, target.address, units.abi)
    retirement = (2, b"\x05" * 32, "a purpose", 0, 0)
    return signing.request(at_target, "retire", 7, 1000, retirement, signer=holder)


def altered(request: Request, at: int, replacement: bytes) -> Request:
    data = request.data
    return request._replace(data=data[:at] + replacement + data[at + len(replacement) :])


class TestCanonicalEncoding:
    """
    given the canonical encoding                     it is delivered
    when bytes follow                                it reverts, naming where
    when bytes are missing                           it reverts
    when an offset points elsewhere                  it reverts
    when a bit lies outside of its type              it reverts
    when a length exceeds what is there              it reverts
    when the padding of a text is not zero           it reverts
    when the selector is no action, or cut short     it reverts
    """

    def test_is_delivered_given_the_canonical_encoding(
        self, signing: Signing, signed: Request, target: Contract, stranger: str
    ) -> None:
        receipt = signing.forwarder.execute(signed, sender=stranger)
        assert receipt.named("Called") == [{"signer": signed.signer, "data": signed.data}]

    @pytest.mark.parametrize("extra", [b"\0", bytes(32), b"\x01" * 20])
    def test_reverts_when_bytes_follow(
        self, signing: Signing, signed: Request, extra: bytes
    ) -> None:
        longer = signed._replace(data=signed.data + extra)
        with reverts("RegistryForwarderMalformedCall", len(signed.data)):
            signing.forwarder.verify(longer)

    def test_reverts_when_bytes_are_missing(self, signing: Signing, signed: Request) -> None:
        # The signature follows in the transaction: it must not be read as the call's own bytes.
        text = range(PURPOSE + WORD, PURPOSE + WORD + len("a purpose"))
        for length in range(4, len(signed.data)):
            where = PURPOSE if length in text else length
            with reverts("RegistryForwarderMalformedCall", where):
                signing.forwarder.verify(signed._replace(data=signed.data[:length]))

    @pytest.mark.parametrize("offset", [0, 64, 95, 97, 128, 2**255])
    def test_reverts_when_an_offset_points_elsewhere(
        self, signing: Signing, signed: Request, offset: int
    ) -> None:
        with reverts("RegistryForwarderMalformedCall", OFFSET):
            signing.forwarder.verify(altered(signed, OFFSET, word(offset)))

    def test_reverts_when_an_offset_points_to_a_second_copy(
        self, signing: Signing, signed: Request
    ) -> None:
        tail = signed.data[TUPLE:]
        second = signed.data[:OFFSET] + word(96 + len(tail)) + tail + tail
        with reverts("RegistryForwarderMalformedCall", OFFSET):
            signing.forwarder.verify(signed._replace(data=second))

    def test_reverts_when_a_bit_lies_outside_of_its_type(
        self, signing: Signing, signed: Request
    ) -> None:
        with reverts("RegistryForwarderMalformedCall", KG):
            signing.forwarder.verify(altered(signed, KG, word(2**64 + 1000)))

    @pytest.mark.parametrize("length", [33, 64, 2**64, 2**256 - 1, 2**256 - 31])
    def test_reverts_when_a_length_exceeds_what_is_there(
        self, signing: Signing, signed: Request, length: int
    ) -> None:
        with reverts("RegistryForwarderMalformedCall", PURPOSE):
            signing.forwarder.verify(altered(signed, PURPOSE, word(length)))

    def test_reverts_when_the_padding_is_not_zero(self, signing: Signing, signed: Request) -> None:
        behind = PURPOSE + WORD + len("a purpose")
        with reverts("RegistryForwarderMalformedCall", behind):
            signing.forwarder.verify(altered(signed, len(signed.data) - 1, b"\x01"))

    @pytest.mark.parametrize("data", [b"", b"\x0d", b"\xde\xad\xbe\xef", b"\xde\xad\xbe\xef" * 9])
    def test_reverts_when_the_selector_is_no_action(
        self, signing: Signing, signed: Request, data: bytes
    ) -> None:
        with reverts("RegistryForwarderUnknownAction", data[:4].ljust(4, b"\0")):
            signing.forwarder.verify(signed._replace(data=data))

    def test_reverts_when_the_selector_is_cut_short(
        self, signing: Signing, signed: Request
    ) -> None:
        # The selector of an action may end with zeros; none does now, so the data is what counts.
        with reverts("RegistryForwarderUnknownAction", signed.data[:3] + b"\0"):
            signing.forwarder.verify(signed._replace(data=signed.data[:3]))


class TestOneEncoding:
    """
    for any action and any other bytes   they are refused, or signed by nobody; never taken for
                                         what was signed
    """

    @pytest.mark.parametrize("type_name", sorted(ACTIONS))
    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(data=st.data())
    def test_takes_no_other_bytes_for_what_was_signed(
        self, type_name: str, data: st.DataObject, signing: Signing, target: Contract, holder: str
    ) -> None:
        action = ACTIONS[type_name]
        values = data.draw(st.tuples(*(arguments(one) for one in action.inputs)))
        call = action.selector + eth_abi.encode(types(list(action.inputs)), values)
        dirty = data.draw(_dirtied(call))
        at_target = Contract(target.ledger, target.address, [_entry(type_name)])
        request = signing.request(at_target, action.function, *values, signer=holder)
        assert request.data == call
        assert signing.forwarder.verify(request)
        assert dirty == call or not _is_taken(signing, request._replace(data=dirty))


def _entry(type_name: str) -> dict[str, object]:
    action = ACTIONS[type_name]
    return {
        "type": "function",
        "name": action.function,
        "inputs": list(action.inputs),
        "outputs": [],
        "stateMutability": "nonpayable",
    }


def _is_taken(signing: Signing, request: Request) -> bool:
    try:
        return bool(signing.forwarder.verify(request))
    except Reverted as refusal:
        # Never a panic, nor the exhaustion of the gas.
        if refusal.error not in _REFUSALS:
            raise
        return False


def _dirtied(call: bytes) -> st.SearchStrategy[bytes]:
    """The same call with a bit turned, a word exchanged, cut short, longer, or a part doubled."""
    places = st.integers(0, len(call) - 1)
    words = st.integers(0, max(0, (len(call) - 36) // 32)).map(lambda number: 4 + 32 * number)
    small = st.integers(0, 20).map(lambda number: word(32 * number))
    return st.one_of(
        st.builds(lambda at, bit: _turned(call, at, bit), places, st.integers(0, 7)),
        st.builds(lambda at, new: call[:at] + new + call[at + 32 :], words, small),
        places.map(lambda at: call[:at]),
        st.binary(min_size=1, max_size=64).map(lambda more: call + more),
        st.builds(lambda at, end: call + call[at:end], words, words),
    )


def _turned(call: bytes, at: int, bit: int) -> bytes:
    return call[:at] + bytes([call[at] ^ (1 << bit)]) + call[at + 1 :]
