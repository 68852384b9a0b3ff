"""Which answers may be kept, by the volatile fields of a small schema."""

import pytest
from graphql import build_schema, parse

from graph.purity import pure_operations, volatile_fields

SDL = """
directive @volatile on FIELD_DEFINITION
type Query { now: Int @volatile, one: Int, inner: Inner }
type Inner { stored: Int @volatile, two: Int }
type Mutation { change: Int }
"""

KEPT = {
    "pure fields alone": ("{ one inner { two } }", {""}),
    "a volatile root field": ("{ one now }", set()),
    "a volatile field below": ("{ inner { two stored } }", set()),
    "a volatile field under an alias": ("{ inner { later: stored } }", set()),
    "a volatile field in a fragment": ("{ inner { ...F } } fragment F on Inner { stored }", set()),
    "a volatile field in an inline fragment": ("{ ... on Query { now } }", set()),
    "each operation for itself": ("query A { one } query B { now }", {"A"}),
    "a mutation": ("mutation { change }", set()),
    "introspection": ("{ __schema { queryType { name } } }", {""}),
}


@pytest.mark.parametrize(("document", "names"), KEPT.values(), ids=KEPT)
def test_an_answer_may_be_kept_when_no_field_of_its_operation_is_volatile(document: str, names: set[str]) -> None:
    assert pure_operations(parse(document), build_schema(SDL), volatile_fields(SDL)) == names
