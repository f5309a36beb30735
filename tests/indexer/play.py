"""People who act on the registry at random."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from indexer.identity import UnitId, methodology_key, project_id, report_id

from .ledger_play import LedgerPlay
from .stage import NOBODY, Registry, blocks_of_units

EVERY_TYPE = 0xFF
TODAY = 20_000


class Play:
    """People who act at random, by a seed: most of what the contracts allow, and some of the rest.

    What the chain refuses leaves no event, so that the actions need not all be right.
    """

    def __init__(self, registry: Registry, seed: int, name: str) -> None:
        self.registry = registry
        self.random = random.Random(seed)
        self.name = name
        self.methodologies: list[tuple[str, str]] = []
        self.projects: list[str] = []
        self.reports: list[tuple[str, str]] = []
        self._count = 0
        self.ledgers = LedgerPlay(self)

    def open(self) -> None:
        """Two methodologies, some projects and reports, and at least two blocks of held units."""
        for automatic in (True, False):
            self.new_methodology(automatic)
        self.registry.node.mine()
        for _ in range(4):
            self.new_project()
        self.registry.node.mine()
        for _ in range(4):
            self.review()
            self.registry.node.mine()
        while len([unit for unit in self.units() if unit["status"] == "held"]) < 2:
            for step in (self.new_project, self.review, self.new_report, self.verify, self.issue):
                step()
                self.registry.node.mine()

    def heir(self, seed: int, name: str) -> Play:
        """Others who go on from here."""
        heir = Play(self.registry, seed, name)
        heir.methodologies, heir.projects = list(self.methodologies), list(self.projects)
        heir.reports = list(self.reports)
        return heir

    def act(self, blocks: int, per_block: int = 3) -> None:
        """Mine blocks of random actions."""
        for _ in range(blocks):
            for _ in range(self.random.randint(0, per_block)):
                self.step()
            self.registry.node.mine()

    def step(self) -> None:
        """One random action into the pool."""
        actions: list[Callable[[], None]] = [
            self.new_project,
            self.update_project,
            self.review,
            self.new_report,
            self.verify,
            self.change_report,
            self.issue,
            self.move,
            self.cut,
            self.join,
            self.retire,
            self.approve,
            self.administer,
            *self.ledgers.actions,
        ]
        self.random.choice(actions)()

    def new_methodology(self, automatic: bool) -> None:
        methodology, operator = self._word("method"), self.registry.operator
        terms = ("CRU", 1, self.random.choice([0, 1000]), automatic, False, 40, EVERY_TYPE)
        arguments = (methodology, "1.0", self.new_hash(), "ipfs://methodology", terms)
        self.send(operator, "MethodologyRegistry", "registerMethodology", *arguments)
        key = methodology_key(methodology, "1.0")
        self.send(operator, "MethodologyRegistry", "activateMethodology", key)
        self.methodologies.append((methodology, key))

    def new_project(self) -> None:
        document = self._word("project")
        function = self.random.choice(["registerProject", "registerProject", "draftProject"])
        self.send(self._developer(), "ProjectRegistry", function, document, self._pdd())
        self.projects.append(document)

    def update_project(self) -> None:
        held = self._held_project()
        arguments: tuple[Any, ...] = (self._pdd(),)
        function = self.random.choice(
            ["updatePDD", "resubmitProject", "redraftProject", "updateMetadata", "archiveProject"]
        )
        if function == "updateMetadata":
            arguments = (self.new_hash(), "ipfs://metadata")
        if function == "archiveProject":
            arguments = ("no longer",) if self.random.random() < 0.3 else ("x" * 600,)
        self.send(held["developer"], "ProjectRegistry", function, held["id"], *arguments)

    def review(self) -> None:
        held, validator = self._held_project("submitted"), self.registry.validator
        if held["status"] == "submitted":
            arguments = (held["id"], validator)
            self.send(self.registry.operator, "ProjectRegistry", "assignValidator", *arguments)
        outcome = self.random.choice([*["validateProject"] * 3, "rejectProject", "requestRevision"])
        reason = () if outcome == "validateProject" else ("not yet",)
        decision = (held["id"], held["pddHash"], self.new_hash(), "ipfs://decision", *reason)
        self.send(validator, "ProjectRegistry", outcome, *decision)

    def new_report(self) -> None:
        held = self._held_project("validated")
        first = TODAY - self.random.randrange(3_000)
        submission = (self.new_hash(), first, first + self.random.randrange(800), "ipfs://report")
        document = self._word("report")
        arguments = (held["id"], document, submission)
        self.send(held["developer"], "MRVRegistry", "submitReport", *arguments)
        self.reports.append((held["id"], document))

    def verify(self) -> None:
        held, verifier = self.held_report("submitted"), self.registry.verifier
        if held["status"] == "submitted":
            arguments = (held["id"], verifier)
            self.send(self.registry.operator, "MRVRegistry", "assignVerifier", *arguments)
        if self.random.random() < 0.2:
            decision = (held["reportHash"], self.new_hash(), "ipfs://statement", "no evidence")
            self.send(verifier, "MRVRegistry", "rejectReport", held["id"], *decision)
        else:
            amount = self.random.randrange(1, 2_000_000)
            outcome = (held["reportHash"], amount, [], self.new_hash(), "ipfs://statement")
            self.send(verifier, "MRVRegistry", "verifyReport", held["id"], outcome)

    def change_report(self) -> None:
        held = self.held_report()
        developer = self._project(held["projectId"])["developer"]
        function = self.random.choice(["withdrawReport", "archiveReport", "resubmitReport"])
        arguments: tuple[Any, ...] = (held["id"], "a reason")
        if function == "resubmitReport":
            submission = (self.new_hash(), held["startDay"], held["endDay"], "ipfs://again")
            arguments = (held["projectId"], held["document"], submission)
        self.send(developer, "MRVRegistry", function, *arguments)

    def issue(self) -> None:
        held = self.held_report("verified")
        for part in self.registry.view("MRVRegistry", "verifiedVintages", held["id"]):
            kg = self.random.randrange(1, 1 + part["kg"])
            self.send(self.registry.operator, "CRU", "mint", held["id"], part["vintage"], kg)

    def move(self) -> None:
        unit = self.held_unit()
        to = self.random.choice([*self.registry.holders, *self.registry.developers])
        arguments = (unit["owner"], to, unit["id"])
        self.send(unit["owner"], "CRU", "transferFrom", *arguments)

    def cut(self) -> None:
        unit = self.held_unit()
        quantity = unit["quantityKg"]
        first = self.random.randrange(1, quantity + 1)
        self.send(unit["owner"], "CRU", "split", unit["id"], [first, quantity - first])

    def join(self) -> None:
        unit = self.held_unit()
        after = [
            other["id"]
            for other in self.units()
            if other["reportId"] == unit["reportId"]
            and other["firstKg"] == unit["firstKg"] + unit["quantityKg"]
        ]
        self.send(unit["owner"], "CRU", "merge", [unit["id"], *after[:1]])

    def retire(self) -> None:
        unit = self.held_unit()
        reason = self.random.randrange(1, 7)
        beneficiary = "0x" + "00" * 32 if reason == 1 else self.new_hash()
        period = self.random.choice([(0, 0), (TODAY - 365, TODAY)])
        claim = (reason, beneficiary, "for the climate", *period)
        kg = self.random.choice([unit["quantityKg"], -(-unit["quantityKg"] // 2)])
        self.send(unit["owner"], "CRU", "retire", unit["id"], kg, claim)

    def approve(self) -> None:
        unit, somebody = self.held_unit(), self.registry.holders[0]
        if self.random.random() < 0.5:
            self.send(unit["owner"], "CRU", "approve", somebody, unit["id"])
        else:
            chosen = self.random.random() < 0.5
            self.send(unit["owner"], "CRU", "setApprovalForAll", somebody, chosen)

    def administer(self) -> None:
        head, access = self.registry.administrator, "RegistryAccessControl"
        somebody = self.random.choice(self.registry.node.accounts[2:])
        module = self.random.choice(["MethodologyRegistry", "CRU"])
        role = self.random.choice([2, 4])
        choice = self.random.randrange(8)
        if choice == 0:
            self.send(head, module, "pause")
        elif choice == 1:
            self.send(head, module, "unpause")
        elif choice == 2:
            self.send(head, access, "grantRole", role, somebody, self.random.choice([0, 60]))
        elif choice == 3:
            self.send(head, access, "revokeRole", 5, somebody)
        elif choice == 6:
            self.accredit()
        elif choice == 7:
            decided = (self.registry.verifier, 4, self.new_hash(), "samples were made up")
            self.send(self.registry.operator, access, "withdrawAccreditation", *decided)
        elif choice == 4:
            self.send(head, access, "labelRole", 77, self._word("role"))
        else:
            when = int(
                self.registry.node.rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16
            )
            data = self.registry.abi.encode_call(module, "unpause", [])
            target = self.registry.address(module)
            self.send(head, access, "schedule", target, data, when + 10_000 + self._next())

    def accredit(self) -> None:
        """Say for whom somebody acts, and accredit those who judge, for all types or some."""
        operator, access = self.registry.operator, "RegistryAccessControl"
        somebody = self.random.choice(self.registry.node.accounts[2:6])
        organisation = self.random.choice(["0x" + "00" * 32, self.new_hash()])
        self.send(operator, access, "setOrganisation", somebody, organisation)
        for account, role in ((self.registry.validator, 3), (self.registry.verifier, 4)):
            scope = self.random.choice([EVERY_TYPE, EVERY_TYPE, 8])
            accreditation = (
                scope,
                0,
                self.random.choice([65_535, TODAY + 20_000]),
                self.new_hash(),
            )
            self.send(operator, access, "accredit", account, role, accreditation, "ipfs://body")

    def send(self, sender: str, contract: str, function: str, *arguments: Any) -> None:
        # The buffer belongs to a contract, for which nobody can sign.
        signer = sender if sender in self.registry.node.accounts else self.registry.developers[0]
        self.registry.send(signer, contract, function, *arguments)

    def _held_project(self, status: str | None = None) -> dict[str, Any]:
        """One of the projects, in that status when there is one and three times out of four."""
        ids = [project_id(document) for document in self.projects[-20:] or ["none"]]
        return self._one_of([self._project(identity) for identity in ids], status)

    def _one_of(self, things: list[dict[str, Any]], status: str | None) -> dict[str, Any]:
        fitting = [thing for thing in things if thing["status"] == status]
        chosen = fitting if fitting and self.random.random() < 0.75 else things
        return self.random.choice(chosen)

    def _project(self, identity: str) -> dict[str, Any]:
        held: dict[str, Any] = self.registry.view("ProjectRegistry", "project", identity)
        if held["developer"] == NOBODY:
            held["developer"] = self.registry.developers[0]
        return held | {"id": identity}

    def held_report(self, status: str | None = None) -> dict[str, Any]:
        known = self.reports[-20:] or [(project_id("none"), "none")]
        return self._one_of([self._report(*one) for one in known], status)

    def _report(self, project: str, document: str) -> dict[str, Any]:
        identity = report_id(project, document)
        held: dict[str, Any] = self.registry.view("MRVRegistry", "report", identity)
        return held | {"id": identity, "projectId": project, "document": document}

    def held_unit(self) -> dict[str, Any]:
        units = [unit for unit in self.units() if unit["status"] == "held"] or self.units()
        if not units:
            token = UnitId("0x" + "11" * 14, 2020, 0, 2)
            return {
                "id": token.token_id,
                "owner": self.registry.developers[0],
                "quantityKg": 2,
                "firstKg": 0,
                "reportId": token.report_id,
            }
        return self.random.choice(units)

    def units(self) -> list[dict[str, Any]]:
        return blocks_of_units(self.registry)

    def _developer(self) -> str:
        return self.random.choice(self.registry.developers)

    def _pdd(self) -> tuple[Any, ...]:
        _, key = self.random.choice(self.methodologies)
        return (self.new_hash(), key, "biochar", 0, 65_535, "ipfs://pdd")

    def new_hash(self) -> str:
        return "0x" + self.random.randbytes(32).hex()

    def _word(self, kind: str) -> str:
        return f"{kind}-{self.name}-{self._next()}"

    def _next(self) -> int:
        self._count += 1
        return self._count
