"""The schema: strawberry's definition of it, and graphql-core's for executing."""

from __future__ import annotations

from functools import cache

import strawberry
from strawberry.schema.config import StrawberryConfig

from graph.inputs import BirthInput, PlaceInput, SettingsInput, VargaSelection
from graph.query import Query
from graph.quick_inputs import quicken
from graph.scalars import SCALARS
from graph.subscription import Subscription


@cache
def schema() -> strawberry.Schema:
    """The schema, built once per process."""
    quicken(BirthInput, PlaceInput, SettingsInput, VargaSelection)
    config = StrawberryConfig(scalar_map=SCALARS)
    return strawberry.Schema(Query, subscription=Subscription, config=config)


def sdl() -> str:
    """The schema in the Schema Definition Language, as schema.graphql holds it."""
    return schema().as_str().rstrip() + "\n"
