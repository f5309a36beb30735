"""CRU as any ERC-721 token, in the manner of OpenZeppelin's behaviour suite."""

from collections.abc import Callable
from functools import reduce
from operator import xor
from typing import Any, NamedTuple

import pytest

from .encoding import selector
from .ledger import Contract, Ledger, reverts
from .reporting import Reporting
from .samples import ZERO_ADDRESS, Cast, Stage

ACCEPT, WRONG_VALUE, CUSTOM_ERROR, NOTHING, PANIC = range(5)
NONEXISTENT = 13
DATA = b"\x42"


class Scene(NamedTuple):
    """The owner holds two tokens; `approved` may move the first, `operator` all of the owner's."""

    owner: str
    first: int
    second: int
    approved: str
    operator: str
    other: str


@pytest.fixture
def scene(stage: Stage, units: Contract, cast: Cast) -> Scene:
    reporting = Reporting(stage)
    tokens = reporting.issued(name="1"), reporting.issued(name="2")
    scene = Scene(cast.developer, *tokens, cast.validator, cast.guardian, cast.stranger)
    units.approve(scene.approved, scene.first, sender=scene.owner)
    units.setApprovalForAll(scene.operator, True, sender=scene.owner)
    return scene


@pytest.fixture
def receiver(stage: Stage) -> Contract:
    return Reporting(stage).receiver()


class TestInterfaces:
    """
    whatever interface it declares   ERC-165 says so, and denies 0xffffffff
    """

    @pytest.mark.parametrize(
        "interface", ["01ffc9a7", "80ac58cd", "5b5e139f", "49064906"], ids=lambda one: f"0x{one}"
    )
    def test_supports_what_it_declares(self, units: Contract, interface: str) -> None:
        assert units.supportsInterface(bytes.fromhex(interface))

    def test_supports_all_that_its_interface_names(self, units: Contract, ledger: Ledger) -> None:
        functions = (one for one in ledger.compiled["ICRU"].abi if one["type"] == "function")
        words = (int.from_bytes(selector(one), "big") for one in functions)
        assert units.supportsInterface(reduce(xor, words).to_bytes(4, "big"))

    @pytest.mark.parametrize("interface", ["ffffffff", "00000000", "d9b67a26"])
    def test_denies_what_it_is_not(self, units: Contract, interface: str) -> None:
        assert not units.supportsInterface(bytes.fromhex(interface))

    def test_has_a_name(self, units: Contract) -> None:
        assert (units.name(), units.symbol()) == ("Carbon Removal Unit", "CRU")


class TestBalanceAndOwner:
    """
    given an address owns tokens         their number is its balance
    when the zero address is asked for   it reverts
    given the token does not exist       every question about it reverts
    """

    def test_counts_tokens(self, units: Contract, scene: Scene) -> None:
        assert units.balanceOf(scene.owner) == 2
        assert units.balanceOf(scene.other) == 0

    def test_reverts_when_the_zero_address_is_asked_for(self, units: Contract) -> None:
        with reverts("ERC721InvalidOwner", ZERO_ADDRESS):
            units.balanceOf(ZERO_ADDRESS)

    def test_knows_the_owner(self, units: Contract, scene: Scene) -> None:
        assert units.ownerOf(scene.first) == scene.owner

    @pytest.mark.parametrize("function", ["ownerOf", "getApproved", "tokenURI", "unit"])
    @pytest.mark.parametrize("token_id", [0, NONEXISTENT, 2**256 - 1])
    def test_reverts_given_the_token_does_not_exist(
        self, units: Contract, function: str, token_id: int
    ) -> None:
        with reverts("ERC721NonexistentToken", token_id):
            getattr(units, function)(token_id)


@pytest.fixture(
    params=["transferFrom", "safeTransferFrom", "safeTransferFrom with data"],
)
def transfer(request: pytest.FixtureRequest, units: Contract) -> Callable[..., Any]:
    function, *data = request.param.split(" with ")
    extra = [DATA] if data else []

    def send(owner: str, to: str, token_id: int, sender: str) -> Any:
        return getattr(units, function)(owner, to, token_id, *extra, sender=sender)

    return send


