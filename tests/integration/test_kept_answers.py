"""Answers that are kept: by clients and what stands between, under their ETags, and here, in memory and in Redis."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import brotli
import httpx
import pytest
import zstandard
from structlog.testing import capture_logs
from xingpan_ephemeris import get_ephe_path

from graph.app import AppSettings, create_app
from graph.coding import SMALLEST_CODED
from graph.endpoint import EndpointSettings
from graph.operations import Begun, Operations, Outcome
from resolvers.engine import open_engine
from resolvers.keys import Keys
from resolvers.responses import LARGEST_SHARED, ResponseCache
from resolvers.shared import SharedTier
from resolvers.trusted import digest_of
from runtime.clients import cache_client
from tests.questions import SECRET
from tests.redises import PrivateValkey
from tests.served import GRAPHQL_JSON, MUMBAI

JSON = "application/json"
PATIENCE_SECONDS = 5.0
FACTS = "{ engine { firstDate } }"
NAMES = (
    "query ($l: Language! = EN) { names(language: $l) { language grahas { value full } nakshatras { value full } } }"
)
"""Its answer is long enough to be coded."""
CHART = "query ($birth: BirthInput!, $settings: SettingsInput) { chart(birth: $birth, settings: $settings) { lagna { rashi } } }"
CHARTS = "query ($births: [BirthInput!]!) { charts(births: $births) { problem { code } } }"
BAD_BIRTH = MUMBAI | {"date": "1990-02-30"}
FOREVER = "public, max-age=31536000, immutable"
AN_HOUR = "public, max-age=3600, must-revalidate"
IDENTITY = {"accept": GRAPHQL_JSON, "accept-encoding": "identity"}


class Process:
    """An application with an engine of its own, as another API process has it."""

    def __init__(self, redis: PrivateValkey | None, settings: AppSettings) -> None:
        client = None if redis is None else cache_client(redis.url, timeout_seconds=PATIENCE_SECONDS)
        self.engine = open_engine(Path(get_ephe_path()), SECRET, client)
        self.app: Any = create_app(self.engine, settings)
        self.release = self.engine.keys.release
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.web = httpx.AsyncClient(transport=transport, base_url="http://grahaql.test", headers=IDENTITY)

    async def get(self, document: str, variables: object = None, **headers: str) -> httpx.Response:
        return await self.web.get("/graphql", params=parameters(document, variables), headers=named(headers))

    async def post(self, document: str, variables: object = None, **more: Any) -> httpx.Response:
        response = await self.web.post("/graphql", json={"query": document, "variables": variables, **more})
        await self.settle()
        return response

    async def settle(self) -> None:
        """Wait until what was written to Redis is there."""
        await self.engine.cache.shared.settle()


def parameters(document: str, variables: object = None) -> dict[str, str]:
    return {"query": document} | ({} if variables is None else {"variables": json.dumps(variables)})


def named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


Start = Callable[..., Process]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    started: list[Process] = []

    def start(redis: PrivateValkey | None = None, **endpoint: Any) -> Process:
        started.append(Process(redis, AppSettings(endpoint=EndpointSettings(**endpoint))))
        return started[-1]

    yield start
    for process in started:
        await process.web.aclose()
        await process.engine.close()


@pytest.fixture
def process(start: Start) -> Process:
    return start()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateValkey]:
    valkey = PrivateValkey(tmp_path_factory.mktemp("v")).start()
    yield valkey
    valkey.kill()


@pytest.fixture
def redis(server: PrivateValkey) -> PrivateValkey:
    server.ask("FLUSHALL")
    return server


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the operations that were executed, in all processes of the test."""
    names: list[str] = []
    finish: Callable[[Operations, Begun], Awaitable[Outcome]] = Operations.finish

    async def counted(operations: Operations, begun: Begun) -> Outcome:
        names.append(begun.operation.name.value if begun.operation.name else "")
        return await finish(operations, begun)

    monkeypatch.setattr(Operations, "finish", counted)
    return names


def kept_responses(redis: PrivateValkey) -> list[str]:
    """Keys in Redis of whole responses."""
    return [key.decode() for key in redis.ask("KEYS", "*") if b":response:" in key]


