"""Moving units: by whom, to whom, and never what is retired or in the buffer."""

from collections.abc import Callable
from typing import Any

import pytest

from .ledger import Contract, reverts
from .reporting import Reporting, UnitStatus
from .samples import ZERO_ADDRESS, Cast

MOVES = ["transferFrom", "safeTransferFrom", "transferBatch"]


@pytest.fixture
def move(units: Contract) -> Callable[..., Any]:
    """One token by any of the functions that move one."""

    def send(function: str, owner: str, to: str, token_id: int, sender: str) -> Any:
        arguments = (to, [token_id]) if function == "transferBatch" else (owner, to, token_id)
        return getattr(units, function)(*arguments, sender=sender)

    return send


@pytest.mark.parametrize("function", MOVES)
class TestMove:
    """
    when the caller is the owner, approved or an operator   the token moves, its approval ends
    when the caller is anybody else, or ours                it reverts
    when the receiver is zero or the units' own contract    it reverts
    given the token is retired or in the buffer             it reverts, naming its status
    given the units are paused                              it reverts
    """

    def test_moves_when_the_caller_may(
        self,
        reporting: Reporting,
        units: Contract,
        move: Callable[..., Any],
        cast: Cast,
        function: str,
    ) -> None:
        token_id = reporting.issued()
        units.approve(cast.stranger, token_id, sender=cast.developer)
        receipt = move(function, cast.developer, cast.holder, token_id, cast.stranger)
        assert receipt.named("Transfer") == [
            {"from": cast.developer, "to": cast.holder, "tokenId": token_id}
        ]
        assert units.ownerOf(token_id) == cast.holder
        assert units.getApproved(token_id) == ZERO_ADDRESS
        with reverts("ERC721InsufficientApproval", cast.stranger, token_id):
            move(function, cast.holder, cast.stranger, token_id, cast.stranger)
        units.setApprovalForAll(cast.stranger, True, sender=cast.holder)
        move(function, cast.holder, cast.developer, token_id, cast.stranger)
        assert (units.balanceOf(cast.holder), units.balanceOf(cast.developer)) == (0, 1)

    @pytest.mark.parametrize("who", ["stranger", "operator", "administrator", "verifier"])
    def test_reverts_when_the_caller_may_not(
        self,
        reporting: Reporting,
        move: Callable[..., Any],
        cast: Cast,
        function: str,
        who: str,
    ) -> None:
        token_id, caller = reporting.issued(), getattr(cast, who)
        with reverts("ERC721InsufficientApproval", caller, token_id):
            move(function, cast.developer, caller, token_id, caller)

    def test_reverts_when_the_receiver_is_zero_or_the_buffer(
        self,
        reporting: Reporting,
        units: Contract,
        move: Callable[..., Any],
        developer: str,
        function: str,
    ) -> None:
        token_id = reporting.issued()
        with reverts("ERC721InvalidReceiver", ZERO_ADDRESS):
            move(function, developer, ZERO_ADDRESS, token_id, developer)
        with reverts("CRUInvalidReceiver", units.address):
            move(function, developer, units.address, token_id, developer)

    def test_reverts_given_it_is_retired(
        self, reporting: Reporting, move: Callable[..., Any], cast: Cast, function: str
    ) -> None:
        token_id = reporting.retired()
        with reverts("CRUUnitNotHeld", token_id, UnitStatus.Retired):
            move(function, cast.developer, cast.holder, token_id, cast.developer)

    @pytest.mark.parametrize("who", ["developer", "operator", "administrator"])
    def test_reverts_given_it_is_in_the_buffer(
        self,
        reporting: Reporting,
        units: Contract,
        move: Callable[..., Any],
        cast: Cast,
        function: str,
        who: str,
    ) -> None:
        token_id = reporting.buffered()
        with reverts("CRUUnitNotHeld", token_id, UnitStatus.Buffer):
            move(function, units.address, cast.holder, token_id, getattr(cast, who))

    def test_reverts_given_the_units_are_paused(
        self,
        reporting: Reporting,
        units: Contract,
        move: Callable[..., Any],
        cast: Cast,
        function: str,
    ) -> None:
        token_id = reporting.issued()
        units.pause(sender=cast.guardian)
        with reverts("EnforcedPause"):
            move(function, cast.developer, cast.holder, token_id, cast.developer)
        units.unpause(sender=cast.administrator)
        move(function, cast.developer, cast.holder, token_id, cast.developer)

    def test_reverts_when_it_does_not_exist(
        self, move: Callable[..., Any], cast: Cast, function: str
    ) -> None:
        with reverts("ERC721NonexistentToken", 7):
            move(function, cast.developer, cast.holder, 7, cast.developer)


