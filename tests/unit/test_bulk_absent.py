"""Bulk operations where there is no jobs server: each field says so by a code, and charts go on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.served import MUMBAI, asked, client

INPUT = {"births": {"inline": [MUMBAI]}, "selection": {"fragment": "fragment F on Chart { id }"}}
SUBMIT = (
    "mutation ($input: SubmitBulkInput!) { submitBulk(input: $input) { problems { code message retryAfterSeconds } } }"
)
CHANGES = '{ cancel: cancelBulk(id: "b") { problems { code } } retryFailed(id: "b") { problems { code } } deleteBulk(id: "b") { problems { code } } }'  # fmt: skip


async def answer(query: str, **variables: Any) -> dict[str, Any]:
    async with client() as http:
        found: dict[str, Any] = (await http.post("/graphql", json={"query": query, "variables": variables})).json()
    return found


async def test_a_mutation_answers_a_problem_that_says_why() -> None:
    (problem,) = (await answer(SUBMIT, input=INPUT))["data"]["submitBulk"]["problems"]
    assert (problem["code"], problem["retryAfterSeconds"]) == ("UNAVAILABLE", 5)
    assert "no jobs server" in problem["message"]
    changed = (await answer(f"mutation {CHANGES}"))["data"]
    assert {found["code"] for payload in changed.values() for found in payload["problems"]} == {"UNAVAILABLE"}


@pytest.mark.parametrize(
    "field", ['bulkOperation(id: "b") { id }', 'node(id: "b_x") { id }', "bulkOperations { nodes { id } }"]
)
async def test_a_field_is_an_error_with_a_code_and_charts_beside_it_are_answered(field: str) -> None:
    (error,) = (await answer(f"{{ {field} }}"))["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    beside = await answer(
        'query ($birth: BirthInput!) { node(id: "b_x") { id } chart(birth: $birth) { id } }', birth=MUMBAI
    )
    assert (beside["data"]["node"], beside["data"]["chart"]["id"][:2]) == (None, "c_")


async def test_a_process_that_has_no_face_says_so_too() -> None:
    (error,) = (await asked('{ bulkOperation(id: "b") { id } }'))["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
