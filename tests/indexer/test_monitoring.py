"""What operators watch: the condition told apart, every metric that dashboard and alerts name."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import yaml

from indexer.__main__ import main
from indexer.condition import Condition
from indexer.database import engine
from indexer.errands.rounds import Rounds
from indexer.follower import Follower
from indexer.metrics import Metrics
from indexer.models import Checkpoint
from indexer.progress import Backfill
from indexer.settings import IndexerSettings

from .play import Play
from .stage import Registry

MONITORING = Path("docs/monitoring")
_NAME = re.compile(r"\bogcr_[a-z_]+")


def named_metrics() -> dict[str, set[str]]:
    """The metrics that each file names in its expressions."""
    dashboard = json.loads((MONITORING / "grafana-dashboard.json").read_text())
    shown = [t["expr"] for panel in dashboard["panels"] for t in panel["targets"]]
    shown += [v["query"] for v in dashboard["templating"]["list"]]
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text())
    watched = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    return {
        "dashboard": {name for text in shown for name in _NAME.findall(text)},
        "alerts": {name for text in watched for name in _NAME.findall(text)},
    }


@contextmanager
def served(settings: IndexerSettings, metrics: Metrics) -> Iterator[httpx.Client]:
    with (
        metrics.serve(settings, engine(settings.index_url)) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=10) as client,
    ):
        yield client


@pytest.mark.chain
class TestMetrics:
    """
    every metric of dashboard and alerts   is one that the indexer tells
    every alert                            has a severity, and says what to do
    """

    def test_every_named_metric_is_told(
        self, registry: Registry, settings: IndexerSettings
    ) -> None:
        settings = settings.model_copy(update={"failed_calls": True, "fetch_documents": False})
        metrics, play = Metrics(), Play(registry, 95, "metrics")
        play.open()
        with Follower(settings, metrics) as follower, Rounds(settings) as rounds:
            follower.catch_up(5)
            mark = registry.node.snapshot()
            play.act(3)
            follower.catch_up(5)
            registry.node.revert(mark)
            registry.node.mine()
            follower.catch_up(5)
            while rounds.run():
                pass
            metrics.count_trouble("Busy")
            options = ("--database-url", settings.database_url, "--rpc-url", registry.node.url)
            folder = str(settings.deployments)
            assert main(["verify", *options, "--deployments", folder]) == 0
            with served(settings, metrics) as client:
                told = client.get("/metrics").text
        samples = {line.split("{")[0].split(" ")[0] for line in told.splitlines() if line[0] != "#"}
        for file, names in named_metrics().items():
            assert names, file
            assert names <= samples, file
        values = dict(line.rsplit(" ", 1) for line in told.splitlines() if line[0] != "#")
        assert values['ogcr_condition{status="ok"}'] == "1.0"
        assert float(values["ogcr_indexed_block"]) == registry.node.head
        assert float(values["ogcr_searched_block"]) == registry.node.head
        assert float(values['ogcr_documents{status="missing"}']) > 0
        assert float(values['ogcr_verification_differing{kind="digest"}']) == 0
        assert float(values["ogcr_reorg_depth_blocks_count"]) == 1
        assert float(values["ogcr_feed_cursor"]) > 1

    def test_every_alert_says_what_to_do(self) -> None:
        rules = yaml.safe_load((MONITORING / "alerts.yml").read_text())
        for rule in rules["groups"][0]["rules"]:
            assert rule["labels"]["severity"] in ("warning", "critical")
            assert rule["annotations"].keys() == {"summary", "action"}


@pytest.mark.chain
class TestServer:
    """
    given it follows            health and ready are 200
    given another one writes    it is healthy and not ready
    given the node is gone      first it goes on, then it is broken
    """

    def test_is_told_apart(self, registry: Registry, settings: IndexerSettings) -> None:
        settings = settings.model_copy(update={"broken_seconds": 0.3, "request_timeout": 1.0})
        metrics, second = Metrics(), Metrics()
        Play(registry, 96, "health").open()
        with Follower(settings, metrics) as follower, served(settings, metrics) as client:
            assert client.get("/ready").json()["status"] == "starting"
            follower.catch_up(5)
            answer = client.get("/ready")
            assert (answer.status_code, answer.json()["status"]) == (200, "ok")
            assert answer.json()["index"]["block_number"] == registry.node.head
            with Follower(settings, second) as other, served(settings, second) as beside:
                other._turn(_silent(), None)
                assert beside.get("/health").status_code == 200
                assert beside.get("/ready").status_code == 503
                assert beside.get("/ready").json()["status"] == "standby"
            follower._chain.rpc._urls = ["http://127.0.0.1:1"]
            follower._turn(_silent(), None)
            assert client.get("/health").status_code == 200
            time.sleep(0.35)
            follower._turn(_silent(), None)
            answer = client.get("/health")
            assert (answer.status_code, answer.json()["status"]) == (503, "broken")
            assert "cannot be reached" in answer.json()["faults"][0]
            assert client.get("/nothing").status_code == 404


class TestCondition:
    """
    given blocks are left to index   it is behind, and healthy
    given nothing moves              it is broken
    """

    def test_is_behind_given_blocks_are_left(self) -> None:
        condition = Condition()
        condition.went_well(_checkpoint(block=50, head=100))
        report = condition.report(IndexerSettings())
        assert (report.status, report.is_healthy, report.is_ready) == ("behind", True, False)
        assert report.faults == ["The index is 50 blocks behind head 100."]

    def test_is_broken_given_nothing_moves(self) -> None:
        condition = Condition()
        condition.went_well(_checkpoint(block=100, head=100))
        settings = IndexerSettings(broken_seconds=0.05, request_timeout=0.05)
        assert condition.report(settings).status == "ok"
        time.sleep(0.12)
        assert condition.report(settings).status == "broken"


def _checkpoint(block: int, head: int) -> Checkpoint:
    return Checkpoint(
        chain_id=1,
        block_number=block,
        block_hash="0x",
        block_timestamp=0,
        head_number=head,
        safe_number=0,
        finalized_number=0,
        deployments_hash="",
    )


def _silent() -> Backfill:
    return Backfill()
