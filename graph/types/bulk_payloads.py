"""What mutations of bulk operations answer: the thing, or typed problems."""

from __future__ import annotations

import strawberry
from strawberry import ID

from graph.fields import said
from graph.types.bulk import BulkOperation
from graph.types.problems import Problem


@strawberry.type(description="Estimate.")
class BulkEstimate:
    births: int = said("Births.")
    cost_per_birth: float = said("Cost of one.")
    seconds: float = said("Seconds, by the cost and the workers that are alive, if they had nothing else to do.")
    bytes: float = said("Bytes of the JSON lines, roughly.")


@strawberry.type(description="Answer of submitBulk.")
class SubmitBulkPayload:
    operation: BulkOperation | None = said("Null on problems and on dry runs.")
    estimate: BulkEstimate | None = said("Estimated cost and time.")
    problems: list[Problem] = said("What is wrong; one per cause, at most 100, with birth indexes in `path`.")
    reused: bool = said("Whether an older operation with the same key was returned.")


@strawberry.type(description="Answer of a change.")
class BulkPayload:
    operation: BulkOperation | None = said("As it is now.")
    problems: list[Problem] = said("What is wrong.")


@strawberry.type(description="Answer of deleteBulk.")
class DeleteBulkPayload:
    deleted_id: ID | None = said("Its id, for the client's cache.")
    problems: list[Problem] = said("What is wrong.")
