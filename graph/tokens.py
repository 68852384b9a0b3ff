"""A document's text by its tokens: how many there are, and how much of everything they come to, before it is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from graph.measures import Measures

_TOKEN = re.compile(
    r"""
    \#[^\n\r]*                                                     # a comment: consumed, not captured
    | (
        [_A-Za-z][_0-9A-Za-z]*+                                    # name
        | [!$&():=@\[\]{|}] | \.\.\.                              # punctuator
        | -?[0-9]++(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?             # number
        | \"{3}(?:[^\"\\]++|\\(?:\"{3})?|\"(?!\"\"))*+(?:\"{3})?   # block string
        | \"(?:[^\"\\\n\r]++|\\[^\n\r])*+\"?                       # string
      )
    """,
    re.VERBOSE,
)
"""Possessive throughout, and an unclosed string takes all that is left: no character is looked at more than a few times."""


def tokens_of(text: str) -> list[str]:
    """The lexical tokens of a document; whitespace, commas and comments are none.

    Where the text cannot be lexed they go on, so that there are never fewer than a parser would have read.

    >>> tokens_of("{ graha(name: SUN) } # eight")
    ['{', 'graha', '(', 'name', ':', 'SUN', ')', '}']
    """
    return list(filter(None, _TOKEN.findall(text)))


def count_tokens(text: str) -> int:
    """How many tokens a document has.

    >>> count_tokens("{ graha(name: SUN) { text, pada } } # twelve")
    12
    """
    return len(tokens_of(text))


def least_measures(tokens: Iterable[str]) -> Measures:
    """What a document has at least, whatever it is parsed to: no count is more than `graph.measures.measure` finds.

    Inside parentheses are values, names before them, and types of variables; elsewhere in braces are selections.

    >>> least_measures(tokens_of("{ a: graha(name: SUN) @skip(if: $no) { id ...F } }"))._asdict()["fields"]
    2
    """
    counted = _Counted()
    previous = before = ""
    for token in tokens:
        counted.take(token, previous, before)
        before, previous = previous, token
    return Measures(
        aliases=counted.aliases,
        directives=counted.directives,
        fields=counted.names - counted.aliases,
        values=counted.values,
    )


class _Counted:
    """Counts that grow token by token."""

    def __init__(self) -> None:
        self.aliases = self.directives = self.names = self.values = 0
        self._parentheses = self._braces = 0

    def take(self, piece: str, previous: str, before: str) -> None:
        """Count one token by the two before it."""
        self.directives += piece == "@"
        if piece == "(":
            self._parentheses += 1
        elif piece == ")":
            self._parentheses -= 1
        elif self._parentheses > 0:
            self.values += _VALUES.get(piece, piece[0] not in _NO_VALUE)
        elif piece in _BRACES:
            self._braces += _BRACES[piece]
        elif self._braces > 0:
            self.aliases += piece == ":"
            self.names += _is_name(piece) and previous not in _BEFORE_OTHERS and (previous, before) != ("on", "...")


_VALUES = {":": -1, "$": -1, "@": -1}
"""Each of these takes back the name beside it, which is none of a value: of an argument or a type, a variable, a directive."""

_NO_VALUE = frozenset("!&=[]{}|.")
_BRACES = {"{": 1, "}": -1}
_BEFORE_OTHERS = frozenset({"...", "@"})
"""A name after these is one of a fragment, of its type or of a directive."""


def _is_name(token: str) -> bool:
    return token[0] == "_" or token[0].isalpha()
