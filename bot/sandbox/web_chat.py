"""``chat.*`` and ``reactions.*`` of the Web API (https://docs.slack.dev/reference/methods)."""

from __future__ import annotations

import copy

from bot.sandbox.messages import Message, with_ids
from bot.sandbox.people import Channel
from bot.sandbox.strict import METADATA, Json, call_faults, characters, faults
from bot.sandbox.web_call import ApiError, Call, Method, invalid_arguments

POST_TEXT = 40_000
"""chat.postMessage cuts text off past 40,000 characters; the stand-in refuses it."""
UPDATE_TEXT = 4_000
"""chat.update: "The text field cannot exceed 4,000 characters" (error msg_too_long)."""
BLOCKS_TEXT = 13_200
"""Over all blocks (bolt-js issue 2509)."""


def content(call: Call, *, longest: int) -> tuple[str, list[Json] | None]:
    """The text and blocks of a message, checked; blocks are None where the call has none."""
    text, blocks = call.text("text"), call.args.get("blocks")
    if not text and not blocks:
        raise ApiError("no_text", fault="neither text nor blocks")
    if not text and blocks:
        call.standin.problem(call.method, "blocks without text: notifications and screen readers get nothing")
    if text and len(text) > longest:
        raise ApiError("msg_too_long", fault=f"text of {len(text)} characters")
    if blocks is not None and not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format", fault="blocks is not a list")
    metadata = call.args.get("metadata")
    if metadata:
        found = faults(METADATA, metadata)
        if found:
            raise ApiError("invalid_metadata_format", fault="; ".join(f"metadata {each}" for each in found))
    checked = {**call.args, "text": text or " "}
    found = call_faults(call.method, checked)
    if found:
        too_long = blocks is not None and characters(blocks) > BLOCKS_TEXT
        raise ApiError(
            "msg_blocks_too_long" if too_long else "invalid_blocks",
            fault="; ".join(found),
            errors=found,
            response_metadata={"messages": [f"[ERROR] {each}" for each in found]},
        )
    return text or "", blocks


def writable(call: Call) -> Channel:
    """The conversation to write into; the app must be in it."""
    workspace = call.workspace
    wanted = call.text("channel") or ""
    if call.method == "chat.postMessage" and wanted in workspace.people:
        person = workspace.people[wanted]
        if person.is_bot or person.deleted:
            raise ApiError("channel_not_found")
        return workspace.open_dm(wanted)
    channel = call.channel()
    if channel.is_archived:
        raise ApiError("is_archived")
    if not workspace.in_channel(channel):
        public_post = call.method == "chat.postMessage" and "chat:write.public" in call.standin.scopes
        if channel.is_private or not public_post:
            raise ApiError("not_in_channel")
    return channel


def thread_of(call: Call, channel: Channel) -> str | None:
    """The thread that the call names; thread_not_found where there is none."""
    thread_ts = call.text("thread_ts")
    if not thread_ts:
        return None
    parent = call.workspace.find(channel.id, thread_ts)
    if parent is None or parent.only_for is not None:
        raise ApiError("thread_not_found")
    return thread_ts


