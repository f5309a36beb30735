"""The example of docs/signing.md, run as it stands there: a file, a key, and no code of ours."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from .ledger import Contract
from .reporting import Retirement
from .signing import FAR, FOLDER, SOME_GAS, Request, Signing, named

GUIDE = Path(__file__).parents[2] / "docs/signing.md"


class TestGuide:
    """
    when somebody signs as the guide says   the forwarder takes it for theirs
    """

    def test_is_taken_when_signed_as_the_guide_says(
        self, signing: Signing, units: Contract, holder: str
    ) -> None:
        (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.S)
        guide: dict[str, Any] = {}
        exec(code, guide)
        arguments = (7, 1_000, Retirement())
        declared = units.declared("retire", arguments)
        message = {
            "signer": holder,
            "contractAddress": units.address,
            **named(declared["inputs"], arguments),
            "nonce": 5,
            "deadline": FAR,
            "gas": SOME_GAS,
        }
        signature = guide["sign"](
            signing.keys[holder].key,
            FOLDER / "CRU.retire.json",
            signing.chain_id,
            signing.forwarder.address,
            message,
        )
        data = units.calldata("retire", *arguments)
        nonce = (5).to_bytes(32, "big")
        request = Request(holder, units.address, 0, SOME_GAS, FAR, data, nonce + bytes(signature))
        assert signing.forwarder.verify(request)
