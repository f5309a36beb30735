"""Subscribing to webhooks: what can be asked for, where they may lead, and whose they are."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from api.hooks.events import INDEX, event_type, fault_of, scopes_for, tables_of, wants
from api.hooks.sending import Sender
from api.hooks.telling import LONGEST_WAIT, wait_after
from api.main import create_app

from .people import DEVELOPER, OTHER_DEVELOPER
from .receiving import receiver, subscribed
from .world import World


@pytest.fixture(scope="module")
def stage(file_world: World) -> World:
    """One world for this file, in which nobody is told anything."""
    return file_world


class TestEvents:
    """
    given filters                 they take what they name, and what is about the whole index
    when one cannot be followed   it says what there is
    given what they ask for       the scopes that show it
    """

    @pytest.mark.parametrize(
        ("patterns", "kind", "taken"),
        [
            (["*"], "unit.began", True),
            (["*"], "task.final", True),
            (["unit.*"], "unit.rolled_back", True),
            (["unit.began"], "unit.ended", False),
            (["*.rolled_back"], "report.rolled_back", True),
            (["task.*"], "unit.began", False),
            (["task.*"], "index.reorganised", False),
            (["unit.began"], "index.reorganised", True),
            (["project.*", "task.final"], "task.mined", False),
        ],
    )
    def test_take_what_they_name(self, patterns: list[str], kind: str, taken: bool) -> None:
        assert wants(patterns, kind) is taken

    @pytest.mark.parametrize("text", ["unit", "unit.", "planet.began", "unit.final", "task.began"])
    def test_say_what_there_is(self, text: str) -> None:
        assert fault_of(text) is not None
        assert fault_of("unit.began") is fault_of("task.final") is fault_of("*") is None

    def test_ask_for_scopes(self) -> None:
        assert scopes_for(["task.*"]) == []
        assert scopes_for(["unit.*", "report.began"]) == [
            ("public:read", "credits:read"),
            ("public:read", "mrv:read"),
        ]
        assert len(scopes_for(["*"])) == 4
        assert tables_of(["task.*"]) is None
        assert tables_of(["unit.*", "task.*"]) == ("unit",)
        assert event_type(None, INDEX[0]) == "index.reorganised"

    def test_waits_grow_and_differ(self) -> None:
        waits = [[wait_after(n, 5.0) for _ in range(50)] for n in (1, 2, 5, 30)]
        for found, longest in zip(waits, (5, 10, 80, LONGEST_WAIT), strict=True):
            assert all(longest / 2 <= wait <= longest for wait in found)
            assert len(set(found)) > 1
        assert wait_after(1, 5.0, 60.0) == 60.0


class TestRetryAfter:
    """
    given whole seconds    the receiver is waited for as long as it asks
    given anything else    it asked for nothing
    """

    @pytest.mark.parametrize(
        ("said", "seconds"),
        [({"Retry-After": "7"}, 7.0), ({"Retry-After": "9999999"}, 9_999_999.0)]
        + [({"Retry-After": said}, None) for said in ("soon", "-1", "1.5", "99999999")]
        + [({}, None)],
    )
    def test_is_what_the_receiver_said(
        self, stage: World, said: dict[str, str], seconds: float | None
    ) -> None:
        with receiver() as heard:
            heard.answers = lambda _: (503, said, 0.0)
            sent = Sender(stage.settings).post(heard.url, {}, "{}")
        assert (sent.status, sent.retry_after) == (503, seconds)


class TestSubscribe:
    """
    when it is asked for            the secret is shown once, and nowhere else
    when it is asked for again      by the same Idempotency-Key, there is one
    when the URL leads inside       it is refused, whatever it is called, and no address is told
    when filters cannot be followed all faults are listed
    given another principal         it is not to be found
    given too many                  409
    when the scopes are missing     403, where reads are not public
    """

    def test_shows_the_secret_once(self, stage: World) -> None:
        headers = {"Idempotency-Key": "hook-1"}
        body = {"url": "http://127.0.0.1:9/x", "projects": ["harz-mixed-forest"]}
        made = stage.client.post("/webhooks", json=body, headers=headers)
        path = made.headers["location"]
        assert made.json()["secret"].startswith("whsec_")
        assert "secret" not in stage.get(path).json()
        assert stage.get("/webhooks").json()["webhooks"][0]["id"] == made.json()["id"]
        assert made.json()["projects"][0].startswith("0x")
        again = stage.client.post("/webhooks", json=body, headers=headers)
        assert again.status_code == 409
        assert again.json()["details"][0]["location"] == path
        assert stage.client.delete(path).status_code == 204
        assert stage.get(path).status_code == 404

    @pytest.mark.parametrize(
        "url",
        [
            "http://example.com/",
            "ftp://example.com/",
            "https://user@127.0.0.1/",
            "https://127.0.0.1/#part",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://0x7f.1/",
            "https://localhost/",
            "https://a..b/",
            "https://example.com:99999/",
            "https:///path",
        ],
    )
    def test_refuses_what_leads_inside(self, stage: World, url: str) -> None:
        settings = stage.settings.model_copy(update={"hooks_allow": (), "hooks_http": False})
        with TestClient(create_app(settings), headers=stage.shown) as client:
            refused = client.post("/webhooks", json={"url": url})
        assert refused.status_code == 422, refused.text
        (detail,) = refused.json()["details"]
        assert (detail["field"], detail["code"]) == ("/url", "URL_REFUSED")
        assert "127.0.0.1" not in detail["message"]

    def test_lists_all_faults(self, stage: World) -> None:
        wrong = {"url": "https://a b", "events": ["unit", "task.began"], "holders": ["0x1"]}
        wrong |= {"description": "a\0b"}
        refused = stage.post("/webhooks", {**wrong, "finality": "sure", "more": 1})
        fields = {detail["field"] for detail in refused.json()["details"]}
        assert refused.status_code == 422
        assert fields == {
            "/url",
            "/description",
            "/events/0",
            "/events/1",
            "/holders/0",
            "/finality",
            "/more",
        }
        ahead = stage.post("/webhooks", {"url": "http://127.0.0.1:9/", "after": 10**9})
        assert ahead.json()["details"][0]["code"] == "UNKNOWN_CURSOR"

    def test_is_its_own(self, stage: World) -> None:
        made = subscribed(stage, "http://127.0.0.1:9/")
        path = f"/webhooks/{made['id']}"
        key = stage.api_key(OTHER_DEVELOPER, scopes=("projects:read",))
        other = {"Authorization": f"Bearer {key}"}
        for method, end in (
            ("GET", ""),
            ("GET", "/deliveries"),
            ("DELETE", ""),
            ("POST", "/ping"),
            ("POST", "/secret"),
        ):
            assert stage.client.request(method, path + end, headers=other).status_code == 404
        assert stage.client.get("/webhooks", headers=other).json()["webhooks"] == []
        stage.client.delete(path)

    def test_is_limited(self, stage: World) -> None:
        settings = stage.settings.model_copy(update={"hooks_most": 1})
        key = {"Authorization": f"Bearer {stage.api_key(DEVELOPER, scopes=('mrv:read',))}"}
        with TestClient(create_app(settings), headers=key) as client:
            answers = [client.post("/webhooks", json={"url": "http://127.0.0.1:9/"}) for _ in "ab"]
        assert [answer.status_code for answer in answers] == [201, 409]

    def test_needs_the_scopes_where_reads_are_not_public(self, stage: World) -> None:
        settings = stage.settings.model_copy(update={"reads": "authenticated"})
        key = {"Authorization": f"Bearer {stage.api_key(DEVELOPER, scopes=('mrv:read',))}"}
        wanted = {"url": "http://127.0.0.1:9/", "events": ["report.*"]}
        with TestClient(create_app(settings), headers=key) as client:
            assert client.post("/webhooks", json=wanted).status_code == 201
            refused = client.post("/webhooks", json={**wanted, "events": ["unit.*"]})
        assert refused.status_code == 403
        assert "credits:read" in refused.headers["www-authenticate"]
