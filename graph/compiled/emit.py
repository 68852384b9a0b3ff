"""Writes the two functions of a selection: one that finds what must be asked for, and one that builds the answer.

The first goes through the selection level by level, so that one question of each kind stands for all parents; it leaves
a column of values for every staged field. The second goes through it depth by depth, and meets the values of a column in
their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import get_named_type, is_leaf_type, is_list_type, is_non_null_type

from graph.compiled.fields import Attribute, Call
from graph.compiled.leaves import Unwritable, leaf
from graph.compiled.selection import Selected, lists
from graph.compiled.source import Source
from graph.compiled.strangers import stranger, told_by
from graph.needs import settle

PARENTS = "parents, info, slots"
"""What both functions are given: the values to select from, what resolvers look at, and the arguments of each slot."""


class Emitter:
    """Writes the functions of one selection. Args: typename: of the type that is selected from."""

    def __init__(self, typename: str, fields: Sequence[Selected]) -> None:
        self.source = Source()
        self._typename = typename
        self._fields = fields
        self._columns: dict[int, str] = {}

    def emit(self) -> Source:
        """The source of `stage` and `project`. Nothing is staged where no field needs it."""
        staged = [field for field in self._fields if field.staged]
        self._stage(staged)
        self._project()
        return self.source

    # ── stage ──

    def _stage(self, staged: list[Selected]) -> None:
        with self.source.block(f"async def stage({PARENTS}, loaders):"):
            self._level([(field, "parents") for field in staged])
            columns = "".join(f"iter({name}).__next__, " for name in self._columns.values())
            self.source.line(f"return ({columns})")

    def _level(self, fields: list[tuple[Selected, str]]) -> None:
        """Fields with the variables that hold their parents; then what is below them."""
        if not fields:
            return
        asking = []
        for field, parents in fields:
            column = self._columns[id(field)] = self.source.fresh("s")
            self.source.line(f"{column} = [{self._read(field, 'p')} for p in {parents}]")
            if field.below is not None:
                self.source.line(f"{column} = await {self.source.bind(field.below)}.of({column}, info, slots)")
            if isinstance(field.reader, Call) and field.reader.needing:
                asking.append(column)
        if asking:
            self.source.line(f"await {self.source.bind(settle)}(loaders, {', '.join(asking)})")
        self._level([found for field, _ in fields for found in self._below(field)])

    def _below(self, field: Selected) -> list[tuple[Selected, str]]:
        staged = [inner for inner in field.fields if inner.staged]
        if not staged or field.below is not None:
            return []
        values = self.source.fresh("q")
        self.source.line(f"{values} = {_flat(self._columns[id(field)], field.type)}")
        return [(inner, values) for inner in staged]

    # ── project ──

    def _project(self) -> None:
        columns = "".join(f", {name}" for name in self._columns.values())
        with self.source.block(f"def project({PARENTS}{columns}):"):
            self.source.line("out = []")
            with self.source.block("for p in parents:"):
                self.source.line(f"out.append({self._object(self._fields, 'p', self._typename)})")
            self.source.line("return out")

    def _object(self, fields: Sequence[Selected], parent: str, typename: str) -> str:
        """Lines that build the parts of an object; the expression that joins them."""
        if not told_by([field.reader.name for field in fields if isinstance(field.reader, Attribute)]):
            self._refuse(f"{self.source.bind(stranger)}({parent})")
        parts = [f"{field.key!r}: {self._part(field, parent, typename)}" for field in fields]
        return "{" + ", ".join(parts) + "}"

    def _part(self, field: Selected, parent: str, typename: str) -> str:
        if field.typename:
            return repr(typename)
        source = f"{self._columns[id(field)]}()" if field.staged else self._read(field, parent)
        return self._value(field.type, source, field)

    def _value(self, type_: Any, source: str, field: Selected) -> str:
        """Lines that write a value of a type; the expression that holds it."""
        nullable = not is_non_null_type(type_)
        if field.below is not None:
            return self._ready(source, nullable=nullable)
        inner = type_ if nullable else type_.of_type
        if is_leaf_type(inner):
            return leaf(inner, source, self.source.bind, nullable=nullable)
        value, written = self.source.fresh("v"), self.source.fresh("d")
        self.source.line(f"{value} = {source}")
        if not nullable:
            return self._whole(inner, value, written, field)
        self.source.line(f"{written} = None")
        with self.source.block(f"if {value} is not None:"):
            self.source.line(f"{written} = {self._whole(inner, value, self.source.fresh('d'), field)}")
        return written

    def _ready(self, source: str, *, nullable: bool) -> str:
        """Lines that take an object that is written already."""
        written = self.source.fresh("d")
        self.source.line(f"{written} = {source}")
        if not nullable:
            self._refuse(f"{written} is None")
        return written

    def _whole(self, type_: Any, value: str, written: str, field: Selected) -> str:
        if not is_list_type(type_):
            self.source.line(f"{written} = {self._object(field.fields, value, get_named_type(type_).name)}")
            return written
        self._refuse(f"{value}.__class__ is not tuple and {value}.__class__ is not list")
        item = self.source.fresh("e")
        self.source.line(f"{written} = []")
        with self.source.block(f"for {item} in {value}:"):
            self.source.line(f"{written}.append({self._value(type_.of_type, item, field)})")
        return written

    def _refuse(self, condition: str) -> None:
        with self.source.block(f"if {condition}:"):
            self.source.line(f"raise {self.source.bind(Unwritable)}")

    # ── both ──

    def _read(self, field: Selected, parent: str) -> str:
        """The expression that gets a field's value from its parent."""
        reader = field.reader
        if isinstance(reader, Attribute):
            return f"{parent}.{reader.name}"
        assert reader is not None
        passed = [parent if name == "root" else name for name in reader.passed]
        if reader.arguments is None:
            passed.append(f"**slots[{reader.slot}]")
        else:
            passed += [f"{name}={self.source.bind(value)}" for name, value in reader.arguments.items()]
        return f"{self.source.bind(reader.function)}({', '.join(passed)})"


def _flat(column: str, type_: Any) -> str:
    """The expression of all objects in a column, lists taken apart."""
    found = column
    for _ in range(lists(type_)):
        found = f"[e for l in {found} if l is not None for e in l]"
    return f"[e for e in {found} if e is not None]"
