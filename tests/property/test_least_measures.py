"""What is told of a document by its tokens alone is never more than what it is parsed to."""

from graphql import parse
from hypothesis import given, strategies as st

from graph.limits import LIMITS, check_measures
from graph.measures import measure
from graph.tokens import least_measures, tokens_of

SELECTIONS = st.recursive(
    st.sampled_from(
        ["id", "on", "fragment", "a: b", "...F", "...F @skip(if: true)", 'x(y: [1 A $v {a: {b: "c"}}], z: -1.5)']
    ),
    lambda inner: st.tuples(
        st.sampled_from(["a", "b: a @d", "... on T", "...", "... @include(if: $v)", 'q(s: """}{""")']),
        st.lists(inner, min_size=1),
    ).map(lambda row: f"{row[0]} {{ {' '.join(row[1])} }}"),
    max_leaves=12,
)
HEADS = st.sampled_from(
    ["", "query", "query Q", "mutation on", "query ($v: [Int!]! = [1, 2] @d(x: 1), $w: T = {a: A})"]
)
WRITTEN = st.tuples(HEADS, st.lists(SELECTIONS, min_size=1, max_size=3)).map(
    lambda row: f"{row[0]} {{ {' '.join(row[1])} }} fragment F on T @d {{ c {{ d }} }}"
)


def holds(text: str) -> None:
    least, found = least_measures(tokens_of(text)), measure(parse(text))
    assert all(few <= many for few, many in zip(least, found, strict=True)), (least, found)


@given(WRITTEN)
def test_whatever_is_written_has_at_least_what_its_tokens_tell(text: str) -> None:
    holds(text)


@given(st.integers(1, 40))
def test_plain_selections_are_told_exactly(count: int) -> None:
    text = "{" + "".join(f"a{n}: b(c: [1 {n}]) @d e " for n in range(count)) + "}"
    least, found = least_measures(tokens_of(text)), measure(parse(text))
    names = ("aliases", "directives", "fields")
    assert (
        [getattr(least, name) for name in names]
        == [getattr(found, name) for name in names]
        == [count, count, 2 * count]
    )
    check_measures(least, LIMITS)
