"""Random values of variables over the schema's input types: right ones, wrong ones, and unusual ways to say what is right."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLSchema,
    Undefined,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
)

STRANGE: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2.0, 2.5, -0.0, float("nan"), float("inf"), 1 << 31, -(1 << 31), 10**400, "", "1", "1.5",
    "true", "null", "DEFAULT", "RAMAN", "é\ud800", [], [None], [[1]], ["RAMAN"], (1, 2), {}, {"a": 1}, {"date": None},
    {"name": "x"}, b"bytes",
)  # fmt: skip

RIGHT: Mapping[str, tuple[Any, ...]] = {
    "Int": (0, 1, 9, -3, 2.0, (1 << 31) - 1, -(1 << 31)),
    "Float": (0.0, -0.0, 19.07, 72, -3, 1e300),
    "String": ("", "ref", "é🧸"),
    "ID": ("a", 5, "5"),
    "Boolean": (True, False),
    "DateTime": ("2000-01-01T00:00:00Z", "2000-01-01T05:30:00+05:30"),
}
TEXTS = ("1990-03-15", "10:30", "Asia/Kolkata", "+05:30", "AAAA")
"""Of all other scalars, which are texts to the schema."""

DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "Int": ("1", "null"),
    "Float": ("1", "-0.0", "2.5"),
    "String": ('"x"',),
    "Boolean": ("true",),
    "SettingsInput": ("{}", "{preset: KP, customAyanamsha: {epochJd: 1, value: 2}}", "null"),
    "VargaSelection": ("{divisions: 9}", "{set: SHADVARGA}"),
    "ZoneInput": ('{name: "Asia/Kolkata"}',),
}


class Sending:
    """Declares variables, and draws what is sent. Args: chance: what decides; wrong: of 100 values, so many are anything."""

    def __init__(self, schema: GraphQLSchema, chance: random.Random, wrong: int) -> None:
        self._schema = schema
        self._chance = chance
        self._wrong = wrong
        named = [type_ for type_ in schema.type_map.values() if _is_input(type_) and not type_.name.startswith("__")]
        self._inputs = sorted(named, key=lambda type_: type_.name)
        self._objects = [type_ for type_ in self._inputs if is_input_object_type(type_)]

    def document(self) -> str:
        """An operation that declares some variables."""
        head = ", ".join(self._declared(k) for k in range(self._chance.randint(1, 4)))
        return f"query ({head}) {{ __typename }}"

    def _declared(self, k: int) -> str:
        named = self._chance.choice(self._objects if self._chance.randint(0, 1) else self._inputs)
        text = named.name
        for _ in range(self._chance.choice((0, 0, 0, 1, 1, 2))):
            text = f"[{text}{self._chance.choice(('', '!'))}]"
        defaults = DEFAULTS.get(named.name)
        if defaults and not self._chance.randint(0, 2):
            return f"$v{k}: {text} = {self._chance.choice(defaults)}"
        return f"$v{k}: {text}{self._chance.choice(('', '!'))}"

    def values(self, declared: Mapping[str, Any]) -> dict[str, Any]:
        """What is sent for variables of these types; now and then nothing, or more."""
        found = {name: self.value(type_) for name, type_ in declared.items() if self._chance.randint(0, 9)}
        if not self._chance.randint(0, 9):
            found["more"] = 1
        keys = list(found)
        self._chance.shuffle(keys)
        return {key: found[key] for key in keys}

    def value(self, type_: Any) -> Any:
        """A value of a type, or anything."""
        if self._chance.randint(1, 100) <= self._wrong:
            return self._chance.choice(STRANGE)
        if is_non_null_type(type_):
            return self._present(type_.of_type)
        return None if not self._chance.randint(0, 7) else self._present(type_)

    def _present(self, type_: Any) -> Any:
        if is_list_type(type_):
            if not self._chance.randint(0, 7):
                return self.value(type_.of_type)
            return [self.value(type_.of_type) for _ in range(self._chance.randint(0, 3))]
        if isinstance(type_, GraphQLInputObjectType):
            return self._object(type_)
        if isinstance(type_, GraphQLEnumType):
            return self._chance.choice(list(type_.values))
        return self._chance.choice(RIGHT.get(type_.name, TEXTS))

    def _object(self, type_: GraphQLInputObjectType) -> dict[str, Any]:
        fields = list(type_.fields.items())
        self._chance.shuffle(fields)
        if type_.is_one_of and self._chance.randint(0, 9):
            name, field = fields[0]
            return {name: self._present(field.type)}
        found = {name: self.value(field.type) for name, field in fields if self._chosen(field)}
        if self._chance.randint(1, 400) <= self._wrong:
            found["more"] = 1
        return found

    def _chosen(self, field: Any) -> bool:
        """Whether a field is sent: nearly always if it must be, seldom if it has a default."""
        if is_required_input_field(field):
            return self._chance.randint(1, 200) > self._wrong
        return self._chance.randint(0, 3) == 0 if field.default_value is Undefined else not self._chance.randint(0, 9)


def _is_input(type_: Any) -> bool:
    return is_input_object_type(type_) or isinstance(type_, GraphQLEnumType) or hasattr(type_, "coerce_input_value")
