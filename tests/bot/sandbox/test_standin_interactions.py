"""Commands, buttons, response URLs, shortcuts and events, as the app is sent them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

BUTTON = {
    "type": "actions",
    "block_id": "b",
    "elements": [
        {"type": "button", "action_id": "claim", "text": {"type": "plain_text", "text": "Claim"}, "value": "v1"},
        {
            "type": "static_select",
            "action_id": "stage",
            "placeholder": {"type": "plain_text", "text": "Stage"},
            "options": [
                {"text": {"type": "plain_text", "text": "New"}, "value": "new"},
                {"text": {"type": "plain_text", "text": "Won"}, "value": "won"},
            ],
        },
        {
            "type": "overflow",
            "action_id": "more",
            "options": [{"text": {"type": "plain_text", "text": "Hide"}, "value": "hide"}],
        },
        {"type": "datepicker", "action_id": "day", "initial_date": "2026-03-02"},
    ],
}


async def card(desk: Any, **more: Any) -> str:
    posted = await desk.client.chat_postMessage(channel="C0LEADS", text="A lead", blocks=[BUTTON], **more)
    return str(posted["ts"])


async def press(desk: Any, ts: str, action_id: str, user: str = "U0ZOE", **more: Any) -> Any:
    return await desk.post("action", user=user, channel="C0LEADS", ts=ts, block_id="b", action_id=action_id, **more)


async def test_a_command_is_signed_and_complete(desk: Any) -> None:
    told = await desk.post("command", user="U0ZOE", channel="C0LEADS", text="/leads list  mine")
    assert told == {"ok": True, "answer": None}
    sent = desk.app.last
    url, trigger, _ = sent.pop("response_url"), sent.pop("trigger_id"), sent.pop("token")
    assert url.startswith(f"{desk.url}/respond/") and trigger
    assert sent == {
        "team_id": "T0LEADBELL",
        "team_domain": "harbourhomes",
        "channel_id": "C0LEADS",
        "channel_name": "leads",
        "user_id": "U0ZOE",
        "user_name": "zoe",
        "command": "/leads",
        "text": "list  mine",
        "api_app_id": "A0LEADBELL",
        "is_enterprise_install": "false",
    }
    await desk.post("command", user="U0ZOE", channel="D0ZOE", text="/leads")
    assert desk.app.last["channel_name"] == "directmessage" and desk.app.last["text"] == ""


async def test_command_answers(desk: Any) -> None:
    desk.app.answer = lambda sent: "Hello"
    told = await desk.post("command", user="U0ZOE", channel="C0LEADS", text="/leads")
    assert told["answer"]["text"] == "Hello" and told["answer"]["ephemeral"]
    block = {"type": "section", "text": {"type": "plain_text", "text": "All"}}
    desk.app.answer = lambda sent: {"response_type": "in_channel", "text": "All", "blocks": [block]}
    await desk.post("command", user="U0ZOE", channel="C0LEADS", text="/leads")
    assert [m["text"] for m in await desk.get("messages", channel="C0LEADS", user="U0ADA")] == ["All"]
    assert desk.slack.problems == [] and desk.slack.calls[-1][0] == "response_url"
    desk.app.answer = lambda sent: {"text": "x", "blocks": [{"type": "nonsense"}]}
    told = await desk.post("command", user="U0ZOE", channel="C0LEADS", text="/leads")
    assert "invalid_command_response" in told["answer"]["text"] and desk.slack.problems


async def test_commands_that_fail(desk: Any) -> None:
    desk.app.answer = lambda sent: 500
    told = await desk.post("command", user="U0ZOE", channel="C0LEADS", text="/leads")
    assert told["answer"]["text"] == '/leads failed with the error "dispatch_failed"'
    assert told["answer"]["user"] == "USLACKBOT" and told["answer"]["ephemeral"]
    desk.slack.push.answer_seconds = 0.05
    desk.app.answer = lambda sent: asyncio.sleep(0.2)
    told = await desk.post("command", user="U0ZOE", channel="C0LEADS", text="/leads")
    assert told["answer"]["text"] == '/leads failed with the error "operation_timeout"'
    desk.slack.request_url = None
    told = await desk.post("command", user="U0ZOE", channel="C0LEADS", text="/leads")
    assert "dispatch_failed" in told["answer"]["text"]
    told = await desk.post("command", user="U0ZOE", channel="C0LEADS", text="/other")
    assert "not a valid command" in told["answer"]["text"]
    for refused in (
        {"user": "U0GUEST", "channel": "C0LEADS", "text": "/leads"},
        {"user": "U0LEADBELL", "channel": "C0LEADS", "text": "/leads"},
        {"user": "U0ZOE", "channel": "C0LEADS", "text": "leads"},
        {"user": "U0ZOE", "channel": "C0LEADS"},
    ):
        told = await desk.post("command", **refused)
        assert told["ok"] is False and told["error"].endswith(".")


async def test_response_urls_live_five_uses_and_thirty_minutes(desk: Any) -> None:
    await desk.trigger()
    url = desk.app.last["response_url"]
    for number in range(5):
        assert (await desk.respond(url, text=f"answer {number}")) == (200, "ok")
    status, body = await desk.respond(url, text="too much")
    assert status == 404 and "used_url" in body
    seen = await desk.get("messages", channel="C0LEADS", user="U0ADA")
    assert len(seen) == 5 and all(m["ephemeral"] for m in seen)
    await desk.trigger()
    url = desk.app.last["response_url"]
    assert (await desk.respond(url, text="out", response_type="in_channel"))[0] == 200
    assert (await desk.get("messages", channel="C0LEADS", user="U0ZOE"))[0]["text"] == "out"
    desk.time.forward(minutes=31)
    status, body = await desk.respond(url, text="late")
    assert status == 404 and "expired_url" in body
    assert desk.slack.problems == []


async def test_response_urls_are_strict(desk: Any) -> None:
    await desk.trigger()
    url = desk.app.last["response_url"]
    assert (await desk.respond(url, text="x", blocks=[{"type": "nonsense"}]))[0] == 400
    assert (await desk.respond(url, text="x", unknown=1))[0] == 400
    assert (await desk.respond(url))[0] == 400
    assert len(desk.slack.problems) == 3
    assert (await desk.respond(url, text="x", replace_original=True))[0] == 200
    assert "came from no message" in desk.slack.problems[-1]
    assert (await desk.respond(url, text="x", thread_ts="1.000001"))[0] == 400


async def test_a_button(desk: Any) -> None:
    ts = await card(desk)
    assert await press(desk, ts, "claim", value="v1") == {"ok": True}
    sent = desk.app.last
    assert sent["type"] == "block_actions" and sent["enterprise"] is None and not sent["is_enterprise_install"]
    assert sent["user"] == {"id": "U0ZOE", "username": "zoe", "name": "zoe", "team_id": "T0LEADBELL"}
    assert sent["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": "C0LEADS",
        "is_ephemeral": False,
    }
    assert sent["channel"] == {"id": "C0LEADS", "name": "leads"} and sent["message"]["ts"] == ts
    (action,) = sent["actions"]
    assert action.pop("action_ts")
    assert action == {
        "type": "button",
        "action_id": "claim",
        "block_id": "b",
        "text": {"type": "plain_text", "text": "Claim"},
        "value": "v1",
    }
    assert sent["state"]["values"] == {
        "b": {
            "stage": {"type": "static_select", "selected_option": None},
            "day": {"type": "datepicker", "selected_date": "2026-03-02"},
        }
    }
    assert (await desk.respond(sent["response_url"], text="Claimed by Zoe", replace_original=True))[0] == 200
    seen = (await desk.get("messages", channel="C0LEADS", user="U0ADA"))[0]
    assert (seen["ts"], seen["text"], seen["blocks"]) == (ts, "Claimed by Zoe", [])
    assert (await desk.respond(sent["response_url"], delete_original=True))[0] == 200
    assert await desk.get("messages", channel="C0LEADS", user="U0ADA") == []
    assert (await desk.respond(sent["response_url"], text="x", replace_original=True))[0] == 404
    assert desk.slack.problems == []


async def test_selects_in_a_message_keep_their_state(desk: Any) -> None:
    ts = await card(desk)
    await press(desk, ts, "stage", selected="won")
    won = {"text": {"type": "plain_text", "text": "Won"}, "value": "won"}
    assert desk.app.last["actions"][0]["selected_option"] == won
    assert desk.app.last["actions"][0]["placeholder"]["text"] == "Stage"
    await press(desk, ts, "day", selected="2026-04-01")
    assert desk.app.last["state"]["values"]["b"]["stage"]["selected_option"] == won
    assert desk.app.last["actions"][0]["selected_date"] == "2026-04-01"
    await press(desk, ts, "more", selected="hide")
    assert desk.app.last["actions"][0]["selected_option"]["value"] == "hide"
    for action_id, selected in (("stage", "lost"), ("more", "show"), ("day", "tomorrow"), ("nothing", "x")):
        assert (await press(desk, ts, action_id, selected=selected))["ok"] is False
    assert (await press(desk, ts, "claim", value="v2"))["ok"] is False
    assert (await press(desk, ts, "claim", user="U0GUEST"))["ok"] is False


async def test_a_button_that_fails_shows_it_to_the_person(desk: Any) -> None:
    ts = await card(desk)
    desk.app.answer = lambda sent: 404
    told = await press(desk, ts, "claim")
    assert told["ok"] is False and "dispatch_failed" in told["error"]
    assert (await desk.get("messages", channel="C0LEADS", user="U0ZOE"))[0]["error"]
    assert (await desk.get("messages", channel="C0LEADS", user="U0ADA"))[0]["error"] is None
    desk.app.answer = lambda sent: None
    await press(desk, ts, "claim")
    assert (await desk.get("messages", channel="C0LEADS", user="U0ZOE"))[0]["error"] is None


async def test_an_ephemeral_message(desk: Any) -> None:
    posted = await desk.client.chat_postEphemeral(channel="C0LEADS", user="U0ZOE", text="Only you", blocks=[BUTTON])
    ts = posted["message_ts"]
    assert (await press(desk, ts, "claim", user="U0ADA"))["ok"] is False
    await press(desk, ts, "claim")
    sent = desk.app.last
    assert sent["container"]["is_ephemeral"] and "message" not in sent
    await desk.respond(sent["response_url"], text="Done", replace_original=True)
    (seen,) = await desk.get("messages", channel="C0LEADS", user="U0ZOE")
    assert (seen["text"], seen["ephemeral"]) == ("Done", True)
    assert desk.slack.problems == []


async def test_shortcuts(desk: Any) -> None:
    from bot.sandbox.workspace import Shortcut

    desk.slack.workspace.shortcuts = [Shortcut("new", "global", "New lead"), Shortcut("save", "message", "Save")]
    ts = (await desk.post("message", user="U0MAX", channel="C0LEADS", text="call Jo"))["ts"]
    assert (await desk.post("shortcut", user="U0ZOE", callback_id="new")) == {"ok": True}
    assert desk.app.last["type"] == "shortcut" and "response_url" not in desk.app.last
    await desk.post("shortcut", user="U0ZOE", callback_id="save", channel="C0LEADS", ts=ts)
    sent = desk.app.last
    assert sent["type"] == "message_action" and sent["message"]["text"] == "call Jo" and sent["message_ts"] == ts
    assert (await desk.respond(sent["response_url"], text="Saved"))[0] == 200
    assert (await desk.post("shortcut", user="U0ZOE", callback_id="save"))["ok"] is False


async def test_events(desk: Any) -> None:
    home = {"type": "home", "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "Hi"}}]}

    async def publish(sent: Any) -> None:
        if sent.get("event", {}).get("type") == "app_home_opened":
            await desk.client.views_publish(user_id=sent["event"]["user"], view=home)

    desk.app.answer = publish
    assert await desk.get("home", user="U0ZOE") is None
    shown = await desk.get("home", user="U0ZOE", open="1")
    assert shown["type"] == "home" and shown["blocks"][0]["text"]["text"] == "Hi"
    sent = desk.app.last
    assert sent["type"] == "event_callback" and sent["event"]["tab"] == "home" and "view" not in sent["event"]
    assert sent["authorizations"][0]["user_id"] == "U0LEADBELL" and sent["event_id"].startswith("Ev")
    await desk.get("home", user="U0ZOE", open="1")
    assert desk.app.last["event"]["view"]["id"] == shown["id"]
    await desk.post("command", user="U0ADA", channel="C0GENERAL", text="/invite @leadbell")
    assert desk.app.last["event"]["type"] == "member_joined_channel"
    assert (await desk.client.chat_postMessage(channel="C0GENERAL", text="hi"))["ok"]
    reply = await desk.slack.push.event({"type": "app_uninstalled"}, event_id="EvX", retry=2)
    assert reply.ok and desk.app.last["headers"]["X-Slack-Retry-Num"] == "2" and desk.app.last["event_id"] == "EvX"
    await desk.slack.people.uninstall()
    assert [each["event"]["type"] for each in desk.app.received[-2:]] == ["tokens_revoked", "app_uninstalled"]
    assert desk.slack.problems == []


async def test_a_wrong_signature_would_be_noticed(desk: Any) -> None:
    desk.slack.signing_secret = "another"
    told = await desk.post("command", user="U0ZOE", channel="C0LEADS", text="/leads")
    assert "dispatch_failed" in told["answer"]["text"] and desk.app.received == []


@pytest.mark.parametrize("kind", ["429", "500", "refuse", "withhold"])
async def test_faults_of_a_response_url(desk: Any, kind: str) -> None:
    import aiohttp

    await desk.trigger()
    url = desk.app.last["response_url"]
    desk.slack.faults.add("slack:response_url", kind)
    if kind.isdigit():
        assert (await desk.respond(url, text="x"))[0] == int(kind)
    else:
        with pytest.raises(aiohttp.ClientConnectionError):
            await desk.respond(url, text="x")
    assert len(await desk.get("messages", channel="C0LEADS", user="U0ADA")) == (kind == "withhold")
    assert (await desk.respond(url, text="x")) == (200, "ok")
