"""The stand-in's Web API, called by Slack's own client."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "A lead"}}


async def fails(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_who_and_where(desk: Any) -> None:
    me = await desk.client.auth_test()
    assert (me["team_id"], me["user_id"], me["bot_id"]) == ("T0LEADBELL", "U0LEADBELL", "B0LEADBELL")
    assert (await desk.client.team_info())["team"]["name"] == "Harbour Homes"
    ada = (await desk.client.users_info(user="U0ADA"))["user"]
    assert ada["is_admin"] and ada["tz"] == "Europe/London" and ada["profile"]["email"] == "ada@harbourhomes.example"
    assert (await desk.client.users_info(user="U0GUEST"))["user"]["is_restricted"]
    assert (await desk.client.users_lookupByEmail(email="SAM@harbourhomes.example"))["user"]["id"] == "U0SAM"
    assert await fails(desk.client.users_lookupByEmail(email="no@x.example")) == "users_not_found"
    assert await fails(desk.client.users_info(user="U0NOBODY")) == "user_not_found"
    pages = [len(page["members"]) async for page in await desk.client.users_list(limit=3)]
    assert pages == [3, 3, 1]
    assert desk.slack.problems == []


async def test_tokens_and_scopes(desk: Any) -> None:
    base = f"{desk.url}/api/"
    assert await fails(AsyncWebClient(base_url=base).auth_test()) == "not_authed"
    assert await fails(AsyncWebClient(token="xoxb-other", base_url=base).auth_test()) == "invalid_auth"
    assert desk.slack.problems == []
    assert await fails(AsyncWebClient(token="xapp-sandbox", base_url=base).auth_test()) == "not_allowed_token_type"
    assert desk.slack.problems
    desk.slack.scopes = frozenset({"users:read"})
    with pytest.raises(SlackApiError) as caught:
        await desk.client.chat_postMessage(channel="C0LEADS", text="x")
    assert caught.value.response["needed"] == "chat:write" and caught.value.response["provided"] == "users:read"
    assert "email" not in (await desk.client.users_info(user="U0ADA"))["user"]["profile"]
    assert await fails(desk.client.conversations_history(channel="C0LEADS")) == "missing_scope"
    desk.slack.workspace.installed = False
    assert await fails(desk.client.auth_test()) == "account_inactive"


async def test_channels(desk: Any) -> None:
    partners = (await desk.client.conversations_info(channel="C0PARTNERS", include_num_members=True))["channel"]
    assert partners["is_ext_shared"] and partners["is_member"] and partners["num_members"] == 6
    assert not (await desk.client.conversations_info(channel="C0GENERAL"))["channel"]["is_member"]
    listed = await desk.client.conversations_list(limit=3)
    assert [c["id"] for c in listed["channels"]] == ["C0LEADS", "C0NORTH", "C0PARTNERS"]
    rest = await desk.client.conversations_list(limit=3, cursor=listed["response_metadata"]["next_cursor"])
    assert [c["name"] for c in rest["channels"]] == ["general"]
    assert "U0LEADBELL" in (await desk.client.conversations_members(channel="C0LEADS"))["members"]
    opened = await desk.client.conversations_open(users=["U0MAX"], return_im=True)
    assert opened["channel"]["id"] == "D0MAX" and opened["channel"]["user"] == "U0MAX"
    assert (await desk.client.conversations_open(users="U0MAX"))["already_open"]
    assert await fails(desk.client.conversations_open(users="U0LEADBELL")) == "cannot_dm_bot"
    assert desk.slack.problems == []


async def test_post_update_delete(desk: Any) -> None:
    posted = await desk.client.chat_postMessage(channel="C0LEADS", text="A lead", blocks=[SECTION])
    assert posted["channel"] == "C0LEADS" and posted["message"]["bot_id"] == "B0LEADBELL"
    assert posted["message"]["blocks"][0]["block_id"]
    again = await desk.client.chat_postMessage(channel="C0LEADS", text="More")
    assert again["ts"] > posted["ts"] and len(again["ts"].partition(".")[2]) == 6
    await desk.client.chat_update(channel="C0LEADS", ts=posted["ts"], text="Claimed", blocks=[SECTION])
    seen = (await desk.get("messages", channel="C0LEADS", user="U0ZOE"))[0]
    assert seen["text"] == "Claimed" and seen["edited"] is None and seen["blocks"] and not seen["ephemeral"]
    await desk.client.chat_update(channel="C0LEADS", ts=posted["ts"], text="Only text")
    seen = (await desk.get("messages", channel="C0LEADS", user="U0ZOE"))[0]
    assert seen["blocks"] == [] and seen["edited"]["user"] == "U0LEADBELL"
    link = await desk.client.chat_getPermalink(channel="C0LEADS", message_ts=again["ts"])
    assert link["permalink"].endswith("/archives/C0LEADS/p" + again["ts"].replace(".", ""))
    await desk.client.chat_delete(channel="C0LEADS", ts=again["ts"])
    assert await fails(desk.client.chat_delete(channel="C0LEADS", ts=again["ts"])) == "message_not_found"
    typed = await desk.post("message", user="U0ADA", channel="C0LEADS", text="1 < 2 & <@U0MAX>")
    assert await fails(desk.client.chat_update(channel="C0LEADS", ts=typed["ts"], text="x")) == "cant_update_message"
    history = await desk.client.conversations_history(channel="C0LEADS", limit=1)
    assert history["messages"][0]["text"] == "1 &lt; 2 &amp; <@U0MAX>"
    assert desk.slack.problems == []


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": "#leads", "text": "x"}, "channel_not_found"),
        ({"channel": "C0GENERAL", "text": "x"}, "not_in_channel"),
        ({"channel": "C0LEADS", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": "C0LEADS"}, "no_text"),
        ({"channel": "C0LEADS", "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "C0LEADS", "text": "x", "blocks": [{"type": "nonsense"}]}, "invalid_blocks"),
        ({"channel": "C0LEADS", "text": "x", "blocks": [SECTION] * 51}, "invalid_blocks"),
        ({"channel": "C0LEADS", "text": "x", "blocks": {"type": "section"}}, "invalid_blocks_format"),
        ({"channel": "C0LEADS", "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
        ({"text": "x"}, "invalid_arguments"),
        ({"channel": "C0LEADS", "text": 7}, "invalid_arguments"),
    ],
)
async def test_refused_messages(desk: Any, args: dict[str, Any], code: str) -> None:
    assert await desk.error("chat.postMessage", **args) == code
    assert await desk.get("messages", channel="C0LEADS", user="U0ADA") == []
    ordinary = {"channel_not_found", "not_in_channel", "thread_not_found"}
    assert bool(desk.slack.problems) == (code not in ordinary)


async def test_too_many_characters_over_all_blocks(desk: Any) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2_900}}] * 5
    assert await desk.error("chat.postMessage", channel="C0LEADS", text="x", blocks=blocks) == "msg_blocks_too_long"


async def test_blocks_without_text_and_unknown_arguments_are_problems(desk: Any) -> None:
    assert await desk.error("chat.postMessage", channel="C0LEADS", blocks=[SECTION]) == "ok"
    assert "without text" in desk.slack.problems[-1]
    assert await desk.error("chat.postMessage", channel="C0LEADS", text="x", thread="1.2") == "ok"
    assert "'thread'" in desk.slack.problems[-1]
    assert await desk.error("chat.meMessage", channel="C0LEADS", text="x") == "unknown_method"
    assert "unknown method" in desk.slack.problems[-1]
    assert await desk.error("users.info", user="U0ADA") == "invalid_arguments"  # JSON to a form method


async def test_archived_and_private_channels(desk: Any) -> None:
    desk.slack.workspace.channels["C0NORTH"].is_archived = True
    assert await fails(desk.client.chat_postMessage(channel="C0NORTH", text="x")) == "is_archived"
    desk.slack.workspace.channels["C0GENERAL"].is_private = True
    assert await fails(desk.client.conversations_info(channel="C0GENERAL")) == "channel_not_found"
    desk.slack.workspace.channels["C0GENERAL"].is_private = False
    desk.slack.scopes |= {"chat:write.public"}
    assert (await desk.client.chat_postMessage(channel="C0GENERAL", text="x"))["ok"]


async def test_threads_metadata_and_history(desk: Any) -> None:
    metadata = {"event_type": "lead", "event_payload": {"delivery": "d1"}}
    parent = await desk.client.chat_postMessage(channel="C0LEADS", text="parent", metadata=metadata)
    reply = await desk.client.chat_postMessage(
        channel="C0LEADS", text="reply", thread_ts=parent["ts"], metadata=metadata
    )
    deeper = await desk.client.chat_postMessage(channel="C0LEADS", text="deeper", thread_ts=reply["ts"])
    assert deeper["message"]["thread_ts"] == parent["ts"]
    other = await desk.client.chat_postMessage(channel="C0LEADS", text="other")
    await desk.client.chat_postEphemeral(channel="C0LEADS", user="U0ZOE", text="hush")
    history = (await desk.client.conversations_history(channel="C0LEADS"))["messages"]
    assert [each["text"] for each in history] == ["other", "parent"]
    assert history[1]["reply_count"] == 2 and "metadata" not in history[1]
    with_it = await desk.client.conversations_history(
        channel="C0LEADS", include_all_metadata=True, oldest=parent["ts"], latest=other["ts"], inclusive=True
    )
    assert with_it["messages"][1]["metadata"] == metadata
    assert [
        m["text"] for m in (await desk.client.conversations_history(channel="C0LEADS", oldest=parent["ts"]))["messages"]
    ] == ["other"]
    pages = [
        [each["text"] for each in page["messages"]]
        async for page in await desk.client.conversations_replies(channel="C0LEADS", ts=parent["ts"], limit=2)
    ]
    assert pages == [["parent", "reply"], ["deeper"]]
    replies = await desk.client.conversations_replies(
        channel="C0LEADS", ts=parent["ts"], include_all_metadata=True, oldest=parent["ts"]
    )
    assert replies["messages"][1]["metadata"] == metadata
    assert await fails(desk.client.conversations_replies(channel="C0LEADS", ts="1.000001")) == "thread_not_found"
    assert await fails(desk.client.conversations_history(channel="C0GENERAL")) == "not_in_channel"
    await desk.client.chat_update(channel="C0LEADS", ts=parent["ts"], text="changed")
    kept = (await desk.client.conversations_history(channel="C0LEADS", include_all_metadata=True))["messages"][1]
    assert kept["metadata"] == metadata
    assert desk.slack.problems == []


async def test_ephemeral_and_direct_messages(desk: Any) -> None:
    hush = await desk.client.chat_postEphemeral(channel="C0LEADS", user="U0ZOE", text="hush")
    assert [m["text"] for m in await desk.get("messages", channel="C0LEADS", user="U0ZOE")] == ["hush"]
    assert await desk.get("messages", channel="C0LEADS", user="U0ADA") == []
    assert await desk.get("messages", channel="C0LEADS", user="U0GUEST") == []
    update = desk.client.chat_update(channel="C0LEADS", ts=hush["message_ts"], text="x")
    assert await fails(update) == "message_not_found"
    out = desk.client.chat_postEphemeral(channel="C0LEADS", user="U0GUEST", text="x")
    assert await fails(out) == "user_not_in_channel"
    direct = await desk.client.chat_postMessage(channel="U0MAX", text="psst")
    assert direct["channel"] == "D0MAX"
    assert [m["text"] for m in await desk.get("messages", channel="D0MAX", user="U0MAX")] == ["psst"]
    assert await desk.get("messages", channel="D0MAX", user="U0ADA") == []
    assert (await desk.get("state"))["dms"] == [{"id": "D0MAX", "user": "U0MAX"}]


async def test_reactions(desk: Any) -> None:
    ts = (await desk.post("message", user="U0ADA", channel="C0LEADS", text="hi"))["ts"]
    await desk.client.reactions_add(channel="C0LEADS", name="eyes", timestamp=ts)
    assert await fails(desk.client.reactions_add(channel="C0LEADS", name="eyes", timestamp=ts)) == "already_reacted"
    seen = (await desk.get("messages", channel="C0LEADS", user="U0ADA"))[0]
    assert seen["reactions"] == [{"name": "eyes", "users": ["U0LEADBELL"]}]
    await desk.client.reactions_remove(channel="C0LEADS", name="eyes", timestamp=ts)
    remove = desk.client.reactions_remove(channel="C0LEADS", name="eyes", timestamp=ts)
    assert await fails(remove) == "no_reaction"


async def test_files_both_ways(desk: Any) -> None:
    uploaded = await desk.client.files_upload_v2(
        channel="C0LEADS", content="a,b\n1,2\n", filename="leads.csv", title="Leads", initial_comment="Here"
    )
    seen = (await desk.get("messages", channel="C0LEADS", user="U0ADA"))[0]
    assert seen["text"] == "Here" and seen["files"][0]["id"] == uploaded["file"]["id"]
    assert seen["files"][0]["mimetype"] == "text/csv"
    async with desk.http.get(
        f"{desk.url}/sandbox/file", params={"id": seen["files"][0]["id"], "user": "U0ADA"}
    ) as response:
        assert await response.read() == b"a,b\n1,2\n"
    await desk.post("upload", user="U0ADA", channel="C0LEADS", name="in.csv", content="x\n")
    file = (await desk.get("messages", channel="C0LEADS", user="U0ZOE"))[1]["files"][0]
    async with desk.http.get(
        file["url_private_download"], headers={"Authorization": "Bearer xoxb-sandbox"}
    ) as response:
        assert await response.read() == b"x\n"
    async with desk.http.get(file["url_private_download"]) as response:
        assert response.content_type == "text/html"
    assert (await desk.client.files_info(file=file["id"]))["file"]["name"] == "in.csv"
    assert await fails(desk.client.files_delete(file=file["id"])) == "cant_delete_file"
    await desk.client.files_delete(file=uploaded["file"]["id"])
    assert (await desk.get("messages", channel="C0LEADS", user="U0ADA"))[0]["files"] == []
    assert desk.slack.problems == []
    announced = await desk.client.files_getUploadURLExternal(filename="x.txt", length=3)
    async with desk.http.post(announced["upload_url"], data=b"four") as response:
        assert response.status == 400
    complete = desk.client.files_completeUploadExternal(files=[{"id": announced["file_id"]}])
    assert await fails(complete) == "file_not_found"


async def test_faults(desk: Any) -> None:
    async def raw(method: str) -> Any:
        async with desk.http.post(
            f"{desk.url}/api/{method}",
            json={"channel": "C0LEADS", "text": "x"},
            headers={"Authorization": "Bearer xoxb-sandbox"},
        ) as response:
            return response.status, response.headers.get("Retry-After"), await response.text()

    await desk.post("fault", target="slack:chat.postMessage", kind="429", count=1)
    assert (await desk.client.auth_test())["ok"]
    assert (await raw("chat.postMessage"))[:2] == (429, "1")
    desk.slack.faults.add("slack", "503", 2)
    assert [(await raw("chat.postMessage"))[0] for _ in range(3)] == [503, 503, 200]
    desk.slack.faults.add("slack", "token_revoked")
    assert '"token_revoked"' in (await raw("chat.postMessage"))[2]
    before = len(desk.slack.workspace.messages["C0LEADS"])
    for kind, more in (("refuse", 0), ("withhold", 1), ("slow", 1)):
        desk.slack.faults.add("slack:chat.postMessage", kind)
        if kind == "slow":
            assert (await raw("chat.postMessage"))[0] == 200
        else:
            with pytest.raises(aiohttp.ClientConnectionError):
                await raw("chat.postMessage")
        before += more
        assert len(desk.slack.workspace.messages["C0LEADS"]) == before
    desk.slack.faults.add("slack", "hang")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(raw("chat.postMessage"), 0.2)
    assert len(desk.slack.workspace.messages["C0LEADS"]) == before
    assert (await raw("chat.postMessage"))[0] == 200
    assert (await desk.post("fault", target="nobody", kind="500", count=1))["ok"] is False
    assert desk.slack.problems == []
