"""The schema: strawberry's definition of it, and graphql-core's for executing."""

from __future__ import annotations

from functools import cache

import strawberry
from graphql import GraphQLDeferDirective, is_input_object_type
from strawberry.schema.config import StrawberryConfig

from graph.bulk_inputs import SubmitBulkInput
from graph.inputs import BirthInput, PlaceInput, SettingsInput, VargaSelection
from graph.mutation import Mutation
from graph.query import Query
from graph.quick_inputs import quicken
from graph.scalars import SCALARS
from graph.subscription import Subscription


@cache
def schema() -> strawberry.Schema:
    """The schema, built once per process."""
    quicken(BirthInput, PlaceInput, SettingsInput, SubmitBulkInput, VargaSelection)
    config = StrawberryConfig(scalar_map=SCALARS)
    built = strawberry.Schema(Query, Mutation, Subscription, config=config)
    core = built._schema  # noqa: SLF001  graphql-core's own: strawberry offers @defer with @stream alone
    core.directives = (*core.directives, GraphQLDeferDirective)
    for type_ in filter(
        is_input_object_type, core.type_map.values()
    ):  # strawberry's own rule of @oneOf is no part of ours
        type_.is_one_of = type_.extensions["strawberry-definition"].is_one_of
    return built


def sdl() -> str:
    """The schema in the Schema Definition Language, as schema.graphql holds it."""
    return schema().as_str().rstrip() + "\n"
