"""Access: who may do what, at the interface, the operation and the resource (OGCR 4.3)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from api.access.calls import RULES
from api.access.scopes import OPEN, SCOPES
from api.branches import routes_of
from api.main import create_app
from api.operations import OPEN_PAGES, OPERATIONS
from indexer.identity import project_id
from schemas import content_hash

from . import documents
from .people import BUYER, DEVELOPER, OPERATOR, OTHER_DEVELOPER, STRANGER, VALIDATOR
from .relaying import RelayWorld, forwarded
from .running import EVERYTHING
from .world import World

FOREST = "harz-mixed-forest"
ENDLESS = "/changes/stream"
CLOSED = [
    (method, path, operation)
    for (method, path), operation in OPERATIONS.items()
    if operation.scopes != OPEN and path != ENDLESS
]


@pytest.fixture
def stage(units_world: World) -> World:
    """A world whose developer holds units of a validated project."""
    return units_world


def asked(world: World, method: str, path: str, key: str | None, **more: Any) -> Response:
    """A request that shows a key of its own, or none."""
    client = TestClient(world.app, headers={"Authorization": f"Bearer {key}"} if key else {})
    filled = re.sub(r"\{\w+\}", "0x" + "0" * 40, path)
    return client.request(method, filled, **more)


def code(answer: Response) -> str:
    """The code of the first detail."""
    return str(answer.json()["details"][0]["code"])


def unit(world: World) -> str:
    held = world.get("/credits", status="held", owner=world.address(DEVELOPER)).json()
    return str(held["features"][0]["id"])


class TestInterface:
    """
    every operation            names scopes that are in the table, every call of a contract as well
    every page                 is an operation, or stands in the list of open pages
    the documentation          says for each which credential it takes
    when nothing is shown      401 wherever reads are not public, with the scopes that would do
    when the scope is missing  403 insufficient_scope
    given reads are closed     401 for every read, but for what must be open
    """

    def test_every_operation_names_its_scopes(self) -> None:
        for operation in OPERATIONS.values():
            assert operation.scopes
            assert set(operation.scopes) <= {*SCOPES, *OPEN}
        assert {rule.scope for rule in RULES.values()} <= set(SCOPES)

    def test_every_route_is_an_operation_or_an_open_page(self, stage: World) -> None:
        paths = {(m, p) for p, entry in stage.app.openapi()["paths"].items() for m in entry}
        assert paths == set(OPERATIONS)
        hidden = {r.path for r in routes_of(stage.app) if not getattr(r, "include_in_schema", True)}
        assert hidden <= OPEN_PAGES

    def test_every_operation_says_which_credential_it_takes(self, stage: World) -> None:
        document = stage.app.openapi()
        schemes = document["components"]["securitySchemes"]
        for flow in schemes["oauth2"]["flows"].values():
            for name in ("authorizationUrl", "tokenUrl", "refreshUrl"):
                assert flow.get(name, "/oauth/token") in document["paths"]
            assert set(flow["scopes"]) == set(SCOPES) - {"public:read"}
        for (method, path), operation in OPERATIONS.items():
            entry = document["paths"][path][method]
            said = {s for one in entry["security"] for scopes in one.values() for s in scopes}
            assert said == set(operation.scopes) - {"public:read", *OPEN}, (method, path)
            assert ({} in entry["security"]) == ("public:read" in operation.scopes)
            assert {*("401", "403")[: 1 if operation.scopes == OPEN else 2]} <= {
                *entry["responses"]
            }

    def test_lets_a_page_of_another_origin_show_a_credential(self, stage: World) -> None:
        wanted = {"Access-Control-Request-Method": "DELETE"}
        wanted |= {
            "Access-Control-Request-Headers": "authorization,x-api-key,last-event-id,traceparent"
        }
        headers = {"Origin": "https://dapp.example", **wanted}
        answer = stage.client.options("/keys/1", headers=headers)
        assert answer.status_code == 200
        assert "Authorization" in answer.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in answer.headers
        refused = asked(stage, "GET", "/keys", None, headers={"Origin": "https://dapp.example"})
        assert "WWW-Authenticate" in refused.headers["access-control-expose-headers"]

    def test_answers_401_when_nothing_is_shown(self, stage: World) -> None:
        for method, path, operation in CLOSED:
            if "public:read" in operation.scopes:
                continue
            answer = asked(stage, method, path, None, json={})
            assert answer.status_code == 401, (method, path, answer.text)
            assert answer.json()["code"] == "AUTHENTICATION_REQUIRED"
            challenge = answer.headers["www-authenticate"]
            assert f'scope="{" ".join(operation.scopes)}"' in challenge
            assert "error=" not in challenge

    def test_answers_403_when_the_scope_is_missing(self, stage: World) -> None:
        key = stage.api_key(DEVELOPER, scopes=["credits:read"])
        for method, path, operation in CLOSED:
            if {"public:read", "credits:read"} & set(operation.scopes):
                continue
            answer = asked(stage, method, path, key, json={})
            assert answer.status_code == 403, (method, path, answer.text)
            assert code(answer) == "SCOPE_MISSING"
            assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]

    def test_answers_401_to_readers_given_reads_are_closed(self, stage: World) -> None:
        settings = stage.settings.model_copy(update={"reads": "authenticated"})
        app = create_app(settings)
        with TestClient(app) as client:
            for method, path, _ in CLOSED:
                filled = re.sub(r"\{\w+\}", "0x" + "0" * 40, path)
                answer = client.request(method, filled, json={} if method != "get" else None)
                assert answer.status_code == 401, (method, path, answer.text)
            for path in ("/health", "/", "/conformance", "/docs"):
                assert client.get(path).status_code in (200, 503)
            shown = {"Authorization": f"Bearer {stage.api_key(scopes=['projects:read'])}"}
            assert client.get("/projects", headers=shown).status_code == 200
            assert client.get("/credits", headers=shown).status_code == 403

    def test_keeps_answers_from_shared_caches_given_reads_are_closed(self, stage: World) -> None:
        stage.mine(stage.settings.finality_depth + 2)
        shown = {"Authorization": f"Bearer {stage.api_key(scopes=['projects:read'])}"}
        for reads, said in (("public", "public"), ("authenticated", "private")):
            settings = stage.settings.model_copy(update={"reads": reads})
            with TestClient(create_app(settings)) as client:
                past = client.get("/projects", params={"as_of": 1}, headers=shown)
                assert past.headers["cache-control"].startswith(f"{said}, max-age=")


class TestOperation:
    """
    given no wallet holds the role       403, before anything is kept
    given the role was revoked           403 at once
    given another wallet holds it        it is taken
    when the call is the registry's own  it takes admin:registry, and the role
    """

    def test_refuses_a_call_given_no_wallet_holds_the_role(self, stage: World) -> None:
        new = documents.forest("elsewhere", east=2.0)
        answer = asked(stage, "POST", "/projects", stage.api_key(STRANGER), json=new)
        assert (answer.status_code, code(answer)) == (403, "ROLE_MISSING")
        assert answer.json()["details"][0]["role"] == "developer"
        key = stage.api_key(STRANGER, OTHER_DEVELOPER)
        assert asked(stage, "POST", "/projects", key, json=new).status_code == 202

    def test_refuses_a_call_at_once_given_the_role_was_revoked(self, world: World) -> None:
        key, new = world.api_key(DEVELOPER), documents.forest("revoked", east=6.0)
        first = asked(world, "POST", "/projects", key, json=new)
        assert first.status_code == 202
        raw = world.signed(DEVELOPER, first.json()["to_sign"])
        revoked = (2, world.address(DEVELOPER))
        world.direct(0, "RegistryAccessControl", "revokeRole", *revoked)
        answer = asked(world, "POST", "/projects", key, json=new)
        assert (answer.status_code, code(answer)) == (403, "ROLE_MISSING")
        # What was proposed before ends at the chain itself.
        path = f"/tasks/{first.json()['id']}"
        late = asked(world, "POST", path, key, json={"signed_transaction": raw})
        assert (late.status_code, code(late)) == (403, "AccessManagedUnauthorized")

    def test_takes_a_scope_of_its_own_when_the_call_is_the_registrys(self, stage: World) -> None:
        account = (stage.address(STRANGER), "0x" + "ab" * 32, "Court order 1")
        raw = stage.signed(OPERATOR, stage.call("CRU", "suspendAccount", *account))
        body = {"signed_transaction": raw}
        without = stage.api_key(OPERATOR, scopes=EVERYTHING - {"admin:registry"})
        answer = asked(stage, "POST", "/relay", without, json=body)
        assert (answer.status_code, code(answer)) == (403, "SCOPE_MISSING")
        assert 'scope="admin:registry"' in answer.headers["www-authenticate"]
        stranger = stage.signed(STRANGER, stage.call("CRU", "suspendAccount", *account))
        body = {"signed_transaction": stranger}
        answer = asked(stage, "POST", "/relay", stage.api_key(STRANGER), json=body)
        assert (answer.status_code, code(answer)) == (403, "ROLE_MISSING")


class TestResource:
    """
    given a project of another developer        403
    given another judge was assigned            403
    given units of somebody else                403, unless their owner lets the wallet act
    """

    def test_refuses_another_developers_project(self, stage: World) -> None:
        key = stage.api_key(OTHER_DEVELOPER)
        change = documents.metadata(FOREST)
        answer = asked(stage, "PUT", f"/projects/{FOREST}", key, json=change)
        assert (answer.status_code, code(answer)) == (403, "NOT_A_PARTY")
        assert stage.address(DEVELOPER) in answer.json()["message"]

    def test_refuses_a_judge_who_was_not_assigned(self, world: World) -> None:
        pdd = documents.forest("judged", east=8.0)
        world.register(pdd)
        world.review(pdd)
        grants = (3, world.address(STRANGER), 0)
        world.direct(0, "RegistryAccessControl", "grantRole", *grants)
        again = (0xFF, 0, 65_535, "0x" + "ad" * 32)
        account = world.address(STRANGER)
        house = (account, "0x" + "0b" * 32)
        world.direct(OPERATOR, "RegistryAccessControl", "setOrganisation", *house)
        world.direct(OPERATOR, "RegistryAccessControl", "accredit", account, 3, again, "ipfs://x")
        decision = documents.validated(pdd)
        call = world.call(
            "ProjectRegistry",
            "validateProject",
            project_id("judged"),
            world.project("judged")["properties"]["ogcr:content_hash"].replace("sha256:", "0x"),
            content_hash(decision).replace("sha256:", "0x"),
            "https://registry.example/decision",
        )
        body = {"signed_transaction": world.signed(STRANGER, call), "documents": [decision]}
        answer = asked(world, "POST", "/relay", world.api_key(STRANGER), json=body)
        assert (answer.status_code, code(answer)) == (403, "NOT_A_PARTY")
        assert world.address(VALIDATOR) in answer.json()["message"]

    def test_refuses_units_of_somebody_else(self, stage: World) -> None:
        token, key = unit(stage), stage.api_key(BUYER)
        path, body = "/credits/transfer", {"units": [token], "to": stage.address(STRANGER)}
        answer = asked(stage, "POST", path, key, json=body)
        assert (answer.status_code, code(answer)) == (403, "NOT_A_PARTY")
        stage.relay(DEVELOPER, "CRU", "approve", stage.address(BUYER), int(token, 16))
        assert asked(stage, "POST", path, key, json=body).status_code == 202


class TestSigner:
    """
    when somebody else is to sign or signed     403, in whichever way it is handed in
    """

    def test_refuses_a_signer_that_was_not_proven(self, stage: World) -> None:
        new, key = documents.forest("signer", east=4.0), stage.api_key(DEVELOPER)
        query = {"sender": stage.address(OTHER_DEVELOPER)}
        task = asked(stage, "POST", "/projects", key, json=new).json()
        raw = stage.signed(OTHER_DEVELOPER, task["to_sign"])
        signed = {"signed_transaction": raw}
        answers = [
            asked(stage, "POST", "/projects", key, json=new, params=query),
            asked(stage, "POST", "/projects", key, json={"document": new, **signed}),
            asked(stage, "POST", f"/tasks/{task['id']}", key, json=signed),
            asked(stage, "GET", f"/tasks/{task['id']}", key, params=query),
            asked(stage, "POST", "/relay", key, json={**signed, "documents": [new]}),
            asked(stage, "POST", "/validate", key, json=new, params=query),
        ]
        for answer in answers:
            assert (answer.status_code, code(answer)) == (403, "SIGNER_NOT_PROVEN"), answer.text
        nobody = asked(stage, "POST", "/validate", None, json=new, params=query)
        assert nobody.status_code == 401


class TestTasks:
    """
    given a task of somebody else     404 for reading and signing, as if there were none
    given the same wallet was proven  it is shown, whatever the credential
    given an administrator            all are shown
    when others ask for the same      each has a task of its own
    """

    def test_belongs_to_who_asked_for_it(self, stage: World) -> None:
        body = {"units": [unit(stage)], "to": stage.address(STRANGER)}
        people = (DEVELOPER, DEVELOPER, STRANGER)
        mine, same, other = (stage.api_key(who, scopes=["credits:transfer"]) for who in people)
        sent = asked(stage, "POST", "/credits/transfer", mine, json=body)
        path = f"/tasks/{sent.json()['id']}"
        signature = {"signed_transaction": "0x00"}
        assert asked(stage, "GET", path, mine).status_code == 200
        assert asked(stage, "GET", path, same).status_code == 200
        assert asked(stage, "GET", path, other).status_code == 404
        assert asked(stage, "POST", path, other, json=signature).status_code == 404
        assert asked(stage, "GET", path, None).status_code == 401
        auditor = stage.api_key(scopes=["admin:audit"], owner="operator")
        assert asked(stage, "GET", path, auditor).status_code == 200
        again = asked(stage, "POST", "/credits/transfer", same, json=body)
        assert again.json()["id"] == sent.json()["id"]


class TestChecks:
    """
    given checks of others     they are not listed, and nobody learns who submitted
    given an administrator     all are
    """

    def test_shows_own_checks_alone(self, stage: World) -> None:
        mine, other = (stage.api_key(who, scopes=["projects:write"]) for who in (DEVELOPER, BUYER))
        faulty = {**documents.forest("checked"), "properties": {}}
        asked(stage, "POST", "/validate", mine, json=faulty)
        listed = asked(stage, "GET", "/validations", mine, params={"document": "checked"}).json()
        assert [one["document_id"] for one in listed["validations"]] == ["checked"]
        assert asked(stage, "GET", "/validations", other).json()["validations"] == []
        assert asked(stage, "GET", "/validations", None).status_code == 401
        assert asked(stage, "GET", "/statistics/validation", None).json()["by_submitter"] == []
        auditor = stage.api_key(scopes=["admin:audit"])
        seen = asked(stage, "GET", "/validations", auditor, params={"document": "checked"}).json()
        assert len(seen["validations"]) == 1


class TestRelayer:
    """
    given an account without a role or units     the relayer pays for nothing of it
    """

    def test_pays_for_nobody_who_holds_nothing(self, relay_world: RelayWorld) -> None:
        call = relay_world.call("CRU", "setApprovalForAll", relay_world.address(BUYER), True)
        body = {**forwarded(relay_world, STRANGER, call), "documents": []}
        answer = asked(relay_world, "POST", "/relay", relay_world.api_key(STRANGER), json=body)
        assert (answer.status_code, code(answer)) == (403, "NOT_PAID_FOR")
        assert relay_world.transactions() == []
