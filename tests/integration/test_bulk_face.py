"""Bulk operations as clients meet them: submitted, followed, read and removed by GraphQL, at a real service with real workers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from graph.bulk_births import INLINE_MAX
from graph.bulk_submit import TOLD_MAX
from tests.bulk_asker import FRAGMENT, READ, Asker, asking
from tests.served import MUMBAI, Service, data, serving

DOCUMENT = "query ($birth: BirthInput!, $only: [Graha!]) { chart(birth: $birth) { grahas(only: $only) { rashi } } }"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("bulk"), GRAHAQL_WORKERS="2") as found:
        yield found


@pytest.fixture
def asker(service: Service) -> Iterator[Asker]:
    with asking(service) as found:
        yield found


def codes(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(problem["code"], ".".join(problem["path"])) for problem in payload["problems"]]


# ── from submission to results ──


async def test_lines_are_what_a_query_would_answer_and_charts_are_typed(asker: Asker) -> None:
    wrong = {**MUMBAI, "ref": "b", "zone": {"name": "Asia/Bombey"}}
    births = {"inline": [{**MUMBAI, "ref": "a"}, wrong, MUMBAI]}
    submitted = asker.submit(births, settings={"preset": "KP"})
    assert (submitted["problems"], submitted["reused"]) == ([], False)
    assert submitted["operation"]["settings"]["preset"] == "KP"
    found = asker.finished(submitted["operation"]["id"])
    assert (found["state"], found["total"], found["done"], found["failed"], found["progress"]) == (
        "COMPLETED",
        3,
        3,
        1,
        1,
    )
    first, second, third = found["results"]["nodes"]
    query = f"query ($birth: BirthInput!) {{ chart(birth: $birth, settings: {{preset: KP}}) {{ ...F }} }} {FRAGMENT}"
    assert first["data"] == (await data(query, {"birth": MUMBAI}))["chart"]
    assert first["chart"]["lagna"] == first["data"]["lagna"]
    assert first["chart"]["settings"] == found["settings"] == {"preset": "KP"}
    assert first["chart"]["id"] == third["chart"]["id"]
    assert [line["ref"] for line in (first, second, third)] == ["a", "b", None]
    assert (second["chart"], second["data"], second["problem"]["code"]) == (None, None, "ZONE_UNKNOWN")
    assert len({line["id"] for line in (first, second, third)}) == 3


def test_pages_follow_one_another_and_kinds_are_counted(asker: Asker) -> None:
    births = [{**MUMBAI, "zone": {"name": "No/Where"}} if n % 3 == 0 else MUMBAI for n in range(10)]
    id = asker.submit({"inline": births})["operation"]["id"]
    asker.finished(id)
    pages, after = [], None
    while True:
        page = asker.data(READ, id=id, first=4, after=after)["bulkOperation"]["results"]
        pages.append([node["index"] for node in page["nodes"]])
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        assert [edge["node"]["id"] for edge in page["edges"]] == [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert pages == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    failed = asker.data(READ, id=id, only="FAILED")["bulkOperation"]["results"]
    assert ([node["index"] for node in failed["nodes"]], failed["totalCount"]) == ([0, 3, 6, 9], 4)
    assert asker.data(READ, id=id, only="SUCCEEDED")["bulkOperation"]["results"]["totalCount"] == 6


def test_downloads_stand_where_the_operation_says(asker: Asker) -> None:
    id = asker.submit({"inline": [MUMBAI] * 3})["operation"]["id"]
    files = {file["format"]: file for file in asker.finished(id)["downloads"]}
    assert {"JSONL", "CSV"} <= files.keys()
    answer = asker.get(files["JSONL"]["url"], **{"accept-encoding": "identity"})
    assert (len(answer.content), answer.headers["etag"]) == (files["JSONL"]["bytes"], files["JSONL"]["etag"])
    assert len(answer.text.splitlines()) == 3


def test_an_upload_is_submitted_by_its_id(asker: Asker) -> None:
    lines = "\n".join(json.dumps({**MUMBAI, "ref": str(n)}) for n in range(300))
    answer = asker.post("/bulk/births", content=lines, headers={"content-type": "application/jsonl"})
    upload = {"uploadId": answer.json()["uploadId"]}
    submitted = asker.submit(upload)
    assert submitted["estimate"]["births"] == 300
    found = asker.finished(submitted["operation"]["id"])
    assert (found["done"], found["failed"], found["results"]["nodes"][7]["ref"]) == (300, 0, "7")
    assert codes(asker.submit({"uploadId": "u-unknown"})) == [("NOT_FOUND", "input.births.uploadId")]


# ── selections ──


def test_a_document_with_variables_is_run_and_its_lines_are_its_data(asker: Asker) -> None:
    document = {"text": DOCUMENT, "variables": {"only": ["MOON"]}}
    submitted = asker.submit(selection={"document": document}, settings={"preset": "ASTROLOGY_API"})
    found = asker.finished(submitted["operation"]["id"])
    assert found["settings"]["preset"] == "ASTROLOGY_API"
    (line,) = found["results"]["nodes"]
    assert line["data"] == {"chart": {"grahas": [{"rashi": "LIBRA"}]}}


def test_a_persisted_document_is_run_by_its_id_with_its_own_settings(asker: Asker) -> None:
    text = "query Screen($birth: BirthInput!, $by: SettingsInput) { chart(birth: $birth, settings: $by) { id } }"
    digest = sha256(text.encode()).hexdigest()
    extension = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    asked = {"query": text, "variables": {"birth": MUMBAI}, "extensions": extension}
    chart = asker.post("/graphql", json=asked).json()["data"]["chart"]
    persisted = {"documentId": f"sha256:{digest}", "variables": {"by": {"preset": "KP"}}}
    operation = asker.submit(selection={"persisted": persisted})["operation"]
    assert operation["settings"]["preset"] == "KP"
    (line,) = asker.finished(operation["id"])["results"]["nodes"]
    assert line["data"]["chart"]["id"] == line["chart"]["id"] != chart["id"]
    unknown = asker.submit(selection={"persisted": {"documentId": f"sha256:{'0' * 64}"}})
    assert codes(unknown) == [("NOT_FOUND", "input.selection.persisted.documentId")]


@pytest.mark.parametrize(
    ("selection", "code", "message"),
    [
        ({"fragment": "fragment F on Chart { lagna { rashi }"}, "SELECTION_INVALID", "Expected Name"),
        ({"fragment": "fragment F on Chart { nogql }"}, "SELECTION_INVALID", "'nogql' on type 'Chart'. (line 1, column 23)"),
        ({"fragment": "fragment F on Lagna { rashi }"}, "SELECTION_INVALID", "can never be of type"),
        ({"fragment": "query { engine { version } }"}, "SELECTION_INVALID", "more than fragments"),
        ({"fragment": "fragment A on Chart { id } fragment B on Chart { id }"}, "SELECTION_INVALID", "2 of its fragments"),
        ({"fragment": "fragment F on Chart { ...F }"}, "SELECTION_INVALID", "0 of its fragments"),
        ({"fragment": ""}, "SELECTION_INVALID", "fragment is empty"),
        ({"fragment": "fragment F on Chart { varga(division: 999) { id } }"}, "DIVISION_UNSUPPORTED", "999"),
        ({"document": {"text": "{ engine { version } }"}}, "SELECTION_INVALID", "no variable $birth"),
        ({"document": {"text": 'mutation { cancelBulk(id: "b") { operation { id } } }'}}, "SELECTION_INVALID", "a mutation"),
        ({"document": {"text": "subscription { sky(place: {latitude: 1, longitude: 1}) { at } }"}}, "SELECTION_INVALID", "a subscription"),
        ({"document": {"text": f"{DOCUMENT} query Other {{ engine {{ version }} }}"}}, "SELECTION_INVALID", "anonymous"),
        ({"document": {"text": DOCUMENT.replace("BirthInput!", "[BirthInput!]")}}, "SELECTION_INVALID", "BirthInput"),
        ({"document": {"text": DOCUMENT, "variables": {"birth": MUMBAI}}}, "SELECTION_INVALID", "comes from the births"),
        ({"document": {"text": DOCUMENT, "variables": {"onyl": []}}}, "SELECTION_INVALID", "no variable $onyl"),
        ({"document": {"text": DOCUMENT, "variables": {"only": ["MON"]}}}, "SELECTION_INVALID", "MON"),
        ({"document": {"text": DOCUMENT, "variables": "only"}}, "SELECTION_INVALID", "no object"),
        ({"document": {"text": 'query ($birth: BirthInput!) { chart(birth: $birth) { id } bulkOperation(id: "b") { id } }'}}, "SELECTION_INVALID", "stored state"),
    ],
)  # fmt: skip
def test_a_selection_that_cannot_be_run_is_a_problem_that_says_why(
    asker: Asker, selection: dict[str, Any], code: str, message: str
) -> None:
    found = asker.submit(selection=selection)
    assert (found["operation"], found["estimate"]) == (None, None)
    (problem,) = found["problems"]
    assert (problem["code"], problem["path"][:2], message in problem["message"]) == (code, ["input", "selection"], True)
    assert problem["remedy"]


def test_a_selection_that_costs_too_much_for_one_birth_is_refused(asker: Asker) -> None:
    many = " ".join(f"a{n}: vargas {{ grahas {{ rashi }} }}" for n in range(40))
    found = asker.submit(selection={"fragment": f"fragment F on Chart {{ {many} }}"})
    assert codes(found) == [("COST_TOO_HIGH", "input.selection.fragment")]


def test_settings_that_no_field_would_take_are_refused(asker: Asker) -> None:
    text = "query ($birth: BirthInput!, $settings: SettingsInput) { chart(birth: $birth, settings: $settings) { id } }"
    own = asker.submit(selection={"document": {"text": text}}, settings={"preset": "KP"})
    none = asker.submit(selection={"document": {"text": "query ($birth: BirthInput!) { checkBirth(birth: $birth) { moment { utc } } }"}}, settings={"preset": "KP"})  # fmt: skip
    assert codes(own) == codes(none) == [("SELECTION_INVALID", "input.settings")]
    assert codes(asker.submit(settings={"ayanamsha": "CUSTOM"})) == [
        ("SETTING_INVALID", "input.settings.customAyanamsha")
    ]


# ── births, limits, keys ──


def test_every_wrong_birth_is_named_and_a_hundred_are_told(asker: Asker) -> None:
    births = [{**MUMBAI, "date": "1990-02-30"}, MUMBAI, {**MUMBAI, "latitude": 190}, {**MUMBAI, "time": "25:00"}]
    assert codes(asker.submit({"inline": births})) == [
        ("DATE_INVALID", "input.births.inline.0.date"),
        ("LATITUDE_INVALID", "input.births.inline.2.latitude"),
        ("TIME_INVALID", "input.births.inline.3.time"),
    ]
    assert len(asker.submit({"inline": births[:1] * 200})["problems"]) == TOLD_MAX


def test_no_births_and_too_many_are_refused(asker: Asker) -> None:
    assert codes(asker.submit({"inline": []})) == [("LIST_EMPTY", "input.births.inline")]
    assert codes(asker.submit({"inline": [MUMBAI] * (INLINE_MAX + 1)})) == [("LIST_TOO_LONG", "input.births.inline")]


def test_all_that_is_wrong_is_said_at_once(asker: Asker) -> None:
    found = asker.submit(
        {"inline": []}, {"fragment": "fragment F on Chart { nogql }"}, keepHours=0, idempotencyKey="k" * 256,
        webhook="https://hooks.example.com/",
    )  # fmt: skip
    assert codes(found) == [
        ("LIST_EMPTY", "input.births.inline"),
        ("SELECTION_INVALID", "input.selection.fragment"),
        ("ARGUMENT_INVALID", "input.keepHours"),
        ("ARGUMENT_INVALID", "input.idempotencyKey"),
        ("WEBHOOK_REFUSED", "input.webhook"),
    ]


def test_a_dry_run_estimates_and_starts_nothing(asker: Asker) -> None:
    before = asker.data("{ bulkOperations(first: 100) { nodes { id } } }")
    found = asker.submit({"inline": [MUMBAI] * 100}, dryRun=True)
    assert (found["operation"], found["problems"], found["estimate"]["births"]) == (None, [], 100)
    assert found["estimate"]["costPerBirth"] > 1
    assert 0 < found["estimate"]["seconds"] < 10
    assert found["estimate"]["bytes"] > 100
    assert asker.data("{ bulkOperations(first: 100) { nodes { id } } }") == before


def test_a_key_stands_for_one_payload(asker: Asker) -> None:
    first = asker.submit(idempotencyKey="one")
    again = asker.submit(idempotencyKey="one")
    assert (again["reused"], again["operation"]["id"]) == (True, first["operation"]["id"])
    other = asker.submit({"inline": [MUMBAI] * 2}, idempotencyKey="one")
    assert codes(other) == [("IDEMPOTENCY_CONFLICT", "input")]


# ── what changes an operation ──


def test_an_operation_is_cancelled_and_removed(asker: Asker) -> None:
    id = asker.submit({"inline": [MUMBAI] * 10_000})["operation"]["id"]
    asked = "mutation ($id: ID!) { cancelBulk(id: $id) { operation { state } problems { code } } }"
    cancelled = asker.data(asked, id=id)["cancelBulk"]
    assert cancelled["problems"] == []
    found = asker.finished(id)
    assert (found["state"], found["done"] < 10_000) == ("CANCELLED", True)
    retried = asker.data(
        "mutation ($id: ID!) { retryFailed(id: $id) { operation { id } problems { code path } } }", id=id
    )
    assert codes(retried["retryFailed"]) == [("NOT_COMPLETED", "id")]
    remove = "mutation ($id: ID!) { deleteBulk(id: $id) { deletedId problems { code path } } }"
    assert asker.data(remove, id=id)["deleteBulk"] == {"deletedId": id, "problems": []}
    assert asker.data(READ, id=id) == {"bulkOperation": None}
    assert codes(asker.data(remove, id=id)["deleteBulk"]) == [("NOT_FOUND", "id")]


def test_failed_births_are_run_again(asker: Asker) -> None:
    id = asker.submit({"inline": [MUMBAI, {**MUMBAI, "zone": {"name": "No/Where"}}]})["operation"]["id"]
    version = asker.finished(id)["version"]
    again = asker.data(
        "mutation ($id: ID!) { retryFailed(id: $id) { operation { id version } problems { code } } }", id=id
    )
    assert again["retryFailed"]["operation"]["version"] > version
    found = asker.finished(id)
    assert (found["done"], found["failed"]) == (2, 1)


def test_operations_are_listed_newest_first_by_state_and_page(asker: Asker) -> None:
    ids = [asker.submit()["operation"]["id"] for _ in range(3)]
    for id in ids:
        asker.finished(id)
    asked = """query ($after: String, $states: [BulkState!]) { bulkOperations(first: 2, after: $after, states: $states) {
        nodes { id state } edges { cursor } pageInfo { hasNextPage endCursor } } }"""
    first = asker.data(asked)["bulkOperations"]
    assert [node["id"] for node in first["nodes"]] == ids[:0:-1]
    second = asker.data(asked, after=first["pageInfo"]["endCursor"])["bulkOperations"]
    assert second["nodes"][0]["id"] == ids[0]
    assert asker.data(asked, states=["LOST"])["bulkOperations"]["nodes"] == []


def test_a_node_is_fetched_by_its_id_and_nothing_else_is_one(asker: Asker) -> None:
    id = asker.submit()["operation"]["id"]
    asked = "query ($id: ID!) { node(id: $id) { __typename id ... on BulkOperation { total } } }"
    assert asker.data(asked, id=id)["node"] == {"__typename": "BulkOperation", "id": id, "total": 1}
    assert [asker.data(asked, id=other)["node"] for other in ("c_x", "b_x", f"{id[:-1]}?")] == [None, None, None]


# ── hostile input ──


def test_cursors_of_something_else_are_refused(asker: Asker) -> None:
    id, other = (asker.submit({"inline": [MUMBAI] * 3})["operation"]["id"] for _ in range(2))
    cursor = asker.finished(other)["results"]["pageInfo"]["endCursor"]
    asker.finished(id)
    for after in (cursor, "nonsense", ""):
        (error,) = asker.ask(READ, id=id, after=after)["errors"]
        assert error["extensions"]["code"] == "CURSOR_INVALID"
    (error,) = asker.ask('{ bulkOperations(after: "x") { nodes { id } } }')["errors"]
    assert error["extensions"]["code"] == "CURSOR_INVALID"


@pytest.mark.parametrize("first", [0, -1, 501])
def test_a_page_has_a_size(asker: Asker, first: int) -> None:
    (error,) = asker.ask(READ, id="b", first=first)["errors"]
    assert error["extensions"]["code"] == "ARGUMENT_INVALID"


def test_a_mutation_is_not_sent_by_GET_and_nothing_stored_is_kept(asker: Asker) -> None:
    refused = asker.get('/graphql?query=mutation{cancelBulk(id:"b"){problems{code}}}')
    assert refused.status_code == 405
    read = asker.get('/graphql?query={bulkOperation(id:"b"){id}}')
    assert (read.json(), "etag" in read.headers) == ({"data": {"bulkOperation": None}}, False)


# ── whose it is ──


def test_a_key_is_needed_where_keys_are_known_and_others_see_nothing(tmp_path: Path) -> None:
    digests = ",".join(sha256(key).hexdigest() for key in (b"mine", b"yours"))
    with (
        serving(tmp_path, GRAHAQL_API_KEYS=digests, GRAHAQL_WORKERS="1") as service,
        asking(service) as nobody,
        asking(service, **{"x-api-key": "yours"}) as yours,
        asking(service, authorization="Bearer mine") as mine,
    ):
        id = mine.submit()["operation"]["id"]
        (error,) = nobody.ask(READ, id=id)["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"
        assert nobody.data("{ engine { release } }")
        assert yours.data(READ, id=id) == {"bulkOperation": None}
        assert yours.data("{ bulkOperations { nodes { id } } }")["bulkOperations"]["nodes"] == []
        cancelled = yours.data("mutation ($id: ID!) { cancelBulk(id: $id) { problems { code path } } }", id=id)
        assert codes(cancelled["cancelBulk"]) == [("NOT_FOUND", "id")]
        assert mine.finished(id)["state"] == "COMPLETED"


def test_too_much_at_once_says_when_to_come_back(tmp_path: Path) -> None:
    with (
        serving(tmp_path, GRAHAQL_BULK_CLIENT_OPERATIONS="1") as service,
        asking(service) as asker,
    ):  # nobody works here
        assert asker.submit()["problems"] == []
        (problem,) = asker.submit()["problems"]
        assert (problem["code"], problem["retryAfterSeconds"] > 0) == ("RATE_LIMITED", True)
