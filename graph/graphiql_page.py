"""GraphiQL, from files that ship with the server: a page, and assets whose names contain a hash of what is in them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

BUILT = Path(__file__).resolve().parent / "graphiql"
ASSETS_PATH = "/graphiql"

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",  # Monaco lays text out by style elements and attributes that it writes itself
    "font-src 'self'",
    "img-src 'self' data:",  # small pictures inside Monaco's stylesheet
    "connect-src 'self'",  # means the WebSocket of the same host too (Chrome 70, Safari 15.4)
    "worker-src 'self'",  # Monaco's three workers are files of ours
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
"""What the page may do. Everything not named is refused: inline scripts, eval, other hosts."""

_SAFETY = {
    "content-security-policy": "; ".join(_POLICY),  # on scripts too: a worker obeys the policy of its own file
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_FOREVER = {"cache-control": "public, max-age=31536000, immutable"}
_ALWAYS_ASK = {"cache-control": "no-cache"}

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
"""By suffix. The system's own table is not asked: it differs between machines."""

_ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""Content codings by preference, and the suffix of the file that has been compressed so."""

_ENDPOINT = '<meta name="graphql-endpoint" content="{}" />'


class Asset(NamedTuple):
    """A file of the build: its media type, and the same content by content coding ("" is the plain file)."""

    media_type: str
    files: Mapping[str, Path]


def graphiql_routes(path: str = "/", endpoint: str = "/graphql") -> list[BaseRoute]:
    """The page at *path* and its assets below `/graphiql/`.

    Args:
        path: where a browser opens GraphiQL.
        endpoint: path or address of GraphQL, HTTP and WebSocket alike; a relative one is resolved against the page's.

    >>> [route.path for route in graphiql_routes("/")]
    ['/', '/graphiql/{name:path}']
    """
    page = page_for(endpoint)
    etag = f'"{hashlib.sha256(page).hexdigest()[:32]}"'
    assets = built_assets()

    async def show_page(request: Request) -> Response:
        return page_response(page, etag, request.headers)

    async def show_asset(request: Request) -> Response:
        return asset_response(assets, request.path_params["name"], request.headers)

    return [Route(path, show_page), Route(f"{ASSETS_PATH}/{{name:path}}", show_asset)]


def page_for(endpoint: str) -> bytes:
    """The page, told where GraphQL answers."""
    page = (BUILT / "index.html").read_text(encoding="utf-8")
    return page.replace(_ENDPOINT.format("/graphql"), _ENDPOINT.format(escape(endpoint))).encode()


def built_assets() -> dict[str, Asset]:
    """The files of the build by their name below `/graphiql/`; what is not in here is not served."""
    plain = [*(BUILT / "assets").iterdir(), BUILT / "LICENSES.txt"]
    return {path.relative_to(BUILT).as_posix(): _asset(path) for path in plain if path.suffix in _MEDIA_TYPES}


def _asset(path: Path) -> Asset:
    compressed = {coding: path.with_name(path.name + suffix) for coding, suffix in _ENCODINGS.items()}
    return Asset(
        _MEDIA_TYPES[path.suffix], {"": path, **{key: file for key, file in compressed.items() if file.exists()}}
    )


def page_response(page: bytes, etag: str, headers: Headers) -> Response:
    """The page, or 304 to a browser that has it."""
    told = {**_SAFETY, **_ALWAYS_ASK, "etag": etag}
    if etag in headers.get("if-none-match", ""):
        return Response(status_code=304, headers=told)
    return Response(page, media_type="text/html; charset=utf-8", headers=told)


def asset_response(assets: Mapping[str, Asset], name: str, headers: Headers) -> Response:
    """One asset, compressed where the client takes it so."""
    if name not in assets:
        return PlainTextResponse("Not Found", 404, headers=_SAFETY)
    asset = assets[name]
    coding = accepted_coding(headers.get("accept-encoding", ""), asset.files)
    caching = _FOREVER if name.startswith("assets/") else _ALWAYS_ASK
    told = {**_SAFETY, **caching, "vary": "Accept-Encoding"}
    if coding:
        told["content-encoding"] = coding
    return FileResponse(asset.files[coding], media_type=asset.media_type, headers=told)


def accepted_coding(accept_encoding: str, offered: Mapping[str, object]) -> str:
    """The content coding of the answer, of those *offered*: br before gzip, "" where the client takes neither.

    >>> accepted_coding("gzip, deflate, br;q=0.5", {"br": 1, "gzip": 1}), accepted_coding("br;q=0, *", {"br": 1})
    ('br', '')
    """
    wanted = dict(_weighed(part) for part in accept_encoding.lower().split(",") if part.strip())
    taken = (coding for coding in _ENCODINGS if coding in offered and wanted.get(coding))
    return next(taken, "")


def _weighed(part: str) -> tuple[str, bool]:
    coding, _, weight = part.partition(";")
    return coding.strip(), weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
