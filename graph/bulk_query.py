"""Bulk operations as they are asked for: one, a page of them, and any stored thing by its id."""

from __future__ import annotations

from typing import Annotated

from strawberry import ID

from graph.bulk_face import way
from graph.bulk_terms import BulkState
from graph.fields import InfoOf, given
from graph.types.bulk import BulkOperation, BulkOperationConnection, BulkOperationEdge, Node, coded, page_info
from jobs.ids import PREFIX
from jobs.refusals import NotFoundError
from jobs.states import State

Which = Annotated[ID, given("Its id.")]
PageSize = Annotated[int, given("Page size, at most 100.")]
After = Annotated[str | None, given("After this cursor.")]
InStates = Annotated[list[BulkState] | None, given("Only in these states.")]


@coded
async def bulk_operation(info: InfoOf, id: Which) -> BulkOperation | None:
    """The client's operation of that id; None where there is none."""
    found = way(info.context)
    try:
        return BulkOperation(record=await found.operations.find(id, found.client))
    except NotFoundError:
        return None


async def node(info: InfoOf, id: Which) -> Node | None:
    """What is stored under an id; nothing under those of charts, which are computed."""
    return await bulk_operation(info, id) if id.startswith(PREFIX) else None


@coded
async def bulk_operations(
    info: InfoOf, first: PageSize = 20, after: After = None, states: InStates = None
) -> BulkOperationConnection:
    """A page of the client's operations, newest first."""
    found = way(info.context)
    chosen = tuple(State) if states is None else tuple(state.state for state in states)
    page = await found.operations.of_client(found.client, first, after, chosen)
    nodes = [BulkOperation(record=record) for record in page.records]
    return BulkOperationConnection(
        edges=[BulkOperationEdge(cursor=cursor, node=node) for cursor, node in zip(page.cursors, nodes, strict=True)],
        nodes=nodes,
        page_info=page_info(page.cursors, after, more=page.has_next),
    )
