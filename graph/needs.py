"""What a resolver cannot answer by itself: a question to a loader, and what is made of its answer.

A resolver that needs something returns a `Need` instead of awaiting it. So it can be called for all parents of a field
before anything is loaded, and their questions travel as one batch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import wraps
from typing import Any, NamedTuple, ParamSpec

from ephemeris.errors import ChartError
from resolvers.kinds import Kind, Request
from resolvers.loaders import Loaders

Parameters = ParamSpec("Parameters")
Place = tuple[list[Any], int]
"""Where a value stands: a list and an index."""


class Need(NamedTuple):
    """A question, what is made of its answer (a value, or a further need), and what is said when it has none."""

    kind: Kind[Any, Any]
    request: Request
    make: Callable[[Any], Any]
    refuse: Callable[[ChartError], Exception] | None = None

    def refusing(self, refuse: Callable[[ChartError], Exception]) -> Need:
        """The same, its errors said so."""
        return self._replace(refuse=refuse)

    def refused(self, error: ChartError) -> Exception:
        """The error that a client is shown."""
        return error if self.refuse is None else self.refuse(error)


def needing(ask: Callable[Parameters, Any]) -> Callable[Parameters, Coroutine[Any, Any, Any]]:
    """A resolver of strawberry made of a function that returns its answer or what it needs; `info` is one of its arguments."""

    @wraps(ask)
    async def resolver(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Any:
        found = ask(*args, **kwargs)
        return await answered(found, kwargs["info"].context.loaders) if found.__class__ is Need else found  # type: ignore[attr-defined]  # strawberry passes it by name

    resolver.ask = ask  # type: ignore[attr-defined]  # what compiled operations call
    return resolver


def itself(answer: Any) -> Any:
    """An answer that is read as it is."""
    return answer


async def answered(need: Need, loaders: Loaders) -> Any:
    """What a need comes to. Raises: what it says when its question has no answer."""
    found: Any = need
    while found.__class__ is Need:
        try:
            answer = await loaders.of(found.kind).load(found.request)
        except ChartError as error:
            raise found.refused(error) from error
        found = found.make(answer)
    return found


async def settle(loaders: Loaders, *columns: list[Any]) -> None:
    """Put in the place of every need what it comes to; what is not in memory is asked for in one batch of each kind.

    Raises:
        Exception: the first that took the place of an answer.
    """
    waiting = [place for column in columns for place in _needs(column)]
    while waiting:
        absent = [place for place in waiting if not _from_memory(place, loaders)]
        if absent:
            await _load(absent, loaders)
        waiting = [place for place in waiting if place[0][place[1]].__class__ is Need]


def _needs(column: list[Any]) -> Sequence[Place]:
    return [(column, k) for k, found in enumerate(column) if found.__class__ is Need]


def _from_memory(place: Place, loaders: Loaders) -> bool:
    column, k = place
    need: Need = column[k]
    answer = loaders.held(need.kind, need.request)
    if answer is None:
        return False
    column[k] = need.make(answer)
    return True


async def _load(places: list[Place], loaders: Loaders) -> None:
    kinds: dict[str, list[Place]] = {}
    for column, k in places:
        kinds.setdefault(column[k].kind.name, []).append((column, k))
    *others, last = [_load_kind(own, loaders) for own in kinds.values()]
    if others:
        await asyncio.gather(*others, last)
    else:
        await last  # no task of its own: there is one for each birth of a bulk operation


async def _load_kind(own: list[Place], loaders: Loaders) -> None:
    """Answers in the places of needs of one kind."""
    column, k = own[0]
    kind: Kind[Any, Any] = column[k].kind
    answers = await loaders.of(kind).answers([column[k].request for column, k in own])
    for (column, k), answer in zip(own, answers, strict=True):
        if isinstance(answer, BaseException):
            raise answer
        column[k] = column[k].make(answer)
