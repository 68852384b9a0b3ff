"""What was found out about finished results and is kept beside them: it is true for one version of the operation."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec
import structlog

from jobs.errors import DamagedPart, MissingPart, StoreError
from jobs.frames import packed, unpacked
from jobs.parts import INDEXES
from jobs.stores import ResultStore

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class Kept(Generic[_T]):
    """A value of one type, kept as the part `index/<name>` with the version that it is of.

    Args:
        name: of the part.
        type_: what msgspec reads it as.
    """

    def __init__(self, name: str, type_: type[_T]) -> None:
        self._name = f"{INDEXES}{name}"
        self._decode = msgspec.msgpack.Decoder(tuple[int, type_]).decode  # type: ignore[valid-type]  # it is one

    def load(self, store: ResultStore, operation: str, version: int) -> _T | None:
        """The value; None where none of that version can be had, and it has to be found out anew."""
        try:
            data = store.get(operation, self._name)
            of, value = self._decode(unpacked(data))
        except MissingPart:
            return None
        except (DamagedPart, msgspec.DecodeError) as error:
            _log.warning("bulk.index_damaged", operation=operation, part=self._name, error=type(error).__name__)
            return None
        return value if of == version else None

    def save(self, store: ResultStore, operation: str, version: int, value: _T) -> None:
        """Keep it. A store that takes no more is no reason to refuse a download: it is found out again next time."""
        data = packed(msgspec.msgpack.encode((version, value)))
        try:
            store.put(operation, self._name, data)
        except StoreError as error:
            _log.warning("bulk.index_not_kept", operation=operation, part=self._name, code=error.code)