def is_strong(etag: str) -> bool:
    return etag.startswith('"') and etag.endswith('"') and len(etag) == 34


# ── names of answers ──


async def test_an_answer_has_a_strong_ETag_of_its_own_for_each_coding_and_media_type(process: Process) -> None:
    codings, medias = ("identity", "gzip", "br", "zstd"), (JSON, GRAPHQL_JSON)
    forms = [{"accept": media, "accept_encoding": coding} for media in medias for coding in codings]
    answers = [await process.get(NAMES, **form) for form in forms]
    etags = [answer.headers["etag"] for answer in answers]
    assert all(map(is_strong, etags))
    assert len(set(etags)) == len(forms)
    assert [answer.json() for answer in answers] == [answers[0].json()] * len(forms)
    assert {answer.headers["vary"] for answer in answers} == {"Accept, Accept-Encoding"}
    assert {answer.headers["cache-control"] for answer in answers} == {AN_HOUR}
    again = [await process.get(NAMES, **form) for form in forms]
    assert [answer.headers["etag"] for answer in again] == etags


@pytest.mark.parametrize("form", ["{}", '"x", {}', '"x",{} , "y"', "W/{}", 'W/"x", W/{}'])
async def test_who_names_the_ETag_is_told_that_nothing_changed_even_by_a_fresh_process(
    start: Start, executed: list[str], form: str
) -> None:
    first, fresh = start(), start()
    etag = (await first.get(FACTS)).headers["etag"]
    for process in (first, fresh):
        answer = await process.get(FACTS, if_none_match=form.format(etag))
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
        assert answer.headers["cache-control"] == AN_HOUR
        assert answer.headers["vary"] == "Accept, Accept-Encoding"
        assert "content-length" not in answer.headers
    assert len(executed) == 1


@pytest.mark.parametrize("form", ['"x"', 'W/"x", "y"', "{0}x", "", "x"])
async def test_who_names_another_ETag_is_answered(process: Process, form: str) -> None:
    etag = (await process.get(FACTS)).headers["etag"]
    answer = await process.get(FACTS, if_none_match=form.format(etag.strip('"')))
    assert (answer.status_code, answer.json()["data"]) == (200, {"engine": {"firstDate": "1800-01-01"}})


async def test_an_ETag_of_another_form_or_release_is_none_of_this_answer(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = start()
    etag = (await process.get(NAMES)).headers["etag"]
    assert (await process.get(NAMES, if_none_match=etag, accept=JSON)).status_code == 200
    assert (await process.get(NAMES, if_none_match=etag, accept_encoding="br")).status_code == 200
    monkeypatch.setattr("resolvers.engine.release", lambda _versions: "0123456789ab")
    assert (await start().get(NAMES, if_none_match=etag)).status_code == 200


async def test_a_star_stands_for_an_answer_that_there_is(process: Process, executed: list[str]) -> None:
    assert (await process.get(FACTS, if_none_match="*")).status_code == 304
    assert (await process.get(FACTS, if_none_match="*")).status_code == 304
    assert len(executed) == 1
    wrong = await process.get(CHART, {"birth": BAD_BIRTH}, if_none_match="*")
    assert (wrong.status_code, wrong.json()["data"]) == (294, {"chart": None})


async def test_a_HEAD_names_the_answer_of_a_GET_and_shares_it(process: Process, executed: list[str]) -> None:
    head = await process.web.head("/graphql", params=parameters(NAMES))
    got = await process.get(NAMES)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == got.headers
    assert int(head.headers["content-length"]) == len(got.content)
    unchanged = await process.web.head(
        "/graphql", params=parameters(NAMES), headers={"if-none-match": head.headers["etag"]}
    )
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert len(executed) == 1


# ── what is never kept ──


@pytest.mark.parametrize(
    ("document", "variables", "status"),
    [
        (CHART, {"birth": BAD_BIRTH}, 294),
        ("query ($birth: BirthInput!) { chart(birth: $birth) { lagna { rashi } chalit(system: PLACIDUS) { system } } }",
         {"birth": MUMBAI | {"latitude": 70, "zone": {"offset": "+01:00"}}}, 294),
        (CHART, {}, 422), ("{ nothing }", None, 422), ("{", None, 400),
    ],
    ids=["no data", "some data", "no variable", "no such field", "no document"],
)  # fmt: skip
@pytest.mark.parametrize("accept", [GRAPHQL_JSON, JSON])
async def test_an_answer_with_errors_is_kept_nowhere(
    start: Start, redis: PrivateValkey, executed: list[str],
    document: str, variables: dict[str, Any] | None, status: int, accept: str,
) -> None:  # fmt: skip
    process = start(redis)
    for _ in range(2):
        answer = await process.get(document, variables, accept=accept)
        await process.settle()
        assert answer.status_code == (200 if (accept, status) == (JSON, 294) else status)
        assert answer.json()["errors"]
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
        assert "accept" in answer.headers["vary"].lower()
    assert kept_responses(redis) == []
    assert len(executed) == (2 if status == 294 else 0)


async def test_an_unknown_id_is_not_found_and_never_kept(process: Process) -> None:
    unknown = digest_of("{ nobody: __typename }")
    answers = [
        await process.web.get(f"/graphql/sha256:{unknown}"),
        await process.web.get(f"/graphql/{process.release}/sha256:{unknown}"),
        await process.web.get("/graphql", params={"documentId": f"sha256:{unknown}"}),
        await process.web.get("/graphql", params={"documentId": "x-app:start"}),
    ]
    for answer in answers:
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["extensions"]["code"]) == (404, "PERSISTED_QUERY_NOT_FOUND")
        assert answer.headers["cache-control"] == "private, no-cache, must-revalidate"
        assert "etag" not in answer.headers


