"""Records the examples of the documentation from what was really sent and answered.

Not a test: run `pytest tests/api/recording.py` when answers have changed; it writes api/examples/.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from api.encoding import day_number

from . import documents
from .people import BUYER, DEVELOPER, OPERATOR, STRANGER, VERIFIER
from .receiving import receiver, told
from .recording_access import recorded_access
from .recording_oauth import recorded_oauth
from .relaying import RelayWorld, forwarded
from .world import World

FOLDER = Path(__file__).parents[2] / "api" / "examples"
RETIREMENT = {
    "reason": "voluntary_claim",
    "beneficiary": {"name": "Example Brewery", "salt": "0x" + "5a" * 32},
    "purpose": "Flights of the year 2025",
    "claim_period": {"start_date": "2025-01-01", "end_date": "2025-12-31"},
}
CANCELLATION = {
    "quantity_kg": 1_000,
    "reason": "voluntary",
    "beneficiary": {"commitment": "0x" + "5b" * 32},
    "purpose": "Gift to the climate",
}


def recorded(world: World) -> dict[str, Any]:
    """Every example by name, after a life cycle of one project."""
    found: dict[str, Any] = {}
    pdd, mrv = documents.forest(), documents.report()
    _record_project(world, found, pdd)
    world.validate(pdd, reviewed=True)
    _record_report(world, found, pdd, mrv)
    _record_units(world, found)
    _record_reads(world, found, pdd, mrv)
    _record_reversal(world, found)
    _record_export(world, found)
    _record_accreditations(world, found)
    found |= recorded_oauth(world)
    found |= recorded_access(world)
    _record_problems(world, found, pdd)
    _record_reorganisation(world, found)
    _record_webhooks(world, found)
    _record_expiry(world, found)
    return found


def _record_webhooks(world: World, found: dict[str, Any]) -> None:
    """A subscription that is made, changed, tried, told again and seen."""
    with receiver() as heard:
        found["webhook-request"] = {
            "url": heard.url,
            "description": "Units of the harbour project",
            "events": ["unit.*", "reversal.began", "task.final", "task.reverted"],
            "projects": ["harz-mixed-forest"],
            "holders": [],
            "finality": "safe",
        }
        made = world.post("/webhooks", found["webhook-request"])
        path = made.headers["location"]
        shown_once = {**made.json(), "secret": "whsec_" + "A" * 43 + "="}
        found |= {"new-webhook": shown_once, "webhook-replay": {"changes": 0}}
        found["webhook-change"] = {"state": "paused", "events": ["unit.*"]}
        world.client.patch(path, json=found["webhook-change"])
        found["webhook-ping"] = world.post(f"{path}/ping", {}).json()
        ping = heard.messages[-1]
        found["message-ping"] = ping.content
        everything = world.post("/webhooks", {"url": heard.url, "after": 0}).headers["location"]
        with told(world):
            heard.wait(lambda: "task.final" in heard.types())
    by_kind = {m.content["type"]: m.content for m in heard.messages}
    found["message-change"] = by_kind["unit.began"]
    found["message-task"] = by_kind["task.final"]
    found["message-gap"] = ping.content | {
        "type": "index.gap",
        "data": {"after": 12, "dropped": 52, "last": 1071},
    }
    found["webhook"] = world.get(path).json()
    found["webhooks"] = world.get("/webhooks", limit=1).json()
    found["webhook-deliveries"] = world.get(f"{everything}/deliveries", limit=1).json()
    shown = json.dumps({k: v for k, v in found.items() if "webhook" in k})
    public = json.loads(shown.replace(heard.url, "https://example.com/hooks/ogcr"))
    found |= public


def _record_expiry(world: World, found: dict[str, Any]) -> None:
    """A unit whose monitoring period is over, at last."""
    token = world.get("/credits", status="held").json()["features"][0]["id"]
    end = day_number("2065-12-31") + 1
    world.node.rpc("evm_setNextBlockTimestamp", hex(end * 86_400))
    world.mine()
    found["expiry"] = {}
    found["task-expiry"] = world.post(f"/credits/{token}/expire", {}).json()


def _record_accreditations(world: World, found: dict[str, Any]) -> None:
    """The verifier loses its accreditation: what it decided is marked."""
    found["accreditations"] = world.get("/accreditations").json()
    lost = (world.address(VERIFIER), 4, "0x" + "ad" * 32, "Samples were not kept")
    world.direct(OPERATOR, "RegistryAccessControl", "withdrawAccreditation", *lost)
    found["accreditation"] = world.get(f"/accreditations/{world.address(VERIFIER)}").json()


def _record_project(world: World, found: dict[str, Any], pdd: dict[str, Any]) -> None:
    answer = world.post("/projects", pdd, sender=world.address(DEVELOPER))
    found |= {"pdd": pdd, "metadata": documents.metadata(pdd["id"]), "task-to-sign": answer.json()}
    raw = world.signed(DEVELOPER, answer.json()["to_sign"])
    found["signature"] = {"signed_transaction": raw}
    found["signed-pdd"] = {"document": pdd, "signed_transaction": raw}
    task = f"/tasks/{answer.json()['id']}"
    found["task-broadcast"] = world.post(task, found["signature"]).json()
    world.mine()
    key = world.project(pdd["id"])["ogcr:record"]["project_id"]
    call = world.call("ProjectRegistry", "assignValidator", key, world.address(6))
    found["relay"] = {"signed_transaction": world.signed(OPERATOR, call), "documents": []}
    found["task-relayed"] = world.post("/relay", found["relay"]).json()
    world.mine(world.settings.finality_depth + 1)
    found["task-final"] = world.task(answer.json()["id"], "final")


def _record_report(
    world: World, found: dict[str, Any], pdd: dict[str, Any], mrv: dict[str, Any]
) -> None:
    path = f"/projects/{pdd['id']}/monitoring"
    found |= {"mrv": mrv, "task-report": world.post(path, mrv).json()}
    world.report(mrv)
    decision = documents.verified(mrv, 1023.417)
    found["decision"] = decision
    verdict = world.post(f"{path}/{mrv['id']}/verify", decision)
    found["task-verification"] = verdict.json()
    world.done(VERIFIER, verdict)


def _record_units(world: World, found: dict[str, Any]) -> None:
    unit = world.get("/credits", status="held").json()["features"][0]["properties"]
    serial, kg = unit["serial_number"], unit["quantity_kg"]
    found["split"] = {"unit": serial, "quantities_kg": [100_000, kg - 100_000]}
    answer = world.post("/credits/split", found["split"])
    found["task-split"] = answer.json()
    world.done(DEVELOPER, answer)
    parts = world.get("/credits", status="held", sort="quantity_kg").json()["features"]
    names = [part["properties"]["serial_number"] for part in parts]
    found["merge"] = {"units": names}
    found["task-merge"] = world.post("/credits/merge", found["merge"]).json()
    unsigned = f"/tasks/{found['task-merge']['id']}"
    found["task-cancelled"] = world.client.delete(unsigned).json()
    found["tasks"] = world.get("/tasks", limit=1).json()
    found["transfer"] = {"units": names[:1], "to": world.address(BUYER)}
    moved = world.post("/credits/transfer", found["transfer"])
    found["task-transfer"] = moved.json()
    world.done(DEVELOPER, moved)
    _record_ends(world, found)
    found["retirement"] = RETIREMENT
    retired = world.post(f"/credits/{names[0]}/retire", RETIREMENT)
    found["task-retirement"] = retired.json()
    world.done(BUYER, retired)


def _record_ends(world: World, found: dict[str, Any]) -> None:
    """Ends as they are asked for; nobody signs them."""
    token = world.get("/credits", status="held").json()["features"][0]["id"]
    why = {"reason": "The site was sold; monitoring has ended."}
    (project,) = world.get("/projects", status="validated").json()["features"]
    path = f"/projects/{project['id']}"
    (report,) = world.get(f"{path}/monitoring", status="verified").json()["features"]
    found["task-archival"] = world.client.delete(path, params=why).json()
    ended = world.client.delete(f"{path}/monitoring/{report['id']}", params=why)
    found["task-report-archival"] = ended.json()
    found["cancellation"] = CANCELLATION
    found["task-cancellation"] = world.post(f"/credits/{token}/cancel", CANCELLATION).json()


def _record_reads(
    world: World, found: dict[str, Any], pdd: dict[str, Any], mrv: dict[str, Any]
) -> None:
    raw = world.signed(STRANGER, world.call("CRU", "pause"))
    world.node.rpc("eth_sendRawTransaction", raw)
    world.mine()
    world.errands()
    project = f"/projects/{pdd['id']}"
    found["credit"] = world.get("/credits", status="retired").json()["features"][0]
    paths = {
        "projects": "/projects?status=validated&limit=1",
        "project": project,
        "reports": f"{project}/monitoring",
        "report": f"{project}/monitoring/{mrv['id']}",
        "project-version": f"{project}/versions/1",
        "report-version": f"{project}/monitoring/{mrv['id']}/versions/1",
        "context": "/contexts/ogcr-1.jsonld",
        "credits": "/credits?status=retired",
        "credit": f"/credits/{found['credit']['id']}",
        "methodologies": "/methodologies",
        "methodology": "/methodologies/OGCR-REF-01@1.2.0",
        "supply": f"/statistics/supply?project={pdd['id']}",
        "registry-figures": "/statistics/registry",
        "failed-calls": "/failed-calls",
        "changes": "/changes?table=project&after=1&limit=2",
        "project-evidence": f"{project}/proof",
        "report-evidence": f"{project}/monitoring/{mrv['id']}/proof",
        "unit-evidence": f"/credits/{found['credit']['id']}/proof",
        "landing": "/",
        "conformance": "/conformance",
        "definition": "/openapi-3.0.json",
        "collections": "/collections",
        "collection": "/collections/projects",
        "areas": "/collections/projects/items?limit=1",
        "area": f"/collections/projects/items/{pdd['id']}",
        "points": "/collections/project-points/items?limit=1",
        "point": f"/collections/project-points/items/{pdd['id']}",
        "report-areas": "/collections/monitoring/items?limit=1",
    }
    found |= {name: world.get(path).json() for name, path in paths.items()}
    found["verdict"] = world.post(
        "/validate", documents.forest("harz-neighbour", east=0.005)
    ).json()
    found["validations"] = world.get("/validations", limit=1).json()
    found["validation-statistics"] = world.get("/statistics/validation").json()
    (change, *_) = found["changes"]["changes"]
    data = json.dumps(change, separators=(",", ":"))
    found["events"] = f"id: {change['cursor']}\nevent: {change['kind']}\ndata: {data}\n\n"
    found["metrics"] = "\n".join(world.get("/metrics").text.splitlines()[:12]) + "\n"
    found["definition"]["paths"] = {}  # otherwise the documentation would hold itself
    report = found["report-areas"]["features"][0]["id"]
    found["report-area"] = world.get(f"/collections/monitoring/items/{report}").json()
    digest = found["project"]["properties"]["ogcr:content_hash"]
    found["document"] = world.get(f"/documents/{digest}").json()
    found["supplied-document"] = world.put(f"/documents/{digest}", pdd).json()


def _record_reversal(world: World, found: dict[str, Any]) -> None:
    """20 t are owed beyond the buffer: the holder compensates 5 t, the operator draws the rest."""
    buffered = world.get("/credits", status="buffer").json()["features"][0]["properties"]
    report, kg = buffered["ogcr:report_key"], buffered["quantity_kg"]
    evidence, portions = "0x" + "e1" * 32, [(int(buffered["token_id"]), kg)]
    arguments = (report, kg + 20_000, False, evidence, "https://example.org/storm", portions, [])
    world.relay(OPERATOR, "ReversalRegistry", "recordReversal", *arguments)
    identity = world.get("/reversals").json()["reversals"][0]["id"]
    path = f"/reversals/{identity}"
    held = world.get("/credits", status="held", owner=world.address(DEVELOPER)).json()["features"]
    unit = held[0]["properties"]
    serial = unit["serial_number"]
    found["compensation"] = {"units": [{"unit": serial, "quantity_kg": 5_000}]}
    answer = world.post(f"{path}/compensate", found["compensation"])
    found["task-compensation"] = answer.json()
    world.done(DEVELOPER, answer)
    retired = world.get("/credits", status="retired").json()["features"][0]["properties"]
    marks = [(int(retired["token_id"]), 3_000)]
    world.relay(OPERATOR, "ReversalRegistry", "markImpaired", identity, marks)
    found |= {"reversals": world.get("/reversals").json(), "reversal": world.get(path).json()}


def _record_export(world: World, found: dict[str, Any]) -> None:
    held = world.get("/credits", status="held", owner=world.address(DEVELOPER)).json()["features"]
    serial = held[0]["properties"]["serial_number"]
    found["export"] = {
        "quantity_kg": 10_000,
        "target_registry": "registry.example.org",
        "target_account": "4711",
    }
    answer = world.post(f"/credits/{serial}/export", found["export"])
    found["task-export"] = answer.json()
    locked = world.done(DEVELOPER, answer)["resource"]
    found["export-abort"] = {"reason": "The other registry takes no fractions."}
    found["task-export-abort"] = world.post(f"{locked}/export/abort", found["export-abort"]).json()


def _record_reorganisation(world: World, found: dict[str, Any]) -> None:
    """The chain takes back two blocks, of which health tells from then on."""
    world.lose_blocks(2)
    world.mine()
    found |= {"reorganisations": world.get("/reorganisations").json()}
    found |= {"health": world.get("/health").json()}
    assert found["health"]["reorganisations"]["last"] is not None


def _record_problems(world: World, found: dict[str, Any], pdd: dict[str, Any]) -> None:
    faulty = documents.forest("Harz 2")
    del faulty["properties"]["name"]
    neighbour = documents.forest("harz-neighbour", east=0.005)
    elsewhere = documents.forest("harz-elsewhere", east=1.0)
    answers = {
        400: world.get("/projects", colour="green"),
        403: world.post("/projects", elsewhere, sender=world.address(STRANGER)),
        404: world.get("/projects/nowhere"),
        405: world.client.delete("/projects"),
        406: world.client.get("/projects", headers={"Accept": "text/turtle"}),
        409: world.post("/projects", neighbour),
        412: world.client.put(
            f"/projects/{pdd['id']}", json=pdd, headers={"If-Match": '"of-another-version"'}
        ),
        413: world.client.post(
            "/projects",
            content=b" " * (world.settings.body_bytes + 1),
            headers={"Content-Type": "application/json"},
        ),
        415: world.client.post("/projects", content=b"<pdd/>"),
        422: world.post("/projects", faulty),
    }
    for status, answer in answers.items():
        assert answer.status_code == status, answer.text
        found[f"problem-{status}"] = answer.json()
    found["problem-410"] = found["problem-404"] | {
        "title": "Gone",
        "status": 410,
        "detail": _DROPPED,
        "code": "RESOURCE_GONE",
        "message": _DROPPED,
        "instance": "/changes",
    }
    found["problem-428"] = found["problem-412"] | {
        "title": "Precondition Required",
        "status": 428,
        "detail": _WHICH,
        "code": "PRECONDITION_REQUIRED",
        "message": _WHICH,
        "details": [
            found["problem-412"]["details"][0]
            | {"code": "PRECONDITION_REQUIRED", "message": _WHICH}
        ],
    }
    found["problem-429"] = found["problem-404"] | {
        "title": "Too Many Requests",
        "status": 429,
        "detail": _TOO_OFTEN,
        "code": "RATE_LIMIT_EXCEEDED",
        "message": _TOO_OFTEN,
    }
    found["problem-500"] = found["problem-404"] | {
        "title": "Internal Server Error",
        "status": 500,
        "detail": _OURS,
        "code": "INTERNAL_ERROR",
        "message": _OURS,
    }
    found["problem-503"] = found["problem-404"] | {
        "title": "Service Unavailable",
        "status": 503,
        "detail": _NOT_YET,
        "code": "SERVICE_UNAVAILABLE",
        "message": _NOT_YET,
    }


def recorded_relaying(world: RelayWorld) -> dict[str, Any]:
    """The examples of writes whose gas the relayer pays."""
    pdd = documents.forest()
    task = world.proposed(DEVELOPER, "/projects", pdd)
    signature = world.signature(DEVELOPER, task["to_sign"]["typed_data"])
    world.post(f"/tasks/{task['id']}", {"signature": signature})
    world.mine()
    key = world.project(pdd["id"])["ogcr:record"]["project_id"]
    call = world.call("ProjectRegistry", "assignValidator", key, world.address(6))
    return {
        "task-typed-data": task,
        "typed-signature": {"signature": signature},
        "forward": {**forwarded(world, OPERATOR, call), "documents": []},
    }


_TOO_OFTEN = "Too many requests (1200 are allowed for reads); try again in 12 seconds."
_WHICH = "Say which version you change: send the ETag of the record in If-Match."
_OURS = "Something went wrong on our side; the request id finds it in our log."
_DROPPED = (
    "Records up to cursor 52 are kept no longer: take the rows as they are now and follow from "
    "cursor 1071."
)
_NOT_YET = "The index holds no block yet; start the indexer or wait a moment."


def test_record_relaying(relay_world: RelayWorld) -> None:
    """Write the examples of relaying."""
    _write(recorded_relaying(relay_world))


def test_record(world: World) -> None:
    """Write every other example."""
    _write(recorded(world))


def _write(found: dict[str, Any]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, value in found.items():
        text = json.dumps(value, indent=2, ensure_ascii=False)
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