class TestTransfer:
    """
    when the owner, the approved or the operator sends    it moves, its approval is cleared
    when anybody else sends, or on a wrong owner's behalf it reverts
    when the receiver is the owner                        it stays, its approval is cleared
    when the receiver is zero                             it reverts
    given the token does not exist                        it reverts
    """

    @pytest.mark.parametrize("who", ["owner", "approved", "operator"])
    def test_moves_when_the_caller_may(
        self, units: Contract, scene: Scene, transfer: Callable[..., Any], who: str
    ) -> None:
        receipt = transfer(scene.owner, scene.other, scene.first, getattr(scene, who))
        assert units.ownerOf(scene.first) == scene.other
        assert units.getApproved(scene.first) == ZERO_ADDRESS
        assert (units.balanceOf(scene.owner), units.balanceOf(scene.other)) == (1, 1)
        assert [event.name for event in receipt.events] == ["Transfer"]
        assert receipt.events[0].arguments == {
            "from": scene.owner,
            "to": scene.other,
            "tokenId": scene.first,
        }

    def test_moves_when_the_operator_sends_what_is_approved_to_nobody(
        self, units: Contract, scene: Scene, transfer: Callable[..., Any]
    ) -> None:
        units.approve(ZERO_ADDRESS, scene.first, sender=scene.owner)
        transfer(scene.owner, scene.other, scene.first, scene.operator)
        assert units.ownerOf(scene.first) == scene.other

    def test_stays_when_sent_to_the_owner(
        self, units: Contract, scene: Scene, transfer: Callable[..., Any]
    ) -> None:
        transfer(scene.owner, scene.owner, scene.first, scene.owner)
        assert units.ownerOf(scene.first) == scene.owner
        assert units.getApproved(scene.first) == ZERO_ADDRESS
        assert units.balanceOf(scene.owner) == 2

    def test_reverts_when_the_previous_owner_is_named_wrongly(
        self, scene: Scene, transfer: Callable[..., Any]
    ) -> None:
        with reverts("ERC721IncorrectOwner", scene.other, scene.first, scene.owner):
            transfer(scene.other, scene.other, scene.first, scene.owner)

    def test_reverts_when_the_caller_may_not(
        self, scene: Scene, transfer: Callable[..., Any]
    ) -> None:
        with reverts("ERC721InsufficientApproval", scene.other, scene.first):
            transfer(scene.owner, scene.other, scene.first, scene.other)
        with reverts("ERC721InsufficientApproval", scene.approved, scene.second):
            transfer(scene.owner, scene.other, scene.second, scene.approved)

    def test_reverts_when_the_receiver_is_zero(
        self, scene: Scene, transfer: Callable[..., Any]
    ) -> None:
        with reverts("ERC721InvalidReceiver", ZERO_ADDRESS):
            transfer(scene.owner, ZERO_ADDRESS, scene.first, scene.owner)

    def test_reverts_given_the_token_does_not_exist(
        self, scene: Scene, transfer: Callable[..., Any]
    ) -> None:
        with reverts("ERC721NonexistentToken", NONEXISTENT):
            transfer(scene.owner, scene.other, NONEXISTENT, scene.owner)


class TestSafeTransfer:
    """
    when the receiver is a contract that accepts    it is called with operator, owner, id and data
    when it answers otherwise, reverts or panics    the transfer reverts, with the reason it gave
    when it has no such function                    the transfer reverts
    when it is called without code                  nothing is called
    """

    @pytest.mark.parametrize("data", [(), (DATA,)])
    @pytest.mark.parametrize("who", ["owner", "approved", "operator"])
    def test_calls_the_receiver(
        self, units: Contract, scene: Scene, receiver: Contract, data: tuple[bytes], who: str
    ) -> None:
        sender = getattr(scene, who)
        receipt = units.safeTransferFrom(
            scene.owner, receiver.address, scene.first, *data, sender=sender
        )
        assert receipt.named("Received") == [
            {
                "operator": sender,
                "from": scene.owner,
                "tokenId": scene.first,
                "data": b"".join(data),
            }
        ]
        assert units.ownerOf(scene.first) == receiver.address

    @pytest.mark.parametrize("answer", [WRONG_VALUE, NOTHING])
    def test_reverts_when_the_receiver_does_not_accept(
        self, units: Contract, scene: Scene, receiver: Contract, answer: int
    ) -> None:
        receiver.setAnswer(answer, sender=scene.other)
        with reverts("ERC721InvalidReceiver", receiver.address):
            units.safeTransferFrom(scene.owner, receiver.address, scene.first, sender=scene.owner)

    def test_reverts_with_the_reason_when_the_receiver_gives_one(
        self, units: Contract, scene: Scene, receiver: Contract
    ) -> None:
        receiver.setAnswer(CUSTOM_ERROR, sender=scene.other)
        with reverts("ReceiverRefuses", scene.first):
            units.safeTransferFrom(scene.owner, receiver.address, scene.first, sender=scene.owner)
        receiver.setAnswer(PANIC, sender=scene.other)
        with reverts("0x4e487b71" + "00" * 31 + "01"):
            units.safeTransferFrom(scene.owner, receiver.address, scene.first, sender=scene.owner)

    def test_reverts_when_the_receiver_has_no_such_function(
        self, units: Contract, access: Contract, scene: Scene
    ) -> None:
        with reverts("ERC721InvalidReceiver", access.address):
            units.safeTransferFrom(scene.owner, access.address, scene.first, sender=scene.owner)
        units.transferFrom(scene.owner, access.address, scene.first, sender=scene.owner)


