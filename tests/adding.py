"""Somebody with a browser adds Leadbell to a workspace of the stand-in for Slack."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp

from bot.sandbox.messages import Message
from bot.sandbox.slack import SlackStandIn
from tests.conftest import LEADS, House


@dataclass(frozen=True, slots=True)
class Page:
    """What the browser shows."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def title(self) -> str:
        """The heading."""
        return html.unescape(re.findall(r"<h1>(.*?)</h1>", self.text)[0])

    @property
    def link(self) -> str:
        """Where the button leads; "" where there is none."""
        found = re.findall(r'<a href="(.*?)"', self.text)
        return html.unescape(found[0]) if found else ""


class Browser:
    """One browser with its cookies."""

    def __init__(self, house: House) -> None:
        self._url = house.sandbox.url
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Browser:
        return self

    async def __aexit__(
        self, _k: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        await self.session.close()

    async def get(self, path: str, **more: Any) -> Page:
        """Open a page of Leadbell's, or a whole address."""
        url = path if path.startswith("http") else f"{self._url}{path}"
        async with self.session.get(url, allow_redirects=False, **more) as answer:
            return Page(answer.status, await answer.text(), {k.lower(): v for k, v in answer.headers.items()})

    async def consent(self, link: str, place: str, user: str, decision: str = "allow", **more: Any) -> str:
        """On Slack's page, which ``link`` leads to: the address that Slack sends the browser back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
        shown = await self.get(link)
        assert "Leadbell is asking for permission" in shown.text, shown.text
        form = {**asked, "place": place, f"user:{place}": user, "decision": decision, **more}
        url = link.partition("?")[0]
        async with self.session.post(url, data=form, allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()
            return answer.headers["Location"]

    async def add(self, to: SlackStandIn, user: str, **more: Any) -> Page:
        """From the page of installing to the end."""
        begun = await self.get("/slack/install")
        return await self.get(await self.consent(begun.link, to.workspace.team.id, user, **more))


class Neighbours(House):
    """People of the sandbox's second workspace, at the same Leadbell. Their channels are called as the first one's."""

    def __init__(self, house: House) -> None:
        super().__init__(house.sandbox)
        self.slack = house.sandbox.second

    async def command(self, user: str, text: str, channel: str = LEADS) -> Message | None:
        """The same, in their own channel of that name."""
        return await super().command(user, text, self._own(channel))

    def cards(self, channel: str = LEADS) -> list[Message]:
        """The same, in their own channel of that name."""
        return super().cards(self._own(channel))

    def _own(self, channel: str) -> str:
        mine = channel.replace("C0", "C1", 1)
        return mine if mine in self.slack.workspace.channels else channel


def second(house: House) -> Neighbours:
    """The second workspace's people, at the same Leadbell."""
    return Neighbours(house)
