"""Calls that say who may what."""

from __future__ import annotations

from tests.contracts.rules.world import FOREVER, ROLES
from tests.contracts.samples import (
    ZERO_HASH,
    Accreditation,
    ProjectType,
)

from .drawing import Arguments, Drawing


class AccessCalls(Drawing):
    """Calls that say who may what."""

    def access_grantRole(self) -> Arguments:  # noqa: N802
        return (self.role(), self.any_of(self.accounts), 0)

    def access_revokeRole(self) -> Arguments:  # noqa: N802
        return (self.role(), self.any_of(self.accounts))

    def access_renounceRole(self) -> Arguments:  # noqa: N802
        return (self.role(), self.any_of(self.accounts))

    def role(self) -> int:
        names = ("operator", "developer", "validator", "verifier", "guardian", "steward")
        return ROLES[self.any_of(names)]

    def access_accredit(self) -> Arguments:
        days = self.some([(0, FOREVER)], [(0, self.w.day - 1), (self.w.day + 1, FOREVER), (2, 1)])
        types = self.some([255], [0, 1, 1 << ProjectType.Biochar, 256])
        given = Accreditation(types, *days, self.hash())
        role = self.some((ROLES["validator"], ROLES["verifier"]), ROLES.values())
        return (self.account(), role, given, self.text())

    def access_withdrawAccreditation(self) -> Arguments:  # noqa: N802
        others = [(one, ROLES["verifier"]) for one in self.accounts]
        account, role = self.some(sorted(self.w.accreditations), others)
        return (account, role, self.hash(), self.text())

    def access_setOrganisation(self) -> Arguments:  # noqa: N802
        return (
            self.account(),
            self.some([self.hash(f"house {self.any_of('abcdef')}")], [ZERO_HASH]),
        )
