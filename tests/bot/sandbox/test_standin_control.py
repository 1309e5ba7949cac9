"""Socket Mode, the console's files and the rest of its JSON API, and the recorder."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.strict import Recorder


async def test_socket_mode_with_bolt(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_CLIENT_ID",
        "SLACK_CLIENT_SECRET",
    ):
        monkeypatch.delenv(name, raising=False)
    desk.slack.request_url = None
    base = f"{desk.url}/api/"
    app = AsyncApp(client=AsyncWebClient(token="xoxb-sandbox", base_url=base), signing_secret="x")
    events = []

    @app.command("/leads")
    async def leads(ack: Any, command: Any) -> None:
        await ack(f"You typed {command['text']}")

    @app.event("app_home_opened")
    async def opened(event: Any) -> None:
        events.append(event)

    @app.view("c")
    async def saved(ack: Any) -> None:
        await ack(response_action="errors", errors={"b": "No"})

    wrong = AsyncWebClient(token="xoxb-sandbox", base_url=base)
    with pytest.raises(SlackApiError):
        await wrong.apps_connections_open(app_token="xoxb-sandbox")
    desk.slack.problems.clear()
    handler = AsyncSocketModeHandler(
        app, "xapp-sandbox", web_client=AsyncWebClient(token="xapp-sandbox", base_url=base), ping_interval=1
    )
    await handler.connect_async()
    try:
        async with asyncio.timeout(5):
            while not desk.slack.socket.connected:
                await asyncio.sleep(0.01)
        told = await desk.post("command", user="U0ZOE", channel="C0LEADS", text="/leads a b")
        assert told["answer"]["text"] == "You typed a b"
        await desk.get("home", user="U0ZOE", open="1")
        assert events[0]["user"] == "U0ZOE"
        block = {
            "type": "input",
            "block_id": "b",
            "label": {"type": "plain_text", "text": "l"},
            "element": {"type": "plain_text_input", "action_id": "v"},
        }
        title = {"type": "plain_text", "text": "T"}
        view = {"type": "modal", "callback_id": "c", "title": title, "submit": title, "blocks": [block]}
        trigger = desk.slack.workspace.tickets.trigger("U0ZOE")
        await desk.client.views_open(trigger_id=trigger, view=view)
        assert (await desk.post("submit", user="U0ZOE", values={"b": {"v": "x"}}))["errors"] == {"b": "No"}
        told = await desk.post("shortcut", user="U0ZOE", callback_id="nothing")
        assert told["ok"] is False
    finally:
        await handler.close_async()
    assert desk.slack.problems == []


async def test_a_socket_ticket_works_once_and_acknowledgements_are_checked(desk: Any) -> None:
    answer = await AsyncWebClient(base_url=f"{desk.url}/api/").apps_connections_open(app_token="xapp-sandbox")
    async with desk.http.ws_connect(answer["url"]) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        async with desk.http.get(answer["url"].replace("ws://", "http://")) as response:
            assert response.status == 403
        await socket.send_json({"envelope_id": "unknown"})
        delivery = asyncio.create_task(desk.slack.push.event({"type": "app_uninstalled"}))
        envelope = await socket.receive_json()
        assert envelope["type"] == "events_api" and not envelope["accepts_response_payload"]
        assert desk.slack.problems == ["socket: an acknowledgement of no envelope"]
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
        assert (await delivery).ok
        desk.slack.push.answer_seconds = 0.05
        assert (await desk.slack.push.event({"type": "app_uninstalled"})).kind == "timeout"
        await desk.slack.socket.disconnect()
        await socket.receive_json()
        assert (await socket.receive_json())["type"] == "disconnect"


async def test_state_and_console_files(desk: Any) -> None:
    state = await desk.get("state")
    assert state["workspace"] == {"id": "T0LEADBELL", "name": "Harbour Homes"}
    assert [p["id"] for p in state["people"]] == ["U0ADA", "U0MAX", "U0ZOE", "U0SAM", "U0GUEST"]
    assert state["bot"]["commands"] == ["/leads"] and state["channels"][2]["is_shared"]
    for path in ("/console/../slack.py", "/console/%2e%2e/slack.py", "/console/nothing.js"):
        async with desk.http.get(f"{desk.url}{path}") as response:
            assert response.status == 404
    async with desk.http.get(f"{desk.url}/") as response:
        assert response.status == 200 and response.content_type == "text/html"
    async with desk.http.get(f"{desk.url}/console/console.js") as response:
        assert response.status == 200 and response.content_type == "text/javascript"
    foreign = {"Origin": "https://elsewhere.example"}
    async with desk.http.post(f"{desk.url}/sandbox/command", json={}, headers=foreign) as response:
        assert response.status == 403


async def test_errors_are_sentences_with_400(desk: Any) -> None:
    for path, body in (
        ("command", b"not json"),
        ("command", b"[]"),
        ("message", b'{"user": "U0NOBODY", "channel": "C0LEADS", "text": "x"}'),
        ("lead", b'{"provider": "nobody"}'),
        ("clock", b'{"advance": -1}'),
        ("clock", b'{"advance": 1}'),
        ("upload", b'{"user": "U0ADA", "name": "x", "content_base64": "%"}'),
        ("fault", b'{"target": "slack", "kind": "500", "count": 0}'),
    ):
        async with desk.http.post(f"{desk.url}/sandbox/{path}", data=body) as response:
            assert response.status == 400
            answer = await response.json()
            assert answer["ok"] is False and answer["error"].endswith(".")
    async with desk.http.get(f"{desk.url}/sandbox/messages", params={"channel": "C9", "user": "U0ADA"}) as response:
        assert response.status == 400


class Provider:
    def __init__(self) -> None:
        self.faults: list[tuple[str, int]] = []

    async def arrive(self, **fields: Any) -> dict[str, Any]:
        if "wrong" in fields:
            raise ValueError("wrong")
        return {"id": 1, **fields}

    def fault(self, kind: str, count: int) -> None:
        self.faults.append((kind, count))


async def test_leads_faults_and_clock(desk: Any) -> None:
    provider = Provider()
    desk.slack.providers["kpro"] = provider
    assert await desk.post("lead", provider="kpro", name="Jo") == {"ok": True, "lead": {"id": 1, "name": "Jo"}}
    assert (await desk.post("lead", provider="kpro", wrong=1))["ok"] is False
    await desk.post("fault", target="kpro", kind="500", count=3)
    assert provider.faults == [("500", 3)]

    async def advance(seconds: float) -> None:
        desk.time.forward(seconds=seconds)

    desk.slack.advance = advance
    assert (await desk.post("clock", advance=3600))["now"] == "2026-03-02T10:00:00+00:00"
    assert (await desk.get("state"))["providers"] == ["kpro"]


async def test_server_sent_events(desk: Any) -> None:
    async with desk.http.get(f"{desk.url}/sandbox/events") as response:
        first = json.loads((await response.content.readline()).removeprefix(b"data: "))
        await response.content.readline()
        await desk.post("message", user="U0ADA", channel="C0LEADS", text="hi")
        second = json.loads((await response.content.readline()).removeprefix(b"data: "))
        assert second["revision"] > first["revision"]


async def test_the_recorder(desk: Any, tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    desk.slack.recorder = Recorder(path)
    await desk.client.chat_postMessage(channel="C0LEADS", text="hi")
    await desk.client.users_info(user="U0ADA")
    await desk.trigger()
    await desk.respond(desk.app.last["response_url"], text="x")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["method"] for line in lines] == ["chat.postMessage", "users.info", "response_url"]
    assert lines[0]["payload"] == {"channel": "C0LEADS", "text": "hi"}
    assert "xoxb" not in path.read_text()


async def test_until(desk: Any) -> None:
    with pytest.raises(TimeoutError):
        await desk.slack.until(lambda: False, 0.02)
    waiting = asyncio.create_task(desk.slack.until(lambda: bool(desk.slack.workspace.messages["C0LEADS"])))
    await asyncio.sleep(0)
    await desk.client.chat_postMessage(channel="C0LEADS", text="hi")
    await waiting


async def test_a_script_finds_what_the_app_shows_just_after_it_acknowledged(desk: Any) -> None:
    desk.slack.platform.patience = 5.0
    late: list[asyncio.Task[Any]] = []

    async def show(trigger: str) -> None:
        await asyncio.sleep(0)
        view = {"type": "modal", "title": {"type": "plain_text", "text": "Late"}, "blocks": [{"type": "divider"}]}
        await desk.client.users_list()
        await desk.client.views_open(trigger_id=trigger, view=view)

    def answer(sent: Any) -> None:
        late.append(asyncio.create_task(show(sent["trigger_id"])))

    desk.app.answer = answer
    assert (await desk.post("command", user="U0ADA", channel="C0LEADS", text="/leads connect"))["ok"]
    assert (await desk.get("view", user="U0ADA"))["title"]["text"] == "Late"
    await asyncio.gather(*late)
