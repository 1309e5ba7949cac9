"""Modals: opening, the stack, typed values, client-side checks, answers to a submission."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError


def text(value: str) -> dict[str, str]:
    return {"type": "plain_text", "text": value}


def option(value: str) -> dict[str, Any]:
    return {"text": text(value.title()), "value": value}


def field(block_id: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": block_id,
        "label": text(block_id),
        "element": {"action_id": "v", **element},
        **more,
    }


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": text("Lead"), "submit": text("Save"), "blocks": list(blocks), **more}


NAME = field("name", {"type": "plain_text_input"})


async def open_view(desk: Any, view: dict[str, Any]) -> Any:
    opened = await desk.client.views_open(trigger_id=await desk.trigger(), view=view)
    desk.app.received.clear()
    return opened["view"]


async def fails(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_triggers_die(desk: Any) -> None:
    trigger = await desk.trigger()
    assert await fails(desk.client.views_open(trigger_id="1.2.abc", view=modal(NAME))) == "invalid_trigger_id"
    bad = modal(NAME, title=text("x" * 25))
    assert await fails(desk.client.views_open(trigger_id=trigger, view=bad)) == "invalid_arguments"
    assert "view title" in desk.slack.problems[-1]
    await desk.client.views_open(trigger_id=trigger, view=modal(NAME))
    assert await fails(desk.client.views_open(trigger_id=trigger, view=modal(NAME))) == "exchanged_trigger_id"
    late = await desk.trigger()
    tickets = desk.slack.workspace.tickets
    real = tickets.monotonic
    tickets.monotonic = lambda: real() + 3.1
    assert await fails(desk.client.views_open(trigger_id=late, view=modal(NAME))) == "expired_trigger_id"


async def test_the_view_as_slack_returns_it(desk: Any) -> None:
    view = await open_view(desk, modal(NAME, private_metadata="m", callback_id="c", external_id="e"))
    assert view["id"].startswith("V") and view["root_view_id"] == view["id"] and view["previous_view_id"] is None
    assert (view["private_metadata"], view["callback_id"], view["external_id"]) == ("m", "c", "e")
    assert view["team_id"] == "T0LEADBELL" and view["app_id"] == "A0LEADBELL" and view["bot_id"] == "B0LEADBELL"
    shown = await desk.get("view", user="U0ADA")
    assert shown["stack"] == 1 and shown["state"]["values"] == {
        "name": {"v": {"type": "plain_text_input", "value": None}}
    }
    assert await desk.get("view", user="U0ZOE") is None
    again = desk.client.views_open(trigger_id=await desk.trigger("U0ZOE"), view=modal(NAME, external_id="e"))
    assert await fails(again) == "duplicate_external_id"


async def test_update_with_hash_and_what_was_typed(desk: Any) -> None:
    button = {
        "type": "actions",
        "block_id": "a",
        "elements": [{"type": "button", "action_id": "check", "text": text("Check")}],
    }
    view = await open_view(desk, modal(NAME, button, external_id="e"))
    told = await desk.post("action", user="U0ADA", block_id="a", action_id="check", values={"name": {"v": "Jo"}})
    assert told == {"ok": True}
    sent = desk.app.last
    assert sent["container"] == {"type": "view", "view_id": view["id"]} and "response_url" not in sent
    assert sent["view"]["state"]["values"]["name"]["v"]["value"] == "Jo"
    more = field("age", {"type": "number_input", "is_decimal_allowed": False, "initial_value": "7"})
    updated = await desk.client.views_update(view_id=view["id"], hash=view["hash"], view=modal(NAME, more))
    assert updated["view"]["hash"] != view["hash"]
    values = (await desk.get("view", user="U0ADA"))["state"]["values"]
    assert values["name"]["v"]["value"] == "Jo" and values["age"]["v"]["value"] == "7"
    stale = desk.client.views_update(view_id=view["id"], hash=view["hash"], view=modal(NAME))
    assert await fails(stale) == "hash_conflict"
    assert await fails(desk.client.views_update(view_id="V0NONE", view=modal(NAME))) == "not_found"
    await desk.post("close", user="U0ADA")
    assert await fails(desk.client.views_update(view_id=view["id"], view=modal(NAME))) == "not_found"
    assert desk.slack.problems == []


async def test_the_stack(desk: Any) -> None:
    button = {
        "type": "actions",
        "block_id": "a",
        "elements": [{"type": "button", "action_id": "next", "text": text("Next")}],
    }
    view = modal(button, notify_on_close=True)
    first = await open_view(desk, view)
    codes = []
    for _ in range(3):
        await desk.post("action", user="U0ADA", block_id="a", action_id="next")
        try:
            pushed = await desk.client.views_push(trigger_id=desk.app.last["trigger_id"], view=view)
        except SlackApiError as error:
            codes.append(error.response["error"])
        else:
            assert pushed["view"]["root_view_id"] == first["id"]
    assert codes == ["push_limit_reached"] and (await desk.get("view", user="U0ADA"))["stack"] == 3
    await desk.post("close", user="U0ADA")
    assert desk.app.last["type"] == "view_closed" and not desk.app.last["is_cleared"]
    assert (await desk.get("view", user="U0ADA"))["stack"] == 2
    desk.app.received.clear()
    await desk.post("close", user="U0ADA", all=True)
    assert [each["is_cleared"] for each in desk.app.received] == [True, True]
    assert await desk.get("view", user="U0ADA") is None
    push = desk.client.views_push(trigger_id=await desk.trigger(), view=view)
    assert await fails(push) == "invalid_trigger_id"


OPTIONS = [option("a"), option("b"), option("c")]
ELEMENTS: list[tuple[dict[str, Any], Any, dict[str, Any]]] = [
    ({"type": "plain_text_input"}, "Jo", {"value": "Jo"}),
    ({"type": "plain_text_input", "initial_value": "Al"}, "", {"value": None}),
    ({"type": "email_text_input"}, "a@b.example", {"value": "a@b.example"}),
    ({"type": "url_text_input"}, "https://x.example", {"value": "https://x.example"}),
    ({"type": "number_input", "is_decimal_allowed": True}, 2.5, {"value": "2.5"}),
    ({"type": "static_select", "options": OPTIONS}, "b", {"selected_option": OPTIONS[1]}),
    ({"type": "multi_static_select", "options": OPTIONS}, ["a", "c"], {"selected_options": [OPTIONS[0], OPTIONS[2]]}),
    ({"type": "checkboxes", "options": OPTIONS}, [False, True, True], {"selected_options": OPTIONS[1:]}),
    ({"type": "checkboxes", "options": OPTIONS[:1]}, True, {"selected_options": OPTIONS[:1]}),
    ({"type": "radio_buttons", "options": OPTIONS}, "c", {"selected_option": OPTIONS[2]}),
    ({"type": "datepicker"}, "2026-05-01", {"selected_date": "2026-05-01"}),
    ({"type": "timepicker"}, "09:30", {"selected_time": "09:30"}),
    ({"type": "datetimepicker"}, 1777777777, {"selected_date_time": 1777777777}),
    ({"type": "users_select"}, "U0ZOE", {"selected_user": "U0ZOE"}),
    ({"type": "multi_users_select"}, ["U0ZOE"], {"selected_users": ["U0ZOE"]}),
    ({"type": "conversations_select"}, "C0LEADS", {"selected_conversation": "C0LEADS"}),
    ({"type": "channels_select"}, "C0NORTH", {"selected_channel": "C0NORTH"}),
    ({"type": "multi_channels_select"}, [], {"selected_channels": []}),
]


@pytest.mark.parametrize(("element", "raw", "typed"), ELEMENTS)
async def test_typed_values(desk: Any, element: dict[str, Any], raw: Any, typed: dict[str, Any]) -> None:
    await open_view(desk, modal(field("f", element, optional=True)))
    told = await desk.post("submit", user="U0ADA", values={"f": {"v": raw}})
    assert told == {"ok": True, "errors": {}, "view": None}
    assert desk.app.last["type"] == "view_submission" and desk.app.last["response_urls"] == []
    assert desk.app.last["view"]["state"]["values"] == {"f": {"v": {"type": element["type"], **typed}}}
    assert desk.slack.problems == []


@pytest.mark.parametrize(
    ("element", "initial"),
    [
        ({"type": "plain_text_input", "initial_value": "Al"}, {"value": "Al"}),
        ({"type": "static_select", "options": OPTIONS, "initial_option": OPTIONS[0]}, {"selected_option": OPTIONS[0]}),
        ({"type": "checkboxes", "options": OPTIONS, "initial_options": OPTIONS[:2]}, {"selected_options": OPTIONS[:2]}),
        ({"type": "multi_users_select", "initial_users": ["U0MAX"]}, {"selected_users": ["U0MAX"]}),
        ({"type": "datetimepicker", "initial_date_time": 1777777777}, {"selected_date_time": 1777777777}),
        (
            {"type": "conversations_select", "default_to_current_conversation": True},
            {"selected_conversation": "C0LEADS"},
        ),
        ({"type": "timepicker", "timezone": "Europe/London"}, {"selected_time": None, "timezone": "Europe/London"}),
    ],
)
async def test_initial_values(desk: Any, element: dict[str, Any], initial: dict[str, Any]) -> None:
    await open_view(desk, modal(field("f", element, optional=True)))
    await desk.post("submit", user="U0ADA", values={})
    assert desk.app.last["view"]["state"]["values"]["f"]["v"] == {"type": element["type"], **initial}


@pytest.mark.parametrize(
    ("element", "raw"),
    [
        ({"type": "plain_text_input"}, ""),
        ({"type": "plain_text_input", "min_length": 3}, "Jo"),
        ({"type": "plain_text_input", "max_length": 3}, "Joan"),
        ({"type": "number_input", "is_decimal_allowed": False}, "2.5"),
        ({"type": "number_input", "is_decimal_allowed": True}, "many"),
        ({"type": "number_input", "is_decimal_allowed": False, "min_value": "3"}, 2),
        ({"type": "number_input", "is_decimal_allowed": False, "max_value": "3"}, 4),
        ({"type": "email_text_input"}, "jo"),
        ({"type": "url_text_input"}, "x.example"),
        ({"type": "static_select", "options": OPTIONS}, "z"),
        ({"type": "multi_static_select", "options": OPTIONS, "max_selected_items": 1}, ["a", "b"]),
        ({"type": "checkboxes", "options": OPTIONS}, []),
        ({"type": "datepicker"}, "soon"),
        ({"type": "timepicker"}, "25:00"),
        ({"type": "users_select"}, "U0NOBODY"),
        ({"type": "channels_select"}, "D0ADA"),
        ({"type": "file_input"}, ["F0NONE"]),
    ],
)
async def test_slacks_own_checks_never_reach_the_app(desk: Any, element: dict[str, Any], raw: Any) -> None:
    await open_view(desk, modal(field("f", element)))
    told = await desk.post("submit", user="U0ADA", values={"f": {"v": raw}})
    assert told["ok"] is False and list(told["errors"]) == ["f"] and told["view"]["stack"] == 1
    assert desk.app.received == []


async def test_answers_to_a_submission(desk: Any) -> None:
    async def submit(answer: Any) -> Any:
        if await desk.get("view", user="U0ADA") is None:
            await open_view(desk, modal(NAME))
        desk.app.answer = lambda sent: answer
        told = await desk.post("submit", user="U0ADA", values={"name": {"v": "Jo"}})
        desk.app.answer = lambda sent: None
        return told

    told = await submit({"response_action": "errors", "errors": {"name": "Unknown"}})
    assert told["errors"] == {"name": "Unknown"} and told["view"]["state"]["values"]["name"]["v"]["value"] == "Jo"
    told = await submit({"response_action": "update", "view": modal(NAME, title=text("Again"))})
    assert told["ok"] and told["view"]["title"]["text"] == "Again" and told["view"]["stack"] == 1
    told = await submit({"response_action": "push", "view": modal(NAME)})
    assert told["view"]["stack"] == 2
    told = await submit(None)
    assert told["view"]["stack"] == 1 and told["view"]["title"]["text"] == "Again"
    await submit({"response_action": "push", "view": modal(NAME)})
    assert (await submit({"response_action": "clear"}))["view"] is None
    assert desk.slack.problems == []
    recorded = [method for method, _ in desk.slack.calls]
    assert recorded.count("view_response") == 5
    for wrong in (
        {"response_action": "errors", "errors": {"nothing": "x"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "dance"},
        {"text": "hello"},
        "ok",
        500,
    ):
        before = len(desk.slack.problems)
        told = await submit(wrong)
        assert told["ok"] is False and told["error"] == "We had some trouble connecting. Try again?"
        assert (len(desk.slack.problems) > before) == (wrong != 500)
    assert (await submit(None)) == {"ok": True, "errors": {}, "view": None}


async def test_dispatching_inputs_and_home(desk: Any) -> None:
    select = {"type": "static_select", "options": OPTIONS}
    await open_view(desk, modal(field("quiet", select), field("loud", select, dispatch_action=True)))
    await desk.post("action", user="U0ADA", block_id="quiet", action_id="v", selected="a")
    assert desk.app.received == []
    await desk.post("action", user="U0ADA", block_id="loud", action_id="v", selected="b")
    values = desk.app.last["view"]["state"]["values"]
    assert (
        values["quiet"]["v"]["selected_option"] == OPTIONS[0] and values["loud"]["v"]["selected_option"] == OPTIONS[1]
    )
    button = {
        "type": "section",
        "block_id": "s",
        "text": text("Hi"),
        "accessory": {"type": "button", "action_id": "go", "text": text("Go"), "value": "1"},
    }
    published = await desk.client.views_publish(user_id="U0ADA", view={"type": "home", "blocks": [button]})
    await desk.post("action", user="U0ADA", block_id="s", action_id="go")
    assert desk.app.last["view"]["type"] == "home"
    again = await desk.client.views_publish(
        user_id="U0ADA", view={"type": "home", "blocks": []}, hash=published["view"]["hash"]
    )
    assert again["view"]["id"] == published["view"]["id"]
    stale = desk.client.views_publish(
        user_id="U0ADA", view={"type": "home", "blocks": []}, hash=published["view"]["hash"]
    )
    assert await fails(stale) == "hash_conflict"
    wrong = desk.client.views_publish(user_id="U0ADA", view=modal(NAME))
    assert await fails(wrong) == "invalid_arguments"


async def test_external_select(desk: Any) -> None:
    await open_view(desk, modal(field("who", {"type": "external_select", "min_query_length": 2})))
    desk.app.answer = lambda sent: {"options": [option("jo")]}
    assert (await desk.post("options", user="U0ADA", block_id="who", action_id="v", query="j"))["options"] == []
    assert desk.app.received == []
    told = await desk.post("options", user="U0ADA", block_id="who", action_id="v", query="jo")
    assert told == {"options": [option("jo")]}
    assert desk.app.last["type"] == "block_suggestion" and desk.app.last["value"] == "jo"
    desk.app.answer = lambda sent: None
    refused = await desk.post("submit", user="U0ADA", values={"who": {"v": "al"}})
    assert refused["errors"]
    assert (await desk.post("submit", user="U0ADA", values={"who": {"v": "jo"}}))["ok"]
    assert desk.app.last["view"]["state"]["values"]["who"]["v"]["selected_option"] == option("jo")
    assert desk.slack.problems == []
    await open_view(desk, modal(field("who", {"type": "external_select", "min_query_length": 0})))
    desk.app.answer = lambda sent: {"options": [option(f"o{n}") for n in range(101)]}
    assert (await desk.post("options", user="U0ADA", block_id="who", action_id="v", query=""))["error"]
    assert "more than 100" in desk.slack.problems[-1]


async def test_file_input(desk: Any) -> None:
    await open_view(desk, modal(field("file", {"type": "file_input", "filetypes": ["csv"], "max_files": 1})))
    uploaded = (await desk.post("upload", user="U0ADA", name="in.csv", content_base64="YSxi"))["file"]
    with pytest.raises(SlackApiError):
        await desk.client.files_info(file=uploaded["id"])
    assert (await desk.post("submit", user="U0ADA", values={"file": {"v": [uploaded["id"]]}}))["ok"]
    (file,) = desk.app.last["view"]["state"]["values"]["file"]["v"]["files"]
    assert (file["name"], file["mimetype"], file["size"]) == ("in.csv", "text/csv", 3)
    async with desk.http.get(
        file["url_private_download"], headers={"Authorization": "Bearer xoxb-sandbox"}
    ) as response:
        assert await response.read() == b"a,b"
    assert desk.slack.problems == []


async def test_response_urls_of_a_submission(desk: Any) -> None:
    element = {"type": "conversations_select", "response_url_enabled": True}
    await open_view(desk, modal(field("where", element)))
    await desk.post("submit", user="U0ADA", values={"where": {"v": "C0NORTH"}})
    (url,) = desk.app.last["response_urls"]
    assert url["channel_id"] == "C0NORTH"
    assert (await desk.respond(url["response_url"], text="Here", response_type="in_channel"))[0] == 200
    assert (await desk.get("messages", channel="C0NORTH", user="U0ZOE"))[0]["text"] == "Here"


async def test_submitting_what_is_not_there(desk: Any) -> None:
    assert (await desk.post("submit", user="U0ADA", values={}))["ok"] is False
    await open_view(desk, modal(NAME))
    assert (await desk.post("submit", user="U0ADA", values={"nothing": {"v": 1}}))["ok"] is False
    assert (await desk.post("submit", user="U0ADA", values={"name": "Jo"}))["ok"] is False
