"""Options of the benchmarks, which are run by hand: `pytest tests/benchmarks/backfill.py -s`."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--events", type=int, default=20_000, help="events to index, about")
    parser.addoption("--thousandths", type=int, default=1000, help="of the large registry to read")
    parser.addoption("--kept", help="folder that a large registry is kept in for the next time")
    parser.addoption("--buffers", help="shared_buffers of the server, 4GB, say, if it is set up")
    parser.addoption("--turns", type=int, default=20, help="how often to ask each question")
    parser.addoption("--seconds", type=float, default=30.0, help="how long a crowd asks")
    parser.addoption("--blocks", type=int, default=60, help="blocks to announce")


@pytest.fixture
def events(request: pytest.FixtureRequest) -> int:
    """How many events were asked for."""
    wanted: int = request.config.getoption("--events")
    return wanted
