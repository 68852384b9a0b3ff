"""Selections of bulk operations, before anything is stored: what workers are told, and which documents may be run."""

from __future__ import annotations

import pytest
from strawberry import ID

from ephemeris.settings import Settings, settings
from ephemeris.words import SettingsPreset
from graph.bulk_inputs import BulkDocumentInput, BulkPersistedInput, BulkSelectionInput
from graph.bulk_selection import Chosen, SelectionError, Selections
from graph.documents import Documents, digest_of
from resolvers.documents import DocumentStore
from tests.served import context, data, engine, operations

FRAGMENT = "fragment F on Chart { id settings { preset } }"
QUERY = (
    "query ($birth: BirthInput!) { chart(birth: $birth) { settings { preset } } again: chart(birth: $birth) { id } }"
)
MUMBAI = {"date": "1990-03-15", "time": "10:30", "latitude": 19.076, "longitude": 72.878}
KP = settings(SettingsPreset.KP)


def store(*known: str) -> DocumentStore:
    found = DocumentStore(engine().cache.shared)
    found.named.trust({digest_of(text): text for text in known})
    return found


async def chosen(sent: BulkSelectionInput, by: Settings | None = None, *known: str, known_only: bool = False) -> Chosen:
    selections = Selections(operations(), Documents(store(*known), known_only=known_only))
    return await selections.chosen(sent, by, context())


async def test_a_fragment_becomes_a_query_that_gives_charts_by_these_settings() -> None:
    found = await chosen(BulkSelectionInput(fragment=FRAGMENT), KP)
    assert (found.selection.root, found.settings, found.cost > 1) == ("chart", KP, True)
    answer = await data(found.selection.document, {**found.selection.variables, "birth": MUMBAI})
    assert answer["chart"]["settings"] == {"preset": "KP"}


async def test_settings_are_given_to_every_chart_of_a_document_that_has_none() -> None:
    found = await chosen(BulkSelectionInput(document=BulkDocumentInput(text=QUERY)), KP)
    assert (found.selection.root, found.settings) == ("", KP)
    answer = await data(found.selection.document, {**found.selection.variables, "birth": MUMBAI})
    assert answer["chart"]["settings"] == {"preset": "KP"}
    (again,) = {answer["again"]["id"]}
    assert (
        again
        == (
            await data(
                "query ($birth: BirthInput!) { chart(birth: $birth, settings: {preset: KP}) { id } }",
                {"birth": MUMBAI},
            )
        )["chart"]["id"]
    )


async def test_settings_in_the_text_are_those_of_the_operation() -> None:
    text = QUERY.replace("(birth: $birth)", "(birth: $birth, settings: {preset: KP})")
    assert (await chosen(BulkSelectionInput(document=BulkDocumentInput(text=text)))).settings == KP


@pytest.mark.parametrize(
    "sent", [BulkSelectionInput(fragment=FRAGMENT), BulkSelectionInput(document=BulkDocumentInput(text=QUERY))]
)
async def test_where_only_known_documents_are_answered_no_others_are_run(sent: BulkSelectionInput) -> None:
    with pytest.raises(SelectionError, match="Only known documents are answered here"):
        await chosen(sent, known_only=True)


async def test_a_known_document_is_run_by_its_text_and_by_its_id() -> None:
    by_text = BulkSelectionInput(document=BulkDocumentInput(text=QUERY))
    by_id = BulkSelectionInput(persisted=BulkPersistedInput(document_id=ID(f"sha256:{digest_of(QUERY)}")))
    found = [await chosen(sent, None, QUERY, known_only=True) for sent in (by_text, by_id)]
    assert {one.selection.document for one in found} == {QUERY}
