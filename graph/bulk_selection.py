"""What a client wants of each birth, as a document that workers can run: read, validated and priced once, at submission."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    Visitor,
    print_ast,
    visit,
)

from ephemeris.settings import Settings
from ephemeris.words import ErrorCode
from graph.bulk_inputs import BulkDocumentInput, BulkPersistedInput, BulkSelectionInput
from graph.bulk_settings import FIELD, given_to, settings_of, written
from graph.bulk_work import Selection
from graph.context import Context
from graph.documents import Documents
from graph.errors import PARSE_FAILED, formatted
from graph.limits import parsed
from graph.operations import Operations, Outcome, Prepared
from graph.requests import GraphQLRequest, RequestError
from graph.types.problems import ProblemValue

BIRTH_COST_LIMIT = 3_000.0
"""Points of one birth: a whole page of a chart costs some 300."""

Path = tuple[str, ...]
_SELECTION: Path = ("input", "selection")
_SETTINGS: Path = ("input", "settings")

_AROUND = "query($birth: BirthInput!, $settings: SettingsInput) { chart(birth: $birth, settings: $settings) { ...%s } }"
_ANY_BIRTH = {"date": "2000-01-01", "time": "12:00", "latitude": 0.0, "longitude": 0.0}
"""Stands for all of them where variables are coerced before there is one."""


class Chosen(NamedTuple):
    """A selection that may be run: what workers are told, the conventions of its charts, and what one birth costs."""

    selection: Selection
    settings: Settings
    cost: float


class SelectionError(Exception):
    """Raised when a selection cannot be run; `problems` has what is wrong, at least one."""

    def __init__(self, problems: Sequence[ProblemValue]) -> None:
        super().__init__(problems[0].message)
        self.problems = tuple(problems)


class Asked(NamedTuple):
    """A selection as a document. Args: path: of its text in the request; root: the field whose value is a line, "" for all."""

    text: str
    variables: Mapping[str, Any]
    path: Path
    root: str = ""


class Selections:
    """Reads selections.

    Args:
        operations: read and price documents.
        documents: find those that are known by id, and know whether others may be asked.
    """

    def __init__(self, operations: Operations, documents: Documents) -> None:
        self._operations = operations
        self._documents = documents

    async def chosen(self, sent: BulkSelectionInput, settings: Settings | None, context: Context) -> Chosen:
        """The selection, ready to be run.

        Args:
            settings: conventions for all births, where the client sent any.

        Raises:
            SelectionError: it does not parse, validate or fit, or costs too much.
        """
        asked = await self._asked(sent)
        prepared = self._operations.prepare(asked.text)
        _refuse(_told(prepared.refusal.body["errors"], asked.path) if prepared.refusal else ())
        _refuse(_misfits(prepared, asked))
        if settings is not None:
            asked, prepared = self._with_settings(asked, prepared, settings)
        variables = {**asked.variables, "birth": _ANY_BIRTH}
        begun = self._operations.begin(prepared, variables, None, context)
        if isinstance(begun, Outcome):
            raise SelectionError(_told(begun.body["errors"], asked.path))
        _refuse(_too_dear(begun.cost.cost, asked.path))
        conventions = settings_of(
            prepared.fields[prepared.own(None) or ""], begun.asking.variables, self._operations.schema
        )
        return Chosen(Selection(asked.text, asked.variables, asked.root), conventions, begun.cost.cost)

    async def _asked(self, sent: BulkSelectionInput) -> Asked:
        if sent.fragment:
            path = (*_SELECTION, "fragment")
            text = f"{sent.fragment}\n{_AROUND % _root_fragment(sent.fragment, path)}"
            return Asked(await self._text(GraphQLRequest(text), path), {}, path, "chart")
        if sent.document:
            return await self._document(sent.document)
        if sent.persisted:
            return await self._persisted(sent.persisted)
        raise SelectionError([_invalid("The fragment is empty.", "Send a fragment on Chart.", _SELECTION)])

    async def _document(self, sent: BulkDocumentInput) -> Asked:
        path = (*_SELECTION, "document")
        variables = _variables(sent.variables, path)
        return Asked(await self._text(GraphQLRequest(sent.text), (*path, "text")), variables, (*path, "text"))

    async def _persisted(self, sent: BulkPersistedInput) -> Asked:
        path = (*_SELECTION, "persisted")
        variables = _variables(sent.variables, path)
        request = GraphQLRequest(None, document_id=sent.document_id)
        return Asked(await self._text(request, (*path, "documentId")), variables, (*path, "documentId"))

    async def _text(self, request: GraphQLRequest, path: Path) -> str:
        try:
            return await self._documents.text(request)
        except RequestError as error:
            code = _STATUSES.get(error.status, ErrorCode.SELECTION_INVALID)
            raise SelectionError([_problem(told, path, code) for told in error.errors]) from None

    def _with_settings(self, asked: Asked, prepared: Prepared, settings: Settings) -> tuple[Asked, Prepared]:
        """The document with the settings as a variable, which it gets where it has none."""
        assert prepared.document is not None
        if not asked.root:
            document = given_to(prepared.document, self._operations.schema)
            if document is None:
                message = "No field of the document takes these settings: it says its own, or has none."
                raise SelectionError(
                    [_invalid(message, f"Leave settings out, or send {FIELD} in variables.", _SETTINGS)]
                )
            asked = asked._replace(text=print_ast(document))
        asked = asked._replace(variables={**asked.variables, FIELD: written(settings)})
        return asked, self._operations.prepare(asked.text)


_STATUSES = {404: ErrorCode.NOT_FOUND, 503: ErrorCode.UNAVAILABLE}


def _root_fragment(text: str, path: Path) -> str:
    """The name of the fragment that no other spreads. Raises: SelectionError."""
    try:
        definitions = parsed(text).definitions
    except GraphQLSyntaxError as error:
        raise SelectionError([_problem(formatted(error, PARSE_FAILED), path)]) from None
    except RequestError as error:
        raise SelectionError([_problem(told, path) for told in error.errors]) from None
    fragments = [node for node in definitions if isinstance(node, FragmentDefinitionNode)]
    if len(fragments) != len(definitions):
        message = "There is more than fragments in it."
        raise SelectionError([_invalid(message, "Send an operation as document.text.", path)])
    roots = [node.name.value for node in fragments if node.name.value not in _spread(fragments)]
    if len(roots) != 1:
        message = f"{len(roots)} of its fragments are spread by no other; one is wanted."
        raise SelectionError([_invalid(message, "Send one fragment on Chart with those it spreads.", path)])
    return roots[0]


class _Spreads(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_args: object) -> None:
        self.names.add(node.name.value)


def _spread(fragments: Iterable[FragmentDefinitionNode]) -> set[str]:
    found = _Spreads()
    for node in fragments:
        visit(node, found)
    return found.names


def _misfits(prepared: Prepared, asked: Asked) -> list[ProblemValue]:
    """Why a valid document is none that can be run over births."""
    operations = _operations(prepared.document)
    if len(operations) != 1:
        message = f"The document has {len(operations)} operations; one is wanted."
        return [_invalid(message, "Send one query.", asked.path)]
    (operation,) = operations
    if operation.operation is not OperationType.QUERY:
        message = f"The operation is a {operation.operation.value}, and only queries can be run over births."
        return [_invalid(message, "Send a query.", asked.path)]
    return [*_wrong_variables(operation, asked), *_impure(prepared, asked)]


def _operations(document: DocumentNode | None) -> list[OperationDefinitionNode]:
    return [node for node in document.definitions if isinstance(node, OperationDefinitionNode)] if document else []


def _wrong_variables(operation: OperationDefinitionNode, asked: Asked) -> list[ProblemValue]:
    types = {node.variable.name.value: print_ast(node.type) for node in operation.variable_definitions or ()}
    found = []
    if types.get("birth") != "BirthInput!":
        message = "The query has no variable $birth: BirthInput!."
        found.append(_invalid(message, "Declare $birth: BirthInput!, and ask chart(birth: $birth).", asked.path))
    place = (*asked.path[:-1], "variables")
    if "birth" in asked.variables:
        found.append(_invalid("$birth comes from the births.", "Leave it out of variables.", (*place, "birth")))
    for name in sorted(asked.variables.keys() - types.keys() - {"birth"}):
        message = f"The query has no variable ${name[:40]}."
        found.append(_invalid(message, "Leave it out, or declare it.", (*place, name[:40])))
    return found


def _impure(prepared: Prepared, asked: Asked) -> list[ProblemValue]:
    if prepared.own(None) in prepared.pure:
        return []
    message = "A field of the query depends on more than the birth: on stored state or the clock."
    return [_invalid(message, "Leave out fields that are @volatile.", asked.path)]


def _variables(sent: object, path: Path) -> Mapping[str, Any]:
    if sent is None or sent is msgspec.UNSET or not sent:
        return {}
    if not isinstance(sent, dict):
        message = f"variables is no object but {str(sent)[:40]!r}."
        raise SelectionError([_invalid(message, "Send a JSON object.", (*path, "variables"))])
    return sent


def _too_dear(cost: float, path: Path) -> list[ProblemValue]:
    if cost <= BIRTH_COST_LIMIT:
        return []
    message = f"One birth costs {cost:,.0f} points, more than {BIRTH_COST_LIMIT:,.0f}."
    return [ProblemValue(ErrorCode.COST_TOO_HIGH, message, "Ask for fewer fields of each birth.", path)]


def _told(errors: Sequence[Mapping[str, Any]], path: Path) -> list[ProblemValue]:
    return [_problem(error, path) for error in errors]


def _problem(error: Mapping[str, Any], path: Path, code: ErrorCode = ErrorCode.SELECTION_INVALID) -> ProblemValue:
    """An error of GraphQL, with the code it has where that is one of ours."""
    extensions, places = error.get("extensions") or {}, error.get("locations")
    found = ErrorCode.__members__.get(str(extensions.get("code")), code)
    where = " (line {line}, column {column})".format(**places[0]) if places else ""
    inner = tuple(str(step) for step in extensions.get("path") or ())
    remedy = extensions.get("remedy") or "Send a document of this schema."
    return ProblemValue(found, error["message"] + where, remedy, (*path, *inner))


def _invalid(message: str, remedy: str, path: Path) -> ProblemValue:
    return ProblemValue(ErrorCode.SELECTION_INVALID, message, remedy, path)


def _refuse(problems: Sequence[ProblemValue]) -> None:
    if problems:
        raise SelectionError(problems)
