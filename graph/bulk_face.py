"""What resolvers of bulk operations need: the way to them, for whoever asks."""

from __future__ import annotations

from typing import NamedTuple

from ephemeris.errors import ChartError
from graph.bulk import BulkDoor
from graph.bulk_problems import bulk_refusal
from graph.bulk_selection import Selections
from graph.clients import known_client
from graph.context import Context
from graph.errors import refusal
from jobs.errors import BulkError
from jobs.operations import Operations
from jobs.refusals import RecordsDownError


class BulkFace(NamedTuple):
    """What the face has beside the operations: what reads selections, and the hosts that webhooks may go to."""

    door: BulkDoor
    selections: Selections
    webhook_hosts: tuple[str, ...] = ()


class Way(NamedTuple):
    """Bulk operations, and for whom."""

    operations: Operations
    client: str


def face_of(context: Context) -> BulkFace:
    """What the face has. Raises: RecordsDownError: nobody may ask for bulk operations here."""
    if context.bulk is None:
        raise RecordsDownError("there are none in this process")
    return context.bulk


def client_of(context: Context) -> str:
    """Who asks. Raises: GraphQLError: UNAUTHENTICATED."""
    try:
        return known_client(context.client)
    except ChartError as error:
        raise refusal(error) from error


def way_of(context: Context) -> Way:
    """The way to bulk operations.

    Raises:
        GraphQLError: UNAUTHENTICATED.
        RecordsDownError: there are none here.
    """
    client = client_of(context)
    return Way(face_of(context).door.operations, client)


def way(context: Context) -> Way:
    """The way to bulk operations. Raises: GraphQLError, UNAVAILABLE too."""
    try:
        return way_of(context)
    except BulkError as error:
        raise bulk_refusal(error) from error
