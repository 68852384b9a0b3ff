"""The forms of a result in pieces, and which of them a client accepts.

| Accept | answered by |
|---|---|
| `multipart/mixed;deferSpec=20220824` | parts, fragments named by their paths |
| `multipart/mixed;incrementalSpec=v0.2` | parts in the draft's format |
| `text/event-stream` | events in the draft's format |
| `multipart/mixed` | parts in the draft's format |

The one that the client likes best, the upper one of several; JSON where it likes that better than all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from graph.defer import Piece
from graph.http import GRAPHQL_JSON, PLAIN_JSON, Wish, wishes

Spell = Callable[[Piece], Piece]
"""Writes one piece, knowing those before it."""


class Form(NamedTuple):
    """How pieces go out as parts of a body.

    Args:
        parameter: of the media type, as a client names it and the answer repeats it; "" is none.
        speller: makes what writes the pieces of one answer.
    """

    parameter: str
    speller: Callable[[], Spell]


class ByPath:
    """Writes pieces in the form of 2022-08-24, where `path` and `label` say which fragment the data belong to.

    Fields that were sent before are not sent again. A fragment of which nothing is left to send comes as `{}`, one that
    failed as null.
    """

    def __init__(self) -> None:
        self._places: dict[str, Piece] = {}
        self._brought: set[str] = set()

    def __call__(self, piece: Piece) -> Piece:
        """The piece in that form."""
        for row in piece.get("pending", ()):
            self._places[row["id"]] = {name: value for name, value in row.items() if name != "id"}
        if "data" in piece:
            return {name: value for name, value in piece.items() if name != "pending"}
        rows = [self._part(row) for row in piece.get("incremental", ())]
        rows += [end for row in piece.get("completed", ()) for end in self._end(row)]
        return ({"incremental": rows} if rows else {}) | {"hasNext": piece["hasNext"]}

    def _part(self, row: Piece) -> Piece:
        place = self._places[row["id"]]
        below = row.get("subPath", [])
        if not below:
            self._brought.add(row["id"])
        return _data(row["data"], row) | place | {"path": [*place["path"], *below]}

    def _end(self, row: Piece) -> list[Piece]:
        place = self._places.pop(row["id"])
        if "errors" in row:
            return [_data(None, row) | place]
        return [] if row["id"] in self._brought else [{"data": {}} | place]


def _data(data: Piece | None, row: Piece) -> Piece:
    return {"errors": row["errors"], "data": data} if "errors" in row else {"data": data}


def _as_drafted() -> Spell:
    return lambda piece: piece


BY_PATH = Form("deferSpec=20220824", ByPath)
VERSION_0_2 = Form("incrementalSpec=v0.2", _as_drafted)
DRAFT = Form("", _as_drafted)
EVENTS: Final = "sse"

_SPECS = {form.parameter.lower(): form for form in (BY_PATH, VERSION_0_2)}
_LIKED: tuple[Form | Literal["sse"], ...] = (BY_PATH, VERSION_0_2, EVENTS, DRAFT)
_SINGLE = frozenset({PLAIN_JSON, GRAPHQL_JSON, "application/*", "*/*"})


def wants_pieces(accept: str) -> Form | Literal["sse"] | None:
    """In which form a document with @defer is answered; None where by one result, its fragments executed with the rest.

    >>> wants_pieces("multipart/mixed;deferSpec=20220824,application/json").parameter
    'deferSpec=20220824'
    >>> wants_pieces("application/json, text/event-stream, multipart/mixed")
    'sse'
    >>> wants_pieces("application/json, text/event-stream;q=0.5") or wants_pieces("*/*")
    """
    parts = [part for part in accept.split(",") if part.strip()]
    found = [(wish, _form(wish, part)) for wish, part in zip(wishes(accept), parts, strict=True)]
    single = max((wish.quality for wish, _ in found if wish.value in _SINGLE), default=0.0)
    offered = [(wish.quality, -_LIKED.index(form)) for wish, form in found if form is not None and wish.quality > 0]
    quality, place = max(offered, default=(0.0, 0))
    return _LIKED[-place] if offered and quality >= single else None


def _form(wish: Wish, part: str) -> Form | Literal["sse"] | None:
    if wish.value == "text/event-stream":
        return EVENTS
    if wish.value != "multipart/mixed":
        return None
    parameters = part.lower().replace(" ", "").replace('"', "").split(";")[1:]
    specs = [parameter for parameter in parameters if "spec=" in parameter]
    return next((_SPECS[spec] for spec in specs if spec in _SPECS), None) if specs else DRAFT
