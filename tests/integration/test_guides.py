"""Every query of the guides is executed, with the variables that stand below it."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import pytest
from graphql import OperationType, build_schema
from graphql.type import GraphQLEnumType

from graph import documents, errors
from graph.requests import GraphQLRequest
from graph.schema import sdl
from graph.streaming import open_stream
from tests.served import MUMBAI, ROOT, asked, context, data, operations

GUIDES = ("docs/frontend.md",)

_BLOCK = re.compile(r"^```graphql( problem| bulk)?\n(.*?)^```\n(?:\n```json\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
_ABOUT_DOCUMENTS = re.compile(r"DOCUMENT_TOO_|LITERAL_TOO_|TOO_MANY_")


class Block(NamedTuple):
    """A document of a guide, its variables, and whether it is there to be refused, or asked of a service with workers."""

    document: str
    variables: dict[str, Any]
    kind: str

    def __str__(self) -> str:
        return self.document.partition("(")[0].split()[-1]


def blocks(guide: str) -> list[Block]:
    found = _BLOCK.findall((ROOT / guide).read_text(encoding="utf-8"))
    return [Block(document, json.loads(variables or "{}"), kind.strip()) for kind, document, variables in found]


BLOCKS = [block for guide in GUIDES for block in blocks(guide) if block.kind != "bulk"]


async def filled(variables: dict[str, Any]) -> dict[str, Any]:
    """The variables, with a real token where a guide can only have a word for one."""
    if variables.get("token") != "<token>":
        return variables
    sealed = await data("query ($birth: BirthInput!) { chart(birth: $birth) { token } }", {"birth": MUMBAI})
    return variables | {"token": sealed["chart"]["token"]}


async def first_answer(block: Block) -> dict[str, Any]:
    """The answer, or the first event of a subscription."""
    variables = await filled(block.variables)
    if operations().prepare(block.document).kind(None) is not OperationType.SUBSCRIPTION:
        return await asked(block.document, variables)
    results = await open_stream(operations(), GraphQLRequest(block.document, variables), context)
    try:
        return await anext(results)
    finally:
        await results.aclose()


@pytest.mark.parametrize("block", BLOCKS, ids=str)
async def test_a_query_of_a_guide_is_answered_as_the_guide_says(block: Block) -> None:
    answer = await first_answer(block)
    assert bool(answer.get("errors")) == (block.kind == "problem"), answer
    assert block.kind == "problem" or answer["data"]


def test_every_query_of_the_guides_is_found() -> None:
    for guide in GUIDES:
        assert len(blocks(guide)) == (ROOT / guide).read_text(encoding="utf-8").count("```graphql") > 0


def test_the_guide_says_what_to_do_about_every_code() -> None:
    guide = (ROOT / "docs" / "frontend.md").read_text(encoding="utf-8")
    kind = build_schema(sdl()).type_map["ErrorCode"]
    assert isinstance(kind, GraphQLEnumType)
    of_requests = [
        value
        for module in (errors, documents)
        for name, value in vars(module).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, str)
    ]
    codes = [code for code in [*kind.values, *of_requests] if not _ABOUT_DOCUMENTS.match(code)]
    assert len(codes) > 25
    assert [code for code in codes if f"`{code}`" not in guide] == []


def test_links_of_the_guides_lead_somewhere() -> None:
    for guide in GUIDES:
        text = (ROOT / guide).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert ((ROOT / guide).parent / target).exists(), target


def test_the_enums_that_the_guide_calls_fixed_have_as_many_values_as_it_says() -> None:
    kinds = build_schema(sdl()).type_map
    for name, count in (("Rashi", 12), ("Nakshatra", 27)):
        kind = kinds[name]
        assert isinstance(kind, GraphQLEnumType)
        assert len(kind.values) == count
