"""Documents made to hurt, and the stage that each does not reach."""

from collections.abc import Callable

import pytest
from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError

from graph import errors, limits
from graph.limits import parsed, validated
from graph.requests import RequestError
from graph.schema import schema
from graph.tokens import count_tokens

SCHEMA = schema()._schema

BIRTH = 'birth: {date: "1990-03-15", time: "10:30", latitude: 19, longitude: 72.9}'
BOMB = "{ ...f0 }" + "".join(f" fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(17))


def not_reached(*_args: object) -> None:
    pytest.fail("this stage must not be reached")


@pytest.fixture
def without_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "parse", not_reached)


@pytest.fixture
def without_validating(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "validate", not_reached)


def read(text: str) -> list[GraphQLError]:
    return validated(SCHEMA, parsed(text))


def refusals(text: str) -> tuple[int, list[str]]:
    with pytest.raises(RequestError) as caught:
        read(text)
    return caught.value.status, [error["extensions"]["code"] for error in caught.value.errors]


TOO_LONG = {
    "5,000 directives": "{ engine " + "@skip(if: true) " * 5000 + "{ version } }",
    "100,000 brackets": "[" * 100_000,
    "100,000 braces": "{" * 100_000,
    "50,000 of both": "{a(b:" + "[" * 25_000 + "]" * 25_000 + ")}",
    "a comment of 10 MB": "#" * 10_000_000 + "\n{ engine { version } }",
    "10 MB of comments": "#\n" * 5_000_000 + "{ engine { version } }",
    "a string of 10 MB": '{ names(language: "' + "x" * 10_000_000 + '") { language } }',
    "2,000 aliases with arguments": "{" + " ".join(f"a{i}: chart({BIRTH}) {{ id }}" for i in range(2000)) + "}",
    "400 equal root fields with arguments": "{" + f"chart({BIRTH}) {{ id }} " * 400 + "}",
    "2,000 births written out": "{ charts(births: [" + "{date: 1, time: 2} " * 2000 + "]) { index } }",
    "2,000 fragments": "{ ...f }" + "fragment f on Query { a } " * 2000,
}


@pytest.mark.parametrize("text", TOO_LONG.values(), ids=TOO_LONG)
@pytest.mark.usefixtures("without_parsing", "without_validating")
def test_a_text_that_is_too_long_is_not_parsed(text: str) -> None:
    assert refusals(text) == (400, [errors.DOCUMENT_TOO_LARGE])


TOO_MUCH = {
    "2^17 fields of 18 fragments": (BOMB + " fragment f17 on Query { engine { version } }", errors.TOO_MANY_FIELDS),
    "400 equal root fields": ("{" + "engine { version } " * 400 + "}", errors.TOO_MANY_ROOT_FIELDS),
    "400 equal root fields by a fragment": (
        "{" + "...f " * 400 + "} fragment f on Query { engine { version } }",
        errors.TOO_MANY_ROOT_FIELDS,
    ),
    "900 aliases": ("{ engine {" + "".join(f"a{i}: version " for i in range(900)) + "} }", errors.TOO_MANY_ALIASES),
    "1,000 directives": ("{ engine { version " + "@a " * 1000 + "} }", errors.TOO_MANY_DIRECTIVES),
    "190 levels": ("{ " + "engine { " * 190 + "version" + "}" * 191, errors.DOCUMENT_TOO_DEEP),
    "60 levels by a chain of fragments": (
        "{ ...f0 }" + "".join(f"fragment f{i} on Query {{ a {{ ...f{i + 1} }} }}" for i in range(60)),
        errors.DOCUMENT_TOO_DEEP,
    ),
    "1,300 fields of an input object": (
        "{ chart(birth: {" + "".join(f"date{i}: 1 " for i in range(1300)) + "}) { id } }",
        errors.LITERAL_TOO_LARGE,
    ),
    "3,000 values in a default": (
        "query ($a: [Graha!] = [" + "SUN " * 3000 + "]) { engine { version } }",
        errors.LITERAL_TOO_LARGE,
    ),
    "40 fragments that spread all after them": (
        "{ ...f0 }"
        + "".join(
            f"fragment f{i} on Query {{ engine {{ version }} " + "".join(f"...f{j} " for j in range(i + 1, 40)) + "}"
            for i in range(40)
        ),
        errors.TOO_MANY_FIELDS,
    ),
}


@pytest.mark.parametrize(("text", "code"), TOO_MUCH.values(), ids=TOO_MUCH)
@pytest.mark.usefixtures("without_validating")
def test_a_document_of_too_much_is_not_validated(text: str, code: str) -> None:
    status, codes = refusals(text)
    assert status == 422
    assert code in codes


@pytest.mark.parametrize("text", ["{a(b:" + "[" * 1900 + "]" * 1900 + ")}", "{a(b:" + "{c:" * 1300, "{" + "a{" * 900])
@pytest.mark.usefixtures("without_validating")
def test_what_nests_too_deeply_for_the_parser_is_a_syntax_error(text: str) -> None:
    with pytest.raises(GraphQLSyntaxError, match="nested too deeply"):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "{ ...a } fragment a on Query { ...a }",
        "{ ...a } fragment a on Query { engine { version } ...b ...b } fragment b on Query { ...a ...a }",
        "{ ...f0 }" + "".join(f"fragment f{i} on Query {{ ...f{(i + 1) % 50} }}" for i in range(50)),
    ],
)
def test_a_circle_of_fragments_is_measured_and_then_told(text: str) -> None:
    assert any("within itself" in error.message or "aborted" in error.message for error in read(text))


COSTLY_MERGES: dict[str, Callable[[], str]] = {
    "equal leaves": lambda: "{ engine {" + "version " * 900 + "} }",
    "equal objects": lambda: "{" + "".join("engine { " + "version " * 30 + "}" for _ in range(30)) + "}",
    "equal fields of inline fragments": lambda: "{ engine {" + "... { version } " * 600 + "} }",
    "60 fragments of five equal fields": lambda: (
        "{ engine {"
        + "".join(f"...f{i} " for i in range(60))
        + "} }"
        + "".join(f"fragment f{i} on Engine {{ {'version ' * 5} }}" for i in range(60))
    ),
}


@pytest.mark.parametrize("text", [text() for text in COSTLY_MERGES.values()], ids=COSTLY_MERGES)
def test_merging_within_the_limits_ends_with_its_budget(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(text)
    assert [(error.extensions or {}).get("code") for error in found] == [errors.TOO_MANY_MERGES]


HOSTILE_STRINGS = ['"""', '"""\\', '\\"""', '"\\"', '"', '""', "\\", '"""\\""', "-", "...", "1.", "1e", '"\n', '"""a"']


@pytest.mark.parametrize("piece", HOSTILE_STRINGS)
def test_no_text_makes_counting_go_back(piece: str) -> None:
    """Ten times the text takes far less than a hundred times as long: quadratic work would hang this test."""
    text = piece * (2_000_000 // len(piece))
    assert count_tokens(text) >= 0
    assert count_tokens('"' + text) >= 0


def test_reading_stays_possible_after_a_refusal() -> None:
    refusals(BOMB + " fragment f17 on Query { engine { version } }")
    assert isinstance(parsed("{ engine { version } }"), DocumentNode)
    assert read("{ engine { version } }") == []
