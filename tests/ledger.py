"""KPro's stand-in as a lead system that also keeps an owner: with members, stages, and deeds that it is told of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from providers.http import Api
from providers.kpro import PROVIDER
from providers.kpro.settings import Settings
from providers.provider import Doing, Keeps, Known, Page, Pages, Provider, Record, WriteBack
from tests.conftest import House

ZOE_THERE = Known("m1", "Zoe Lind", "Zoe@harbourhomes.example")
SAM_THERE = Known("m2", "Sam Reyes", "sam@harbourhomes.example")
JANE_THERE = Known("m3", "Jane Doe", "jane@elsewhere.example")
STAGES = ("New", "Qualified", "Under contract")


class _Desk(Settings):
    routes: Literal["leadbell", "kpro"] = Field(default="leadbell", title="Who routes new leads?")


class _There(Settings):
    routes: Literal["leadbell", "kpro"] = Field(default="kpro", title="Who routes new leads?")


@dataclass
class Ledger:
    """What the lead system says of leads beside KPro's fields, what it was told, and how it fails."""

    said: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: list[tuple[Keeps, Doing]] = field(default_factory=list)
    failing: list[Exception] = field(default_factory=list)
    """Each of the next calls fails with one of these and does nothing."""
    losing: list[Exception] = field(default_factory=list)
    """Each of the next calls is carried out, and its answer lost."""
    blind: list[Exception] = field(default_factory=list)
    """Looking whether something arrived fails like this."""
    members: list[Known] = field(default_factory=lambda: [ZOE_THERE, SAM_THERE, JANE_THERE])
    asked: list[str] = field(default_factory=list)
    looked: int = 0
    gate: asyncio.Event | None = None
    """While it is there and not set, calls hang."""

    def owners(self) -> list[str | None]:
        """The members that were told, in order."""
        return [doing.member for keeps, doing in self.told if keeps is Keeps.OWNER]

    def texts(self, keeps: Keeps) -> list[str]:
        return [doing.text for kept, doing in self.told if kept is keeps]

    def _send(self, keeps: Keeps) -> Any:
        async def send(api: Api, doing: Doing) -> None:
            if self.gate is not None:
                await self.gate.wait()
            if self.failing:
                raise self.failing.pop(0)
            self.told.append((keeps, doing))
            if self.losing:
                raise self.losing.pop(0)

        return send

    def _arrived(self, keeps: Keeps) -> Any:
        async def arrived(api: Api, doing: Doing) -> bool:
            self.looked += 1
            if self.blind:
                raise self.blind.pop(0)
            return (keeps, doing) in self.told

        return arrived

    async def _members(self, api: Api) -> Sequence[Known]:
        self.asked.append("member")
        if self.failing:
            raise self.failing.pop(0)
        return self.members

    async def _stages(self, api: Api) -> Sequence[Known]:
        self.asked.append("stage")
        return [Known(name, name) for name in STAGES]

    def _told_of(self, pages: Pages) -> Pages:
        async def wrapped(api: Api, moment: datetime, size: int) -> AsyncIterator[Page]:
            async for page in pages(api, moment, size):
                records = [
                    Record(
                        r.external_id,
                        r.fingerprint + repr(self.said.get(r.external_id)).encode(),
                        r.created_at,
                        (r.external_id, r.raw),
                    )
                    for r in page.records
                ]

                def read(raw: Any, page: Page = page) -> Any:
                    return replace(page.read(raw[1]), **self.said.get(raw[0], {}))

                yield replace(page, records=records, read=read)

        return wrapped

    def provider(self, *, routes_itself: bool = False, keeps: Sequence[Keeps] = tuple(Keeps)) -> Provider:
        """As a provider of Leadbell's."""
        writes = {
            kept: WriteBack(self._send(kept), None if kept in (Keeps.OWNER, Keeps.STAGE) else self._arrived(kept))
            for kept in keeps
        }
        feed = PROVIDER.feed
        return replace(
            PROVIDER,
            name="Ledger",
            settings=_There if routes_itself else _Desk,
            feed=replace(
                feed,
                new=self._told_of(feed.new),
                history=self._told_of(feed.history),
                changes=self._told_of(feed.changes),
            ),
            names={"member": self._members, "stage": self._stages},
            writes=writes,
        )

    async def arrive(self, house: House, said: dict[str, Any] | None = None, **fields: Any) -> str:
        """A new lead; its id there."""
        lead = await house.kpro.arrive(**fields)
        if said:
            self.said[str(lead["id"])] = said
        await house.poll()
        return str(lead["id"])

    async def say(self, house: House, lead: str, **said: Any) -> None:
        """It says something else of a lead; polled and delivered."""
        self.said[lead] = self.said.get(lead, {}) | said
        await house.poll()
