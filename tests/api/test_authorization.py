"""What a call takes: the wallet of who signs, the party's of several, a judge's accreditation."""

from __future__ import annotations

import pytest

from api.access.asked import noting
from api.access.authorization import require_call, require_signer
from api.access.principals import Principal
from api.errors import AuthenticationError, PermissionsError
from api.writes.write import Write
from indexer.identity import project_id

from . import documents
from .people import DEVELOPER, OPERATOR, OTHER_DEVELOPER, VERIFIER
from .world import World

DAY = 86_400
#: Every type of project there is.
ALL_TYPES = 255


@pytest.fixture(scope="module")
def world(file_world: World) -> World:
    """One world for this file, with a report whose verifier is assigned."""
    forest = documents.forest()
    file_world.register(forest)
    file_world.validate(forest)
    file_world.report(documents.report())
    return file_world


def holder(world: World, *people: int) -> Principal:
    """A key for the wallets of these people that may do everything."""
    wallets = frozenset(world.address(who) for who in people)
    return Principal("key:test", "key", frozenset({"projects:write", "mrv:verify"}), wallets)


def called(world: World, principal: Principal, write: Write) -> list[list[str]]:
    """One of which wallets it took, or `PermissionsError`."""
    with noting() as asked:
        require_call(world.app.state.registry, principal, write)
    return asked.wallets


class TestRequireSigner:
    """
    given an address in capitals or not   it is the wallet that was proven
    given another                         it is refused, and nobody's is asked to sign in
    """

    def test_takes_a_proven_wallet_however_it_is_written(self, world: World) -> None:
        require_signer(holder(world, DEVELOPER), world.keys[DEVELOPER].address)
        require_signer(holder(world, DEVELOPER), world.address(DEVELOPER))

    def test_refuses_another(self, world: World) -> None:
        with pytest.raises(PermissionsError, match="none of the wallets"):
            require_signer(holder(world, DEVELOPER), world.address(OTHER_DEVELOPER))
        with pytest.raises(AuthenticationError, match="Sign in with"):
            require_signer(Principal("anonymous", "anonymous"), world.address(DEVELOPER))


class TestRequireCall:
    """
    given several wallets with the role    the party's alone counts, now and when asked again
    given none of them is the party's      it is refused
    given the last day of accreditation    a judge counts, and the day after no more
    """

    def test_takes_the_wallet_of_the_party(self, world: World) -> None:
        key = project_id(documents.forest()["id"])
        archived = Write(
            "archive", "ProjectRegistry", "archiveProject", {"projectId": key, "reason": ""}
        )
        both = holder(world, DEVELOPER, OTHER_DEVELOPER)
        assert called(world, both, archived) == [[world.address(DEVELOPER)]]
        with pytest.raises(PermissionsError):
            called(world, holder(world, OTHER_DEVELOPER), archived)

    def test_takes_a_judge_through_its_last_day(self, world: World) -> None:
        key = world.report_id(documents.report())
        arguments = {
            "reportId": key,
            "reportHash": "",
            "statementHash": "",
            "uri": "",
            "reason": "",
        }
        rejected = Write("reject", "MRVRegistry", "rejectReport", arguments)
        verifier = holder(world, VERIFIER)
        for days_left in (0, -1):
            head = world.node.rpc("eth_getBlockByNumber", "latest", False)
            second = int(head["timestamp"], 16) + 1
            given = (ALL_TYPES, 0, second // DAY + days_left, "0x" + "ac" * 32)
            world.node.rpc("evm_setNextBlockTimestamp", second)
            named = (world.address(VERIFIER), 4, given, "")
            world.direct(OPERATOR, "RegistryAccessControl", "accredit", *named)
            if days_left < 0:
                with pytest.raises(PermissionsError, match="No accreditation as verifier"):
                    called(world, verifier, rejected)
            else:
                assert called(world, verifier, rejected) == [[world.address(VERIFIER)]]
