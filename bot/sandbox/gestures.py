"""What people do outside of blocks and modals: type a command or a message, use a shortcut, share a file, open Home."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from bot.sandbox import respond
from bot.sandbox.files import StoredFile
from bot.sandbox.inputs import Impossible
from bot.sandbox.messages import Message
from bot.sandbox.people import Channel, Person
from bot.sandbox.push import VERIFICATION_TOKEN, Reply
from bot.sandbox.strict import Json
from bot.sandbox.workspace import SLACKBOT, Shortcut

if TYPE_CHECKING:
    from bot.sandbox.platform import Organisation
    from bot.sandbox.slack import SlackStandIn

_MENTION = re.compile(r"&lt;([@#][A-Z0-9]+|!(?:channel|here|everyone))&gt;")


def person_of(standin: SlackStandIn, user: str) -> Person:
    """The person who acts; bots and strangers do not."""
    person = standin.workspace.people.get(user)
    if person is None or person.is_bot or user == SLACKBOT:
        raise Impossible(f"There is no person {user!r}.")
    return person


def channel_of(standin: SlackStandIn, user: str, channel_id: str) -> Channel:
    """The channel, if this person is in it."""
    person_of(standin, user)
    channel = standin.workspace.seen_by(user, channel_id)
    if channel is None:
        raise Impossible(f"{user} is in no channel {channel_id!r}.")
    return channel


def message_of(standin: SlackStandIn, user: str, channel_id: str, ts: str) -> Message:
    """The message, if this person sees it."""
    channel = channel_of(standin, user, channel_id)
    message = standin.workspace.find(channel.id, ts)
    if message is None or message.only_for not in (None, user):
        raise Impossible(f"{user} sees no message {ts!r} in {channel_id}.")
    return message


def channel_name(channel: Channel) -> str:
    """The channel's name as interaction payloads tell it."""
    if channel.is_im:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name


def common(standin: SlackStandIn, person: Person, *, in_channel: bool = False) -> Json:
    """The fields that every interaction payload has.

    Where a whole organisation installed the app, ``team`` is null but in a channel; the person's ``team_id`` tells
    (https://api.slack.com/enterprise/apps/reference).
    """
    team = standin.workspace.team
    shown: Json = {"id": team.id, "domain": team.domain}
    if team.enterprise:
        shown |= {"enterprise_id": team.enterprise.id, "enterprise_name": team.enterprise.name}
    return {
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": team.id},
        "api_app_id": team.app_id,
        "token": VERIFICATION_TOKEN,
        "team": None if team.org_wide and not in_channel else shown,
        "enterprise": team.enterprise.json() if team.enterprise else None,
        "is_enterprise_install": team.org_wide,
    }


def failure(reply: Reply) -> str:
    """Slack's error code for an app that did not acknowledge."""
    return "operation_timeout" if reply.kind == "timeout" else "dispatch_failed"


