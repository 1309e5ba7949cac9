"""``files.*`` of the Web API, the upload URL and the private download."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.files import StoredFile
from bot.sandbox.installation import DeadToken
from bot.sandbox.strict import Json
from bot.sandbox.web_call import ApiError, Call, Method, invalid_arguments
from bot.sandbox.web_chat import thread_of, writable

if TYPE_CHECKING:
    from bot.sandbox.slack import SlackStandIn
    from bot.sandbox.workspace import Workspace

_SIGN_IN = "<!DOCTYPE html><title>Slack</title><h1>Sign in to your workspace</h1>"


def readable(workspace: Workspace, file: StoredFile) -> bool:
    """Whether the app may read a file: its own, one shared where it is a member, or one given in a modal."""
    channels = [workspace.channels[channel] for channel in file.channels if channel in workspace.channels]
    return file.by_app or file.submitted or any(workspace.in_channel(channel) for channel in channels)


def _upload_url(call: Call) -> Json:
    name = call.text("filename") or ""
    length = call.number("length", 0, most=1_000_000_000)
    file = call.workspace.files.expect(call.bot, name, length)
    return {"upload_url": f"{call.base_url}/upload/{file.waiting}", "file_id": file.id}


def _complete(call: Call) -> Json:
    wanted = call.object("files")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(each, dict) for each in wanted):
        raise invalid_arguments("files is a list of {id, title}")
    found = []
    for each in wanted:
        file = call.workspace.files.get(str(each.get("id")))
        if file is None or not file.by_app or (not file.received and file.waiting is None):
            raise ApiError("file_not_found")
        if not file.received:
            raise ApiError("file_not_found", fault=f"{file.id} was completed before it was uploaded")
        found.append((file, each.get("title")))
    if call.text("channels"):
        raise invalid_arguments("use channel_id")
    channel = None
    thread_ts = None
    if call.text("channel_id"):
        at = Call(call.standin, call.method, {**call.args, "channel": call.args["channel_id"]}, call.base_url)
        channel = writable(at)
        thread_ts = thread_of(at, channel)
    for file, title in found:
        file.title, file.waiting = str(title or file.name), None
        if channel is not None:
            file.channels.append(channel.id)
    shown = [file.json(call.workspace.team, call.base_url) for file, _ in found]
    if channel is not None:
        call.workspace.post(channel.id, call.bot, call.text("initial_comment") or "", files=shown, thread_ts=thread_ts)
    return {"files": shown}


def _file(call: Call) -> StoredFile:
    file = call.workspace.files.get(call.text("file") or "")
    if file is None or not file.received or not readable(call.workspace, file):
        raise ApiError("file_not_found")
    return file


def _info(call: Call) -> Json:
    file = _file(call)
    return {"file": file.json(call.workspace.team, call.base_url), "comments": []}


def _delete(call: Call) -> Json:
    file = _file(call)
    if not file.by_app:
        raise ApiError("cant_delete_file")
    workspace = call.workspace
    workspace.files.delete(file.id)
    for channel_id in file.channels:
        for message in list(workspace.messages.get(channel_id, [])):
            message.files = [each for each in message.files if each["id"] != file.id]
            if not message.files and not message.text and not message.blocks:
                workspace.remove(message)
    workspace.touch()
    return {}


async def receive(standin: SlackStandIn, request: web.Request) -> web.StreamResponse:
    """The upload URL: takes the bytes once, as the body or as a form's file, and no token."""
    file = standin.workspace.files.by_upload(request.match_info["id"])
    if file is None or file.received:
        return web.Response(status=404, text="upload not found")
    content = b""
    if request.content_type == "multipart/form-data":
        for part in (await request.post()).values():
            if isinstance(part, web.FileField):
                content = part.file.read()
    else:
        content = await request.content.read()  # no size limit
    if len(content) != file.length:
        standin.problem("upload", f"{file.name} has {len(content)} bytes, {file.length} were announced")
        return web.Response(status=400, text="the length differs from files.getUploadURLExternal")
    file.content, file.received = content, True
    return web.Response(text=f"OK - {len(content)}")


async def download(standin: SlackStandIn, request: web.Request) -> web.StreamResponse:
    """``url_private_download``: the bytes for the app's token with files:read.

    Without a good token or scope Slack answers 200 with its sign-in page, and so does this.
    """
    try:
        teams = standin.platform.alive(request.headers.get("Authorization", "").removeprefix("Bearer ")).teams
    except DeadToken:
        teams = []
    allowed = [one for one in teams if "files:read" in one.scopes]
    if not allowed:
        return web.Response(text=_SIGN_IN, content_type="text/html")
    found = [(one.workspace, one.workspace.files.get(request.match_info["id"])) for one in allowed]
    file = next((each for workspace, each in found if each and each.received and readable(workspace, each)), None)
    if file is None:
        return web.Response(status=404, text="not found")
    return web.Response(
        body=file.content,
        content_type=file.mimetype,
        headers={"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"},
    )


METHODS = {
    "files.getUploadURLExternal": Method(
        _upload_url, ("filename", "length"), ("alt_txt", "snippet_type"), "files:write", json=False
    ),
    "files.completeUploadExternal": Method(
        _complete,
        ("files",),
        ("channel_id", "channels", "initial_comment", "thread_ts"),
        "files:write",
        objects=frozenset({"files"}),
    ),
    "files.info": Method(_info, ("file",), ("count", "cursor", "limit", "page"), "files:read", json=False),
    "files.delete": Method(_delete, ("file",), (), "files:write"),
}
