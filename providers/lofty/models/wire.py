"""What all of Lofty's models are made of: how times, days and amounts travel, and which ids mean what.

Lofty writes a moment in four ways: epoch milliseconds, ``yyyy-MM-dd HH:mm:ss`` in UTC, ISO 8601 with an offset, and
ISO with the letters ``GMT`` behind it. All are read everywhere; which one is sent is the field's type.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator

from providers.action import Money, Refers
from providers.lead import Privacy

PACIFIC = timezone(timedelta(hours=-7))
"""Times of the searches by create and update time are "parsed according to time zone set as UTC-7", all year."""


class Asks(BaseModel):
    """Parameters of an operation: the API's own names, and no others.

    Eighty operations are declared, and few of them are run: what checks a model is built when it is first needed.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True, str_strip_whitespace=True, defer_build=True)


class Gives(BaseModel):
    """A record of an answer. Everything may be missing, and there may be more; an empty text is nothing."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, coerce_numbers_to_str=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_nothing(cls, data: Any) -> Any:
        return {k: None if v == "" else v for k, v in data.items()} if isinstance(data, dict) else data


# --------------------------------------------------------------------------------------- moments, days

_WHOLE_NUMBER = re.compile(r"^-?\d{9,}$")


def moment(value: Any) -> datetime:
    """A point in time, however Lofty or a form writes it, in UTC. Text without a zone counts as UTC.

    A number is epoch milliseconds; an object with ``time`` (a Java timestamp) too. Raises ValueError with a sentence.
    """
    if isinstance(value, dict):
        value = value.get("time")
    if isinstance(value, str) and _WHOLE_NUMBER.match(value.strip()):
        value = int(value)
    if isinstance(value, datetime):
        read = value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        try:
            read = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value)
        except OverflowError:
            raise ValueError("is not a time") from None
    elif isinstance(value, str):
        text = value.strip()
        for zone in ("GMT", "UTC"):
            text = text.removesuffix(zone).rstrip()
        try:
            read = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError("is not a time; write it like 2026-12-01 14:30") from None
    else:
        raise ValueError("is not a time")
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def epoch_ms(at: datetime) -> int:
    """Milliseconds since 1970 in UTC, which is how most times are sent."""
    return (at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _in_words(zone: timezone) -> Callable[[datetime], str]:
    return lambda at: at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_READ = BeforeValidator(moment)
_SCHEMA = WithJsonSchema({"type": "string", "format": "date-time"})

EpochMs = Annotated[datetime, _READ, PlainSerializer(epoch_ms, return_type=int, when_used="json"), _SCHEMA]
"""Sent as epoch milliseconds."""
UtcText = Annotated[datetime, _READ, PlainSerializer(_in_words(UTC), return_type=str, when_used="json"), _SCHEMA]
"""Sent as ``yyyy-MM-dd HH:mm:ss`` in UTC."""
PacificText = Annotated[
    datetime, _READ, PlainSerializer(_in_words(PACIFIC), return_type=str, when_used="json"), _SCHEMA
]
"""Sent as ``yyyy-MM-dd HH:mm:ss`` at UTC-7."""
IsoText = Annotated[datetime, _READ, PlainSerializer(_iso, return_type=str, when_used="json"), _SCHEMA]
"""Sent as ISO 8601 in UTC."""


def _day(value: Any) -> Any:
    """A day as ``2001-06-05``, or as Lofty writes birthdays: ``Jun 5, 2001``."""
    if isinstance(value, str) and re.match(r"^[A-Za-z]{3} \d{1,2}, \d{4}$", value.strip()):
        try:
            return datetime.strptime(value.strip().title(), "%b %d, %Y").replace(tzinfo=UTC).date()
        except ValueError:
            raise ValueError("is not a day; write it like 2001-06-05") from None
    return value


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # whatever the locale


def _birthday(day: date) -> str:
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


Birthday = Annotated[date, BeforeValidator(_day), PlainSerializer(_birthday, return_type=str, when_used="json")]
"""Sent as ``MMM d, yyyy``: ``Jun 5, 2001``."""

# --------------------------------------------------------------------------------------------- amounts


def _number(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)


Amount = Annotated[
    Decimal,
    Money(),
    PlainSerializer(_number, when_used="json"),
    WithJsonSchema({"type": "number"}),
]
"""Money, sent as a JSON number: whole where it is whole."""
WholeAmount = Annotated[
    Decimal,
    Field(decimal_places=0),
    Money(),
    PlainSerializer(int, return_type=int, when_used="json"),
    WithJsonSchema({"type": "integer"}),
]
"""Money without cents, sent as a JSON integer."""

# --------------------------------------------------------------------- ids that people know by a name

LeadId = Annotated[int, Refers("lead")]
MemberId = Annotated[int, Refers("member")]
PondId = Annotated[int, Refers("pond")]
CustomFieldId = Annotated[int, Refers("custom-field")]
SegmentId = Annotated[int, Refers("segment")]
RoleId = Annotated[int, Refers("role")]
RoutingRuleId = Annotated[int, Refers("routing-rule")]
Tag = Annotated[str, Field(min_length=1, max_length=64), Refers("tag")]
"""A tag's name: Lofty makes tags of whatever text it is given."""
StageName = Annotated[str, Field(max_length=19), Refers("stage")]
"""A stage's name; the team sets up its own. "Less than 20 characters"."""
SegmentName = Annotated[str, Refers("segment")]
SourceName = Annotated[str, Refers("source")]

# ------------------------------------------------------------------------------ what records are made of

Text = Annotated[str | None, Privacy.PUBLIC]
Contact = Annotated[str | None, Privacy.CONTACT]
"""A phone, an address, a family name, or what somebody said or wrote."""
Number = Annotated[int | None, Privacy.PUBLIC]
Flag = Annotated[bool | None, Privacy.PUBLIC]
Time = Annotated[UtcText | None, Privacy.PUBLIC]
TimeMs = Annotated[EpochMs | None, Privacy.PUBLIC]
OfLead = Annotated[LeadId | None, Privacy.PUBLIC]
OfMember = Annotated[MemberId | None, Privacy.PUBLIC]
