"""``/sandbox/*``: the JSON API by which the console and scripts act as people, and the console's files."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox import seen
from bot.sandbox.gestures import failure, message_of, person_of
from bot.sandbox.inputs import Impossible
from bot.sandbox.push import Reply
from bot.sandbox.strict import Json

if TYPE_CHECKING:
    from bot.sandbox.platform import Platform
    from bot.sandbox.slack import SlackStandIn

CONSOLE = Path(__file__).with_name("console")
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


def routes(platform: Platform) -> list[web.AbstractRouteDef]:
    """Every route of the console and its API."""
    control = Control(platform)
    reads: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
        "/": control.index,
        "/console/{path:.+}": control.static,
        "/sandbox/state": control.state,
        "/sandbox/messages": control.messages,
        "/sandbox/latest": control.latest,
        "/sandbox/view": control.view,
        "/sandbox/home": control.home,
        "/sandbox/file": control.file,
        "/sandbox/events": control.events,
    }
    writes: dict[str, Callable[[Json], Awaitable[Json]]] = {
        "command": control.command,
        "message": control.message,
        "shortcut": control.shortcut,
        "upload": control.upload,
        "action": control.action,
        "submit": control.submit,
        "close": control.close,
        "options": control.options,
        "lead": control.lead,
        "fault": control.fault,
        "clock": control.clock,
        "app": control.app,
    }
    return [
        *(web.get(path, control.guarded(handler)) for path, handler in reads.items()),
        *(web.post(f"/sandbox/{name}", control.posted(handler)) for name, handler in writes.items()),
    ]


def _needed(body: Json, name: str, kind: type = str) -> Any:
    value = body.get(name)
    if not isinstance(value, kind) or (kind is not dict and isinstance(value, bool)):
        raise Impossible(f"{name} is missing or not {'a text' if kind is str else 'right'}.")
    return value


def _maybe(body: Json, name: str) -> str | None:
    return None if body.get(name) in (None, "") else str(_needed(body, name))


def _outcome(reply: Reply) -> Json:
    """ok, or the sentence that Slack shows where the app did not acknowledge."""
    return {"ok": True} if reply.ok else {"ok": False, "error": f"The app did not respond ({failure(reply)})."}


class Control:
    """The handlers of the JSON API. What a request is about is found by its ``team``, else by its ids."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def _at(self, given: Mapping[str, Any]) -> SlackStandIn:
        """The workspace that a request is about: the one that it names, else that of its person or channel."""
        teams = self._platform.teams
        if team := given.get("team"):
            if team not in teams:
                raise Impossible(f"There is no workspace {team!r}.")
            return teams[team]
        for name in ("user", "channel"):
            for one in teams.values():
                if given.get(name) in getattr(one.workspace, "people" if name == "user" else "channels"):
                    return one
        return self._platform.first

    def guarded(
        self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """A handler whose refusals become ``{"ok": false, "error"}`` with 400; other sites are kept out."""

        async def handle(request: web.Request) -> web.StreamResponse:
            origin = request.headers.get("Origin")
            if origin is not None and origin.partition("://")[2] != request.host:
                return web.json_response({"ok": False, "error": "Not from this page."}, status=403)
            self._platform.seen_at(f"{request.scheme}://{request.host}")
            try:
                return await handler(request)
            except Impossible as error:
                return web.json_response({"ok": False, "error": str(error)}, status=400)

        return handle

    def posted(
        self, handler: Callable[[Json], Awaitable[Json]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """A handler of a JSON body."""

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                body = json.loads(await request.content.read())
            except ValueError:
                body = None
            if not isinstance(body, dict):
                raise Impossible("The body is not a JSON object.")
            return web.json_response(await handler(body))

        return self.guarded(handle)

    # -- reading

    async def index(self, request: web.Request) -> web.StreamResponse:
        return self._page("index.html")

    async def static(self, request: web.Request) -> web.StreamResponse:
        return self._page(request.match_info["path"])

    def _page(self, name: str) -> web.Response:
        path = (CONSOLE / name).resolve()
        if not path.is_relative_to(CONSOLE.resolve()) or not path.is_file():
            return web.Response(status=404, text="not found")
        kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        text = kind.startswith("text/") or kind.endswith("+xml")
        return web.Response(
            body=path.read_bytes(),
            content_type=kind,
            charset="utf-8" if text else None,
            headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"},
        )

    async def state(self, request: web.Request) -> web.StreamResponse:
        one = self._at(request.query)
        state = seen.state(one.workspace, sorted(one.providers))
        state["bot"]["installed"] = one.installation.active
        state["bot"]["has_token"] = one.installation.authorized
        return web.json_response(
            state
            | {
                "workspaces": [
                    seen.workspace(each.workspace, each.installation) for each in self._platform.teams.values()
                ],
                "provider_titles": one.titles,
                "credentials": one.credentials,
                "install_url": self._platform.oauth.install_url,
                "rotation": self._platform.oauth.rotation,
            }
        )

    async def messages(self, request: web.Request) -> web.StreamResponse:
        user, channel = request.query.get("user", ""), request.query.get("channel", "")
        one = self._at(request.query)
        person_of(one, user)
        if one.workspace.seen_by(user, channel) is None and channel not in one.workspace.channels:
            raise Impossible(f"There is no channel {channel!r}.")
        return web.json_response(seen.messages(one.workspace, user, channel))

    async def latest(self, request: web.Request) -> web.StreamResponse:
        """The newest message of others that a person sees in each of their channels."""
        one = self._at(request.query)
        return web.json_response(seen.latest(one.workspace, person_of(one, request.query.get("user", "")).id))

    async def view(self, request: web.Request) -> web.StreamResponse:
        one = self._at(request.query)
        return web.json_response(seen.view(one.workspace, person_of(one, request.query.get("user", "")).id))

    async def home(self, request: web.Request) -> web.StreamResponse:
        one = self._at(request.query)
        user = person_of(one, request.query.get("user", "")).id
        if request.query.get("open") in {"1", "true"}:
            await one.people.open_home(user)
        return web.json_response(seen.home(one.workspace, user))

    async def file(self, request: web.Request) -> web.StreamResponse:
        one = self._at(request.query)
        user = person_of(one, request.query.get("user", "")).id
        file = one.workspace.files.get(request.query.get("id", ""))
        channels = one.workspace.channels
        if (
            file is None
            or not file.received
            or not (file.user == user or any(user in channels[channel].members for channel in file.channels))
        ):
            return web.Response(status=404, text="not found")
        safe = file.name.replace('"', "").replace("\\", "").encode("ascii", "replace").decode()
        return web.Response(
            body=file.content,
            content_type="application/octet-stream",
            headers={
                "Content-Disposition": f'attachment; filename="{safe}"',
                "X-Content-Type-Options": "nosniff",
            },
        )

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the revision over all workspaces, now and after every change."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        workspaces = [one.workspace for one in self._platform.teams.values()]
        changed = asyncio.Event()
        changed.set()

        def listener(_revision: int) -> None:
            changed.set()

        for workspace in workspaces:
            workspace.listeners.add(listener)
        try:
            while not self._platform.closing:
                try:
                    await asyncio.wait_for(changed.wait(), 15)
                    changed.clear()
                    line = f"data: {json.dumps({'revision': sum(each.revision for each in workspaces)})}\n\n"
                except TimeoutError:
                    line = ": still here\n\n"
                await response.write(line.encode())
        except ConnectionError:
            pass
        finally:
            for workspace in workspaces:
                workspace.listeners.discard(listener)
        return response

    # -- acting

    async def _follow(self, one: SlackStandIn, before: int) -> None:
        """Wait a moment for what the app shows after its acknowledgement, so that a script can go on with it."""
        try:
            await one.until(lambda: one.shown > before, self._platform.patience)
        except TimeoutError:  # not everything shows something
            pass

    async def command(self, body: Json) -> Json:
        user, channel, text = _needed(body, "user"), _needed(body, "channel"), _needed(body, "text")
        one = self._at(body)
        before = one.shown
        shown = await one.people.command(user, channel, text)
        if shown is None:
            await self._follow(one, before)
        return {"ok": True, "answer": seen.message(one.workspace, shown, user) if shown else None}

    async def message(self, body: Json) -> Json:
        user, channel, text = _needed(body, "user"), _needed(body, "channel"), _needed(body, "text")
        made = self._at(body).people.message(user, channel, text, _maybe(body, "thread_ts"))
        return {"ok": True, "ts": made.ts}

    async def shortcut(self, body: Json) -> Json:
        user, callback_id = _needed(body, "user"), _needed(body, "callback_id")
        one = self._at(body)
        before = one.shown
        reply = await one.people.shortcut(user, callback_id, _maybe(body, "channel"), _maybe(body, "ts"))
        if reply.ok:
            await self._follow(one, before)
        return _outcome(reply)

    async def upload(self, body: Json) -> Json:
        if "content_base64" in body:
            try:
                content = base64.b64decode(_needed(body, "content_base64"), validate=True)
            except binascii.Error:
                raise Impossible("content_base64 is not base64.") from None
        else:
            content = str(_needed(body, "content")).encode()
        user, name = _needed(body, "user"), _needed(body, "name")
        one = self._at(body)
        file = one.people.upload(user, _maybe(body, "channel"), name, content, _maybe(body, "thread_ts"))
        return {"ok": True, "file": file.json(one.workspace.team, one.own_url())}

    async def action(self, body: Json) -> Json:
        user, action_id, block_id = _needed(body, "user"), _needed(body, "action_id"), _needed(body, "block_id")
        raw = body["selected"] if body.get("selected") is not None else body.get("value")
        one = self._at(body)
        acts, before = one.interactions, one.shown
        ts = _maybe(body, "ts")
        values = _needed(body, "values", dict) if body.get("values") else {}
        if ts:
            channel = _needed(body, "channel")
            reply = await acts.press_in_message(user, channel, ts, block_id, action_id, raw, values)
        else:
            reply = await acts.press_in_view(user, block_id, action_id, raw, values, _maybe(body, "view_id"))
        if reply.status is not None and reply.ok:
            await self._follow(one, before)
        return _outcome(reply)

    async def submit(self, body: Json) -> Json:
        user = _needed(body, "user")
        values = _needed(body, "values", dict) if body.get("values") else {}
        one = self._at(body)
        errors = await one.modals.submit(user, values)
        view = seen.view(one.workspace, user)
        trouble = view.get("error") if view else None
        told: Json = {"ok": not errors and not trouble, "errors": errors, "view": view}
        return told | ({"error": trouble} if trouble else {})

    async def close(self, body: Json) -> Json:
        user = _needed(body, "user")
        one = self._at(body)
        await one.modals.close(user, all_views=bool(body.get("all")))
        return {"ok": True, "view": seen.view(one.workspace, user)}

    async def options(self, body: Json) -> Json:
        user, action_id, block_id = _needed(body, "user"), _needed(body, "action_id"), _needed(body, "block_id")
        one = self._at(body)
        message = None
        if body.get("ts"):
            message = message_of(one, user, _needed(body, "channel"), _needed(body, "ts"))
        query = str(body.get("query") or "")
        return await one.interactions.options(user, block_id, action_id, query, message, _maybe(body, "view_id"))

    async def lead(self, body: Json) -> Json:
        slug = _needed(body, "provider")
        provider = self._platform.providers.get(slug)
        if provider is None:
            raise Impossible(f"There is no lead system {slug!r}.")
        fields = {name: value for name, value in body.items() if name != "provider"}
        try:
            return {"ok": True, "lead": await provider.arrive(**fields)}
        except (TypeError, ValueError) as error:
            raise Impossible(f"That lead cannot arrive: {error}") from None

    async def fault(self, body: Json) -> Json:
        count = _needed(body, "count", int) if "count" in body else 1
        try:
            team = _maybe(body, "team") and self._at(body).workspace.team.id
            self._platform.faults.add(_needed(body, "target"), str(_needed(body, "kind")), count, team)
        except ValueError as error:
            raise Impossible(f"{error}.") from None
        return {"ok": True}

    async def clock(self, body: Json) -> Json:
        seconds = body.get("advance")
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0:
            raise Impossible("advance is a number of seconds, not below zero.")
        if self._platform.advance is None:
            raise Impossible("This sandbox's clock cannot be moved.")
        await self._platform.advance(float(seconds))
        for one in self._platform.teams.values():
            one.workspace.touch()
        return {"ok": True, "now": self._platform.now().isoformat()}

    async def app(self, body: Json) -> Json:
        """What an admin of a workspace does to the app, and what its settings say; it is installed by OAuth, as in
        Slack."""
        people, act = self._at(body).people, _needed(body, "act")
        if act == "uninstall":
            await people.uninstall()
        elif act == "revoke":
            await people.revoke()
        elif act == "rotation":
            self._platform.oauth.rotation = body.get("on") is not False
        else:
            raise Impossible("act is uninstall, revoke or rotation.")
        return {"ok": True}
