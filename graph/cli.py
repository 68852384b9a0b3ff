"""The command `grahaql`. What a subcommand does not need is not imported: the supervisor of `serve` never loads the sky."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from graph.remote.words import add_bulk
from runtime.errors import StartError
from runtime.settings import ServerSettings, read_settings

SDL_FILE = Path("schema.graphql")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; exits with 78 where the configuration does not allow to start, 2 where words are wrong."""
    chosen = _parser().parse_args(arguments)
    try:
        settings = read_settings(os.environ)
        os.environ["SE_EPHE_PATH"] = str(settings.ephemeris_dir)  # before anything imports swisseph
        sys.exit(chosen.run(settings, chosen))
    except StartError as error:
        print(f"grahaql: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="grahaql", description="A GraphQL server of Vedic charts.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="start the server; settings are environment variables")
    serve.set_defaults(run=_serve)
    worker = commands.add_parser("worker", help="work at bulk operations of a service elsewhere; needs REDIS_URL")
    worker.set_defaults(run=_worker)
    schema = commands.add_parser("schema", help="print the schema")
    schema.add_argument("--check", action="store_true", help=f"compare with {SDL_FILE} and fail when they differ")
    schema.set_defaults(run=_schema)
    persist = commands.add_parser("persist", help="make documents known to every process of the service")
    persist.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="manifest of Apollo, Relay or graphql-codegen"
    )
    persist.set_defaults(run=_persist)
    withdraw = commands.add_parser("withdraw", help="take back what `persist` made known")
    withdraw.add_argument("ids", nargs="+", metavar="ID", help="of a published document; it goes under all of its ids")
    withdraw.set_defaults(run=_withdraw)
    bulk = commands.add_parser("bulk", help="run a selection over a file of births, by a service")
    add_bulk(bulk)
    bulk.set_defaults(run=_bulk)
    _add_chart(commands.add_parser("chart", help="print a chart in the terminal"))
    return parser


def _add_chart(chart: argparse.ArgumentParser) -> None:
    chart.add_argument("date", help="civil date, 1990-03-15")
    chart.add_argument("time", help="civil time, 10:30 or 10:30:15")
    chart.add_argument("latitude", type=float, help="degrees, north positive")
    chart.add_argument("longitude", type=float, help="degrees, east positive")
    chart.add_argument(
        "--zone", help="Asia/Kolkata or +05:30, west --zone=-05:00; absent: looked up from the coordinates"
    )
    chart.add_argument("--preset", default="DEFAULT", help="DEFAULT, JAGANNATHA_HORA_8, ASTROLOGY_API, PROKERALA or KP")
    chart.add_argument("--varga", type=int, default=9, metavar="N", help="the division drawn beside D1, 1 to 300")
    chart.add_argument("--language", default="EN", help="EN, SA_LATN, SA, HI, MR, GU, BN, TA, TE, KN or ML")
    chart.set_defaults(run=_chart)


def _serve(settings: ServerSettings, _chosen: argparse.Namespace) -> int:
    from graph.service import run_service  # noqa: PLC0415  only this command supervises

    return run_service(settings)


def _worker(settings: ServerSettings, _chosen: argparse.Namespace) -> int:
    from graph.service import run_workers  # noqa: PLC0415  only this command supervises workers alone

    return run_workers(settings)


def _schema(_settings: ServerSettings, chosen: argparse.Namespace) -> int:
    from graph.schema import sdl  # noqa: PLC0415  only this command needs strawberry

    if not chosen.check:
        print(sdl(), end="")
        return 0
    if SDL_FILE.exists() and SDL_FILE.read_text(encoding="utf-8") == sdl():
        return 0
    print(f"{SDL_FILE} differs from the code: run make schema, and read the difference.", file=sys.stderr)
    return 1


def _persist(settings: ServerSettings, chosen: argparse.Namespace) -> int:
    from graph.persist import run_persist  # noqa: PLC0415  only this command publishes

    return run_persist(settings, chosen.files)


def _withdraw(settings: ServerSettings, chosen: argparse.Namespace) -> int:
    from graph.persist import run_withdraw  # noqa: PLC0415  only this command withdraws

    return run_withdraw(settings, chosen.ids)


def _bulk(_settings: ServerSettings, chosen: argparse.Namespace) -> int:
    from graph.remote.command import run_bulk  # noqa: PLC0415  only this command asks a service

    return run_bulk(chosen)


def _chart(settings: ServerSettings, chosen: argparse.Namespace) -> int:
    from graph.terminal import print_chart  # noqa: PLC0415  only this command prints

    return print_chart(settings, chosen)
