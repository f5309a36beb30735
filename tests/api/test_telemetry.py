"""What operators see: metrics by route, spans at a collector, one line of log a request."""

from __future__ import annotations

import io
import json
import logging
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import ValidationError

from api.settings import ApiSettings
from api.telemetry.logs import configure_logs

from ..indexer.stage import Registry  # noqa: TID252
from . import documents
from .world import World

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Collector:
    """A collector of spans as OTLP over HTTP brings them."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1/traces"

    def take(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                self.spans += scope.spans

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.close()


def samples(world: World) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    answer = world.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def attributes(span: Any) -> dict[str, Any]:
    found = {}
    for one in span.attributes:
        kind = one.value.WhichOneof("value")
        found[one.key] = getattr(one.value, kind)
    return found


class TestMetrics:
    """
    a request                   is counted and timed under its route's template and its status
    a path of no route          adds no name of its own, however many are tried
    a method that is none       neither
    a write on its way          is counted by its state
    """

    def test_counts_a_request_under_its_template(self, world: World) -> None:
        before = samples(world)
        for name in ("nowhere", "elsewhere"):
            assert world.get(f"/projects/{name}").status_code == 404
        world.client.head("/projects")
        after = samples(world)
        counted = ("ogcr_api_requests_total", "GET", "/projects/{projectId}", "404")
        assert after[counted] - before.get(counted, 0) == 2
        timed = ("ogcr_api_request_seconds_count", "GET", "/projects/{projectId}")
        assert after[timed] - before.get(timed, 0) == 2
        assert after["ogcr_api_requests_total", "GET", "/projects", "200"] == 1
        assert after["ogcr_api_requests_in_flight",] == 1  # the one that asks

    def test_adds_no_name_for_paths_of_no_route(self, world: World) -> None:
        for number in range(20):
            assert world.get(f"/made-up-{number}").status_code == 404
        assert samples(world)["ogcr_api_requests_total", "GET", "(no route)", "404"] == 20
        assert "made-up" not in world.get("/metrics").text

    def test_adds_no_name_for_methods_that_are_none(self, world: World) -> None:
        for number in range(20):
            assert world.client.request(f"MADE-UP-{number}", "/projects").status_code == 405
        assert samples(world)["ogcr_api_requests_total", "_OTHER", "/projects", "405"] == 20
        assert "MADE-UP" not in world.get("/metrics").text

    def test_counts_writes_on_their_way_by_state(self, world: World) -> None:
        assert world.post("/projects", documents.forest()).status_code == 202
        assert samples(world)["ogcr_api_tasks", "awaiting_signature"] == 1


class TestTraces:
    """
    given a collector           a request's span continues the caller's trace and names the route
                                statements and questions to the node are its children
                                no value, query string, path of an endpoint or address is told
    given an address of no use  the settings refuse it
    """

    def test_sends_the_spans_of_a_request(
        self, deployed: Registry, tmp_path: Path, collector: Collector
    ) -> None:
        with World.opened(deployed, tmp_path, traces=collector.url) as world:
            caller = {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-ID": "asked-1"}
            world.client.get("/projects/geheim?as_of=3", headers=caller)
            world.client.get("/health", headers=caller)
        spans = [span for span in collector.spans if span.trace_id.hex() == TRACE]
        (read,) = [span for span in spans if span.name == "GET /projects/{projectId}"]
        assert read.parent_span_id.hex() == PARENT
        assert attributes(read)["http.response.status_code"] == 404
        assert attributes(read)["ogcr.request_id"] == "asked-1"
        below = [span for span in spans if span.parent_span_id == read.span_id]
        assert {attributes(span)["db.system.name"] for span in below} == {"sqlite"}
        assert all("SELECT" in span.name or "BEGIN" in span.name for span in below)
        (well,) = [span for span in spans if span.name == "GET /health"]
        asked = [span.name for span in spans if span.parent_span_id == well.span_id]
        assert "eth_blockNumber" in asked
        told = str(collector.spans)
        assert "geheim" not in told
        assert "testclient" not in told

    def test_refuses_an_address_of_no_use(self) -> None:
        with pytest.raises(ValidationError, match="give the collector's address"):
            ApiSettings(traces="collector")


class TestLogs:
    """
    a request           is one line: method, route, path, status, milliseconds, id, principal
                        without its query string and without the address that asked
    json_logs           each line is an object, those of libraries too
    an exception        comes with its place in the code, and without what the variables held
    """

    @pytest.fixture
    def lines(self) -> Iterator[Any]:
        written = io.StringIO()
        root = logging.getLogger()
        before, level = root.handlers[:], root.level
        configure_logs(written, json_logs=True)
        yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
        root.handlers[:] = before
        root.setLevel(level)

    def test_tells_of_a_request_in_one_line(self, world: World, lines: Any) -> None:
        world.client.get("/projects?limit=7", headers={"X-Request-ID": "asked-2"})
        (line,) = [one for one in lines() if one.get("request_id") == "asked-2"]
        assert line["event"] == "request"
        said = (line["method"], line["route"], line["path"], line["status"], line["level"])
        assert said == ("GET", "/projects", "/projects", 200, "info")
        assert line["milliseconds"] > 0
        assert "limit" not in json.dumps(line)
        assert "testclient" not in json.dumps(line)

    def test_gives_the_lines_of_others_the_same_form(self, lines: Any) -> None:
        logging.getLogger("a.library").warning("%s is late", "somebody")
        (line,) = lines()
        assert (line["event"], line["level"]) == ("somebody is late", "warning")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", line["timestamp"])

    @pytest.mark.parametrize("json_logs", [False, True])
    def test_tells_of_no_variable_what_it_held(self, lines: Any, *, json_logs: bool) -> None:
        written = io.StringIO()
        configure_logs(written, json_logs=json_logs)
        credential = "ogcr_" + "5" * 16
        try:
            raise RuntimeError(len(credential))
        except RuntimeError:
            logging.getLogger("api").exception("a request failed")
        assert "RuntimeError: 21" in written.getvalue()
        assert credential not in written.getvalue()

    def test_is_silent_about_looks_at_its_health(self, world: World, lines: Any) -> None:
        world.get("/health")
        world.get("/metrics")
        assert [line for line in lines() if line.get("event") == "request"] == []
