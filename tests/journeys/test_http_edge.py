"""What reaches the bot over HTTP without being Slack, or being Slack and strange: a 4xx, never a 500."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.sandbox.push import sign
from tests.conftest import ADA, LEADS, ZOE, House

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
COMMAND = {
    "team_id": "T0LEADBELL", "channel_id": LEADS, "user_id": ZOE, "command": "/leads", "text": "connect",
    "response_url": "http://127.0.0.1:1/none", "trigger_id": "1.2.3", "token": "x", "api_app_id": "A0LEADBELL",
}  # fmt: skip


async def post(
    house: House, body: bytes, headers: dict[str, Any], *, kind: str = FORM, raw: bool = False
) -> tuple[int, str]:
    url = f"{house.sandbox.url}/slack/events"
    given = {**({} if raw else {"Content-Type": kind}), **headers}
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=given) as answer:
        return answer.status, await answer.text()


def signed(house: House, body: bytes, at: int | None = None) -> dict[str, str]:
    timestamp = str(int(time.time()) if at is None else at)
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": sign(house.slack.signing_secret, timestamp, body),
    }


async def send(house: House, body: bytes, kind: str = FORM) -> tuple[int, str]:
    return await post(house, body, signed(house, body), kind=kind)


async def test_a_signed_command_is_answered(house: House) -> None:
    status, text = await send(house, urlencode(COMMAND).encode())
    assert status == 200
    assert "Only a workspace admin can use `/leads connect`." in text


async def test_an_unsigned_request_is_refused(house: House) -> None:
    status, _ = await post(house, urlencode(COMMAND).encode(), {})
    assert status == 401


async def test_a_request_signed_with_another_secret_is_refused(house: House) -> None:
    body = urlencode(COMMAND).encode()
    now = str(int(time.time()))
    forged = {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": sign("f" * 32, now, body)}
    assert (await post(house, body, forged))[0] == 401


async def test_a_signature_of_another_body_is_refused(house: House) -> None:
    body = urlencode(COMMAND).encode()
    other = urlencode({**COMMAND, "user_id": ADA}).encode()
    assert (await post(house, other, signed(house, body)))[0] == 401


@pytest.mark.parametrize("seconds", [-301, -3600, 301, -(10**9)])
async def test_a_replayed_request_is_refused(house: House, seconds: int) -> None:
    body = urlencode(COMMAND).encode()
    assert (await post(house, body, signed(house, body, int(time.time()) + seconds)))[0] == 401


@pytest.mark.parametrize("seconds", [-290, 290])
async def test_a_clock_that_is_off_by_less_than_five_minutes_is_forgiven(house: House, seconds: int) -> None:
    body = urlencode(COMMAND).encode()
    assert (await post(house, body, signed(house, body, int(time.time()) + seconds)))[0] == 200


MALFORMED: tuple[tuple[str, str], ...] = (
    ("", ""), ("", "v0=00"), ("yesterday", "v0=00"), ("-1", "v0=00"), ("1e9", "v0=00"), ("9" * 400, "v0=00"),
    ("NaN", "v0=00"), ("0x10", "v0=00"), ("²³", "v0=00"), ("١٢٣", "v0=00"), ("NOW", ""), ("NOW", "v0="),
    ("NOW", "v1=" + "0" * 64), ("NOW", "v0=" + "z" * 64), ("NOW", "v0=" + "é" * 32), ("NOW", "\u2603"),
    ("NOW", "v0=" + "0" * 8000), ("NOW ", "v0=00"), ("NOW", "garbage=,,"),
)  # fmt: skip


async def test_malformed_headers_are_refused_and_nothing_breaks(house: House, caplog: pytest.LogCaptureFixture) -> None:
    found = {}
    for timestamp, signature in MALFORMED:
        headers = {
            "X-Slack-Request-Timestamp": timestamp.replace("NOW", str(int(time.time()))),
            "X-Slack-Signature": signature,
        }
        found[timestamp, signature], _ = await post(house, urlencode(COMMAND).encode(), headers)
    assert found == dict.fromkeys(MALFORMED, 401)
    assert not [r for r in caplog.records if r.levelname == "ERROR"]


async def test_raw_bytes_in_a_header_are_refused(house: House) -> None:
    """Bytes above 127, as no client library would send them."""
    import asyncio

    host, port = house.sandbox.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n"
        b"X-Slack-Request-Timestamp: \xff\xfe\x80\r\nX-Slack-Signature: v0=\xe9\xff\r\nConnection: close\r\n\r\nhi"
    )
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    status = int(answer.split(b" ", 2)[1])
    assert status in (400, 401)


async def test_a_body_of_more_than_a_megabyte_is_refused(house: House) -> None:
    body = b"payload=" + b"x" * (1024 * 1024 + 1)
    assert (await send(house, body))[0] == 413


async def test_a_large_body_without_a_length_is_refused(house: House) -> None:
    async def pieces() -> Any:
        for _ in range(20):
            yield b"x" * 100_000

    url = f"{house.sandbox.url}/slack/events"
    async with aiohttp.ClientSession() as session, session.post(url, data=pieces()) as answer:
        assert answer.status == 413


GARBAGE: tuple[tuple[bytes, str], ...] = tuple(
    (body, kind)
    for kind in (FORM, JSON, "text/plain", "", "multipart/form-data; boundary=x")
    for body in (
        b"", b"\x00\xff\xfe", b"payload=", b"payload=not json", b"payload=[]", b"payload=5", b"payload=null",
        b'payload={"type":', b'payload={"type":[]}', b'payload="text"', b"[]", b"null", b"5", b'"text"', b"{}",
        b'{"type":5}', b'{"type":"event_callback"}', b'{"type":"event_callback","event":[]}',
        b'{"type":"event_callback","event":"x","team_id":"T0LEADBELL"}', b"payload=" + b"[" * 5000, b"[" * 100_000,
        b"%ff%fe=%zz&&&=", b"command=&team_id=T0LEADBELL", b"command=/leads",
        b"command=/leads&team_id=T0LEADBELL&user_id=", b"command=/leads&team_id=T0LEADBELL&user_id=U0NOBODY&text=list",
    )
)  # fmt: skip


@pytest.mark.parametrize("kind", [FORM, JSON, "text/plain", "", "multipart/form-data; boundary=x"])
async def test_signed_garbage_is_never_a_500(house: House, kind: str) -> None:
    found = [(body[:60], (await send(house, body, each))[0]) for body, each in GARBAGE if each == kind]
    assert [pair for pair in found if pair[1] >= 500] == []


PAYLOADS: tuple[dict[str, Any], ...] = (
    {},
    {"type": "block_actions"},
    {"type": "block_actions", "actions": []},
    {"type": "block_actions", "actions": [{}]},
    {"type": "block_actions", "actions": ["x"]},
    {"type": "block_actions", "actions": [{"action_id": "claim"}]},
    {"type": "block_actions", "actions": [{"action_id": "claim", "value": {"v": 1}}]},
    {"type": "block_actions", "actions": [{"action_id": "more", "selected_option": "x"}]},
    {"type": "view_submission"},
    {"type": "view_submission", "view": {}},
    {"type": "view_submission", "view": {"callback_id": "connect"}},
    {"type": "view_submission", "view": {"callback_id": "connect", "id": "V1", "state": {"values": []}}},
    {"type": "view_submission", "view": {"callback_id": "import", "id": "V1", "state": {"values": {"file": {}}}}},
    {"type": "view_submission", "view": {"callback_id": "subscribe", "id": "V1", "state": {"values": {"channel": 5}}}},
    {"type": "view_closed"},
    {"type": "shortcut"},
    {"type": "message_action", "callback_id": "import-file", "message": "x"},
    {"type": "message_action", "callback_id": "import-file", "message": {"files": [{}]}},
    {"type": "block_suggestion"},
    {"type": "something new"},
    {"type": ["x"]},
    {"type": "block_actions", "team": "x", "user": "y", "actions": [{"action_id": "claim"}]},
    {"type": "block_actions", "team": None, "user": None, "actions": [{"action_id": "claim"}]},
)


async def test_signed_payloads_of_strange_shape_are_never_a_500(house: House) -> None:
    found = []
    for payload in PAYLOADS:
        for who in ({}, {"team": {"id": "T0LEADBELL"}, "user": {"id": ADA}}):
            body = urlencode({"payload": json.dumps({**who, **payload})}).encode()
            status, _ = await send(house, body)
            if status >= 500:
                found.append((payload, bool(who), status))
    assert found == []
    await house.quiet()
    answer = await house.command(ADA, "/leads status")
    assert answer is not None
    assert "Status of the lead desk" in answer.text


async def test_people_of_an_unknown_workspace_are_told_so_and_nothing_else_happens(house: House) -> None:
    await house.connect()
    calls = len(house.slack.calls)
    tickets = house.slack.workspace.tickets
    url = f"{house.slack.own_url()}/respond/{tickets.response(ADA, LEADS)}"
    asked = urlencode({**COMMAND, "team_id": "T0STRANGER", "text": "list", "response_url": url})
    pressed = {
        "type": "block_actions", "team": {"id": "T0STRANGER"}, "user": {"id": ADA, "team_id": "T0STRANGER"},
        "actions": [{"action_id": "claim", "block_id": "b", "type": "button", "value": '{"v":1,"lead":1001}'}],
        "channel": {"id": LEADS}, "trigger_id": "1.2.3", "response_url": url,
    }  # fmt: skip
    sent = {
        **pressed,
        "type": "view_submission",
        "view": {"id": "V1", "callback_id": "connect", "title": {"type": "plain_text", "text": "Connect"}},
    }
    typed = {**pressed, "type": "block_suggestion", "action_id": "choose", "block_id": "b", "value": "so"}
    why = "This Leadbell does not serve your workspace. Ask whoever set it up."
    status, text = await send(house, asked.encode())
    assert (status, json.loads(text)["text"]) == (200, why)
    status, text = await send(house, urlencode({"payload": json.dumps(pressed)}).encode())
    assert (status, text) == (200, "")
    status, text = await send(house, urlencode({"payload": json.dumps(sent)}).encode())
    assert (status, json.loads(text)["response_action"], why in text) == (200, "update", True)
    status, text = await send(house, urlencode({"payload": json.dumps(typed)}).encode())
    assert (status, json.loads(text)) == (200, {"options": []})
    await house.quiet()
    assert house.told(ADA) == [why]
    assert [method for method, _ in list(house.slack.calls)[calls:]] == ["response_url"]


async def test_an_event_of_an_unknown_workspace_is_acknowledged_and_does_nothing(house: House) -> None:
    calls = len(house.slack.calls)
    event = {
        "type": "event_callback", "team_id": "T0STRANGER", "event_id": "Ev1",
        "event": {"type": "member_joined_channel", "channel": LEADS, "user": "U0LEADBELL", "team": "T0STRANGER"},
        "authorizations": [{"team_id": "T0STRANGER", "user_id": "U1", "is_bot": True, "enterprise_id": None}],
    }  # fmt: skip
    status, _ = await send(house, json.dumps(event).encode(), JSON)
    assert status == 200
    await house.quiet()
    assert len(house.slack.calls) == calls


async def test_an_event_nobody_asked_for_is_acknowledged(house: House) -> None:
    reply = await house.slack.push.event({"type": "reaction_added", "user": ADA, "item": {}})
    assert reply.status in (200, 404)  # Bolt's own word for "no listener"; never a 5xx


async def test_slacks_challenge_is_answered(house: House) -> None:
    body = json.dumps({"type": "url_verification", "token": "x", "challenge": "3eZbrw1aB"}).encode()
    status, text = await send(house, body, JSON)
    assert status == 200
    assert "3eZbrw1aB" in text


async def test_other_methods_and_paths_are_refused(house: House) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{house.sandbox.url}/slack/events") as answer:
            assert answer.status == 405
        async with session.get(f"{house.sandbox.url}/healthz") as answer:
            assert (answer.status, await answer.json()) == (200, {"ok": True, "problems": [], "role": "leader"})
