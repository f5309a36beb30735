"""Rooms: each kind of line stands where a reader looks for it."""

from pathlib import Path

import pytest


class TestRooms:
    """
    a node          is asked in node.py, and given transactions in relay.py alone
    a select        stands in queries/
    the environment is read in settings.py, by its library
    """

    @pytest.mark.parametrize(
        ("word", "allowed"),
        [
            ("eth_sendRawTransaction", {"relay.py"}),
            ('"eth_', {"node.py", "relay.py"}),
            ("node.rpc", {"relay.py"}),
            ("os.environ", set()),
            ("getenv", set()),
        ],
    )
    def test_each_kind_of_line_is_in_its_room(self, word: str, allowed: set[str]) -> None:
        found = {path.name for path in Path("api").rglob("*.py") if word in path.read_text()}
        assert found <= allowed

    def test_every_select_is_a_query(self) -> None:
        others = [path for path in Path("api").rglob("*.py") if "queries" not in path.parts]
        assert [str(path) for path in others if " select(" in path.read_text()] == []
