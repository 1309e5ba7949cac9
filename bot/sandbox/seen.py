"""What people see: the answers of the console's JSON API."""

from __future__ import annotations

from bot.sandbox.installation import Installation
from bot.sandbox.messages import Message
from bot.sandbox.strict import Json
from bot.sandbox.workspace import Workspace


def state(workspace: Workspace, providers: list[str]) -> Json:
    """The workspace, its people, channels and direct conversations, and the app."""
    team = workspace.team
    return {
        "workspace": {"id": team.id, "name": team.name},
        "people": [
            {
                "id": person.id,
                "name": person.name,
                "real_name": person.real_name,
                "title": person.title,
                "is_admin": person.is_admin,
                "tz": person.tz,
                "color": f"#{person.color}",
                "guest": person.is_restricted,
            }
            for person in workspace.members()
        ],
        "channels": [
            {
                "id": channel.id,
                "name": channel.name,
                "topic": channel.topic,
                "members": list(channel.members),
                "is_private": channel.is_private,
                "is_shared": channel.is_ext_shared,
                "is_archived": channel.is_archived,
            }
            for channel in workspace.channels.values()
            if not channel.is_im
        ],
        "dms": [{"id": c.id, "user": c.dm_user} for c in workspace.channels.values() if c.is_im],
        "bot": {
            "user_id": team.bot_user_id,
            "name": team.bot_name,
            "commands": list(workspace.commands),
            "home": workspace.home_tab,
            "shortcuts": [
                {"callback_id": each.callback_id, "type": each.type, "name": each.name} for each in workspace.shortcuts
            ],
        },
        "providers": providers,
        "now": workspace.now().isoformat(),
        "revision": workspace.revision,
    }


def workspace(of: Workspace, installation: Installation) -> Json:
    """One workspace, for switching to it; ``person`` is who acts there at first."""
    members = of.members()
    return {
        "id": of.team.id,
        "name": of.team.name,
        "person": members[0].id if members else None,
        "people": [each.id for each in members],
        "installed": installation.active,
    }


def latest(of: Workspace, user: str) -> dict[str, str]:
    """The ``ts`` of the newest message of others that this person sees in each conversation, where there is one."""
    found = {}
    for channel in of.channels.values():
        others = [m for m in of.messages[channel.id] if m.user != user and m.only_for in (None, user)]
        if others and user in channel.members:
            found[channel.id] = others[-1].ts
    return found


def message(workspace: Workspace, shown: Message, user: str) -> Json:
    """One message as this person sees it."""
    sender = workspace.people.get(shown.user)
    seen: Json = {
        "ts": shown.ts,
        "thread_ts": shown.thread_ts,
        "user": shown.user,
        "name": shown.name or (sender.real_name if sender else shown.user),
        "text": shown.text,
        "blocks": shown.blocks,
        "ephemeral": shown.only_for is not None,
        "edited": shown.edited,
        "files": shown.files,
        "error": shown.errors.get(user),
        "broadcast": shown.broadcast,
        "reactions": [{"name": name, "users": users} for name, users in shown.reactions.items()],
        "state": {"values": shown.values.get(user, {})},
    }
    if shown.metadata:
        seen["metadata"] = shown.metadata
    return seen


def messages(workspace: Workspace, user: str, channel_id: str) -> list[Json]:
    """What this person sees in a channel, oldest first; nothing where they are not a member."""
    channel = workspace.seen_by(user, channel_id)
    if channel is None:
        return []
    return [message(workspace, each, user) for each in workspace.messages[channel.id] if each.only_for in (None, user)]


def view(workspace: Workspace, user: str) -> Json | None:
    """The modal view that the person sees, with what is typed in it, its errors and the depth of the stack."""
    top = workspace.views.top(user)
    if top is None:
        return None
    shown = top.json(workspace.team)
    return {**shown, "stack": len(workspace.views.stack(user)), "errors": top.errors, "error": top.error}


def home(workspace: Workspace, user: str) -> Json | None:
    """The person's Home tab."""
    published = workspace.views.home(user)
    return None if published is None else {**published.json(workspace.team), "error": published.error}
