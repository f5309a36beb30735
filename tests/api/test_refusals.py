"""Refusals: every custom error of the contracts becomes an answer that a person understands."""

from __future__ import annotations

import re

import pytest

from api.errors import ApiError, as_api_error, contract_error
from api.models.answers import Problem
from api.refusals import REFUSALS
from indexer.abi import Abi, ContractError

from ..indexer.stage import MANIFEST  # noqa: TID252

ERRORS = Abi.load(MANIFEST).errors


class TestRefusals:
    """
    every custom error of the ABIs has a sentence, and no sentence is for an error that is not there
    every name in a sentence is an argument of its error
    every refusal has one of the three statuses, and no argument is left unread
    what is not known becomes a 500 that tells nothing of the inside
    """

    def test_every_error_has_a_sentence(self) -> None:
        assert set(ERRORS) - set(REFUSALS) == set()

    def test_every_sentence_is_for_an_error(self) -> None:
        assert set(REFUSALS) - set(ERRORS) == set()

    @pytest.mark.parametrize("name", sorted(ERRORS))
    def test_every_name_is_an_argument(self, name: str) -> None:
        _, sentence = REFUSALS[name]
        arguments = {parameter.name for parameter in ERRORS[name]}
        assert set(re.findall(r"\{(\w+)\}", sentence)) <= arguments

    @pytest.mark.parametrize("name", sorted(ERRORS))
    def test_every_refusal_is_a_sentence(self, name: str) -> None:
        arguments = {p.name: 20_000 if p.type == "uint16" else "x" for p in ERRORS[name]}
        answer = contract_error(ContractError(name, arguments))
        assert answer.status in (403, 409, 422)
        assert answer.message.endswith(".")
        assert "{" not in answer.message

    def test_a_day_is_a_date_in_a_sentence(self) -> None:
        arguments = {"projectId": "0x1", "reportId": "0x2", "startDay": 20148, "endDay": 20453}
        error = ContractError("MRVRegistryPeriodOverlap", arguments)
        answer = contract_error(error, {"reportId": "report-2025"})
        assert "the report report-2025 of" in answer.message
        assert "2025-03-01 to 2025-12-31" in answer.message
        assert answer.details[0].as_json()["arguments"] == arguments

    def test_what_is_unknown_tells_nothing(self) -> None:
        answer = as_api_error(RuntimeError("secret of the inside"))
        assert (answer.status, answer.code) == (500, "INTERNAL_ERROR")
        assert "secret" not in answer.message

    def test_every_code_is_documented(self) -> None:
        documented = Problem.model_fields["code"].annotation.__args__  # type: ignore[union-attr]
        kinds = [ApiError, *ApiError.__subclasses__()]
        assert {kind.code for kind in kinds} == set(documented)