# ── between processes ──


async def test_processes_with_one_Redis_and_one_secret_share_whole_answers(
    start: Start, redis: PrivateValkey, executed: list[str]
) -> None:
    one, other = start(redis), start(redis)
    first = await one.post(CHART, {"birth": MUMBAI})
    second = await other.post(CHART, {"birth": MUMBAI})
    assert first.json()["data"]["chart"]["lagna"]
    assert first.content == second.content
    assert len(executed) == 1
    assert len(kept_responses(redis)) == 1


async def test_another_release_shares_no_answers(
    start: Start, redis: PrivateValkey, executed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = start(redis)
    first = await one.get(CHART, {"birth": MUMBAI})
    await one.settle()
    monkeypatch.setattr("resolvers.engine.release", lambda _versions: "0123456789ab")
    second = await start(redis).get(CHART, {"birth": MUMBAI})
    assert len(executed) == 2
    assert first.content == second.content
    assert first.headers["etag"] != second.headers["etag"]


async def test_what_is_torn_in_Redis_is_executed_again(start: Start, redis: PrivateValkey, executed: list[str]) -> None:
    answer = await start(redis).post(FACTS)
    (key,) = kept_responses(redis)
    redis.ask("SETRANGE", key, 3, "torn")
    fresh = start(redis)
    assert (await fresh.post(FACTS)).content == answer.content
    assert len(executed) == 2
    assert (await start(redis).post(FACTS)).content == answer.content
    assert len(executed) == 2


# ── addresses ──


async def register(process: Process, document: str) -> str:
    """Make a document known as Apollo's client does; its id."""
    digest = digest_of(document)
    sent = {"query": document, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}
    assert (await process.web.post("/graphql", json=sent)).status_code == 200
    return f"sha256:{digest}"


async def test_an_address_with_release_and_id_is_kept_for_good_and_one_with_the_id_for_an_hour(
    process: Process,
) -> None:
    name = await register(process, NAMES)
    params = {"variables": '{"l": "HI"}'}
    for path, cache_control in ((f"/graphql/{process.release}/{name}", FOREVER), (f"/graphql/{name}", AN_HOUR)):
        answer = await process.web.get(path, params=params)
        assert answer.json()["data"]["names"]["language"] == "HI"
        assert answer.headers["cache-control"] == cache_control
        assert is_strong(answer.headers["etag"])
        again = await process.web.get(path, params=params, headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.headers["cache-control"]) == (304, cache_control)


async def test_an_address_of_an_old_release_leads_to_this_one_with_all_that_was_asked(process: Process) -> None:
    name = await register(process, NAMES)
    query = "variables=%7B%22l%22%3A%22HI%22%7D&operationName="
    moved = await process.web.get(f"/graphql/0123456789ab/{name}?{query}")
    assert moved.status_code == 307
    assert moved.headers["location"] == f"/graphql/{process.release}/{name}?{query}"
    assert moved.headers["cache-control"] == "no-cache"
    assert "etag" not in moved.headers
    followed = await process.web.get(f"/graphql/0123456789ab/{name}?{query}", follow_redirects=True)
    assert followed.json()["data"]["names"]["language"] == "HI"


async def test_a_POST_to_an_old_release_is_sent_on_with_its_body(process: Process) -> None:
    answer = await process.web.post(
        f"/graphql/0123456789ab/{await register(process, NAMES)}",
        json={"variables": {"l": "TA"}},
        follow_redirects=True,
    )
    assert answer.json()["data"]["names"]["language"] == "TA"


@pytest.mark.parametrize("name", ["a\r\nset-cookie b", "ā", "a b", "a%2F"])
async def test_where_an_old_address_leads_is_one_line_of_plain_characters(process: Process, name: str) -> None:
    moved = await process.web.get(f"/graphql/0123456789ab/{quote(name)}")
    assert moved.status_code == 307
    assert moved.headers["location"] == f"/graphql/{process.release}/{quote(name)}"


async def test_an_address_with_more_than_release_and_id_is_not_found(process: Process) -> None:
    answer = await process.web.get(f"/graphql/{process.release}/a/b")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


async def test_private_answers_are_kept_by_the_client_alone(start: Start) -> None:
    process = start(private=True)
    name = await register(process, FACTS)
    assert (await process.get(FACTS)).headers["cache-control"] == AN_HOUR.replace("public", "private")
    forever = await process.web.get(f"/graphql/{process.release}/{name}")
    assert forever.headers["cache-control"] == FOREVER.replace("public", "private")


# ── codings ──

DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda coded: zstandard.ZstdDecompressor().decompress(coded),
    "": bytes,
}


