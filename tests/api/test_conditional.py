"""Conditional requests: entity tags that hold as long as the content does, also after a reorg."""

from __future__ import annotations

from . import documents
from .people import DEVELOPER
from .world import World


def tag_of(world: World, path: str) -> str:
    answer = world.get(path)
    assert answer.status_code == 200, answer.text
    return answer.headers["etag"]


def asked_again(world: World, path: str, tag: str) -> tuple[int, bytes]:
    answer = world.client.get(path, headers={"If-None-Match": tag})
    return answer.status_code, answer.content


class TestEntityTag:
    """
    given nothing but blocks came        304 without a body, naming the new block
    when the record changed              200
    when a reorganisation took it back   200, and the tag of before fits again
    when a missing document is supplied  200
    given several tags, or a star        the one that fits counts
    """

    def test_holds_while_nothing_but_blocks_comes(self, world: World) -> None:
        world.register(documents.forest())
        for path in ("/projects", "/projects/harz-mixed-forest", "/methodologies", "/credits"):
            tag = tag_of(world, path)
            world.mine(2)
            again = world.client.get(path, headers={"If-None-Match": tag})
            assert (again.status_code, again.content) == (304, b""), path
            assert int(again.headers["ogcr-block-number"]) == world.node.head
            assert again.headers["etag"] == tag
            assert "content-type" not in again.headers

    def test_changes_with_the_record_and_back_with_a_reorganisation(self, world: World) -> None:
        forest, path = documents.forest(), "/projects/harz-mixed-forest"
        world.register(forest)
        world.mine(3)
        before, mark = tag_of(world, path), world.node.snapshot()
        world.validate(forest)
        after = tag_of(world, path)
        assert before != after
        assert asked_again(world, path, before)[0] == 200
        world.node.revert(mark)
        world.mine(8)
        assert asked_again(world, path, after)[0] == 200
        assert asked_again(world, path, before) == (304, b"")

    def test_changes_when_a_missing_document_is_supplied(self, world: World) -> None:
        forest = documents.forest()
        world.register(forest)
        digest = world.project(forest["id"])["properties"]["ogcr:content_hash"]
        held = world.settings.documents.rglob(f"*{digest.removeprefix('sha256:')}*")
        (file,) = (one for one in held if one.is_file())
        content = file.read_bytes()
        file.unlink()
        missing = tag_of(world, "/projects/harz-mixed-forest")
        file.write_bytes(content)
        assert asked_again(world, "/projects/harz-mixed-forest", missing)[0] == 200

    def test_is_sought_among_several(self, world: World) -> None:
        tag = tag_of(world, "/methodologies")
        assert asked_again(world, "/methodologies", f'"other", {tag}') == (304, b"")
        assert asked_again(world, "/methodologies", tag.removeprefix("W/")) == (304, b"")
        assert asked_again(world, "/methodologies", "*") == (304, b"")
        assert asked_again(world, "/methodologies", '"other"')[0] == 200

    def test_says_nothing_of_writes_and_problems(self, world: World) -> None:
        headers = {"If-None-Match": "*"}
        sender = {"sender": world.address(DEVELOPER)}
        written = world.client.post(
            "/projects", json=documents.forest(), params=sender, headers=headers
        )
        assert written.status_code == 202
        assert world.client.get("/projects/nowhere", headers=headers).status_code == 404


class TestLifetime:
    """
    given a past block that is final   the answer may be kept
    given the newest state             it has to be asked for again
    given a past block that is not     it has to be asked for again
    """

    def test_is_long_for_the_final_past_alone(self, world: World) -> None:
        world.register(documents.forest())
        past = world.node.head
        world.mine(2)

        def lifetime(**parameters: int) -> str:
            return world.get("/projects", **parameters).headers["cache-control"]

        assert lifetime() == lifetime(as_of=past) == "no-cache"
        world.mine(world.settings.finality_depth + 1)
        lasting = "public, max-age=3600, stale-while-revalidate=604800"
        assert lifetime(as_of=past) == lasting
        assert lifetime() == "no-cache"
