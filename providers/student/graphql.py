"""The two GraphQL operations of student.com ("Get Leads List", "Get Lead Detail"), and asking them.

An operation's text declares exactly the variables that are sent with it: a server refuses a variable of a wrong type
even where its value is null, and the document contradicts itself about two types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.errors import Rejected, UnexpectedResponse
from providers.http import Api
from providers.student.errors import has_data, said

PATH = "/graphql"


@dataclass(frozen=True)
class Operation:
    """A query: its name in the schema, the types of its arguments, and what is asked of its answer."""

    name: str
    types: Mapping[str, str]
    asks: str

    @property
    def title(self) -> str:
        """The operation's own name: ``GetLeads``."""
        return self.name[0].upper() + self.name[1:]

    def text(self, given: Mapping[str, Any], types: Mapping[str, str]) -> str:
        """The query, with exactly these variables; ``types`` goes before the documented ones."""
        declared = ", ".join(f"${name}: {types.get(name) or self.types[name]}" for name in given)
        passed = ", ".join(f"{name}: ${name}" for name in given)
        return (
            f"query {self.title}{f'({declared})' if given else ''} "
            f"{{ {self.name}{f'({passed})' if given else ''} {{ {self.asks} }} }}"
        )


GET_LEADS = Operation(
    "getLeads",
    {
        "pageNumber": "Int",
        "pageSize": "Int",
        "sortBy": "LeadSortBy",
        "sortDirection": "SortDirection",
        "createdFrom": "Date",
        "createdTo": "Date",
        "propertyId": "ID",
        "propertyExternalId": "NonEmptyString",
        "roomId": "ID",
        "bookingJourney": "LeadBookingJourney",
        "stage": "LeadStage",
        "studentId": "ID",
    },
    "pageInfo { total totalPages currentPage pageSize } leads { moveInDate moveOutDate id hash currency billingCycle "
    "createdAt bookingJourney propertyId propertyName rateAvailabilityId referenceId roomId roomName stage studentId "
    "room { externalId } property { externalId } }",
)
GET_LEAD = Operation(
    "getLead",
    {"referenceId": "String!", "hash": "String!"},
    "lead { id hash referenceId stage currency moveInDate moveOutDate propertyId propertyName roomId roomName "
    "roomCategory rateAvailabilityId studentData createdAt updatedAt rejectedBy rejectedReason cancelledBy cancelledAt "
    "cancelledReason cancellationNote paidAt lostAt completedAt confirmedAt totalPrice totalDeposit totalFee "
    "totalRental property { externalId addressCity } room { externalId } rateAvailability { externalId } }",
)

DOUBTFUL = {
    "sortBy": ("sort_type", ("LeadSortBy", "PropertySortBy")),
    "propertyExternalId": ("external_id_type", ("NonEmptyString", "ID")),
}
"""Variables whose type the document gives in two ways (its table, its query), and the setting that chooses."""
_TYPES = "types"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation gave, and what the server said beside it, where it could not give all."""

    value: dict[str, Any]
    said: str | None


async def ask(api: Api, operation: Operation, given: Mapping[str, Any]) -> Answer:
    """Ask an operation with these variables (reading, so it may be repeated). Raises one of the four failures.

    Where a doubtful type is refused the other one is tried, once, and kept while this process runs.
    """
    types = _types(api, given)
    try:
        return await _asked(api, operation, given, types)
    except Rejected as refused:
        other = _other_types(types, refused)
        if other is None:
            raise
        try:
            answer = await _asked(api, operation, given, other)
        except Rejected:
            raise refused from None
        api.remembered.setdefault(_TYPES, {}).update(other)
        return answer


async def _asked(api: Api, operation: Operation, given: Mapping[str, Any], types: Mapping[str, str]) -> Answer:
    body = {
        "operationName": operation.title,
        "query": operation.text(given, types),
        "variables": dict(given),
    }
    data = await api.send("POST", PATH, body, repeatable=True)
    value = data["data"].get(operation.name) if has_data(data) else None
    if not isinstance(value, dict):
        raise UnexpectedResponse("the answer has no data")
    return Answer(value, said(data))


def _types(api: Api, given: Mapping[str, Any]) -> dict[str, str]:
    """The types of the doubtful variables among these: as learned, as set, or the usual ones."""
    learned: Mapping[str, str] = api.remembered.get(_TYPES, {})
    return {
        name: learned.get(name) or getattr(api.settings, setting, None) or choices[0]
        for name, (setting, choices) in DOUBTFUL.items()
        if name in given
    }


def _other_types(types: Mapping[str, str], refused: Rejected) -> dict[str, str] | None:
    """The same with the other type for those that a validation names; ``None`` where it names none of them."""
    told = " ".join(e.message for e in refused.errors).replace("'", '"')  # servers quote in both ways
    if "Unknown type" not in told and "used in position" not in told:
        return None
    wrong = [name for name, type_ in types.items() if f'"{type_}"' in told]
    if not wrong:
        return None
    return {
        name: next(c for c in DOUBTFUL[name][1] if c != type_) if name in wrong else type_
        for name, type_ in types.items()
    }