async def raw(process: Process, document: str, accept_encoding: str) -> tuple[httpx.Headers, bytes]:
    """Headers and body as they were sent."""
    headers = {"accept-encoding": accept_encoding}
    async with process.web.stream("GET", "/graphql", params=parameters(document), headers=headers) as answer:
        return answer.headers, b"".join([piece async for piece in answer.aiter_raw()])


@pytest.mark.parametrize(
    ("accept_encoding", "coding"),
    [
        ("gzip", "gzip"), ("br", "br"), ("zstd", "zstd"), ("gzip, deflate, br, zstd", "br"), ("GZIP", "gzip"),
        ("br;q=0, gzip", "gzip"), ("br;q=0.1, gzip;q=0.5, zstd;q=0.9", "zstd"), ("*", "br"), ("*, br;q=0", "zstd"),
        ("gzip;q=0", ""), ("*;q=0", ""), ("identity", ""), ("deflate", ""), ("", ""), ("gzip;q=x", ""),
    ],
)  # fmt: skip
async def test_an_answer_comes_in_the_coding_that_is_liked_best_and_back_out_of_it(
    process: Process, accept_encoding: str, coding: str
) -> None:
    plain = (await process.get(NAMES)).content
    for _ in range(2):
        headers, body = await raw(process, NAMES, accept_encoding)
        assert headers.get("content-encoding", "") == coding
        assert DECODERS[coding](body) == plain
        assert int(headers["content-length"]) == len(body)
        assert headers["vary"] == "Accept, Accept-Encoding"
    assert len(plain) > SMALLEST_CODED
    assert not coding or len(body) < len(plain) / 2


async def test_a_small_answer_is_sent_as_it_is(process: Process) -> None:
    headers, body = await raw(process, FACTS, "gzip, br, zstd")
    assert "content-encoding" not in headers
    assert headers["vary"] == "Accept, Accept-Encoding"
    assert json.loads(body)["data"]


# ── POST ──


