"""The audit is asked about itself: does it know every event, every table and every column?"""

from indexer.abi import Abi
from indexer.deployments import ALL_NAMES, Deployments
from indexer.models import VERSIONED
from scripts.auditing.checks import Checks
from scripts.auditing.replay import Replay
from scripts.auditing.rows import TABLES

from .running import ARTIFACTS

ABI = Abi.load(ARTIFACTS)


def test_every_event_is_followed() -> None:
    contracts = {
        name: {"address": f"0x{number:040x}", "block": 0}
        for number, name in enumerate(ALL_NAMES, start=1)
    }
    deployments = Deployments.from_record({"chain_id": 1, "contracts": contracts}, 1)
    replay = Replay(deployments, ABI, Checks())
    assert replay.followed == {(kind.contract, kind.name) for kind in ABI.events.values()}


def test_every_versioned_table_is_compared() -> None:
    assert set(TABLES) == {str(table.__tablename__) for table in VERSIONED}
