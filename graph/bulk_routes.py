"""Where births of bulk operations are uploaded, and their results downloaded."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from graph.bulk import BulkDoor
from graph.clients import ClientSettings
from graph.downloads import DownloadEndpoint
from graph.uploads import UploadEndpoint
from jobs.exports.forms import Format

BIRTHS_PATH = "/bulk/births"


def bulk_routes(door: BulkDoor, clients: ClientSettings, stalled_seconds: float) -> list[BaseRoute]:
    """The routes below /bulk.

    Args:
        door: leads to bulk operations.
        clients: how clients are told apart.
        stalled_seconds: after which a client that takes nothing is given up.
    """
    downloads = DownloadEndpoint(door, clients, stalled_seconds)
    files = [Route(results_path("{id}", format), downloads) for format in Format]
    return [Route(BIRTHS_PATH, UploadEndpoint(door, clients)), *files]


def results_path(id: str, format: Format) -> str:
    """Where an operation's results are.

    >>> results_path("q3Zs81xw", Format.CSV)
    '/bulk/q3Zs81xw/results.csv'
    """
    return f"/bulk/{id}/results.{format}"
