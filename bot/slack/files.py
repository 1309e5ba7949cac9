"""Files in Slack: reading one that somebody shared, and sending one to somebody."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.slack.client import NoToken, code
from bot.slack.clients import Clients
from bot.slack.directory import SlackDirectory
from providers.download import Download

DOWNLOAD_SECONDS = 60.0
"""For a whole file: longer than for the calls of the Web API."""


class SlackFiles:
    """Reads and sends files with the workspace's token, which goes to Slack's own hosts only."""

    def __init__(self, clients: Clients, directory: SlackDirectory) -> None:
        self._clients = clients
        self._session = clients.session
        self._home = urlsplit(clients.url)
        self._directory = directory

    def _is_slack(self, url: str) -> bool:
        asked = urlsplit(url)
        if asked.netloc == self._home.netloc and asked.scheme == self._home.scheme:
            return True
        return asked.scheme == "https" and (asked.hostname or "").endswith(".slack.com")

    async def content(self, workspace: str, file_id: str, limit: int) -> tuple[str, bytes] | None:
        """Name and bytes; ``None`` where the file is gone, not readable or larger than ``limit`` bytes."""
        try:
            info = (await self._clients.of(workspace).files_info(file=file_id))["file"]
        except SlackApiError:
            return None
        url = str(info.get("url_private_download") or info.get("url_private") or "")
        if int(info.get("size") or 0) > limit or not self._is_slack(url):
            return None
        headers = {"Authorization": f"Bearer {await self._clients.token(workspace)}"}
        patience = aiohttp.ClientTimeout(total=DOWNLOAD_SECONDS)
        async with self._session.get(url, headers=headers, allow_redirects=False, timeout=patience) as answer:
            if answer.status != 200 or answer.content_type == "text/html":
                return None  # Slack answers a sign-in page where the token may not read the file
            data = bytearray()
            async for chunk in answer.content.iter_chunked(65536):
                data += chunk
                if len(data) > limit:
                    return None
        return str(info.get("name") or "file"), bytes(data)

    async def send(
        self,
        workspace: str,
        person: str,
        name: str,
        content: bytes | Download,
        comment: str,
        *,
        begun: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        """Send somebody a file in a direct message. ``begun`` is told the file's id before anything is uploaded, so
        that it can be remembered that it has to be deleted. Raises what Slack's client and the session raise."""
        channel = await self._directory.dm(workspace, person)
        length = content.size if isinstance(content, Download) else len(content)
        place = await self._clients.of(workspace).files_getUploadURLExternal(filename=name, length=length)
        url, file = str(place["upload_url"]), str(place["file_id"])
        if not self._is_slack(url):
            raise aiohttp.ClientError("an address that is not Slack's")
        if begun:
            await begun(file)
        patience = aiohttp.ClientTimeout(total=DOWNLOAD_SECONDS)
        with content.open() if isinstance(content, Download) else io.BytesIO(content) as data:
            async with self._session.post(url, data=data, timeout=patience) as answer:
                answer.raise_for_status()
        await self._clients.of(workspace).files_completeUploadExternal(
            files=[{"id": file, "title": name}], channel_id=channel, initial_comment=comment
        )

    async def delete(self, workspace: str, file_id: str) -> bool:
        """Delete a file that the app sent; whether it is gone. Raises nothing: it is tried again."""
        try:
            await self._clients.of(workspace).files_delete(file=file_id)
        except SlackApiError as error:
            return code(error) in ("file_not_found", "file_deleted")
        except (NoToken, aiohttp.ClientError, TimeoutError):
            return False
        return True
