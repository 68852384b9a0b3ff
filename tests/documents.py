"""Random documents over the schema that come to be executed: charts with whatever is selected of them, in every spelling."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    is_required_argument,
    parse_value,
    value_from_ast_untyped,
)

BIRTHS = (
    '{date: "1990-03-15", time: "10:30", latitude: 19.076, longitude: 72.878, zone: {name: "Asia/Kolkata"}}',
    '{date: "1947-08-15", time: "00:00:01", latitude: 28.6, longitude: 77.2, zone: {offset: "+05:30"}, ref: "r"}',
    '{date: "1969-07-20", time: "20:17", latitude: 51.5, longitude: 0, altitude: 20}',
    '{date: "2000-01-01", time: "12:00", latitude: 78.2, longitude: 15.6, zone: {offsetHours: 1}}',
    '{date: "1945-10-14", time: "23:30", latitude: 22.57, longitude: 88.36, zone: {name: "Asia/Kolkata"}}',
    '{date: "1945-10-14", time: "23:30", latitude: 22.57, longitude: 88.36, zone: {name: "Asia/Kolkata"}, disambiguation: LATER}',
    '{date: "1700-01-01", time: "12:00", latitude: 0, longitude: 0, zone: {solar: LOCAL_MEAN_TIME}}',
    '{date: "1990-02-30", time: "12:00", latitude: 99, longitude: 0}',
)
"""Right ones, one beyond the polar circle, and some that are wrong or ambiguous."""

INPUTS: Mapping[str, tuple[str, ...]] = {
    "BirthInput": BIRTHS,
    "SettingsInput": (
        "{}",
        "{preset: KP}",
        "{chalitSystem: PLACIDUS}",
        "{ayanamsha: RAMAN, nodeDignity: NONE}",
        "null",
    ),
    "VargaSelection": ("{set: SHADVARGA}", "{divisions: [1, 9, 10]}", "{charts: [{division: 9, variant: PARASHARA}]}"),
    "DateTime": ('"2000-01-01T00:00:00Z"',),
    "String": ('"node"', '"?"'),
    "ChartToken": ('"AAAA"',),
    "Boolean": ("true", "false"),
    "Float": ("1.5", "2"),
}
STORED = {"node", "bulkOperation", "bulkOperations"}
"""Fields that a process without a jobs server refuses."""

INTEGERS = {"division": (1, 2, 9, 60, 300), "withinSeconds": (1, 60), "every": (60,)}


class Writing:
    """Writes one document. Args: chance: what decides; deepest: fields inside each other."""

    def __init__(self, schema: GraphQLSchema, chance: random.Random, deepest: int = 5) -> None:
        self._schema = schema
        self._chance = chance
        self._deepest = deepest
        self._fragments: list[str] = []
        self._declared: dict[str, str] = {}
        self._sent: dict[str, str] = {}

    @property
    def variables(self) -> dict[str, Any]:
        """What is sent with it: each variable it declares, but some of those that have a default."""
        needed = [name for name in self._sent if "=" not in self._declared[name] or self._chance.randint(0, 1)]
        return {name: value_from_ast_untyped(parse_value(self._sent[name])) for name in needed}

    def document(self) -> str:
        """A valid query."""
        query = self._schema.query_type
        assert query is not None
        chosen = self._chance.choice([["chart"], ["charts"], ["chart", "charts"], sorted(query.fields.keys() - STORED)])
        names = [self._chance.choice(chosen) for _ in range(self._chance.randint(1, 3))]
        roots = " ".join(f"r{k}: {self._field(query.fields[name], name, 0)}" for k, name in enumerate(names))
        head = ", ".join(f"${name}: {type_}" for name, type_ in self._declared.items())
        return f"query {f'({head}) ' if head else ''}{{ {roots} }} {' '.join(self._fragments)}"

    def _selection(self, type_: GraphQLObjectType, level: int) -> str:
        fields = [name for name, field in type_.fields.items() if level < self._deepest or not _object(field)]
        chosen = [self._chance.choice(fields) for _ in range(self._chance.randint(1, 7))] if fields else ["__typename"]
        parts = [self._part(type_, name, level) for name in dict.fromkeys(chosen)]
        return " ".join(parts)

    def _part(self, type_: GraphQLObjectType, name: str, level: int) -> str:
        throw = self._chance.randint(0, 99)
        if throw < 4 or name == "__typename":
            return "__typename"
        text = self._field(type_.fields[name], name, level)
        if throw < 14:
            text = f"{name}_{self._chance.randint(1, 99)}: {text}"
        if throw > 93:
            return f"... on {type_.name}{self._choice()} {{ {text} }}"
        if throw > 88:
            self._fragments.append(f"fragment F{len(self._fragments)} on {type_.name} {{ {text} }}")
            return f"...F{len(self._fragments) - 1}{self._choice()}"
        if throw > 82 and not type_.fields[name].args and not _object(type_.fields[name]):
            return f"{text}{self._choice()} {text}"
        return text if _object(type_.fields[name]) or throw % 9 else text + self._choice()

    def _choice(self) -> str:
        rule = self._chance.choice(
            ["", "", " @skip(if: false)", " @skip(if: $yes)", " @include(if: $yes)", " @include(if: $no)"]
        )
        for name in ("yes", "no"):
            if f"${name})" in rule:
                self._declared[name] = "Boolean!"
                self._sent[name] = "true" if name == "yes" else "false"
        return rule

    def _field(self, field: GraphQLField, name: str, level: int) -> str:
        given = [
            f"{key}: {self._argument(key, argument)}" for key, argument in field.args.items() if self._given(argument)
        ]
        text = f"{name}({', '.join(given)})" if given else name
        named = get_named_type(field.type)
        return f"{text} {{ {self._selection(named, level + 1)} }}" if is_object_type(named) else text

    def _given(self, argument: GraphQLArgument) -> bool:
        return is_required_argument(argument) or self._chance.randint(0, 2) == 0

    def _argument(self, key: str, argument: GraphQLArgument) -> str:
        """A literal, or a variable that has it."""
        value = self._value(key, argument.type)
        if self._chance.randint(0, 1):
            return value
        name = f"v{len(self._sent)}"
        self._declared[name] = str(argument.type) + (f" = {value}" if not self._chance.randint(0, 3) else "")
        self._sent[name] = value
        return f"${name}"

    def _value(self, key: str, type_: Any) -> str:
        nullable = not is_non_null_type(type_)
        inner = type_ if nullable else type_.of_type
        if nullable and key not in {"of", "birth"} and self._chance.randint(0, 9) == 0:
            return "null"
        if is_list_type(inner):
            values = [self._value(key, inner.of_type) for _ in range(self._chance.randint(1, 3))]
            return f"[{', '.join(values)}]"
        if isinstance(inner, GraphQLEnumType):
            return "PARASHARA" if inner.name == "VargaVariant" else self._chance.choice(list(inner.values))
        if inner.name == "Int":
            return str(self._chance.choice(INTEGERS[key]))
        return self._chance.choice([value for value in INPUTS[inner.name] if value != "null" or nullable])


def _object(field: GraphQLField) -> bool:
    return is_object_type(get_named_type(field.type))
