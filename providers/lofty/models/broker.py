"""Teams under a broker's account (5.14)."""

from __future__ import annotations

from typing import Annotated

from pydantic import EmailStr, Field

from providers.lead import Privacy
from providers.lofty.models.wire import Asks


class AddTeam(Asks):
    """A new team and who runs it (6.10, BrokerTeam)."""

    teamName: str = Field(min_length=1, title="Team")
    email: Annotated[EmailStr, Privacy.CONTACT] = Field(title="E-mail of its admin")
    firstName: str | None = Field(default=None, title="Given name of its admin")
    lastName: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="Family name of its admin")
    phone: Annotated[str | None, Privacy.CONTACT] = Field(default=None, title="Phone of its admin")
    seatLimit: int | None = Field(default=None, ge=0, title="Seats")


class WhichTeam(Asks):
    """One team."""

    id: int = Field(ge=1, title="Team (number)")