class TestApprove:
    """
    when the owner or an operator approves       the approval stands and an event says so
    when it approves nobody, again or another    the approval is replaced
    when anybody else approves                   it reverts, the approved too
    given the token does not exist               it reverts
    """

    @pytest.mark.parametrize("who", ["owner", "operator"])
    @pytest.mark.parametrize("whom", ["other", "approved"])
    def test_stands_when_given(self, units: Contract, scene: Scene, who: str, whom: str) -> None:
        approved = getattr(scene, whom)
        receipt = units.approve(approved, scene.first, sender=getattr(scene, who))
        assert receipt.named("Approval") == [
            {"owner": scene.owner, "approved": approved, "tokenId": scene.first}
        ]
        assert units.getApproved(scene.first) == approved

    def test_is_cleared_when_nobody_is_approved(self, units: Contract, scene: Scene) -> None:
        receipt = units.approve(ZERO_ADDRESS, scene.first, sender=scene.owner)
        assert receipt.named("Approval")[0]["approved"] == ZERO_ADDRESS
        assert units.getApproved(scene.first) == ZERO_ADDRESS

    @pytest.mark.parametrize("who", ["other", "approved"])
    def test_reverts_when_the_caller_may_not(self, units: Contract, scene: Scene, who: str) -> None:
        caller = getattr(scene, who)
        with reverts("ERC721InvalidApprover", caller):
            units.approve(scene.other, scene.first, sender=caller)

    def test_reverts_given_the_token_does_not_exist(self, units: Contract, scene: Scene) -> None:
        with reverts("ERC721NonexistentToken", NONEXISTENT):
            units.approve(scene.other, NONEXISTENT, sender=scene.owner)


class TestOperators:
    """
    when an operator is set or unset   an event says so and the answer follows
    when the operator is zero          it reverts
    when it is oneself                 it is allowed
    """

    @pytest.mark.parametrize("approved", [True, False])
    def test_follow_what_was_set(self, units: Contract, scene: Scene, approved: bool) -> None:
        receipt = units.setApprovalForAll(scene.other, approved, sender=scene.owner)
        assert receipt.named("ApprovalForAll") == [
            {"owner": scene.owner, "operator": scene.other, "approved": approved}
        ]
        assert units.isApprovedForAll(scene.owner, scene.other) is approved

    def test_lose_their_power_when_unset(self, units: Contract, scene: Scene) -> None:
        units.setApprovalForAll(scene.operator, False, sender=scene.owner)
        with reverts("ERC721InsufficientApproval", scene.operator, scene.second):
            units.transferFrom(scene.owner, scene.other, scene.second, sender=scene.operator)

    def test_reverts_when_the_operator_is_zero(self, units: Contract, scene: Scene) -> None:
        with reverts("ERC721InvalidOperator", ZERO_ADDRESS):
            units.setApprovalForAll(ZERO_ADDRESS, True, sender=scene.owner)

    def test_may_be_oneself(self, units: Contract, scene: Scene) -> None:
        units.setApprovalForAll(scene.owner, True, sender=scene.owner)
        assert units.isApprovedForAll(scene.owner, scene.owner)
