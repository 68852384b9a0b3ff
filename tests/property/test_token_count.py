"""Counting tokens by one expression is the same as reading them."""

from graphql import GraphQLSyntaxError
from graphql.language import Lexer, Source, TokenKind
from hypothesis import assume, given, strategies as st

from graph.tokens import count_tokens

NAMES = st.from_regex(r"[_A-Za-z][_0-9A-Za-z]{0,8}", fullmatch=True)
NUMBERS = st.one_of(
    st.integers().map(str),
    st.from_regex(r"-?(0|[1-9][0-9]{0,5})(\.[0-9]{1,4})?([eE][+-]?[0-9]{1,2})?", fullmatch=True),
)
CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"])
STRINGS = st.one_of(
    st.lists(st.one_of(CHARACTERS.filter(lambda c: c not in '"\\'), st.sampled_from([r"\"", r"\\", r"\n", r"\u00e9"])))
    .map("".join)
    .map(lambda inside: f'"{inside}"'),
    st.lists(st.sampled_from(['\\"""', "a", '" ', '"" ', "\\", "\\n", "\n", "# {", "x" * 20]))
    .map("".join)
    .filter(lambda inside: not inside.endswith(('"', "\\")))
    .map(lambda inside: f'"""{inside}"""'),
)
PUNCTUATORS = st.sampled_from(["!", "$", "&", "(", ")", "...", ":", "=", "@", "[", "]", "{", "|", "}"])
IGNORED = st.sampled_from([" ", "\n", "\r\n", "\r", "\t", ",", "\ufeff", '# a comment: { "no" }\n', "#\r", '#"""\n'])
PIECES = st.one_of(NAMES, NUMBERS, STRINGS, PUNCTUATORS, IGNORED)


def lexed(text: str) -> tuple[int, bool]:
    """How many tokens graphql-core reads, and whether it came to the end."""
    lexer, count = Lexer(Source(text)), 0
    try:
        while lexer.advance().kind is not TokenKind.EOF:
            count += 1
    except GraphQLSyntaxError:
        return count, False
    return count, True


@given(st.lists(st.tuples(PIECES, IGNORED), max_size=60))
def test_a_document_has_as_many_tokens_as_are_lexed(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + space for piece, space in pieces)
    assert (count_tokens(text), True) == lexed(text)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_pieces_that_touch_are_told_apart_as_the_lexer_does(text: str) -> None:
    count, whole = lexed(text)
    assume(whole)
    assert count_tokens(text) == count


@given(st.one_of(st.text(max_size=200), st.text('ab1-.e"\\#\n{}$ ', max_size=200)))
def test_any_text_has_at_least_the_tokens_that_can_be_read_of_it(text: str) -> None:
    count, whole = lexed(text)
    assert count_tokens(text) == count if whole else count_tokens(text) >= count
