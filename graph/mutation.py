"""What changes something: bulk operations are submitted, stopped, run again and removed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, cast

import strawberry
from strawberry import ID

from graph.bulk_face import Way, way_of
from graph.bulk_inputs import SubmitBulkInput
from graph.bulk_problems import problem_of_bulk
from graph.bulk_submit import submit
from graph.context import Context
from graph.fields import InfoOf, given, said
from graph.types.bulk import BulkOperation
from graph.types.bulk_payloads import BulkEstimate, BulkPayload, DeleteBulkPayload, SubmitBulkPayload
from graph.types.problems import Problem
from jobs.errors import BulkError
from jobs.record import Record

What = Annotated[SubmitBulkInput, given("What.")]
Which = Annotated[ID, given("Which.")]


async def _submit_bulk(info: InfoOf, input: What) -> SubmitBulkPayload:
    found = await submit(input, info.context)
    return SubmitBulkPayload(
        operation=BulkOperation(record=found.operation) if found.operation else None,
        estimate=cast("BulkEstimate | None", found.estimate),
        problems=cast("list[Problem]", list(found.problems)),
        reused=found.reused,
    )


async def _cancel_bulk(info: InfoOf, id: Which) -> BulkPayload:
    return await _changed(info.context, lambda way: way.operations.cancel(id, way.client))


async def _retry_failed(info: InfoOf, id: Which) -> BulkPayload:
    return await _changed(info.context, lambda way: way.operations.retry_failed(id, way.client))


async def _delete_bulk(info: InfoOf, id: Which) -> DeleteBulkPayload:
    try:
        way = way_of(info.context)
        await way.operations.delete(id, way.client)
    except BulkError as error:
        return DeleteBulkPayload(deleted_id=None, problems=[_problem(error)])
    return DeleteBulkPayload(deleted_id=id, problems=[])


async def _changed(context: Context, change: Callable[[Way], Awaitable[Record]]) -> BulkPayload:
    try:
        return BulkPayload(operation=BulkOperation(record=await change(way_of(context))), problems=[])
    except BulkError as error:
        return BulkPayload(operation=None, problems=[_problem(error)])


def _problem(error: BulkError) -> Problem:
    return cast("Problem", problem_of_bulk(error, "id"))


@strawberry.type(description="What changes something. Each answers a payload: the thing, or typed problems.")
class Mutation:
    submit_bulk: SubmitBulkPayload = said("Starts one selection over many births.", _submit_bulk, volatile=True)
    cancel_bulk: BulkPayload = said(
        "Stops; takes effect within a chunk. What is done stays.", _cancel_bulk, volatile=True
    )
    retry_failed: BulkPayload = said("Runs the failed births again.", _retry_failed, volatile=True)
    delete_bulk: DeleteBulkPayload = said("Removes births and results now, everywhere.", _delete_bulk, volatile=True)
