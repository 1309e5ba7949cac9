"""The schema that the stand-in executes, from the tables and samples of the document.

Scalars are as strict as the gateway's own (its public code, ``src/public-gateway/scalars``): a Date is exactly
``YYYY-MM-DD``, a NonEmptyString is not blank. What comes out is typed ``String`` where the document's samples hold
values that its enumerations do not.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any, Final, Literal

from graphql import GraphQLError, GraphQLScalarType, GraphQLSchema, StringValueNode, ValueNode, build_schema

SortType = Literal["LeadSortBy", "PropertySortBy"]
ExternalIdType = Literal["ID", "NonEmptyString"]

_SDL: Final = """
scalar Date
scalar Datetime
scalar Decimal
scalar JSON
scalar NonEmptyString

enum SortDirection {{ ASCENDING DESCENDING }}
enum LeadBookingJourney {{ BOOK CONNECT_STUDENT_SUITE CONNECT LIST }}
enum LeadStage {{
  WAITING_FOR_CONFIRMATION WAITING_FOR_PAYMENT WAITING_FOR_CHECK_IN AFTER_SALES_INTERVENTION REFUNDING
  FILLING_PERSONAL_INFO SIGNING_AGREEMENT MAKING_PAYMENT BOOKING_CONFIRMED SELECTING_PAYMENT_PLAN IN_PROGRESS LOST
  CANCELLED CHECKED_IN COMPLETED
}}
{sort_enum}

type PageInfo {{ total: Int totalPages: Int currentPage: Int pageSize: Int }}
type Room {{ externalId: String }}
type RateAvailability {{ externalId: String }}
type Property {{ externalId: String addressCity: String }}
type Lead {{
  id: ID
  hash: String
  referenceId: String
  stage: String
  bookingJourney: String
  currency: String
  billingCycle: String
  moveInDate: Date
  moveOutDate: Date
  propertyId: ID
  propertyName: String
  roomId: ID
  roomName: String
  roomCategory: String
  rateAvailabilityId: ID
  studentId: ID
  studentData: JSON
  createdAt: Datetime
  updatedAt: Datetime
  rejectedBy: String
  rejectedReason: String
  cancelledBy: String
  cancelledAt: Datetime
  cancelledReason: String
  cancellationNote: String
  paidAt: Datetime
  lostAt: Datetime
  completedAt: Datetime
  confirmedAt: Datetime
  totalPrice: Decimal
  totalDeposit: Decimal
  totalFee: Decimal
  totalRental: Decimal
  room: Room
  property: Property
  rateAvailability: RateAvailability
}}
type GetLeadsPayload {{ pageInfo: PageInfo leads: [Lead] }}
type GetLeadPayload {{ lead: Lead }}

type Query {{
  getLeads(
    pageNumber: Int
    pageSize: Int
    {sort_argument}
    sortDirection: SortDirection
    createdFrom: Date
    createdTo: Date
    propertyId: ID
    propertyExternalId: {external_id}
    roomId: ID
    bookingJourney: LeadBookingJourney
    stage: LeadStage
    studentId: ID
  ): GetLeadsPayload
  getLead(referenceId: String!, hash: String!): GetLeadPayload
}}
"""
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@cache
def build(sort_type: SortType | None, external_id_type: ExternalIdType) -> GraphQLSchema:
    """The schema, with the two types that the document is at odds with itself about; no ``sort_type``: no sorting."""
    schema = build_schema(
        _SDL.format(
            sort_enum=f"enum {sort_type} {{ UPDATED_AT CREATED_AT }}" if sort_type else "",
            sort_argument=f"sortBy: {sort_type}" if sort_type else "",
            external_id=external_id_type,
        )
    )
    for name, parse in (("Date", _day), ("NonEmptyString", _not_empty)):
        scalar = schema.type_map[name]
        if not isinstance(scalar, GraphQLScalarType):
            raise TypeError(name)
        scalar.coerce_input_value = parse
        scalar.coerce_input_literal = _literal(parse)
    return schema


def _day(value: Any) -> str:
    try:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValueError
        date.fromisoformat(value)
    except ValueError:
        raise GraphQLError('invalid date format, should be "YYYY-MM-DD"') from None
    return str(value)


def _not_empty(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise GraphQLError("cannot be an empty string")
    return value


def _literal(parse: Any) -> Any:
    def parse_literal(node: ValueNode) -> str:
        if not isinstance(node, StringValueNode):
            raise GraphQLError("is not a string", node)
        return str(parse(node.value))

    return parse_literal
