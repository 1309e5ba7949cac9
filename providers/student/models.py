"""What student.com's operations take and give, by the API's own names.

Everything of an answer may be missing, and there may be more. What is of the sensitive class (identity documents and
their numbers, birth date, gender, nationality, country, postal address) is dropped in the client; here it is marked
too, so that it would be dropped from a result as well.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

from providers.action import Choices, Long, Refers
from providers.lead import Privacy
from providers.student.documents import in_link

STAGES = (
    ("WAITING_FOR_CONFIRMATION", "Waiting for confirmation"),
    ("WAITING_FOR_PAYMENT", "Waiting for payment"),
    ("WAITING_FOR_CHECK_IN", "Waiting for check-in"),
    ("AFTER_SALES_INTERVENTION", "After-sales intervention"),
    ("REFUNDING", "Refunding"),
    ("FILLING_PERSONAL_INFO", "Filling in personal information"),
    ("SIGNING_AGREEMENT", "Signing the agreement"),
    ("MAKING_PAYMENT", "Making a payment"),
    ("BOOKING_CONFIRMED", "Booking confirmed"),
    ("SELECTING_PAYMENT_PLAN", "Selecting a payment plan"),
    ("IN_PROGRESS", "In progress"),
    ("LOST", "Lost"),
    ("CANCELLED", "Cancelled"),
    ("CHECKED_IN", "Checked in"),
    ("COMPLETED", "Completed"),
)
""" "Get Leads List", LeadStage."""
JOURNEYS = (
    ("BOOK", "Book"),
    ("CONNECT_STUDENT_SUITE", "Connect (student suite)"),
    ("CONNECT", "Connect"),
    ("LIST", "List"),
)
""" "Get Leads List", LeadBookingJourney, as a filter takes it."""
JOURNEYS_SEEN = (
    *JOURNEYS,
    ("MESSAGE_PROPERTY", "Message to the property"),
    ("RESERVE_ROOM", "Reserve a room"),
)
"""The two more that the sample answer holds."""
SORTS = (("UPDATED_AT", "When it was changed"), ("CREATED_AT", "When it came"))
DIRECTIONS = (("ASCENDING", "Oldest first"), ("DESCENDING", "Newest first"))
LARGEST_INT = 2**31 - 1
"""Of GraphQL's Int (October 2021 specification, §3.5.1)."""

Id = Annotated[str, StringConstraints(min_length=1, max_length=500)]
LeadRef = Annotated[str, StringConstraints(min_length=1, max_length=200), Refers("lead")]


class Asks(BaseModel):
    """Parameters of an operation: the API's own names, and no others. What checks them is built when it is needed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, defer_build=True)


class GetLeads(Asks):
    """ "Get Leads List", Request: twelve arguments, none of which is required."""

    stage: Annotated[str | None, Choices(STAGES)] = Field(default=None, title="Stage", max_length=60)
    bookingJourney: Annotated[str | None, Choices(JOURNEYS)] = Field(
        default=None, title="Booking journey", max_length=60
    )
    createdFrom: date | None = Field(default=None, title="Created from", description="A day, inclusive.")
    createdTo: date | None = Field(default=None, title="Created to", description="A day.")
    propertyId: Annotated[Id, Refers("property")] | None = Field(
        default=None, title="Property", description="Properties of leads that were read are known by name."
    )
    propertyExternalId: Id | None = Field(
        default=None, title="Your own id of the property", description="As it was given to student.com."
    )
    roomId: Annotated[Id, Refers("room")] | None = Field(
        default=None, title="Room", description="Rooms of leads that were read are known by name."
    )
    studentId: Id | None = Field(default=None, title="Student's number")
    sortBy: Annotated[str | None, Choices(SORTS)] = Field(default=None, title="Sorted by", max_length=60)
    sortDirection: Annotated[str | None, Choices(DIRECTIONS)] = Field(default=None, title="Order", max_length=60)
    pageNumber: int | None = Field(default=None, title="Page", ge=1, le=LARGEST_INT)
    pageSize: int | None = Field(
        default=None,
        title="Leads on a page",
        ge=1,
        le=LARGEST_INT,
        description="How many student.com allows is not published; 50 is safe.",
    )


class GetLead(Asks):
    """ "Get Lead Detail", Request. The hash is known of leads that were read."""

    referenceId: LeadRef = Field(title="Lead")
    hash: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = Field(
        default=None, title="Hash", description="Filled in for leads that Leadbell has read."
    )


class DownloadDocument(Asks):
    """ "Download lead's document", Request: both ids, or the link that holds them."""

    url: Annotated[str, Long(), StringConstraints(min_length=1, max_length=2000)] | None = Field(
        default=None, title="Download link", description="A pasted link fills in both ids."
    )
    documentId: Id | None = Field(
        default=None, validate_default=True, title="Document id", description="From student.com, with the document."
    )
    referenceId: LeadRef | None = Field(default=None, validate_default=True, title="Lead")

    @field_validator("url")
    @classmethod
    def _holds_both(cls, value: str | None) -> str | None:
        if value is not None:
            in_link(value)
        return value

    @field_validator("documentId", "referenceId")
    @classmethod
    def _given_or_linked(cls, value: str | None, info: ValidationInfo) -> str | None:
        """The id, or the link's. Raises ValueError where there is neither, and where the two are not the same."""
        if "url" not in info.data:  # the link was refused, which is said there
            return value
        link = info.data["url"]
        if link is None:
            if value is None:
                raise ValueError("Give both ids, or paste the download link.")
            return value
        linked = getattr(in_link(link), info.field_name or "")
        if value not in (None, linked):
            raise ValueError("The download link is of another one. Leave one of the two out.")
        return str(linked)