class TestTransferBatch:
    """
    when it is empty                              it reverts
    when one token cannot move                    none does
    when a token is named twice                   it reverts unless it may move on
    when the tokens have several owners           each moves if the caller may move it
    when the receiver is a contract               it is asked for each token, when all have moved
    """

    def test_reverts_when_it_is_empty(self, units: Contract, cast: Cast) -> None:
        with reverts("CRUEmptyBatch"):
            units.transferBatch(cast.holder, [], sender=cast.developer)

    def test_moves_none_when_one_cannot_move(
        self, reporting: Reporting, units: Contract, cast: Cast
    ) -> None:
        good, ended = reporting.issued(name="2"), reporting.retired()
        with reverts("CRUUnitNotHeld", ended, UnitStatus.Retired):
            units.transferBatch(cast.holder, [good, ended], sender=cast.developer)
        with reverts("ERC721InsufficientApproval", cast.developer, good):
            units.transferBatch(cast.holder, [good, good], sender=cast.developer)
        assert units.ownerOf(good) == cast.developer

    def test_moves_from_several_owners_when_the_caller_may(
        self, reporting: Reporting, units: Contract, cast: Cast
    ) -> None:
        mine, theirs = reporting.issued(name="1"), reporting.issued(name="2")
        units.transferFrom(cast.developer, cast.stranger, theirs, sender=cast.developer)
        with reverts("ERC721InsufficientApproval", cast.developer, theirs):
            units.transferBatch(cast.holder, [mine, theirs], sender=cast.developer)
        units.approve(cast.developer, theirs, sender=cast.stranger)
        receipt = units.transferBatch(cast.holder, [mine, theirs], sender=cast.developer)
        assert [one["from"] for one in receipt.named("Transfer")] == [cast.developer, cast.stranger]
        assert units.balanceOf(cast.holder) == 2

    def test_asks_the_receiver_when_all_have_moved(
        self, reporting: Reporting, units: Contract, cast: Cast
    ) -> None:
        receiver = reporting.receiver()
        tokens = [reporting.issued(name="1"), reporting.issued(name="2")]
        receipt = units.transferBatch(receiver.address, tokens, sender=cast.developer)
        assert [event.name for event in receipt.events] == ["Transfer"] * 2 + ["Received"] * 2
        assert receipt.named("Received")[1] == {
            "operator": cast.developer,
            "from": cast.developer,
            "tokenId": tokens[1],
            "data": b"",
        }

    def test_names_each_owner_to_the_receiver_given_several(
        self, reporting: Reporting, units: Contract, cast: Cast
    ) -> None:
        receiver = reporting.receiver()
        tokens = [reporting.issued(name="1"), reporting.issued(name="2")]
        units.transferFrom(cast.developer, cast.holder, tokens[1], sender=cast.developer)
        units.approve(cast.developer, tokens[1], sender=cast.holder)
        receipt = units.transferBatch(receiver.address, tokens, sender=cast.developer)
        owners = [(one["from"], one["operator"]) for one in receipt.named("Received")]
        assert owners == [(cast.developer, cast.developer), (cast.holder, cast.developer)]

    def test_reverts_when_the_receiver_takes_no_tokens(
        self, reporting: Reporting, units: Contract, access: Contract, developer: str
    ) -> None:
        token_id = reporting.issued()
        with reverts("ERC721InvalidReceiver", access.address):
            units.transferBatch(access.address, [token_id], sender=developer)


class TestApproval:
    """
    given the token is retired or in the buffer   nobody can be approved for it
    given an approval stands at retirement        it ends, and an event says so
    given the units are paused                    approvals go on
    """

    def test_reverts_given_it_is_retired(
        self, reporting: Reporting, units: Contract, cast: Cast
    ) -> None:
        token_id = reporting.retired()
        with reverts("CRUUnitNotHeld", token_id, UnitStatus.Retired):
            units.approve(cast.holder, token_id, sender=cast.developer)

    @pytest.mark.parametrize("who", ["developer", "operator", "administrator"])
    def test_reverts_given_it_is_in_the_buffer(
        self, reporting: Reporting, units: Contract, cast: Cast, who: str
    ) -> None:
        token_id = reporting.buffered()
        with reverts("CRUUnitNotHeld", token_id, UnitStatus.Buffer):
            units.approve(cast.holder, token_id, sender=getattr(cast, who))

    def test_goes_on_given_the_units_are_paused(
        self, reporting: Reporting, units: Contract, cast: Cast
    ) -> None:
        token_id = reporting.issued()
        units.pause(sender=cast.guardian)
        units.approve(cast.holder, token_id, sender=cast.developer)
        units.setApprovalForAll(cast.holder, True, sender=cast.developer)
        assert units.getApproved(token_id) == cast.holder
