"""Executing GraphQL: parsed and validated documents are kept, leads are plain dictionaries."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)

from providers.student.stand_in.schema import ExternalIdType, SortType, build
from providers.student.stand_in.store import Asked, Json, LeadStore

_KNOWN = frozenset(("query", "variables", "operationName"))
_KEPT = 256
"""Documents."""
_LARGEST_PAGE = 100
NO_LEAD = "ReferenceId not found"
NOT_ALLOWED = "You are not allowed to access this order"
NO_PROPERTY = "Property not found"


class RequestRefused(Exception):
    """A request that is not executed at all: HTTP 400, as Apollo Server answers it."""

    def __init__(self, message: str, code: str = "BAD_REQUEST", errors: list[GraphQLError] | None = None) -> None:
        super().__init__(message)
        listed = [error.formatted for error in errors or []] or [{"message": message}]
        self.body: Json = {"errors": [{**one, "extensions": {"code": code}} for one in listed]}


class Executor:
    """The schema over one store."""

    def __init__(self, store: LeadStore, sort_type: SortType | None, external_id_type: ExternalIdType) -> None:
        self._store = store
        self._schema: GraphQLSchema = build(sort_type, external_id_type)
        self._documents: OrderedDict[str, DocumentNode] = OrderedDict()

    def run(self, body: Any, kind: str | None = None) -> bytes:
        """The answer to a request's body as JSON. Raises RequestRefused. ``kind`` is a fault that spoils it."""
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            raise RequestRefused("POST body has no query")
        if unknown := body.keys() - _KNOWN:
            raise RequestRefused(f"The body's {sorted(unknown)[0]} is not known")
        variables, name = body.get("variables"), body.get("operationName")
        if not isinstance(variables, dict | None) or not isinstance(name, str | None):
            raise RequestRefused("variables has to be an object, operationName a text")
        document = self._document(body["query"])
        operation = get_operation_ast(document, name)
        if operation is None:
            raise RequestRefused(f"Unknown operation named {name!r}.", "OPERATION_RESOLUTION_FAILURE")
        _declared(operation, variables or {})
        result = execute_sync(
            self._schema,
            document,
            root_value=_Root(self._store, kind),
            variable_values=variables,
            operation_name=name,
            field_resolver=_held,
        )
        if not isinstance(result, ExecutionResult):
            raise TypeError("it is executed at once")
        if result.data is None and result.errors and all(error.path is None for error in result.errors):
            raise RequestRefused(result.errors[0].message, "BAD_USER_INPUT", result.errors)
        answer: Json = {"data": result.data}
        if result.errors:
            coded = [
                {**error.formatted, "extensions": {"code": "INTERNAL_SERVER_ERROR"}} for error in result.errors
            ]  # Apollo's code of whatever a resolver throws
            answer = {"errors": coded, **answer}
        return orjson.dumps(answer)

    def _document(self, query: str) -> DocumentNode:
        """Parsed and validated. Raises RequestRefused."""
        if (known := self._documents.get(query)) is not None:
            self._documents.move_to_end(query)
            return known
        try:
            document = parse(query)
        except GraphQLError as error:
            raise RequestRefused(error.message, "GRAPHQL_PARSE_FAILED", [error]) from None
        if errors := validate(self._schema, document):
            raise RequestRefused(errors[0].message, "GRAPHQL_VALIDATION_FAILED", errors)
        self._documents[query] = document
        if len(self._documents) > _KEPT:
            self._documents.popitem(last=False)
        return document


def _declared(operation: OperationDefinitionNode, variables: Json) -> None:
    """A real server passes over variables that are not declared; here that is somebody's mistake."""
    declared = {each.variable.name.value for each in operation.variable_definitions or ()}
    if undeclared := variables.keys() - declared:
        raise RequestRefused(f'Variable "${sorted(undeclared)[0]}" is not declared', "BAD_USER_INPUT")


class _Root:
    """The two queries."""

    def __init__(self, store: LeadStore, kind: str | None) -> None:
        self.store = store
        self.kind = kind

    def get_leads(self, info: GraphQLResolveInfo[Any], **given: Any) -> Json:
        number, size = given.pop("pageNumber", None) or 1, given.pop("pageSize", None) or 10
        if number < 1 or size < 1:
            raise GraphQLError("pageNumber and pageSize must be positive")
        size = min(size, self.store.largest_page or _LARGEST_PAGE)
        asked: Asked = {key: value for key, value in given.items() if value is not None}  # type: ignore[assignment]
        external = asked.get("propertyExternalId")
        if external is not None and not self.store.has_property(external):
            raise GraphQLError(NO_PROPERTY)
        total, leads = self.store.page(asked, number, size)
        if self.kind == "empty":
            total, leads = 0, []
        if self.store.total is not None:
            total = self.store.total
        pages = {"total": total, "totalPages": -(-total // size), "currentPage": number, "pageSize": size}
        return {"pageInfo": pages, "leads": leads}

    def get_lead(self, info: GraphQLResolveInfo[Any], **given: Any) -> Json:
        lead = self.store.find(given["referenceId"])
        if lead is None or lead["hash"] != given["hash"]:
            raise GraphQLError(NO_LEAD)
        if given["referenceId"] in self.store.forbidden:
            raise GraphQLError(NOT_ALLOWED)
        if self.kind == "partial":
            return {"lead": {**lead, "studentData": GraphQLError("The student's data is not available")}}
        if self.store.student_text:
            return {"lead": {**lead, "studentData": orjson.dumps(lead["studentData"]).decode()}}
        return {"lead": lead}


_QUERIES = {"getLeads": _Root.get_leads, "getLead": _Root.get_lead}


def _held(source: Any, info: GraphQLResolveInfo[Any], **given: Any) -> Any:
    """A field's value: of a dictionary, it is what stands there."""
    if type(source) is dict:
        return source.get(info.field_name)
    return _QUERIES[info.field_name](source, info, **given)