def _post(call: Call) -> Json:
    channel = writable(call)
    text, blocks = content(call, longest=POST_TEXT)
    message = call.workspace.post(
        channel.id,
        call.bot,
        text,
        blocks=blocks or [],
        thread_ts=thread_of(call, channel),
        metadata=call.args.get("metadata") or None,
        broadcast=call.flag("reply_broadcast"),
    )
    shown = call.workspace.message_json(message, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def _ephemeral(call: Call) -> Json:
    channel = writable(call)
    user = call.text("user") or ""
    if user not in call.workspace.people:
        raise ApiError("user_not_found")
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    text, blocks = content(call, longest=POST_TEXT)
    message = call.workspace.post(
        channel.id, call.bot, text, blocks=blocks or [], thread_ts=thread_of(call, channel), only_for=user
    )
    return {"message_ts": message.ts}


def _own_message(call: Call, refusal: str) -> Message:
    channel = call.channel()
    message = call.workspace.find(channel.id, call.text("ts") or "")
    if message is None or message.only_for is not None:  # ephemeral messages cannot be found by the API
        raise ApiError("message_not_found")
    if not message.by_app:
        raise ApiError(refusal)
    return message


def _update(call: Call) -> Json:
    message = _own_message(call, "cant_update_message")
    if call.workspace.channels[message.channel].is_archived:
        raise ApiError("is_archived")
    text, blocks = content(call, longest=UPDATE_TEXT)
    rewrite(message, text if call.args.get("text") is not None else message.text, blocks, call)
    if "metadata" in call.args:
        message.metadata = copy.deepcopy(call.args["metadata"]) or None
    call.workspace.touch()
    shown = call.workspace.message_json(message, with_metadata=True)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": shown}


def rewrite(message: Message, text: str, blocks: list[Json] | None, call: Call) -> None:
    """New text and blocks for a message.

    chat.update's page: without ``blocks``, given ``text`` removes them; "edited" shows only where no blocks are used.
    """
    message.text = text
    message.blocks = with_ids(blocks or [])
    message.values.clear()
    message.errors.clear()
    if not blocks:
        message.edited = {"user": call.bot, "ts": call.workspace.ts()}


def _delete(call: Call) -> Json:
    message = _own_message(call, "cant_delete_message")
    call.workspace.remove(message)
    return {"channel": message.channel, "ts": message.ts}


def _permalink(call: Call) -> Json:
    channel = call.channel()
    message = call.workspace.find(channel.id, call.text("message_ts") or "")
    if message is None or message.only_for is not None:
        raise ApiError("message_not_found")
    link = f"https://{call.workspace.team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts and message.thread_ts != message.ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _reacted(call: Call) -> tuple[Message, list[str], str]:
    channel = call.channel()
    if not call.workspace.in_channel(channel):
        raise ApiError("not_in_channel")
    message = call.workspace.find(channel.id, call.text("timestamp") or "")
    if message is None or message.only_for is not None:
        raise ApiError("message_not_found")
    name = (call.text("name") or "").strip()
    if not name or ":" in name.strip(":") or name != name.strip(":"):
        raise invalid_arguments("name is an emoji's name without colons")
    return message, message.reactions.setdefault(name, []), name


def _react(call: Call) -> Json:
    _, users, _ = _reacted(call)
    if call.bot in users:
        raise ApiError("already_reacted")
    users.append(call.bot)
    call.workspace.touch()
    return {}


def _unreact(call: Call) -> Json:
    message, users, name = _reacted(call)
    if call.bot not in users:
        if not users:
            del message.reactions[name]
        raise ApiError("no_reaction")
    users.remove(call.bot)
    if not users:
        del message.reactions[name]
    call.workspace.touch()
    return {}


_RICH = frozenset({"blocks", "metadata"})
_WORDS = ("text", "blocks", "metadata", "mrkdwn", "unfurl_links", "unfurl_media")

METHODS = {
    "chat.postMessage": Method(
        _post, ("channel",), (*_WORDS, "thread_ts", "reply_broadcast"), "chat:write", objects=_RICH
    ),
    "chat.postEphemeral": Method(
        _ephemeral, ("channel", "user"), ("text", "blocks", "thread_ts"), "chat:write", objects=_RICH
    ),
    "chat.update": Method(
        _update, ("channel", "ts"), ("text", "blocks", "metadata", "reply_broadcast"), "chat:write", objects=_RICH
    ),
    "chat.delete": Method(_delete, ("channel", "ts"), (), "chat:write"),
    "chat.getPermalink": Method(_permalink, ("channel", "message_ts"), json=False),
    "reactions.add": Method(_react, ("channel", "name", "timestamp"), (), "reactions:write"),
    "reactions.remove": Method(_unreact, ("channel", "name", "timestamp"), (), "reactions:write"),
}