async def test_what_a_POST_asks_is_kept_here_and_nowhere_else(process: Process, executed: list[str]) -> None:
    posted = [await process.post(CHART, {"birth": MUMBAI}) for _ in range(2)]
    assert [answer.headers["cache-control"] for answer in posted] == ["no-store"] * 2
    assert posted[0].content == posted[1].content
    got = await process.get(CHART, {"birth": MUMBAI})
    assert (got.content, got.headers["cache-control"]) == (posted[0].content, AN_HOUR)
    assert len(executed) == 1


async def test_a_POST_is_answered_whatever_it_says_to_have(process: Process) -> None:
    etag = (await process.get(FACTS)).headers["etag"]
    for value in (etag, "*"):
        answer = await process.web.post("/graphql", json={"query": FACTS}, headers={"if-none-match": value})
        assert (answer.status_code, answer.json()["data"]) == (200, {"engine": {"firstDate": "1800-01-01"}})


# ── what an answer depends on ──

RULES = "query ($n: Int) { vargaRules(division: $n) { division } }"
SETTING = "query ($name: String) { settingOptions(name: $name) { name } }"
ROUND_MUMBAI = MUMBAI | {"latitude": 19, "longitude": 72}


@pytest.mark.parametrize(
    ("document", "one", "other"),
    [
        (NAMES, None, {}),
        (NAMES, {}, {"l": "EN"}),
        (NAMES, {"l": "HI"}, {"l": "HI", "unknown": [1]}),
        (RULES, {"n": 9}, {"n": 9.0}),
        (CHART, {"birth": MUMBAI}, {"birth": dict(reversed(MUMBAI.items()))}),
        (CHART, {"birth": MUMBAI, "settings": {}}, {"settings": {"preset": "DEFAULT"}, "birth": MUMBAI}),
        (CHART, {"birth": ROUND_MUMBAI}, {"birth": MUMBAI | {"latitude": 19.0, "longitude": 72.0}}),
        (CHART, {"birth": MUMBAI}, {"birth": MUMBAI | {"altitude": 0, "disambiguation": "REJECT"}}),
        (CHARTS, {"births": [MUMBAI]}, {"births": MUMBAI}),
    ],
    ids=["none", "default", "unknown", "whole", "order", "settings", "float", "defaults within", "list of one"],
)
async def test_variables_that_come_to_the_same_share_an_answer(
    process: Process, executed: list[str], document: str, one: object, other: object
) -> None:
    first, second = await process.get(document, one), await process.get(document, other)
    assert first.json()["data"]
    assert (first.content, first.headers["etag"]) == (second.content, second.headers["etag"])
    assert len(executed) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((NAMES, {"l": "EN"}), (NAMES, {"l": "HI"})),
        ((RULES, {}), (RULES, {"n": None})),
        ((RULES, {"n": 9}), (RULES, {"n": 1})),
        ((SETTING, {"name": "node"}), (SETTING, {"name": None})),
        ((FACTS, None), ("{ other: engine { firstDate } }", None)),
        ((FACTS, None), ("{engine{firstDate}}", None)),
        ((CHART, {"birth": MUMBAI}), (CHART, {"birth": MUMBAI | {"time": "10:31"}})),
        ((CHART, {"birth": MUMBAI}), (CHART, {"birth": MUMBAI, "settings": {"ayanamsha": "RAMAN"}})),
        ((CHART, {"birth": MUMBAI, "settings": {"preset": "KP"}}), (CHART, {"birth": MUMBAI, "settings": {"preset": "PROKERALA"}})),
        (("query A($l: Language! = EN) { names(language: $l) { language } }", None),
         ("query A($l: Language! = EN) { names(language: $l) { language } } query B { __typename }", None)),
    ],
    ids=["enum", "absent and null", "number", "text and null", "alias", "blanks", "birth", "setting", "preset", "document"],
)  # fmt: skip
async def test_whatever_differs_has_an_answer_of_its_own(
    process: Process, executed: list[str], one: tuple[str, object], other: tuple[str, object]
) -> None:
    params = [parameters(*asked) | ({"operationName": "A"} if "query A" in asked[0] else {}) for asked in (one, other)]
    first, second = [await process.web.get("/graphql", params=row) for row in params]
    assert (first.status_code, second.status_code) == (200, 200), second.text
    assert first.headers["etag"] != second.headers["etag"]
    assert len(executed) == 2


