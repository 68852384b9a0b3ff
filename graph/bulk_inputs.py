"""What `submitBulk` is sent: births, a selection, conventions, and how long it all is kept."""

from __future__ import annotations

import strawberry
from strawberry import ID

from graph.fields import sent
from graph.inputs import BirthInput, SettingsInput
from graph.scalars import JSON


@strawberry.input(one_of=True, description="Births. Exactly one.")
class BulkBirthsInput:
    inline: list[BirthInput] | None = sent("Here, up to 10,000.")
    upload_id: ID | None = sent("Streamed before to POST /bulk/births (JSONL or CSV).")


@strawberry.input(description="A document.")
class BulkDocumentInput:
    text: str = sent("GraphQL.", required=True)
    variables: JSON | None = sent("Other variables.")


@strawberry.input(description="A persisted document.")
class BulkPersistedInput:
    document_id: ID = sent("Its id: sha256:…", required=True)
    variables: JSON | None = sent("Other variables.")


@strawberry.input(one_of=True, description="What of each birth. Exactly one.")
class BulkSelectionInput:
    fragment: str | None = sent("A fragment on Chart, with the fragments it spreads. Its lines are Chart objects.")
    document: BulkDocumentInput | None = sent(
        "A query with one variable `$birth: BirthInput!`; others come from `variables`. Its lines are that query's `data`."
    )
    persisted: BulkPersistedInput | None = sent(
        "The same by persisted id: the very document a screen uses, run over all births."
    )


@strawberry.input(description="A bulk request.")
class SubmitBulkInput:
    births: BulkBirthsInput = sent("The births.", required=True)
    selection: BulkSelectionInput = sent("What of each.", required=True)
    settings: SettingsInput | None = sent(
        "Conventions for all; not with a document that has its own settings variable."
    )
    idempotency_key: str | None = sent("Same key and payload: same operation. Another payload: IDEMPOTENCY_CONFLICT.")
    dry_run: bool = sent("Only validate, cost and estimate.", default=False)
    webhook: str | None = sent("Called once when it ends, signed.")
    keep_hours: int = sent("Hours until everything is removed, 1 to 720.", default=168)
