"""The people, channels and team of the sandbox's workspace, and how Slack's Web API shows them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.sandbox.strict import Json

COLOURS = ("4bbe2e", "e7392d", "3c989f", "9f69e7", "e96699", "684b6c", "d58247", "2b6836")


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An organisation of Enterprise Grid."""

    id: str
    name: str

    def json(self) -> Json:
        """As events, interactions and ``oauth.v2.access`` name it."""
        return {"id": self.id, "name": self.name}


@dataclass(frozen=True, slots=True)
class Team:
    """The workspace and the app in it. The app has one bot user a workspace, or one for an organisation."""

    id: str = "T0LEADBELL"
    name: str = "Harbour Homes"
    domain: str = "harbourhomes"
    app_id: str = "A0LEADBELL"
    bot_id: str = "B0LEADBELL"
    bot_user_id: str = "U0LEADBELL"
    bot_name: str = "Leadbell"
    email_domain: str = "harbourhomes.example"
    enterprise: Enterprise | None = None
    org_wide: bool = False
    """Whether the app is here because the whole organisation installed it."""

    @property
    def installed_as(self) -> str:
        """What the app is installed in: the workspace, or the organisation."""
        return self.enterprise.id if self.org_wide and self.enterprise else self.id

    def json(self) -> Json:
        """As ``team.info`` shows it."""
        shown: Json = {
            "id": self.id,
            "name": self.name,
            "domain": self.domain,
            "url": f"https://{self.domain}.slack.com/",
            "email_domain": self.email_domain,
            "icon": {"image_default": True},
        }
        if self.enterprise:
            shown |= {"enterprise_id": self.enterprise.id, "enterprise_name": self.enterprise.name}
        return shown


@dataclass(slots=True)
class Person:
    """A member, a guest or a bot of the workspace."""

    id: str
    name: str
    real_name: str
    title: str = ""
    tz: str = "Europe/London"
    locale: str = "en-GB"
    is_admin: bool = False
    is_restricted: bool = False
    is_bot: bool = False
    deleted: bool = False
    email: str = ""

    @property
    def color(self) -> str:
        """A steady colour for the person's picture, six hex digits; the sample's people have different ones."""
        return COLOURS[zlib.crc32(self.id.encode()) // 27 % len(COLOURS)]

    def json(self, team: Team, now: datetime, *, with_email: bool, with_locale: bool = False) -> Json:
        """As ``users.info`` shows the person; the e-mail address only with users:read.email, the locale if asked."""
        offset = now.astimezone(ZoneInfo(self.tz)).utcoffset()
        profile = {
            "title": self.title,
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.real_name.split()[0],
            "display_name_normalized": self.real_name.split()[0],
            "team": team.id,
        }
        if with_email and not self.is_bot:
            profile["email"] = self.email
        shown: Json = {
            "id": self.id,
            "team_id": team.id,
            "name": self.name,
            "deleted": self.deleted,
            "color": self.color,
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": profile,
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": int(datetime(2026, 1, 5, tzinfo=UTC).timestamp()),
        }
        if with_locale:
            shown["locale"] = self.locale
        if self.deleted:  # Slack leaves zone and rights out for a deactivated person
            for gone in ("tz", "tz_label", "tz_offset", "is_admin", "is_owner", "is_primary_owner", "is_restricted"):
                shown.pop(gone)
        return shown


@dataclass(slots=True)
class Channel:
    """A channel, or the direct conversation of one person with the app."""

    id: str
    name: str
    topic: str = ""
    members: list[str] = field(default_factory=list)
    is_private: bool = False
    is_ext_shared: bool = False
    is_general: bool = False
    is_archived: bool = False
    dm_user: str | None = None
    created: int = 1_767_600_000

    @property
    def is_im(self) -> bool:
        """Whether this is a direct conversation."""
        return self.dm_user is not None

    @property
    def kind(self) -> str:
        """The family of its scopes: ``channels``, ``groups`` or ``im``."""
        if self.is_im:
            return "im"
        return "groups" if self.is_private else "channels"

    def json(self, team: Team) -> Json:
        """As ``conversations.info`` shows it to the app."""
        if self.is_im:
            return {
                "id": self.id,
                "created": self.created,
                "is_im": True,
                "is_org_shared": False,
                "is_archived": self.is_archived,
                "context_team_id": team.id,
                "user": self.dm_user,
                "is_open": True,
                "is_user_deleted": False,
                "priority": 0,
            }
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.is_private,
            "created": self.created,
            "creator": self.members[0] if self.members else "",
            "is_archived": self.is_archived,
            "is_general": self.is_general,
            "is_shared": self.is_ext_shared,
            "is_ext_shared": self.is_ext_shared,
            "is_org_shared": False,
            "is_pending_ext_shared": False,
            "is_member": team.bot_user_id in self.members,
            "context_team_id": team.id,
            "unlinked": 0,
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }
