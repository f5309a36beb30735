"""Storage layouts: OpenZeppelin's validator against every release, and against what must fail."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.building.layouts import layouts, misfits
from scripts.building.release import Release, releases
from scripts.deployment import CONTRACTS

Layout = dict[str, Any]
STRUCT = "t_struct(MRVRegistryStorage)_storage"
NAMESPACE = "erc7201:ogcr.storage.MRVRegistry"


@pytest.fixture
def altered(tmp_path: Path) -> Callable[[str, Callable[[Layout], object]], str]:
    """The validator's report about a release of which one layout was altered."""

    def report(name: str, alter: Callable[[Layout], object]) -> str:
        folder = tmp_path / "release"
        shutil.copytree(releases()[-1].folder, folder)
        layout = json.loads((folder / f"{name}.json").read_text())
        alter(layout)
        (folder / f"{name}.json").write_text(json.dumps(layout))
        return misfits([name], folder)

    return report


class TestReleases:
    """
    every release                  the present contracts may run on what it stored
    every contract of a release    has its layout committed
    """

    def test_has_a_first_release(self) -> None:
        assert next(iter(releases())).version == "0.1.0"

    @pytest.mark.parametrize("release", releases(), ids=lambda release: release.version)
    def test_lets_the_present_contracts_run_on_its_state(self, release: Release) -> None:
        assert misfits(CONTRACTS, release.folder) == ""

    @pytest.mark.parametrize("release", releases(), ids=lambda release: release.version)
    def test_has_the_layout_of_each_of_its_contracts(self, release: Release) -> None:
        kept = {path.stem for path in release.folder.glob("*.json")}
        assert kept == set(release.read()["deployed"]["contracts"])


class TestLayouts:
    """
    it names every namespace of ours with slot and offset, and no number of a syntax tree
    outside of namespaces, no contract stores anything
    """

    def test_names_namespaces_without_numbers_that_edits_change(self) -> None:
        found = layouts(CONTRACTS)
        members = found["MRVRegistry"]["namespaces"][NAMESPACE]
        assert {"label", "type", "slot", "offset", "contract"} <= set(members[0])
        text = json.dumps(found)
        assert "astId" not in text
        assert ")1" not in text.replace(")1_", ")_")

    @pytest.mark.parametrize("name", CONTRACTS)
    def test_stores_nothing_outside_of_namespaces(self, name: str) -> None:
        assert layouts(CONTRACTS)[name]["storage"] == []


class TestMisfits:
    """
    when a member was removed, moved, renamed or retyped    it names the member
    when a namespace is gone                                it names the namespace
    when a struct behind a mapping changed                  it says which
    """

    def test_names_a_member_that_is_gone(self, altered: Callable[..., str]) -> None:
        def add(layout: Layout) -> None:
            members = layout["namespaces"][NAMESPACE]
            members.insert(0, {**members[0], "label": "former", "slot": "0"})

        report = altered("MRVRegistry", add)
        assert "former" in report
        assert report.startswith("MRVRegistry:\n")

    def test_names_members_that_changed_places(self, altered: Callable[..., str]) -> None:
        def swap(layout: Layout) -> None:
            members = layout["namespaces"][NAMESPACE]
            members[0], members[1] = members[1], members[0]

        assert "MRVRegistry:" in altered("MRVRegistry", swap)

    def test_names_a_member_of_another_type(self, altered: Callable[..., str]) -> None:
        def retype(layout: Layout) -> None:
            layout["types"]["t_uint256"] = {"label": "uint256", "numberOfBytes": "32"}
            layout["namespaces"][NAMESPACE][0]["type"] = "t_uint256"

        report = altered("MRVRegistry", retype)
        assert "Bad upgrade from uint256" in report

    def test_names_a_namespace_that_is_gone(self, altered: Callable[..., str]) -> None:
        def rename(layout: Layout) -> None:
            spaces = layout["namespaces"]
            spaces["erc7201:ogcr.storage.Former"] = spaces[NAMESPACE]

        assert "erc7201:ogcr.storage.Former" in altered("MRVRegistry", rename)

    def test_names_a_struct_that_changed_behind_a_mapping(
        self, altered: Callable[..., str]
    ) -> None:
        def widen(layout: Layout) -> None:
            record = next(
                t for name, t in layout["types"].items() if name == "t_struct(Entry)_storage"
            )
            record["members"].insert(0, {**record["members"][0], "label": "former"})

        assert "former" in altered("MRVRegistry", widen)
