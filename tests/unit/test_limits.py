"""What a document may be: its tokens before parsing, its shape before validating, its merges while validating."""

import re

import pytest
from graphql import DocumentNode, get_introspection_query, parse, specified_rules

from graph import errors
from graph.limits import (
    LIMITS,
    Limits,
    check_measures,
    check_tokens,
    rules_within,
    validated,
)
from graph.measures import Measures, measure
from graph.requests import RequestError
from graph.schema import schema
from graph.tokens import count_tokens

SCHEMA = schema()._schema

KUNDALI = """
query Kundali($birth: BirthInput!, $language: Language! = EN) {
  chart(birth: $birth) {
    ...Header
    lagna { id rashi rashiNumber rashiName(language: $language) text(format: DM) nakshatra pada }
    grahas { ...Row }
    bhavas { id number rashiNumber occupants }
    navamsha: varga(division: 9) { ...Cell }
    vargas { ...Cell }
  }
}
fragment Header on Chart {
  id
  moment { local utcOffset timeZone zoneSource daylightSaving zoneDatabase }
  place { latitude longitude }
  ayanamsha { ayanamsha value text }
  settings { preset node positions chalitSystem dashaYear }
}
fragment Row on GrahaPosition {
  id graha name(language: $language) rashi rashiNumber rashiName(language: $language) text(format: DM)
  nakshatraName(language: $language) pada nakshatraLord bhava chalitBhava retrograde dignity vargottama
  combustion { combust }
}
fragment Cell on Varga {
  id division code name(language: $language) variant lagna { id rashiNumber } bhavas { id number rashiNumber occupants }
}
"""

INTROSPECTION = get_introspection_query(
    specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
)
"""What GraphiQL sends, with everything switched on."""


def measured(text: str, operation: str | None = None) -> Measures:
    return measure(parse(text), operation)


def codes(text: str, limits: Limits = LIMITS) -> list[str]:
    with pytest.raises(RequestError) as caught:
        check_measures(measured(text), limits)
    assert caught.value.status == 422
    return [error["extensions"]["code"] for error in caught.value.errors]


# ── tokens ──


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("{ a }", 3),
        ("{a,b,,c}", 5),
        ("# { a b c }\n{ a } # d", 3),
        ('"a # b" c', 2),
        ('""" " "" \\""" # { """ a', 2),
        ('""""""', 1),
        ('"" ""', 2),
        ('"\\"" a', 2),
        ("-1.5e+10 0 7", 3),
        ("...a ... on B", 5),
        ("$a: [Int!]! = [1] @b | & = : ( )", 20),
        ("\ufeff{\r\n\ta\r}", 3),
    ],
)
def test_tokens_are_counted_as_a_parser_reads_them(text: str, count: int) -> None:
    assert count_tokens(text) == count


def test_an_unclosed_string_is_one_token_to_its_end() -> None:
    assert count_tokens('a """ b c d') == 2
    assert count_tokens('a "b c\nd') == 3


def test_too_many_tokens_are_refused_with_their_number() -> None:
    check_tokens("a " * 4000)
    with pytest.raises(RequestError, match=r"4,001 tokens, more than 4,000") as caught:
        check_tokens("a " * 4001)
    assert caught.value.status == 400
    assert caught.value.errors[0]["extensions"]["code"] == errors.DOCUMENT_TOO_LARGE


def test_too_many_characters_are_refused_before_tokens_are_counted() -> None:
    with pytest.raises(RequestError, match=r"50,001 characters, more than 50,000"):
        check_tokens("#" * 50_001)


# ── shape ──


def test_a_plain_document_is_measured_field_by_field() -> None:
    text = "query ($a: Int = 1) { one: engine { version } chart(birth: {date: 1, zone: {name: 2}}) @skip(if: true) { id } }"
    assert measured(text) == Measures(
        depth=2,
        aliases=1,
        root_fields=2,
        directives=1,
        fields=4,
        fragments=0,
        operations=1,
        literal=4,
        values=6,
        members=2,
    )


def test_a_fragment_counts_wherever_it_is_spread() -> None:
    text = """
    { ...Root chart { ...Part grahas { ...Part } } }
    fragment Root on Query { engine { version } }
    fragment Part on Chart { a: id @include(if: true) }
    """
    assert measured(text) == Measures(
        depth=3, aliases=2, root_fields=2, directives=2, fields=6, fragments=2, operations=1, literal=1, values=1
    )


def test_inline_fragments_add_no_depth() -> None:
    assert measured("{ ... { ... on Query { engine { ... { version } } } } }")[:3] == (2, 0, 1)


def test_the_greatest_operation_counts_unless_one_is_named() -> None:
    text = "query A { a } query B { a b { c } }"
    assert measured(text).root_fields == 2
    assert measured(text, "A").root_fields == 1
    assert measured(text, "A").operations == 2


def test_what_no_operation_uses_counts_as_written() -> None:
    text = "{ a } query B { b: c } fragment C on Query { d: e @f { g } h i }"
    assert measured(text) == Measures(
        depth=2, aliases=2, root_fields=1, directives=1, fields=6, fragments=1, operations=2, literal=0, values=0
    )


