"""`scripts/demo --documents`: the life cycle of whatever a folder holds."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from .running import ROOT, Running

DOCUMENTS = Path(__file__).parent / "documents"


def demo(running: Running, folder: Path) -> tuple[int, str]:
    """Play a folder on the running registry."""
    environment = {
        "APE_FOUNDRY_HOST": running.rpc,
        "OGCR_DEPLOYMENTS": str(running.record.parent),
    }
    typed = ["ape", "run", "demo", "--api", running.api, "--documents", str(folder)]
    typed += ["--client", str(running.client)]
    done = subprocess.run(
        [*typed, "--network", "ethereum:local:foundry"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def played(running: Running) -> tuple[int, str]:
    """The folder of this room, played."""
    return demo(running, DOCUMENTS)


def unit_sums(running: Running, project: str) -> dict[str, int]:
    record = httpx.get(f"{running.api}/projects/{project}").json()["ogcr:record"]
    return {one["status"]: one["quantity_kg"] for one in record["units"]}


class TestFolder:
    """
    given PDDs, reports and a methodology     each goes through its whole life
    run again                                 it plays nothing twice
    given what cannot be played               it names all of it, plays the rest and exits 1
    """

    def test_plays_all_of_it(self, running: Running, played: tuple[int, str]) -> None:
        code, output = played
        assert code == 0, output
        assert "rejects it-valpolicella-vineyard" in output or "rejects be-haspengouw" in output
        assert "rejects the report it-valpolicella-2022" in output
        # 12,345 kg and 15,250 kg of the stand-in methodology: one kilogram each, no buffer.
        assert sum(unit_sums(running, "it-valpolicella-vineyard").values()) == 27_595
        # 8 whole tonnes, a quarter of them in the buffer, two fifths of the rest sold and retired.
        assert unit_sums(running, "be-haspengouw-orchard") == {
            "buffer": 2_000,
            "held": 4_000,
            "retired": 2_000,
        }

    def test_plays_nothing_twice_when_run_again(
        self, running: Running, played: tuple[int, str]
    ) -> None:
        code, output = demo(running, DOCUMENTS)
        assert code == 0, output
        assert "0 steps played" in output

    def test_names_what_cannot_be_played(
        self, running: Running, played: tuple[int, str], tmp_path: Path
    ) -> None:
        vineyard = json.loads((DOCUMENTS / "vineyard.json").read_text())
        for name, content in _unplayable(vineyard).items():
            (tmp_path / name).write_text(
                content if isinstance(content, str) else json.dumps(content)
            )
        shutil.copy(DOCUMENTS / "orchard.geojson", tmp_path)
        code, output = demo(running, tmp_path)
        assert code == 1
        for words in (
            "half.json: (whole document): NOT_JSON_TEXT",
            "faulty.json: /properties/actor_id: REQUIRED_MEMBER_MISSING",
            "faulty.json: /properties/project_type: VALUE_NOT_ALLOWED",
            "its project nowhere is neither in the folder nor in the registry; add its PDD",
            "The project it-valpolicella-vineyard (validated) covers",
            "shares days with the report it-valpolicella-2022",
            "0 steps played",
        ):
            assert words in output, words


def _unplayable(vineyard: dict[str, Any]) -> dict[str, Any]:
    properties = vineyard["properties"]
    faulty = {k: v for k, v in properties.items() if k != "actor_id"} | {"project_type": "magic"}
    collection = json.loads((DOCUMENTS / "reports.geojson").read_text())
    report = collection["features"][0]
    inside = {**report["properties"], "start_date": "2022-06-01", "end_date": "2022-06-30"}
    return {
        "half.json": '{"type": "Feature",',
        "faulty.json": {**vineyard, "properties": faulty},
        "same-ground.json": {**vineyard, "id": "it-valpolicella-copy"},
        "orphan.json": {**report, "properties": {**report["properties"], "project_id": "nowhere"}},
        "inside.json": {**report, "id": "it-valpolicella-june", "properties": inside},
    }
