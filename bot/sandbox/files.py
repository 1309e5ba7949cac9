"""Files of the sandbox's workspace: what people and the app upload, who may read it."""

from __future__ import annotations

import itertools
import mimetypes
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from urllib.parse import quote

from bot.sandbox.people import Team
from bot.sandbox.strict import Json

_FILETYPES = {"txt": "text", "log": "text", "jpeg": "jpg", "md": "markdown", "htm": "html", "yml": "yaml"}


@dataclass(slots=True)
class StoredFile:
    """One file; ``waiting`` is the upload id while its bytes have not been completed by the app."""

    id: str
    name: str
    user: str
    created: int
    content: bytes = b""
    title: str = ""
    length: int = 0
    waiting: str | None = None
    received: bool = False
    submitted: bool = False
    channels: list[str] = field(default_factory=list)
    by_app: bool = False

    @property
    def mimetype(self) -> str:
        """From the name's ending, as Slack guesses it."""
        return mimetypes.guess_type(self.name)[0] or "text/plain"

    def json(self, team: Team, base_url: str) -> Json:
        """The file object of Slack's API (https://docs.slack.dev/reference/objects/file-object)."""
        ending = PurePath(self.name).suffix.lstrip(".").lower()
        private = f"{base_url}/files/{self.id}/{quote(self.name, safe='')}"
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mimetype,
            "filetype": _FILETYPES.get(ending, ending or "text"),
            "pretty_type": ending.upper() or "Plain Text",
            "user": self.user,
            "user_team": team.id,
            "editable": False,
            "size": len(self.content),
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": False,
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": private,
            "url_private_download": private,
            "permalink": f"https://{team.domain}.slack.com/files/{self.user}/{self.id}/{quote(self.name, safe='')}",
            "channels": [channel for channel in self.channels if channel.startswith("C")],
            "groups": [],
            "ims": [channel for channel in self.channels if channel.startswith("D")],
            "has_rich_preview": False,
            "file_access": "visible",
        }


class Files:
    """Every file of the workspace."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._numbers = itertools.count(1)
        self._files: dict[str, StoredFile] = {}

    def _new(self, name: str, user: str) -> StoredFile:
        made = StoredFile(
            f"F{next(self._numbers):03d}{secrets.token_hex(4).upper()}", name, user, int(self._now().timestamp())
        )
        self._files[made.id] = made
        return made

    def put(self, user: str, name: str, content: bytes) -> StoredFile:
        """A person's file, complete at once."""
        made = self._new(name, user)
        made.content, made.length, made.received = content, len(content), True
        return made

    def expect(self, user: str, name: str, length: int) -> StoredFile:
        """A file that the app is about to upload."""
        made = self._new(name, user)
        made.length, made.by_app, made.waiting = length, True, secrets.token_urlsafe(18)
        return made

    def get(self, file_id: str) -> StoredFile | None:
        """The file with this id."""
        return self._files.get(file_id)

    def by_upload(self, upload_id: str) -> StoredFile | None:
        """The file whose bytes belong at this upload URL."""
        return next((file for file in self._files.values() if file.waiting == upload_id), None)

    def delete(self, file_id: str) -> None:
        """Forget a file."""
        self._files.pop(file_id, None)