async def test_operations_of_one_document_have_answers_of_their_own(process: Process) -> None:
    document = "query A { engine { firstDate } } query B { engine { lastDate } }"
    params = [parameters(document) | {"operationName": name} for name in "AB"]
    first, second = [await process.web.get("/graphql", params=row) for row in params]
    assert first.headers["etag"] != second.headers["etag"]
    assert first.json()["data"] != second.json()["data"]


async def test_an_answer_that_tells_its_cost_is_another_one(process: Process, executed: list[str]) -> None:
    plain = await process.post(FACTS)
    told = await process.post(FACTS, extensions={"cost": True})
    assert (await process.post(FACTS)).content == plain.content
    assert "extensions" in told.json()
    assert "extensions" not in plain.json()
    assert len(executed) == 2


# ── privacy ──


async def test_a_birth_stands_in_no_key_of_Redis_no_log_and_no_header(
    start: Start, redis: PrivateValkey, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    birth = MUMBAI | {"date": "1987-11-23", "time": "04:56:07", "latitude": 19.123457, "longitude": 72.765431}
    caplog.set_level(logging.DEBUG)
    process = start(redis)
    with capture_logs() as events:
        answers = [
            await process.post(CHART, {"birth": birth}),
            await process.get(CHART, {"birth": birth}),
            await process.post(CHART, {"birth": birth | {"time": "04:56:61"}}),
            await process.post(CHART, {"birth": birth | {"latitude": "19.123457"}}),
        ]
    out, err = capfd.readouterr()
    own = [record.getMessage() for record in caplog.records if record.name != "httpx"]  # the test's own client
    places = [*map(str, redis.ask("KEYS", "*")), *map(str, events), *own, out, err]
    places += [str(dict(answer.headers)) for answer in answers]
    assert [answer.status_code for answer in answers] == [200, 200, 294, 422]
    assert len(redis.ask("KEYS", "*")) == 2
    for piece in ("1987", "11-23", "04:56", "19.12", "72.76", "Kolkata"):
        assert [place for place in places if piece in place] == []


# ── memory ──


async def test_kept_answers_take_a_bounded_number_of_bytes_their_requests_included(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 256 * 1024
    monkeypatch.setattr("graph.kept.KEPT_BYTES", most)
    process = start()
    for number in range(150):
        padding = str(number).ljust(2000, "x")
        assert (await process.post(FACTS, extensions={"padding": padding})).status_code == 200
    kept = process.app._kept._kept
    assert 50 < len(kept) < 100
    assert sum(len(asked.sent) + len(answer.whole.body) for asked, answer in kept.items()) < most
    await process.post(FACTS, extensions={"padding": "x" * 5000})
    assert all(len(asked.sent) < 5000 for asked in kept)


async def test_responses_take_a_bounded_number_of_bytes_their_tokens_included() -> None:
    responses = ResponseCache(Keys(SECRET, "r1"), SharedTier(None), 16_000, 60)
    tokens = [f"{number:03}".encode().ljust(700, b"x") for number in range(100)]
    for token in tokens:
        responses.put(token, b"y" * 100)
    assert [await responses.get(token) is not None for token in tokens] == [False] * 80 + [True] * 20
    responses.put(b"long".ljust(3000, b"x"), b"y")
    responses.put(b"short", b"y" * 3000)
    assert [await responses.get(name) for name in (b"long".ljust(3000, b"x"), b"short")] == [None, None]


async def test_a_response_too_long_for_Redis_stays_in_its_process(redis: PrivateValkey) -> None:
    shared = SharedTier(cache_client(redis.url, timeout_seconds=PATIENCE_SECONDS))
    responses = ResponseCache(Keys(SECRET, "r1"), shared, 64 * LARGEST_SHARED, 60)
    responses.put(b"long", b"x" * (LARGEST_SHARED + 1))
    responses.put(b"short", b"x" * LARGEST_SHARED)
    await shared.settle()
    assert await responses.get(b"long") == b"x" * (LARGEST_SHARED + 1)
    assert len(kept_responses(redis)) == 1
    await shared.close()
