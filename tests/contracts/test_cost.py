"""What the actions cost is what is committed, and the code fits the chain.

`scripts/prove gas` measures anew, commits to the figures and prints the table.
"""

from __future__ import annotations

import os

import pytest

from scripts.deployment import CONTRACTS
from scripts.proving import gas

from .costs import AIMS, Costs
from .ledger import Ledger
from .reporting import Reporting
from .signing import Signing

#: EIP-170, bytes.
CODE_LIMIT = 24_576
#: A change of more than this share either way is to be looked at.
TOLERANCE = 0.01


@pytest.mark.parametrize("name", CONTRACTS)
def test_code_fits_the_limit_of_the_chain(ledger: Ledger, name: str) -> None:
    assert 0 < len(ledger.compiled[name].code) < CODE_LIMIT


class TestGas:
    """
    whatever action is taken         it costs what is committed, within a hundredth
    given the committed table        it is the one in the document, and it states every aim
    """

    def test_is_what_is_committed(self, reporting: Reporting, signing: Signing) -> None:
        costs = Costs(reporting, signing)
        used, bare = costs.registry(), costs.bare()
        rows = {one: gas.Row(used[one], bare.get(one), AIMS.get(one)) for one in used}
        if "OGCR_GAS_COMMIT" in os.environ:
            gas.write(rows)
        committed = gas.read()
        assert set(rows) == set(committed)
        wrong = {
            action: (row.gas, committed[action].gas)
            for action, row in rows.items()
            if row.gas != pytest.approx(committed[action].gas, rel=TOLERANCE)
        }
        assert not wrong, "measured, committed"

    def test_is_documented_with_every_aim(self) -> None:
        committed = gas.read()
        assert gas.documented() == gas.table(committed)
        assert {name: row.aim for name, row in committed.items() if row.aim} == AIMS