class Gestures:
    """People acting on the workspace.

    ``escape_commands`` sends ``& < >`` of a command's text as entities, as Slack does in messages.
    """

    def __init__(self, standin: SlackStandIn) -> None:
        self._standin = standin
        self.home_seconds = 1.0
        self.escape_commands = False

    async def command(self, user: str, channel_id: str, typed: str) -> Message | None:
        """Type a slash command; gives what Slack showed in answer, if anything."""
        standin = self._standin
        person, channel = person_of(standin, user), channel_of(standin, user, channel_id)
        name, _, rest = typed.strip().partition(" ")
        if not name.startswith("/"):
            raise Impossible("A command starts with a slash.")
        if channel.is_archived:
            raise Impossible(f"#{channel.name} is archived.")
        workspace = standin.workspace
        if name == "/invite":
            await self._invite(person, channel, rest.strip())
            return None
        if name not in workspace.commands or not standin.installation.active:
            return self._slackbot(channel, user, f"{name} is not a valid command.")
        team = workspace.team
        response = workspace.tickets.response(user, channel.id)
        reply = await standin.push.slash(
            {
                "token": VERIFICATION_TOKEN,
                "team_id": team.id,
                "team_domain": team.domain,
                "channel_id": channel.id,
                "channel_name": channel_name(channel),
                "user_id": user,
                "user_name": person.name,
                "command": name,
                "text": html.escape(rest.strip(), quote=False) if self.escape_commands else rest.strip(),
                "api_app_id": team.app_id,
                "is_enterprise_install": "true" if team.org_wide else "false",
                **(
                    {"enterprise_id": team.enterprise.id, "enterprise_name": team.enterprise.name}
                    if team.enterprise
                    else {}
                ),
                "response_url": f"{standin.own_url()}/respond/{response}",
                "trigger_id": workspace.tickets.trigger(user, channel=channel.id),
            }
        )
        if not reply.ok:
            return self._slackbot(channel, user, f'{name} failed with the error "{failure(reply)}"')
        if not reply.body:
            return None
        payload: Json = {"text": reply.body} if isinstance(reply.body, str) else reply.body
        if respond.check(standin, payload):
            return self._slackbot(channel, user, f'{name} failed with the error "invalid_command_response"')
        if not payload.get("text") and not payload.get("blocks"):
            return None
        return respond.show(standin, user, channel.id, payload)

    def _slackbot(self, channel: Channel, user: str, text: str) -> Message:
        return self._standin.workspace.post(channel.id, SLACKBOT, text, only_for=user, name="Slackbot")

    async def _invite(self, person: Person, channel: Channel, whom: str) -> None:
        team = self._standin.workspace.team
        if whom.lstrip("@").lower() not in {team.bot_name.lower(), team.bot_user_id.lower()}:
            raise Impossible("Only the app can be invited here.")
        if channel.is_im or team.bot_user_id in channel.members:
            raise Impossible("The app is already here.")
        channel.members.append(team.bot_user_id)
        self._standin.workspace.touch()
        await self._standin.push.event(
            {
                "type": "member_joined_channel",
                "user": team.bot_user_id,
                "channel": channel.id,
                "channel_type": "G" if channel.is_private else "C",
                "team": team.id,
                "inviter": person.id,
            }
        )

    def message(self, user: str, channel_id: str, text: str, thread_ts: str | None = None) -> Message:
        """Write a message; Slack escapes what people type."""
        channel = channel_of(self._standin, user, channel_id)
        if channel.is_archived or not text.strip():
            raise Impossible("That message cannot be written.")
        if thread_ts:
            parent = message_of(self._standin, user, channel_id, thread_ts)
            if parent.only_for is not None:
                raise Impossible("A message that only you see has no thread.")
        escaped = _MENTION.sub(r"<\1>", html.escape(text, quote=False))
        return self._standin.workspace.post(channel.id, user, escaped, thread_ts=thread_ts)

    def upload(
        self, user: str, channel_id: str | None, name: str, content: bytes, thread_ts: str | None = None
    ) -> StoredFile:
        """Upload a file, and share it in the channel where one is given."""
        person_of(self._standin, user)
        channel = channel_of(self._standin, user, channel_id) if channel_id else None
        if not name:
            raise Impossible("A file needs a name.")
        if channel is not None and thread_ts:
            message_of(self._standin, user, channel.id, thread_ts)
        workspace = self._standin.workspace
        file = workspace.files.put(user, name, content)
        if channel is not None:
            file.channels.append(channel.id)
            shown = file.json(workspace.team, self._standin.own_url())
            workspace.post(channel.id, user, "", files=[shown], thread_ts=thread_ts)
        return file

    async def shortcut(
        self, user: str, callback_id: str, channel_id: str | None = None, ts: str | None = None
    ) -> Reply:
        """Use a shortcut: a global one, or one on a message where channel and ts are given."""
        standin = self._standin
        person = person_of(standin, user)
        kind = "message" if ts else "global"
        known: list[Shortcut] = standin.workspace.shortcuts
        if not any(each.callback_id == callback_id and each.type == kind for each in known):
            raise Impossible(f"The app has no {kind} shortcut {callback_id!r}.")
        workspace = standin.workspace
        payload: Json = {
            **common(standin, person, in_channel=bool(ts)),
            "type": "shortcut",
            "action_ts": workspace.ts(),
            "callback_id": callback_id,
            "trigger_id": workspace.tickets.trigger(user, channel=channel_id),
        }
        if ts:
            message = message_of(standin, user, channel_id or "", ts)
            if message.only_for is not None:
                raise Impossible("A message that only you see has no shortcuts.")
            channel = workspace.channels[message.channel]
            response = workspace.tickets.response(
                user, channel.id, message_ts=message.ts if message.by_app else None, thread_ts=message.thread_ts
            )
            payload |= {
                "type": "message_action",
                "message_ts": message.ts,
                "channel": {"id": channel.id, "name": channel_name(channel)},
                "message": workspace.message_json(message),
                "response_url": f"{standin.own_url()}/respond/{response}",
            }
        return await standin.push.interactive(payload)

    async def open_home(self, user: str) -> Reply:
        """Open the app's Home tab; waits a moment for the app to publish it."""
        standin = self._standin
        person_of(standin, user)
        channel = standin.workspace.open_dm(user)
        event: Json = {"type": "app_home_opened", "user": user, "channel": channel.id, "tab": "home"}
        before = standin.workspace.views.home(user)
        if before is not None:
            event["view"] = before.json(standin.workspace.team)
        old_hash = before.hash if before else None
        reply = await standin.push.event(event)

        def published() -> bool:
            home = standin.workspace.views.home(user)
            return home is not None and home.hash != old_hash

        if reply.ok:
            try:
                await standin.until(published, self.home_seconds)
            except TimeoutError:  # an app may leave its Home as it is
                pass
        return reply

    async def revoke(self) -> Reply:
        """An admin revokes the app's token: it is told so when the token is dead. The app stays installed."""
        standin = self._standin
        if not standin.installation.authorized:
            raise Impossible("The app has no token here.")
        return await standin.push.event(standin.platform.revoke(standin.installation))

    async def take_out_of_organisation(self) -> Reply:
        """An admin of the organisation takes its app out of this workspace; the app stays in the others."""
        standin = self._standin
        organisation = self._organisation()
        reply = await standin.push.event({"type": "team_access_revoked", "team_ids": [standin.workspace.team.id]})
        organisation.left_out.add(standin.workspace.team.id)
        standin.workspace.touch()
        return reply

    async def let_into_organisation(self) -> Reply:
        """An admin of the organisation lets its app into this workspace again."""
        standin = self._standin
        self._organisation().left_out.discard(standin.workspace.team.id)
        standin.workspace.touch()
        return await standin.push.event({"type": "team_access_granted", "team_ids": [standin.workspace.team.id]})

    def _organisation(self) -> Organisation:
        team = self._standin.workspace.team
        if team.enterprise is None or not team.org_wide:
            raise Impossible("No organisation has the app here.")
        return self._standin.platform.organisations[team.enterprise.id]

    async def uninstall(self) -> list[Reply]:
        """Remove the app from the workspace, or from its organisation: its tokens die, then it is told so."""
        standin = self._standin
        if not standin.installation.active:
            raise Impossible("The app is not installed here.")
        events = standin.platform.uninstall(standin.installation)
        return [await standin.push.event(each) for each in events]