# ------------------------------------------------------------------------------------------ what is given


class Gives(BaseModel):
    """A record of an answer."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True, defer_build=True)


Text = Annotated[str | None, Privacy.PUBLIC]
Contact = Annotated[str | None, Privacy.CONTACT]
Sensitive = Annotated[Any, Privacy.SENSITIVE]


class External(Gives):
    """A room or a rate, by the partner's own id."""

    externalId: Text = Field(default=None, title="Your own id")


class Property(External):
    """A property."""

    addressCity: Text = Field(default=None, title="City")


class ListedLead(Gives):
    """ "Get Leads List", Response."""

    referenceId: Annotated[LeadRef | None, Privacy.PUBLIC] = Field(default=None, title="Reference")
    stage: Annotated[str | None, Choices(STAGES), Privacy.PUBLIC] = Field(default=None, title="Stage")
    bookingJourney: Annotated[str | None, Choices(JOURNEYS_SEEN), Privacy.PUBLIC] = Field(
        default=None, title="Booking journey"
    )
    propertyName: Text = Field(default=None, title="Property")
    roomName: Text = Field(default=None, title="Room")
    moveInDate: Text = Field(default=None, title="Moves in")
    moveOutDate: Text = Field(default=None, title="Moves out")
    totalPrice: Text = Field(default=None, title="Total price")
    currency: Text = Field(default=None, title="Currency")
    billingCycle: Text = Field(default=None, title="Billing cycle")
    createdAt: Text = Field(default=None, title="Came")
    studentId: Text = Field(default=None, title="Student's number")
    property: Annotated[Property | None, Privacy.PUBLIC] = Field(default=None, title="Property")
    room: Annotated[External | None, Privacy.PUBLIC] = Field(default=None, title="Room")
    id: Text = Field(default=None, title="Id")
    hash: Text = Field(default=None, title="Hash")
    propertyId: Text = Field(default=None, title="Property id")
    roomId: Text = Field(default=None, title="Room id")
    rateAvailabilityId: Text = Field(default=None, title="Rate id")


class StudentData(Gives):
    """The student, a JSON value without a published shape; these are the names of the sample."""

    passportFirstName: Contact = Field(default=None, title="First name")
    passportLastName: Contact = Field(default=None, title="Last name")
    emailAddress: Contact = Field(default=None, title="E-mail")
    phoneNumber: Contact = Field(default=None, title="Phone")
    destinationUniversity: Text = Field(default=None, title="University")
    studyMajor: Text = Field(default=None, title="Major")
    otherPreferences: Contact = Field(default=None, title="Other preferences")
    id: Text = Field(default=None, title="Number")
    gender: Sensitive = Field(default=None, title="Gender")
    dateOfBirth: Sensitive = Field(default=None, title="Birth date")
    nationality: Sensitive = Field(default=None, title="Nationality")
    country: Sensitive = Field(default=None, title="Country")
    state: Sensitive = Field(default=None, title="State")
    city: Sensitive = Field(default=None, title="City")
    postalCode: Sensitive = Field(default=None, title="Postal code")
    addressLines: Sensitive = Field(default=None, title="Address")
    documentType: Sensitive = Field(default=None, title="Document type")
    documentNumber: Sensitive = Field(default=None, title="Document number")


class Lead(ListedLead):
    """ "Get Lead Detail", Response."""

    studentData: Annotated[StudentData | None, Privacy.CONTACT] = Field(default=None, title="Student")
    roomCategory: Text = Field(default=None, title="Room category")
    totalDeposit: Text = Field(default=None, title="Deposit")
    totalFee: Text = Field(default=None, title="Fees")
    totalRental: Text = Field(default=None, title="Rent")
    updatedAt: Text = Field(default=None, title="Changed")
    confirmedAt: Text = Field(default=None, title="Confirmed")
    paidAt: Text = Field(default=None, title="Paid")
    completedAt: Text = Field(default=None, title="Completed")
    lostAt: Text = Field(default=None, title="Lost")
    rejectedBy: Text = Field(default=None, title="Rejected by")
    rejectedReason: Text = Field(default=None, title="Reason of rejection")
    cancelledBy: Text = Field(default=None, title="Cancelled by")
    cancelledAt: Text = Field(default=None, title="Cancelled")
    cancelledReason: Text = Field(default=None, title="Reason of cancellation")
    cancellationNote: Contact = Field(default=None, title="Note on the cancellation")
    rateAvailability: Annotated[External | None, Privacy.PUBLIC] = Field(default=None, title="Rate")
    missing: Text = Field(default=None, title="What student.com left out")
    """Ours: what the server says beside an answer that lacks something."""
