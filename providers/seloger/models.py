"""What Groupe SeLoger's operations take, and what their answers hold.

Parameters have names of the desk's own, because those of the document are not published; ``criteria.py`` translates
them. Of a lead's members, those that AVIV Group's "Seeker Leads" has are declared (unverified); others are shown as
they come, as contact data. The sensitive ones are dropped: see :func:`without_sensitive`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from providers.action import Json, Refers
from providers.lead import Privacy
from providers.seloger.answers import DEPTH
from providers.seloger.times import moment


class Asks(BaseModel):
    """Parameters of an operation, and no others."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, str_strip_whitespace=True, defer_build=True)


class Gives(BaseModel):
    """A record of an answer. Everything may be missing, and there may be more."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, coerce_numbers_to_str=True, defer_build=True)


def _aware(at: datetime) -> datetime:
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(_aware)]
"""A point in time; without a zone it is UTC."""


def _read(value: Any) -> datetime:
    if isinstance(value, datetime):
        return _aware(value)
    if (at := moment(value)) is None:
        raise ValueError("is not a time")
    return at


Time = Annotated[
    datetime,
    BeforeValidator(_read),
    PlainSerializer(lambda at: at.isoformat(), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class Pages(Asks):
    """``Pagination``."""

    page: int | None = Field(default=None, ge=1, le=100_000, title="Page", description="From 1.")
    size: int | None = Field(
        default=None, ge=1, le=1000, title="Leads a page", description="Otherwise as the connection's setting says."
    )


class Search(Pages):
    """``SearchCriteria`` and ``Pagination``."""

    from_: Moment | None = Field(default=None, alias="from", title="Created from")
    to: Moment | None = Field(default=None, title="Created until", description="Otherwise all that there is so far.")
    more: Annotated[dict[str, Any] | None, Json()] = Field(
        default=None,
        title="More criteria",
        description='JSON, by the names of the API, such as {"AgencyId": 1234}. They are not published.',
    )


class WhichLead(Asks):
    """Document, "leadId: The Lead unique identifier"."""

    leadId: Annotated[str, Refers("lead")] = Field(min_length=1, max_length=200, title="Lead")


class OfClassified(Pages):
    """Document, "classifiedId: The classified unique identifier", a number."""

    classifiedId: Annotated[int, Refers("classified")] = Field(ge=0, title="Ad", description="The ad's number.")


# -------------------------------------------------------------------------------------------- answers

Text = Annotated[str | None, Privacy.PUBLIC]
Contact = Annotated[str | None, Privacy.CONTACT]
Hidden = Annotated[str | None, Privacy.SENSITIVE]


class Meta(Gives):
    """``leadMetaInfos``."""

    leadId: Annotated[str | None, Refers("lead"), Privacy.PUBLIC] = Field(default=None, title="Lead")
    processedTime: Annotated[Time | None, Privacy.PUBLIC] = Field(default=None, title="Received")
    portalCode: Text = Field(default=None, title="Portal")
    category: Text = Field(default=None, title="Category")
    distributionType: Text = Field(default=None, title="Who asks")
    classifiedId: Annotated[str | None, Refers("classified"), Privacy.PUBLIC] = Field(default=None, title="Ad")
    offererEstateId: Text = Field(default=None, title="Estate")
    offererMarketingKey: Text = Field(default=None, title="Your reference")
    ttl: Annotated[int | None, Privacy.PUBLIC] = Field(default=None, title="Kept for (seconds)")


class PhoneNumber(Gives):
    """One of ``phoneNumbers``."""

    number: Contact = Field(default=None, title="Number")
    type: Text = Field(default=None, title="Kind")
    verified: Annotated[bool | None, Privacy.PUBLIC] = Field(default=None, title="Verified")


class ContactRequest(Gives):
    """``contactRequest``. It is null or empty once it was erased (GDPR)."""

    firstName: Text = Field(default=None, title="First name")
    lastName: Contact = Field(default=None, title="Last name")
    name: Contact = Field(default=None, title="Name")
    message: Contact = Field(default=None, title="Message")
    gender: Hidden = Field(default=None, title="Gender")
    language: Text = Field(default=None, title="Language")
    email: Contact = Field(default=None, title="E-mail")
    phoneNumbers: list[PhoneNumber] | None = Field(default=None, title="Phones")


class Estimation(Gives):
    """``estimation``: its members are not published, so it is contact data as a whole."""


class LeadRecord(Gives):
    """A lead (document, "Returns details of the lead based on the provided lead id")."""

    leadMetaInfos: Meta | None = Field(default=None, title="Lead")
    contactRequest: ContactRequest | None = Field(default=None, title="Contact")
    estimation: Estimation | None = Field(default=None, title="Estimate")


_KNOWN: Mapping[str, str] = {
    name.lower(): name for model in (LeadRecord, Meta, ContactRequest, PhoneNumber) for name in model.model_fields
}
_SENSITIVE = re.compile(
    r"gender|^sex$|civilit|salutation|honorific|birth|nationalit|passport|identity|income|salar|revenu|disab|handicap|"
    r"iban|bank|credit",
    re.IGNORECASE,
)
_OF_A_PERSON = frozenset(("title",))
"""Of a contact it is the form of address, which tells the gender; elsewhere it is what something is called."""


def without_sensitive(value: Any, depth: int = DEPTH, *, person: bool = False) -> Any:
    """An answer's record with the declared names in their declared case, and without what is of the sensitive class,
    whatever its case and wherever it stands. What is deeper than any lead is left out."""
    if isinstance(value, dict):
        return {
            _KNOWN.get(name.lower(), name): without_sensitive(
                held, depth - 1, person=person or name.lower() == "contactrequest"
            )
            for name, held in value.items()
            if depth and not _SENSITIVE.search(name) and not (person and name.lower() in _OF_A_PERSON)
        }
    if isinstance(value, list):
        return [without_sensitive(held, depth - 1, person=person) for held in value] if depth else []
    return value