def test_doubling_fragments_are_counted_and_not_written_out() -> None:
    text = "{ ...f0 }" + "".join(f" fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(17))
    assert measured(text + " fragment f17 on Query { a }").fields == 2**17


def test_counts_end_at_a_thousand_million() -> None:
    text = "{ ...f0 }" + "".join(f" fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(300))
    assert measured(text + " fragment f300 on Query { a }").fields == 1_000_000_000


def test_fragments_in_a_circle_end() -> None:
    text = "{ ...a } fragment a on Query { x { ...b } } fragment b on Query { ...a y ...b } fragment c on Query { ...nobody }"
    assert (measured(text).fields, measured(text).depth) == (2, 2)


def test_a_chain_of_a_thousand_fragments_needs_no_stack() -> None:
    text = "{ ...f0 }" + "".join(f" fragment f{i} on Query {{ a {{ ...f{i + 1} }} }}" for i in range(1300))
    assert measured(text).depth == 1300


@pytest.mark.parametrize("text", [KUNDALI, INTROSPECTION])
def test_what_pages_send_passes_with_room(text: str) -> None:
    measures = measured(text)
    assert count_tokens(text) * 4 < LIMITS.tokens
    for name in ("root_fields", "fields", "aliases", "directives", "fragments", "operations", "literal", "values"):
        assert getattr(measures, name) * 4 <= getattr(LIMITS, name), name
    assert measures.depth + 5 <= LIMITS.depth
    assert validated(SCHEMA, parse(text)) == []


def test_merging_what_pages_send_takes_a_tenth_of_the_budget() -> None:
    tenth = LIMITS._replace(merges=LIMITS.merges // 10)
    assert validated(SCHEMA, parse(KUNDALI), tenth) == validated(SCHEMA, parse(INTROSPECTION), tenth) == []


# ── refusals ──


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{" + "a{" * 20 + "b" + "}" * 21, errors.DOCUMENT_TOO_DEEP),
        ("{" + "a " * 31 + "}", errors.TOO_MANY_ROOT_FIELDS),
        ("{ a {" + "b " * 1000 + "} }", errors.TOO_MANY_FIELDS),
        ("{ a {" + "b: c " * 201 + "} }", errors.TOO_MANY_ALIASES),
        ("{ a " + "@b " * 201 + "}", errors.TOO_MANY_DIRECTIVES),
        ("{ a }" + "fragment b on C { d } " * 61, errors.TOO_MANY_FRAGMENTS),
        ("query A { a } " * 21, errors.TOO_MANY_OPERATIONS),
        ("{ a(b: [" + "1 " * 300 + "]) }", errors.LITERAL_TOO_LARGE),
        (
            "{ a(b: ["
            + "1 " * 250
            + "]) b @c(d: ["
            + "1 " * 250
            + "]) "
            + "b(c: 1) { d } " * 2
            + "}"
            + "query ($a: A = ["
            + "1 " * 250
            + "], $b: A = ["
            + "1 " * 250
            + "]) { a }",
            errors.LITERAL_TOO_LARGE,
        ),
    ],
)
def test_each_excess_has_its_code(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_all_excesses_are_told_at_once() -> None:
    assert codes("{" + "a: b @c " * 300 + "}") == [
        errors.TOO_MANY_ROOT_FIELDS,
        errors.TOO_MANY_ALIASES,
        errors.TOO_MANY_DIRECTIVES,
    ]


def test_a_refusal_names_value_limit_and_remedy() -> None:
    with pytest.raises(RequestError) as caught:
        check_measures(Measures(aliases=2000))
    assert caught.value.errors == [
        {
            "message": "The document has 2,000 aliases, more than 200.",
            "extensions": {
                "code": "TOO_MANY_ALIASES",
                "remedy": "Use lists: `charts`, `vargas`, `grahas`. Fragments count where they are spread.",
                "path": [],
            },
        }
    ]


def test_limits_can_be_set() -> None:
    check_measures(Measures(aliases=2000), LIMITS._replace(aliases=2000))
    check_tokens("a " * 5000, LIMITS._replace(tokens=5000))


# ── validating ──


def merging(count: int) -> DocumentNode:
    return parse("{ engine {" + "version " * count + "} }")


def test_merging_ends_with_its_budget() -> None:
    assert validated(SCHEMA, merging(50)) == []
    (error,) = validated(SCHEMA, merging(500))
    assert error.message == "Merging the document's fields takes over 10,000 comparisons."
    assert error.extensions is not None
    assert error.extensions["code"] == errors.TOO_MANY_MERGES


def test_errors_end_at_their_limit() -> None:
    assert len(validated(SCHEMA, parse("{" + " ".join(f"a{i}" for i in range(500)) + "}"))) == LIMITS.errors + 1


def test_suggestions_can_be_hidden() -> None:
    (error,) = validated(SCHEMA, parse("{ engin { version } }"), hide_suggestions=True)
    assert "Did you mean" not in error.message


def test_every_rule_of_the_specification_is_kept() -> None:
    kept = [rule for rule in rules_within(LIMITS.merges) if rule in specified_rules]
    assert len(kept) == len(specified_rules) - 1
    (conflict,) = validated(SCHEMA, parse("{ engine { a: version a: release } }"))
    assert re.search("'version' and 'release' are different fields", conflict.message)
