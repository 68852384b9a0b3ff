"""The questions that can be asked. A resolver parses its input, awaits a loader and names the type."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated, cast

import msgspec
import strawberry
from strawberry import ID

from ephemeris import moments, places, varga_rules
from ephemeris.errors import ChartError
from ephemeris.moments import instant
from ephemeris.settings import PRESETS
from ephemeris.sky import ayanamsha_at
from ephemeris.swiss import nutation
from ephemeris.words import Ayanamsha, Language, SettingsPreset, TimeScale
from graph import births as reading, names as name_tables, setting_rows
from graph.bulk_query import bulk_operation, bulk_operations, node
from graph.directives import ListSize
from graph.errors import refusal
from graph.fields import InfoOf, given, said
from graph.inputs import DEFAULT_SETTINGS, BirthInput, SettingsInput, resolved_settings
from graph.needs import needing
from graph.scalars import ChartToken, DateTime
from graph.types.asked import InLanguage
from graph.types.bulk import BulkOperation, BulkOperationConnection, Node
from graph.types.chart import BirthCheck, Chart, ChartItem
from graph.types.moments import AyanamshaValue, Engine, ayanamsha_value
from graph.types.names import NameTables
from graph.types.problems import ProblemValue, problem_of
from graph.types.settings import Preset, SettingOption
from graph.types.varga import VargaRule

Whose = Annotated[BirthInput, given("Whose.")]
Births = Annotated[list[BirthInput], given("Whose, 1 to 1,000.")]
By = Annotated[SettingsInput | None, given("Conventions; absent = preset DEFAULT.")]
Sealed = Annotated[ChartToken, given("From Chart.token.")]
ForAll = Annotated[SettingsInput | None, given("For all of them; absent = preset DEFAULT.")]


class Item(msgspec.Struct, frozen=True):
    """What a `ChartItem` is read from."""

    index: int
    ref: ID | None
    chart: Chart | None
    problem: ProblemValue | None


class Check(msgspec.Struct, frozen=True):
    """What a `BirthCheck` is read from."""

    moment: moments.Moment | None
    place: places.Place | None
    problem: ProblemValue | None


class PresetValue(msgspec.Struct, frozen=True):
    """What a `Preset` is read from."""

    preset: SettingsPreset
    description: str
    settings: object
    verified_against: tuple[str, ...]


@needing
def _chart(info: InfoOf, birth: Whose, settings: By = None) -> Chart | None:
    chosen = resolved_settings(settings)
    try:
        need = reading.chart_need(birth, chosen, info.context)
    except ChartError as error:
        raise refusal(error, "birth") from error
    return cast("Chart", need.refusing(lambda error: refusal(error, "birth")))


@needing
def _chart_by_token(info: InfoOf, token: Sealed) -> Chart | None:
    try:
        need = reading.token_need(token, info.context)
    except ChartError as error:
        raise refusal(error) from error
    return cast("Chart", need.refusing(refusal))


async def _charts(info: InfoOf, births: Births, settings: ForAll = None) -> list[ChartItem]:
    found = await reading.charts_of(births, resolved_settings(settings), info.context)
    return cast("list[ChartItem]", [_item(k, birth, found[k]) for k, birth in enumerate(births)])


def _item(index: int, birth: BirthInput, found: Chart | ChartError) -> Item:
    if isinstance(found, ChartError):
        return Item(index, birth.ref, None, problem_of(found, "births", index))
    return Item(index, birth.ref, found, None)


def _check_birth(info: InfoOf, birth: Annotated[BirthInput, given("The birth.")]) -> BirthCheck:
    try:
        asked = reading.read(birth, DEFAULT_SETTINGS, info.context.engine.zones)
    except ChartError as error:
        return cast("BirthCheck", Check(None, None, problem_of(error, "birth")))
    return cast("BirthCheck", Check(asked.moment, asked.place, None))


def _setting_options(name: Annotated[str | None, given("One of them; absent = all.")] = None) -> list[SettingOption]:
    return cast("list[SettingOption]", setting_rows.setting_options(name))


def _presets() -> list[Preset]:
    rows = [PresetValue(name, row.description, row.settings, row.verified_against) for name, row in PRESETS.items()]
    return cast("list[Preset]", rows)


def _ayanamshas(at: Annotated[DateTime, given("When.")]) -> list[AyanamshaValue]:
    moment = instant(at.astimezone(UTC), TimeScale.UTC)
    turned = nutation(moment.jd_tt)
    values = [
        ayanamsha_value(
            which, ayanamsha_at(moment.jd_tt, msgspec.structs.replace(DEFAULT_SETTINGS, ayanamsha=which), turned)
        )
        for which in Ayanamsha
        if which is not Ayanamsha.CUSTOM
    ]
    return cast("list[AyanamshaValue]", values)


def _varga_rules(division: Annotated[int | None, given("Only this one.")] = None) -> list[VargaRule]:
    divisions = varga_rules.CLASSICAL_DIVISIONS if division is None else (division,)
    return cast("list[VargaRule]", [row for n in divisions for row in varga_rules.varga_rules(n)])


def _names(language: InLanguage = Language.EN) -> NameTables:
    return cast("NameTables", name_tables.name_tables(language))


def _engine(info: InfoOf) -> Engine:
    return cast("Engine", info.context.facts)


@strawberry.type(
    description="Everything that can be asked. Fields without @volatile are pure functions of their arguments."
)
class Query:
    chart: Chart | None = said(
        "The chart of one birth. Null with an error in `errors` when the birth is wrong; for typed problems use `charts` or "
        "`checkBirth`.",
        _chart,
        cost="10",
    )
    chart_by_token: Chart | None = said(
        "The chart of a token: for links, image addresses and GETs through a CDN, where a birth must not stand in a URL.",
        _chart_by_token,
        cost="10",
    )
    charts: list[ChartItem] = said(
        "The charts of up to 1,000 births, one item per birth in the same order; a wrong birth spoils only its own item.",
        _charts,
        list_size=ListSize(slicing=("births",)),
    )
    check_birth: BirthCheck = said(
        "Checks a birth without computing a chart, for a form: the instant it means, or the problem with its remedies.",
        _check_birth,
    )
    setting_options: list[SettingOption] = said(
        "Each setting of one value with its default, its values and where they come from: enough to build a settings form.",
        _setting_options,
        list_size=ListSize(40),
    )
    presets: list[Preset] = said("The presets, each fully spelt out.", _presets, list_size=ListSize(10))
    ayanamshas: list[AyanamshaValue] = said(
        "Every ayanamsha with its value at an instant.", _ayanamshas, list_size=ListSize(50)
    )
    varga_rules: list[VargaRule] = said(
        "Divisional charts with their variants, sources and meaning; absent = the divisions that have a rule of their own.",
        _varga_rules,
        list_size=ListSize(120),
    )
    names: NameTables = said(
        "Names of all grahas, rashis, nakshatras … in one language: fetch once, map enums on the client, keep for ever.",
        _names,
    )
    engine: Engine = said("What computes here: versions, data, licence.", _engine)
    node: Node | None = said("A stored thing by its id (bulk operations).", node, volatile=True)
    bulk_operation: BulkOperation | None = said(
        "One bulk operation; null when unknown or not yours.", bulk_operation, volatile=True
    )
    bulk_operations: BulkOperationConnection = said(
        "Your bulk operations, newest first.",
        bulk_operations,
        list_size=ListSize(slicing=("first",), sized=("edges", "nodes")),
        volatile=True,
    )
